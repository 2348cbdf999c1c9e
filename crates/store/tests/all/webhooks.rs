//! Events, webhooks and deliveries on both databases, and what happens when many claim at once.
use crate::common;
use common::*;
use domain::events::{Event, EventData, EventKind};
use domain::webhooks::{DeliveryState, EventSelection, Webhook, WebhookOwner};
use domain::workspace::Role;
use domain::{EventId, Timestamp, WebhookId};
use futures_util::future::{BoxFuture, join_all};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::webhooks::deliveries::{self, Attempt, Filter};
use store::webhooks::{self, events};
use store::{Page, StoreError, Tx, workspace};
use tokio::sync::Barrier;

fn webhook_id(n: u8) -> WebhookId {
    WebhookId::new(NOW, [n; 10])
}

fn event_id(n: u8) -> EventId {
    EventId::new(NOW, [n; 10])
}

fn webhook(n: u8, owner: WebhookOwner, asked: &[&str]) -> Webhook {
    Webhook {
        id: webhook_id(n),
        owner,
        url: format!("https://r{n}.example/hook"),
        description: "ö'\"\\".to_owned(),
        asked: EventSelection::parse(asked.iter().copied()).unwrap(),
        sealed_secret: vec![n, 0, 255],
        previous: None,
        revision: 0,
        created_at: NOW,
        updated_at: NOW,
        disabled_at: None,
    }
}

/// That user `user` was removed from workspace 1.
fn removed(n: u8, user: u8) -> Event {
    let data = EventData::MemberRemoved { workspace_id: workspace_id(1), user_id: user_id(user) };
    Event { id: event_id(n), at: NOW, data }
}

fn deleted(n: u8, client: u8) -> Event {
    let data = EventData::ClientDeleted { client_id: client_id(client), owner_workspace_id: None, owner_user_id: None };
    Event { id: event_id(n), at: NOW, data }
}

async fn add(db: &Db, all: Vec<Webhook>) {
    db.write(|tx| {
        Box::pin(async move {
            for webhook in &all {
                webhooks::insert(tx, webhook).await?;
            }
            Ok(())
        })
    })
    .await;
}

async fn append(db: &Db, all: Vec<Event>) -> u64 {
    write_tx!(db, |tx| events::append(tx, &all))
}

fn everything(n: u8, owner: WebhookOwner) -> Filter {
    Filter { webhook: webhook_id(n), owner, state: None, before: None, limit: 100 }
}

/// The last byte of each id, in the order of the answer.
async fn claimed(db: &Db, n: u8, now: Timestamp, limit: i64) -> Vec<u8> {
    let all = write_tx!(db, |tx| deliveries::claim(tx, webhook_id(n), now, now.plus(60), limit));
    all.iter().map(|one| one.event_id.as_bytes()[15]).collect()
}

const DONE: Attempt =
    Attempt { state: DeliveryState::Delivered, next_attempt_at: None, status: Some(204), error: None, duration_ms: 7 };

async fn finish(db: &Db, n: u8, event: u8, attempts: i64, attempt: Attempt) -> bool {
    write_tx!(db, |tx| deliveries::finish(tx, webhook_id(n), event_id(event), attempts, &attempt, NOW))
}

#[tokio::test]
async fn a_webhook_is_stored_changed_and_deleted_by_its_owner_alone() {
    for_each_database(async |db| {
        populate(db).await;
        let (mine, other) = (WebhookOwner::Workspace(workspace_id(1)), WebhookOwner::Workspace(workspace_id(2)));
        let mut first = webhook(1, mine, &["member.removed", "key.rotated"]);
        add(db, vec![first.clone(), webhook(2, mine, &["*"]), webhook(3, WebhookOwner::Operator, &["*"])]).await;
        let find = async |owner| read_tx!(db, |tx| webhooks::by_id(tx, webhook_id(1), owner));
        assert_eq!(find(mine).await, Some(first.clone()));
        assert_eq!((find(other).await, find(WebhookOwner::Operator).await), (None, None));
        assert_eq!(read_tx!(db, |tx| webhooks::any_by_id(tx, webhook_id(1))), Some(first.clone()));
        let list = read_tx!(db, |tx| webhooks::list(tx, mine, Page::new(1, 1)));
        assert_eq!((list.items, list.total), (vec![first.clone()], 2));
        let list = read_tx!(db, |tx| webhooks::list(tx, WebhookOwner::Operator, Page::default()));
        assert_eq!((list.items, list.total), (vec![webhook(3, WebhookOwner::Operator, &["*"])], 1));
        assert_eq!(read_tx!(db, |tx| webhooks::count_owned(tx, other)), 0);

        first.url = "https://new.example/".to_owned();
        first.asked = EventSelection::All;
        first.disabled_at = Some(at(1));
        first.updated_at = at(1);
        let (row, foreign) = (first.clone(), Webhook { owner: other, ..first.clone() });
        assert!(!write_tx!(db, |tx| webhooks::update(tx, &foreign)));
        let stale = row.clone();
        assert!(write_tx!(db, |tx| webhooks::update(tx, &row)));
        assert!(!write_tx!(db, |tx| webhooks::update(tx, &stale)), "it was read at an earlier revision");
        first.revision = 1;
        assert_eq!(find(mine).await, Some(first.clone()));

        let rotate = async |owner, expected, ends| {
            write_tx!(db, |tx| webhooks::rotate_secret(tx, webhook_id(1), owner, expected, &[9], ends, at(2)))
        };
        assert!(!rotate(other, None, at(60)).await);
        assert!(!rotate(mine, Some(0), at(60)).await, "it is at another revision");
        assert!(rotate(mine, Some(1), at(60)).await);
        let now = find(mine).await.unwrap();
        assert_eq!((now.sealed_secret, now.previous, now.revision), (vec![9], Some((vec![1, 0, 255], at(60))), 2));
        assert!(rotate(mine, None, at(2)).await);
        assert_eq!(find(mine).await.unwrap().previous, None, "no overlap");

        assert!(write_tx!(db, |tx| webhooks::disable(tx, webhook_id(2), at(3))));
        assert!(!write_tx!(db, |tx| webhooks::disable(tx, webhook_id(2), at(4))), "it is");
        let other = read_tx!(db, |tx| webhooks::any_by_id(tx, webhook_id(2))).unwrap();
        assert_eq!((other.disabled_at, other.revision), (Some(at(3)), 1));
        let delete =
            async |n, owner, expected| write_tx!(db, |tx| webhooks::delete(tx, webhook_id(n), owner, expected));
        assert!(!delete(1, WebhookOwner::Operator, None).await);
        assert!(!delete(1, mine, Some(2)).await, "it is at another revision");
        assert!(delete(1, mine, Some(3)).await);
        assert!(!delete(1, mine, None).await);
        assert!(delete(2, mine, None).await);
    })
    .await;
}

#[tokio::test]
async fn what_any_webhook_asks_for_is_known() {
    for_each_database(async |db| {
        populate(db).await;
        assert_eq!(read_tx!(db, |tx| webhooks::asked_by_any(tx)), []);
        let mut off = webhook(3, WebhookOwner::Operator, &["*"]);
        off.disabled_at = Some(NOW);
        let kinds = ["key.rotated", "user.signed_in"];
        let all = vec![
            webhook(1, WebhookOwner::Operator, &kinds),
            webhook(2, WebhookOwner::Workspace(workspace_id(1)), &kinds),
            off,
        ];
        add(db, all).await;
        assert_eq!(read_tx!(db, |tx| webhooks::asked_by_any(tx)), [EventSelection::parse(kinds).unwrap()]);
    })
    .await;
}

#[tokio::test]
async fn an_event_reaches_those_who_ask_for_it_and_may_know_and_otherwise_is_not_kept() {
    for_each_database(async |db| {
        populate(db).await;
        let (own, foreign) = (WebhookOwner::Workspace(workspace_id(1)), WebhookOwner::Workspace(workspace_id(2)));
        assert_eq!(append(db, vec![removed(1, 1), deleted(2, 1)]).await, 0);
        let mut off = webhook(5, WebhookOwner::Operator, &["*"]);
        off.disabled_at = Some(NOW);
        let all = vec![
            webhook(1, own, &["*"]),
            webhook(2, foreign, &["*"]),
            webhook(3, WebhookOwner::Operator, &["member.removed"]),
            webhook(4, own, &["member.added", "member.changed"]),
            off,
        ];
        add(db, all).await;
        assert_eq!(write_tx!(db, |tx| events::delete_old(tx, at(1), 10)), 0, "nothing was kept");
        assert_eq!(append(db, Vec::new()).await, 0);
        assert_eq!(append(db, vec![removed(3, 1), deleted(4, 1)]).await, 2);
        let told = async |n, owner| {
            let all = read_tx!(db, |tx| deliveries::list(tx, everything(n, owner)));
            all.iter().map(|d| d.event_id.as_bytes()[15]).collect::<Vec<_>>()
        };
        assert_eq!(
            (told(1, own).await, told(2, foreign).await, told(3, WebhookOwner::Operator).await),
            (vec![3], vec![], vec![3])
        );
        assert_eq!(told(3, own).await, Vec::<u8>::new(), "another owner's log");
        assert_eq!(write_tx!(db, |tx| events::delete_old(tx, at(1), 10)), 1, "the client's event interested nobody");

        // The owner of a client is told of it, wherever it is used.
        let mut owned = client(2);
        owned.owner_workspace_id = Some(workspace_id(2));
        owned.secrets[0].id = secret_id(9);
        write_tx!(db, |tx| store::clients::insert(tx, &owned));
        assert_eq!(append(db, vec![deleted(5, 2)]).await, 1);
        assert_eq!(told(2, foreign).await, [5]);

        write_tx!(db, |tx| events::append_for(tx, &deleted(6, 1), webhook_id(4)));
        assert_eq!(told(4, own).await, [6], "sent by hand, whatever it asks for");
        let lost = deleted(7, 1);
        let missing =
            db.store.write(move |tx| Box::pin(async move { events::append_for(tx, &lost, webhook_id(99)).await }));
        assert_eq!(missing.await, Err(StoreError::BrokenReference));
    })
    .await;
}

#[tokio::test]
async fn the_events_of_one_subject_are_claimed_one_after_the_other() {
    for_each_database(async |db| {
        populate(db).await;
        add(db, vec![webhook(1, WebhookOwner::Operator, &["*"])]).await;
        // Ids that do not sort as the events came.
        append(db, vec![removed(9, 1), removed(8, 1), removed(7, 2)]).await;
        append(db, vec![removed(6, 1)]).await;
        assert_eq!(read_tx!(db, |tx| deliveries::due(tx, NOW, None, 10)), [webhook_id(1)]);
        assert_eq!(read_tx!(db, |tx| deliveries::due(tx, NOW, Some(webhook_id(1)), 10)), []);
        assert_eq!(read_tx!(db, |tx| deliveries::due(tx, at(-1), None, 10)), []);
        let mut first = claimed(db, 1, NOW, 10).await;
        first.sort_unstable();
        assert_eq!(first, [7, 9], "the first of each user");
        assert_eq!(claimed(db, 1, NOW, 10).await, Vec::<u8>::new());
        assert_eq!(
            read_tx!(db, |tx| deliveries::due(tx, NOW, None, 10)),
            [],
            "those that wait for another are not due"
        );
        assert!(finish(db, 1, 9, 1, DONE).await);
        assert!(!finish(db, 1, 9, 1, DONE).await, "it is finished");
        assert_eq!(claimed(db, 1, NOW, 10).await, [8]);
        let later = Attempt {
            state: DeliveryState::Pending,
            next_attempt_at: Some(at(100)),
            status: None,
            error: Some("no connection".to_owned()),
            duration_ms: 10_000,
        };
        assert!(finish(db, 1, 8, 1, later.clone()).await);
        assert_eq!(claimed(db, 1, at(59), 10).await, Vec::<u8>::new(), "the third waits for the second");
        assert_eq!(claimed(db, 1, at(60), 10).await, [7], "nobody finished it in time");
        assert!(!finish(db, 1, 7, 1, DONE).await, "the first claim has run out");
        assert!(finish(db, 1, 7, 2, DONE).await);
        assert_eq!(claimed(db, 1, at(100), 10).await, [8]);
        let dead = Attempt { state: DeliveryState::Dead, next_attempt_at: None, ..later };
        assert!(finish(db, 1, 8, 2, dead).await);
        assert_eq!(claimed(db, 1, at(100), 10).await, [6], "a dead one holds nobody up");

        let replay =
            async |owner| write_tx!(db, |tx| deliveries::replay(tx, webhook_id(1), owner, event_id(8), at(200)));
        assert!(!replay(WebhookOwner::Workspace(workspace_id(1))).await);
        assert!(replay(WebhookOwner::Operator).await);
        let found =
            read_tx!(db, |tx| deliveries::find(tx, webhook_id(1), WebhookOwner::Operator, event_id(8))).unwrap();
        assert_eq!((found.state, found.attempts, found.kind), (DeliveryState::Pending, 0, EventKind::MemberRemoved));
        assert_eq!(found.last_error.as_deref(), Some("no connection"), "what happened last is still known");
        assert_eq!(claimed(db, 1, at(200), 10).await, [8], "before the one that came later");
    })
    .await;
}

#[tokio::test]
async fn a_long_queue_of_one_subject_keeps_its_order_and_holds_up_no_other() {
    for_each_database(async |db| {
        populate(db).await;
        add(db, vec![webhook(1, WebhookOwner::Operator, &["*"])]).await;
        let many = |n: u16, user| {
            let mut random = [0; 10];
            // Ids that sort the other way round.
            random[..2].copy_from_slice(&(9_999 - n).to_be_bytes());
            Event { id: EventId::new(NOW, random), ..removed(0, user) }
        };
        let all: Vec<_> = (0..1000).map(|n| many(n, 1)).collect();
        append(db, all.clone()).await;
        let other = many(2000, 2);
        append(db, vec![other.clone(), many(2001, 2)]).await;
        let claim = async |now| {
            let all = write_tx!(db, |tx| deliveries::claim(tx, webhook_id(1), now, now.plus(60), 8));
            all.into_iter().map(|one| (one.event_id, one.attempts)).collect::<Vec<_>>()
        };
        let mut told = Vec::new();
        let mut others = 0;
        for _ in 0..60 {
            for (id, attempts) in claim(NOW).await {
                write_tx!(db, |tx| deliveries::finish(tx, webhook_id(1), id, attempts, &DONE, NOW));
                if all.iter().any(|event| event.id == id) { told.push(id) } else { others += 1 }
            }
        }
        let expected: Vec<_> = all.iter().map(|event| event.id).take(told.len()).collect();
        assert_eq!(told, expected, "one after the other");
        assert!(told.len() >= 50 && others == 2, "{} {others}", told.len());
        let later = Attempt { state: DeliveryState::Pending, next_attempt_at: Some(at(500)), ..DONE };
        let (head, attempts) = claim(NOW).await[0];
        write_tx!(db, |tx| deliveries::finish(tx, webhook_id(1), head, attempts, &later, NOW));
        assert_eq!(claim(at(499)).await, [], "all of them wait for the first");
        assert_eq!(read_tx!(db, |tx| deliveries::due(tx, at(499), None, 10)), [], "and are not looked at meanwhile");
        assert_eq!(claim(at(500)).await, [(head, 2)]);
    })
    .await;
}

#[tokio::test]
async fn the_log_is_read_backwards_and_a_disabled_webhook_gets_nothing() {
    for_each_database(async |db| {
        populate(db).await;
        add(db, vec![webhook(1, WebhookOwner::Operator, &["*"])]).await;
        for n in 1..=5 {
            let mut event = removed(n, n);
            event.at = at(i64::from(n / 2));
            append(db, vec![event]).await;
        }
        assert_eq!(claimed(db, 1, at(9), 2).await.len(), 2);
        let mut page = Filter { limit: 2, ..everything(1, WebhookOwner::Operator) };
        let mut seen = Vec::new();
        loop {
            let part = read_tx!(db, |tx| deliveries::list(tx, page));
            let Some(last) = part.last() else { break };
            page.before = Some((last.created_at, last.event_id));
            seen.extend(part.iter().map(|d| d.event_id.as_bytes()[15]));
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
        finish(db, 1, 1, 1, DONE).await;
        let delivered = Filter { state: Some(DeliveryState::Delivered), ..everything(1, WebhookOwner::Operator) };
        let list = read_tx!(db, |tx| deliveries::list(tx, delivered));
        assert_eq!((list.len(), list[0].last_status, list[0].last_duration_ms), (1, Some(204), Some(7)));
        assert_eq!((list[0].last_attempt_at, list[0].next_attempt_at), (Some(at(9)), None));

        write_tx!(db, |tx| webhooks::disable(tx, webhook_id(1), NOW));
        assert_eq!(read_tx!(db, |tx| deliveries::due(tx, at(99), None, 10)), []);
        assert_eq!(claimed(db, 1, at(99), 10).await, Vec::<u8>::new());
        assert_eq!(append(db, vec![removed(6, 6)]).await, 0);

        assert_eq!(write_tx!(db, |tx| events::delete_old(tx, at(2), 2)), 2);
        assert_eq!(write_tx!(db, |tx| events::delete_old(tx, at(2), 2)), 1);
        assert_eq!(
            read_tx!(db, |tx| deliveries::list(tx, everything(1, WebhookOwner::Operator))).len(),
            2,
            "with deliveries"
        );
        write_tx!(db, |tx| webhooks::delete(tx, webhook_id(1), WebhookOwner::Operator, None));
        assert_eq!(write_tx!(db, |tx| events::delete_old(tx, at(99), 10)), 2);
    })
    .await;
}

#[tokio::test]
async fn a_workspace_takes_its_webhooks_along() {
    for_each_database(async |db| {
        populate(db).await;
        add(db, vec![webhook(1, WebhookOwner::Workspace(workspace_id(1)), &["*"])]).await;
        let there = async || read_tx!(db, |tx| webhooks::any_by_id(tx, webhook_id(1))).is_some();
        assert!(there().await);
        // Deleting a workspace is not offered; the schema decides what would happen.
        let gone = db.write(|tx| {
            Box::pin(async move {
                tx.execute("DELETE FROM grants", &[]).await?;
                tx.execute("DELETE FROM workspaces WHERE id = $1", store::params![workspace_id(1)]).await
            })
        });
        assert_eq!(gone.await, 1);
        assert!(!there().await);
    })
    .await;
}

/// Runs `work(n)` for each task at once, half of them through one store and half through another.
async fn race<T, W, F>(db: &Db, tasks: u8, work: W) -> Vec<T>
where
    W: Fn(u8) -> F,
    F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    let stores = [db.store.clone(), db.again().await];
    let start = Arc::new(Barrier::new(usize::from(tasks)));
    let running = (0..tasks).map(|n| {
        let (store, start, job) = (stores[usize::from(n % 2)].clone(), start.clone(), work(n));
        tokio::spawn(async move {
            start.wait().await;
            store.write(job).await
        })
    });
    let outcomes = join_all(running).await.into_iter().map(|task| task.unwrap().unwrap()).collect();
    stores[1].close().await;
    outcomes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_claim_at_once_each_delivery_goes_to_one() {
    for_each_database(async |db| {
        populate(db).await;
        add(db, vec![webhook(1, WebhookOwner::Operator, &["*"])]).await;
        // 100 subjects with two events each.
        append(db, (0..200).map(|n| removed(n, n / 2)).collect()).await;
        let outcomes = race(db, 100, |_| {
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move { deliveries::claim(tx, webhook_id(1), NOW, at(60), 3).await })
            }
        })
        .await;
        let mut times = BTreeMap::new();
        for one in outcomes.into_iter().flatten() {
            assert_eq!(one.attempts, 1);
            *times.entry(one.event_id.as_bytes()[15]).or_insert(0) += 1;
        }
        // Whoever meets a row that another is taking passes it over, so all of them together may leave some.
        loop {
            let rest = claimed(db, 1, NOW, 100).await;
            if rest.is_empty() {
                break;
            }
            for n in rest {
                *times.entry(n).or_insert(0) += 1;
            }
        }
        assert_eq!(times.into_iter().collect::<Vec<_>>(), (0..200).step_by(2).map(|n| (n, 1)).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_claims_and_deletions_at_once_break_nothing() {
    for_each_database(async |db| {
        populate(db).await;
        add(db, (0..20).map(|n| webhook(n, WebhookOwner::Operator, &["*"])).collect()).await;
        race(db, 120, |n| {
            move |tx: &mut Tx| -> BoxFuture<'_, Result<(), StoreError>> {
                Box::pin(async move {
                    match n % 6 {
                        0 => webhooks::delete(tx, webhook_id(n / 6), WebhookOwner::Operator, None).await.map(drop),
                        1 => deliveries::claim(tx, webhook_id(n / 6), NOW, at(60), 10).await.map(drop),
                        2 => events::delete_old(tx, at(1), 5).await.map(drop),
                        _ => events::append(tx, &[removed(n, n % 3)]).await.map(drop),
                    }
                })
            }
        })
        .await;
        assert_eq!(read_tx!(db, |tx| webhooks::count_owned(tx, WebhookOwner::Operator)), 0);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_kept_only_with_what_caused_it() {
    for_each_database(async |db| {
        populate(db).await;
        add(db, vec![webhook(1, WebhookOwner::Operator, &["*"])]).await;
        let failed: Result<(), StoreError> = db
            .store
            .write(|tx| {
                Box::pin(async move {
                    events::append(tx, &[removed(1, 1)]).await?;
                    workspace::put_member(tx, &member(1, 99, Role::Member)).await
                })
            })
            .await;
        assert_eq!(failed, Err(StoreError::BrokenReference));
        assert_eq!(read_tx!(db, |tx| deliveries::list(tx, everything(1, WebhookOwner::Operator))), []);
    })
    .await;
}
