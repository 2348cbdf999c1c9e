//! What charts of an application show.
use domain::platform::refusal::ErrorCode;
use domain::workspace::Role;
use flows::diagnosis::charts::{self, Errors};
use testkit::{Browser, Kind, Party, TestApp, for_each_database};

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn errors_stand_beside_the_activity_of_their_day() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let owned = |new: &mut flows::unguarded::applications::NewClient| new.owner_workspace_id = Some(workspace);
        let (party, other) = (Party::with(&app, Kind::Web, owned).await, Party::with(&app, Kind::Web, owned).await);
        let mut browser = Browser::new(&app);
        party.tokens(&mut browser, &ada, &[]).await;
        browser.get(&party.authorize(&[("scope", "nothing")])).await;
        for day in 0..3 {
            for _ in 0..=day {
                party.exchange("rubbish").await;
            }
            other.exchange("rubbish").await;
            app.clock.advance(DAY);
        }
        app.app.flush().await.unwrap();
        let who = app.acting(&ada, Some((workspace, Role::Member)), false);
        let chart = async |days| charts::of_client(&app.app, &app.ctx(), &who, party.id.as_str(), days).await.unwrap();
        for (asked, found) in [(7, 7), (30, 30), (90, 90), (0, 1), (1000, 90)] {
            assert_eq!(chart(asked).await.days.len(), found);
        }
        let week = chart(7).await;
        let numbers: Vec<_> = week
            .days
            .iter()
            .map(|day| {
                let errors: i64 = day.errors.iter().map(|error| error.count).sum();
                (day.activity.total_access, day.activity.unique_users, errors)
            })
            .collect();
        assert_eq!(numbers, [(0, 0, 0), (0, 0, 0), (0, 0, 0), (1, 1, 2), (0, 0, 2), (0, 0, 3), (0, 0, 0)]);
        assert_eq!(week.counted_from, week.days[0].activity.activity_date, "all of them");
        let error = |code, reason: &str, count| Errors { code: Some(code), reason: reason.to_owned(), count };
        let (unknown, scope) = (ErrorCode::InvalidGrant, ErrorCode::InvalidScope);
        assert_eq!(week.errors, [error(unknown, "code_unknown", 6), error(scope, "scope_unknown", 1)]);
        assert_eq!(chart(3).await.errors, [error(unknown, "code_unknown", 5)]);
        app.stop().await;
    })
    .await;
}
