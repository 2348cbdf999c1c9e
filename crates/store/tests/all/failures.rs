//! The refused requests of an application, on both databases.
use crate::common;
use common::*;
use domain::audit::AuditEvent;
use domain::{AuditId, Day};
use store::audit;
use store::clients::failed_requests::{self, FailedRequestFilter, FailedRequestKind, RefusalCount};

fn event(n: u8, client: u8, kind: &str, outcome: &str, after: i64) -> AuditEvent {
    AuditEvent {
        id: AuditId::new(at(after), [n; 10]),
        at: at(after),
        kind: kind.to_owned(),
        outcome: outcome.to_owned(),
        request_id: format!("req-{n}"),
        actor: "anonymous".to_owned(),
        credential: None,
        client_id: Some(client_id(client)),
        user_id: None,
        workspace_id: None,
        grant_id: None,
        ip: Some("192.0.2.1".to_owned()),
        detail: serde_json::json!({"scope": "ö\"\\\u{0}"}),
    }
}

const DAY: i64 = 86_400;

#[tokio::test]
async fn refused_requests_are_listed_and_counted_and_nothing_else_is() {
    for_each_database(async |db| {
        let written = vec![
            event(1, 1, "token", "grant_type_unknown", -DAY),
            event(2, 1, "token", "ok", 0),
            event(3, 1, "authorize", "scope_unknown", 0),
            event(4, 1, "authorize", "scope_unknown", 0),
            event(5, 1, "grant.ended", "code_replayed", 1),
            event(6, 2, "authorize", "scope_unknown", 1),
            event(7, 1, "authorize", "client_disabled", 2),
            event(8, 1, "client.updated", "role_too_low", 2),
            event(9, 1, "consent.revoked", "user_unknown", 3),
            event(10, 1, "client.updated", "ok", 3),
        ];
        let events = written.clone();
        write_tx!(db, |tx| audit::insert_many(tx, &events));
        let list = async |before: Option<&AuditEvent>, limit| {
            let before = before.map(|event| (event.at, event.id));
            read_tx!(db, |tx| failed_requests::list(
                tx,
                &client_id(1),
                FailedRequestKind::Requests,
                FailedRequestFilter::default(),
                before,
                limit
            ))
        };
        let first = list(None, 2).await;
        assert_eq!(first, [written[6].clone(), written[3].clone()], "the newest first");
        assert_eq!(list(first.last(), 9).await, [written[2].clone(), written[0].clone()]);
        assert_eq!(list(None, 0).await.len(), 1);
        let changes = read_tx!(db, |tx| failed_requests::list(
            tx,
            &client_id(1),
            FailedRequestKind::Changes,
            FailedRequestFilter::default(),
            None,
            9
        ));
        assert_eq!(changes, [written[8].clone(), written[7].clone()], "what people were refused");

        let day = Day::of(NOW);
        let only = async |day, reason, before: Option<&AuditEvent>| {
            let (only, before) = (FailedRequestFilter { day, reason }, before.map(|event| (event.at, event.id)));
            read_tx!(db, |tx| failed_requests::list(tx, &client_id(1), FailedRequestKind::Requests, only, before, 9))
        };
        let unknown = [written[3].clone(), written[2].clone()];
        assert_eq!(only(None, Some("scope_unknown"), None).await, unknown, "point 6.2: what a figure counts");
        assert_eq!(only(None, Some("scope_unknown"), Some(&unknown[0])).await, unknown[1..]);
        assert_eq!(only(Some(day.plus(-1)), None, None).await, [written[0].clone()]);
        assert_eq!(only(Some(day.plus(-1)), Some("scope_unknown"), None).await, []);
        assert_eq!(only(Some(day), None, Some(&written[6])).await, unknown);
        assert_eq!((only(Some(day.plus(1)), None, None).await, only(None, Some("x"), None).await), (vec![], vec![]));
        let by_day = async |first, most| {
            read_tx!(db, |tx| failed_requests::by_day(tx, &client_id(1), (day.plus(first), day), most))
        };
        let count = |day, kind: &str, reason: &str, count| RefusalCount {
            day,
            kind: kind.to_owned(),
            reason: reason.to_owned(),
            count,
        };
        let today = [count(day, "authorize", "client_disabled", 1), count(day, "authorize", "scope_unknown", 2)];
        assert_eq!(by_day(0, 100).await, today);
        let yesterday = count(day.plus(-1), "token", "grant_type_unknown", 1);
        assert_eq!(by_day(-1, 100).await, [&[yesterday][..], &today].concat());
        assert_eq!(by_day(-1, 1).await, today[..1], "the newest are counted");
        assert_eq!(by_day(1, 100).await, []);
    })
    .await;
}
