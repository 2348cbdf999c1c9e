//! What happens when many do the same thing at once, over two stores on one database.
use crate::common;
use common::*;
use domain::WebhookId;
use domain::grants::{EndReason, RefreshState};
use domain::webhooks::{EventSelection, Webhook, WebhookOwner};
use futures_util::future::{BoxFuture, join_all};
use std::sync::Arc;
use store::access::credentials;
use store::grants::bulk_revocation::{self, Revocation};
use store::grants::{self, GrantSelection, Redeemed, Rotated, consents};
use store::{StoreError, Tx, clients, webhooks, workspace};
use tokio::sync::Barrier;

const TASKS: u8 = 200;

/// How often each race is run: `cargo xtask faults --long --only races` runs each 1,000 times on PostgreSQL.
fn rounds() -> Option<u32> {
    std::env::var("COUNTERSIGN_TEST_ROUNDS").ok().map(|text| text.parse().unwrap())
}

/// Runs a race everywhere once, or many times on PostgreSQL, each time on empty tables.
async fn raced(test: impl AsyncFn(&Db)) {
    let Some(rounds) = rounds() else { return everywhere(test).await };
    on_postgres(async |db| {
        for _ in 0..rounds {
            test(db).await;
            write_tx!(db, |tx| async {
                for sql in CLEAR {
                    tx.execute(sql, &[]).await?;
                }
                Ok::<_, StoreError>(())
            });
        }
    })
    .await;
    println!("figure races {rounds} rounds");
}

/// What the races write, what refers to others first.
const CLEAR: [&str; 14] = [
    "DELETE FROM grants",
    "DELETE FROM consents",
    "DELETE FROM client_users",
    "DELETE FROM revocations",
    "DELETE FROM workspace_revocations",
    "DELETE FROM client_workspaces",
    "DELETE FROM personal_access_tokens",
    "DELETE FROM webhooks",
    "DELETE FROM clients",
    "DELETE FROM users",
    "DELETE FROM workspaces",
    "DELETE FROM names",
    "DELETE FROM name_bits",
    "DELETE FROM name_counts",
];

/// Runs `work(n)` for each task at once, half of them through one store and half through another.
async fn race<T, W, F>(db: &Db, work: W) -> Vec<T>
where
    W: Fn(u8) -> F,
    F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    let stores = [db.store.clone(), db.second().await];
    let start = Arc::new(Barrier::new(usize::from(TASKS)));
    let tasks = (0..TASKS).map(|n| {
        let (store, start, job) = (stores[usize::from(n % 2)].clone(), start.clone(), work(n));
        tokio::spawn(async move {
            start.wait().await;
            store.write(job).await
        })
    });
    join_all(tasks).await.into_iter().map(|task| task.unwrap().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_that_redeem_one_code_exactly_one_wins() {
    raced(async |db| {
        populate(db).await;
        let outcomes = race(db, |n| {
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    let mut mine = grant(n);
                    mine.code_id = token(1);
                    Ok((n, grants::redeem(tx, &mine).await?))
                })
            }
        })
        .await;
        let winners: Vec<_> = outcomes.iter().filter(|(_, outcome)| *outcome == Redeemed::First).collect();
        assert_eq!(winners.len(), 1);
        let there = read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), NOW));
        assert_eq!(there.iter().map(|g| g.id).collect::<Vec<_>>(), [grant_id(winners[0].0)]);
    })
    .await;
}

/// Checklist 137.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_codes_redeemed_while_their_consent_is_revoked_no_grant_lives() {
    raced(async |db| {
        populate(db).await;
        for round in 0..5 {
            write_tx!(db, |tx| consents::put(tx, user_id(1), &client_id(1), None, &scopes("openid"), NOW));
            race(db, |n| {
                move |tx: &mut Tx| -> BoxFuture<'_, _> {
                    Box::pin(async move {
                        let (user, client) = (user_id(1), client_id(1));
                        if n == TASKS / 2 {
                            consents::delete(tx, user, &client, None).await?;
                            let whose = GrantSelection::UserClientWorkspace(user, client, None);
                            grants::end_each(tx, whose, EndReason::ConsentRevoked, NOW).await?;
                        } else if consents::hold(tx, user, &client, None).await?.is_some() {
                            let mut mine = grant(n);
                            mine.id = domain::GrantId::new(at(round), [n; 10]);
                            mine.code_id = domain::platform::seal::TokenId::from_random([n; 12]);
                            mine.authorization.access.workspace_id = None;
                            grants::redeem(tx, &mine).await?;
                        }
                        Ok(())
                    })
                }
            })
            .await;
            assert_eq!(read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), NOW)), [], "round {round}");
            write_tx!(db, |tx| grants::delete_expired(tx, at(5000), 1000));
        }
    })
    .await;
}

fn webhook(id: WebhookId, owner: WebhookOwner) -> Webhook {
    Webhook {
        id,
        owner,
        url: "https://r.example/hook".to_owned(),
        description: String::new(),
        asked: EventSelection::All,
        sealed_secret: vec![1],
        previous: None,
        revision: 0,
        created_at: NOW,
        updated_at: NOW,
        disabled_at: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_webhooks_made_at_once_no_more_stay_than_an_owner_may_have() {
    raced(async |db| {
        populate(db).await;
        for owner in [WebhookOwner::Operator, WebhookOwner::Workspace(workspace_id(1))] {
            let made = race(db, |n| {
                move |tx: &mut Tx| -> BoxFuture<'_, _> {
                    Box::pin(async move {
                        let id = WebhookId::new(at(owner.workspace().map_or(1, |_| 2)), [n; 10]);
                        webhooks::insert_within(tx, &webhook(id, owner), 7).await
                    })
                }
            })
            .await;
            assert_eq!(made.into_iter().filter(|made| *made).count(), 7);
            assert_eq!(read_tx!(db, |tx| webhooks::count_owned(tx, owner)), 7);
        }
    })
    .await;
}

/// Who may do what, point 1.1: whichever comes first, no grant of a revoked token lives.
/// Checklist 127.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_codes_redeemed_while_their_token_is_revoked_no_grant_lives() {
    raced(async |db| {
        populate(db).await;
        write_tx!(db, |tx| credentials::insert_personal_token(tx, &personal_token(1)));
        let revoked = race(db, |n| {
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    if n % 8 == 7 {
                        let first = credentials::revoke_personal_token(tx, user_id(1), pat_id(1), NOW).await?;
                        grants::end_each(tx, GrantSelection::ByToken(pat_id(1)), EndReason::PersonalTokenEnded, NOW)
                            .await?;
                        return Ok(first);
                    }
                    if credentials::hold_personal_token(tx, pat_id(1), NOW).await? {
                        let mut mine = grant(n);
                        mine.authorization.by_token = Some(pat_id(1));
                        grants::redeem(tx, &mine).await?;
                    }
                    Ok(false)
                })
            }
        })
        .await;
        assert_eq!(revoked.iter().filter(|first| **first).count(), 1);
        assert_eq!(read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), NOW)), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_that_rotate_one_refresh_token_exactly_one_moves_it_and_by_one() {
    raced(async |db| {
        populate(db).await;
        write_tx!(db, |tx| grants::redeem(tx, &grant(1)));
        let from = refresh(1);
        let next = move |n: u8| RefreshState { number: 2, redeemed: Some(1), issued_at: at(n.into()), ..from };
        let outcomes = race(db, |n| {
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move { Ok((n, grants::rotate(tx, grant_id(1), &from, &next(n), at(2000)).await?)) })
            }
        })
        .await;
        let winners: Vec<_> = outcomes.iter().filter(|(_, outcome)| *outcome == Rotated::Moved).collect();
        assert_eq!(winners.len(), 1);
        let state = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), None)).unwrap().grant.refresh;
        assert_eq!(state, Some(next(winners[0].0)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn consents_given_at_once_all_count() {
    raced(async |db| {
        populate(db).await;
        race(db, |n| {
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    let one = scopes(&format!("s{}", n % 50));
                    consents::put(tx, user_id(1), &client_id(1), None, &one, NOW).await
                })
            }
        })
        .await;
        let consent = read_tx!(db, |tx| consents::find(tx, user_id(1), &client_id(1), None)).unwrap();
        assert_eq!(consent.scopes.len(), 50);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_users_of_a_client_are_counted_right_however_many_come_and_go_at_once() {
    raced(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            for n in 3..=10 {
                store::account::users::insert(tx, &user(n)).await?;
            }
            Ok::<_, StoreError>(())
        });
        for round in 0..3 {
            race(db, |n| {
                move |tx: &mut Tx| -> BoxFuture<'_, _> {
                    Box::pin(async move {
                        let (user, client) = (user_id(1 + n % 10), client_id(1));
                        let workspace = [None, Some(workspace_id(1)), Some(workspace_id(2))][usize::from(n / 10 % 3)];
                        match n {
                            70..90 => {
                                workspace::hold(tx, workspace_id(1)).await?;
                                consents::delete_in_workspace(tx, workspace_id(1), user).await.map(drop)
                            }
                            // In the last round nobody takes everything back.
                            0..2 if round < 2 => {
                                bulk_revocation::begin(tx, &revocation(1)).await?;
                                bulk_revocation::remove_consents(tx, &client, None, 500).await.map(drop)
                            }
                            90..93 => {
                                let there = Revocation { workspace_id: Some(workspace_id(1)), ..revocation(1) };
                                workspace::hold(tx, workspace_id(1)).await?;
                                bulk_revocation::begin(tx, &there).await?;
                                bulk_revocation::remove_consents(tx, &client, there.workspace_id, 500).await.map(drop)
                            }
                            2..20 => consents::delete_all(tx, user, &client).await.map(drop),
                            20..70 => consents::delete(tx, user, &client, workspace).await.map(drop),
                            _ => consents::put(tx, user, &client, workspace, &scopes("openid"), NOW).await.map(drop),
                        }
                    })
                }
            })
            .await;
            let users = read_tx!(db, |tx| consents::list_for_client_users(tx, &client_id(1), store::Page::default()));
            assert_eq!(users.total, i64::try_from(users.items.len()).unwrap());
        }
        write_tx!(db, |tx| bulk_revocation::begin(tx, &revocation(1)));
        assert_eq!(read_tx!(db, |tx| store::grants::user_count::total(tx, &client_id(1))), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn grants_that_are_ended_from_many_sides_end_once_and_nobody_deadlocks() {
    raced(async |db| {
        populate(db).await;
        for n in 1..=50 {
            write_tx!(db, |tx| grants::redeem(tx, &grant(n)));
        }
        let ended = race(db, |n| {
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    if n % 10 == 9 {
                        // All of them are due; cleaning and ending must not deadlock either.
                        return grants::delete_expired(tx, at(5000), 2).await;
                    }
                    let whose = match n % 3 {
                        0 => GrantSelection::User(user_id(1)),
                        1 => {
                            bulk_revocation::begin(tx, &revocation(1)).await?;
                            return Ok(bulk_revocation::end_grants(tx, &revocation(1), 500).await?.0.len() as u64);
                        }
                        _ => GrantSelection::UserInWorkspace(user_id(1), workspace_id(1)),
                    };
                    grants::end_each(tx, whose, EndReason::Revoked, NOW).await.map(|ended| ended.len() as u64)
                })
            }
        })
        .await;
        // Twenty removals of two each leave ten of the fifty, and those have ended; each was counted once or twice.
        let there = read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), NOW));
        assert_eq!(there, [], "nothing lives");
        let counted = ended.iter().sum::<u64>();
        assert!((50..=90).contains(&counted), "{counted}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_that_change_one_client_exactly_one_does() {
    raced(async |db| {
        populate(db).await;
        let outcomes = race(db, |n| {
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    let mut mine = client(1);
                    mine.name = format!("Change {n}");
                    Ok((n, clients::update(tx, &mine).await?))
                })
            }
        })
        .await;
        let winners: Vec<_> = outcomes.iter().filter(|(_, changed)| *changed).collect();
        assert_eq!(winners.len(), 1);
        let now = read_tx!(db, |tx| clients::by_id(tx, &client_id(1), NOW)).unwrap();
        assert_eq!((now.name, now.revision), (format!("Change {}", winners[0].0), 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_that_change_one_webhook_exactly_one_does() {
    raced(async |db| {
        let webhook = webhook(WebhookId::new(NOW, [1; 10]), WebhookOwner::Operator);
        let (id, row) = (webhook.id, webhook.clone());
        write_tx!(db, |tx| webhooks::insert(tx, &row));
        let outcomes = race(db, |n| {
            let mine = Webhook { description: format!("Change {n}"), ..webhook.clone() };
            move |tx: &mut Tx| -> BoxFuture<'_, _> {
                Box::pin(async move {
                    let changed = match n % 3 {
                        0 => webhooks::rotate_secret(tx, id, mine.owner, Some(0), &[n], NOW, NOW).await?,
                        _ => webhooks::update(tx, &mine).await?,
                    };
                    Ok((n, changed))
                })
            }
        })
        .await;
        let winners: Vec<_> = outcomes.iter().filter(|(_, changed)| *changed).map(|(n, _)| *n).collect();
        assert_eq!(winners.len(), 1);
        let (n, now) = (winners[0], read_tx!(db, |tx| webhooks::any_by_id(tx, id)).unwrap());
        assert_eq!(now.revision, 1);
        match n % 3 {
            0 => assert_eq!((now.sealed_secret, now.description), (vec![n], String::new())),
            _ => assert_eq!((now.sealed_secret, now.description), (vec![1], format!("Change {n}"))),
        }
    })
    .await;
}
