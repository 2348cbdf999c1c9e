//! Which applications a workspace lets in, on both databases.
use crate::common;
use common::*;
use domain::clients::{Client, Trust};
use domain::workspace::{AppPolicy, Role};
use store::grants::app_policy::{self, PolicyEffect};
use store::grants::bulk_revocation::{self, Revocation};
use store::grants::{self, consents, workspace_apps};
use store::{Page, UserCursor, clients, workspace};

const TRUSTS: [Trust; 4] = [Trust::FirstParty, Trust::Verified, Trust::Unverified, Trust::Anonymous];

/// Clients 11 to 14, one of each trust; the last is on the list of workspace 1.
async fn fill(db: &Db) {
    populate(db).await;
    write_tx!(db, |tx| async {
        for (n, trust) in (11..).zip(TRUSTS) {
            clients::insert(tx, &Client { trust, ..client(n) }).await?;
            consents::put(tx, user_id(1), &client_id(n), Some(workspace_id(1)), &scopes("openid"), NOW).await?;
            let mut grant = grant(n);
            grant.client_id = client_id(n);
            grants::redeem(tx, &grant).await?;
        }
        app_policy::list(tx, workspace_id(1), &client_id(14), at(1)).await
    });
}

#[tokio::test]
async fn the_rule_says_who_comes_in_and_what_ends() {
    for_each_database(async |db| {
        fill(db).await;
        write_tx!(db, |tx| workspace::put_member(tx, &member(1, 2, Role::Member)));
        let allowed = async || {
            let mut all = Vec::new();
            for n in 11..=14 {
                all.push(read_tx!(db, |tx| app_policy::allows(tx, workspace_id(1), &client_id(n))));
            }
            all
        };
        for (policy, expected, effect) in [
            (AppPolicy::All, [true; 4], 0),
            (AppPolicy::Verified, [true, true, false, false], 2),
            (AppPolicy::Listed, [true, false, false, true], 2),
        ] {
            let would = read_tx!(db, |tx| app_policy::effect(tx, workspace_id(1), policy, NOW));
            assert_eq!(would, PolicyEffect { clients: effect, people: effect.min(1), own_names: 0 });
            let changed = write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), policy, at(2)));
            assert_eq!(changed, policy != AppPolicy::All, "the first rule is that already");
            assert_eq!(read_tx!(db, |tx| app_policy::read(tx, workspace_id(1))), Some(policy));
            assert_eq!(allowed().await, expected);
            let seen = read_tx!(db, |tx| app_policy::memberships(tx, user_id(1), &client_id(13)));
            let seen: Vec<_> =
                seen.iter().map(|place| (place.membership.workspace_name.as_str(), place.allowed)).collect();
            assert_eq!(seen, [("Workspace 1", expected[2]), ("Workspace 2", true)]);
        }
        assert_eq!(read_tx!(db, |tx| app_policy::read(tx, workspace_id(9))), None);
        assert!(!read_tx!(db, |tx| app_policy::allows(tx, workspace_id(9), &client_id(11))));
        assert_eq!(read_tx!(db, |tx| app_policy::choosy_workspaces(tx, &client_id(13))), [workspace_id(1)]);
        // One of them has a grant there and no consent, as a client of the operator's own.
        write_tx!(db, |tx| consents::delete(tx, user_id(1), &client_id(12), Some(workspace_id(1))));
        let out = write_tx!(db, |tx| async {
            workspace::hold(tx, workspace_id(1)).await?;
            app_policy::kept_out(tx, workspace_id(1)).await
        });
        assert_eq!(out, [client_id(12), client_id(13)]);
        write_tx!(db, |tx| async {
            for n in [12, 13] {
                let there = Revocation { workspace_id: Some(workspace_id(1)), ..revocation(n) };
                bulk_revocation::begin(tx, &there).await?;
            }
            Ok::<_, store::StoreError>(())
        });
        for (n, counts) in [(11, true), (12, false), (13, false), (14, true)] {
            let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(n), None)).unwrap();
            assert_eq!(context.check(at(1)).is_ok(), counts, "{n}");
        }
        assert_eq!(read_tx!(db, |tx| store::grants::user_count::total(tx, &client_id(12))), 0);
        assert_eq!(read_tx!(db, |tx| app_policy::choosy_workspaces(tx, &client_id(13))), []);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_kept_page_by_page() {
    for_each_database(async |db| {
        fill(db).await;
        let list = async |n| write_tx!(db, |tx| app_policy::list(tx, workspace_id(1), &client_id(n), at(2)));
        assert!(list(12).await && !list(12).await && !list(14).await);
        let page = async |n| {
            let page = read_tx!(db, |tx| app_policy::page(tx, workspace_id(1), Page::new(n, 1)));
            (page.items.into_iter().map(|(client, since)| (client.id, since)).collect::<Vec<_>>(), page.total)
        };
        assert_eq!(page(1).await, (vec![(client_id(12), at(2))], 2));
        assert_eq!(page(2).await, (vec![(client_id(14), at(1))], 2));
        let others = async || read_tx!(db, |tx| app_policy::unlisted(tx, workspace_id(1), NOW));
        assert_eq!(others().await, [11, 13].map(|n| (client_id(n), format!("App {n}"))), "by name, whatever the page");
        assert_eq!(read_tx!(db, |tx| app_policy::unlisted(tx, workspace_id(9), NOW)), []);
        let unlist = async |n| write_tx!(db, |tx| app_policy::unlist(tx, workspace_id(1), &client_id(n)));
        assert!(unlist(14).await && !unlist(14).await);
        write_tx!(db, |tx| clients::soft_delete(tx, &client_id(12), NOW));
        assert_eq!(page(1).await, (vec![], 0));
    })
    .await;
}

#[tokio::test]
async fn applications_of_a_workspace_and_their_people() {
    for_each_database(async |db| {
        fill(db).await;
        write_tx!(db, |tx| async {
            let more = [(2, workspace_id(1), "email"), (2, workspace_id(2), "profile")];
            for (n, workspace, scope) in more {
                consents::put(tx, user_id(n), &client_id(12), Some(workspace), &scopes(scope), at(5)).await?;
            }
            clients::soft_delete(tx, &client_id(14), NOW).await
        });
        let page = async |search, n, limit| {
            read_tx!(db, |tx| workspace_apps::page(tx, workspace_id(1), search, Page::new(n, limit), NOW))
        };
        let all = page("", 1, 2).await;
        assert_eq!(
            (all.items.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), all.total),
            (vec!["App 11", "App 12"], 3)
        );
        assert_eq!(page("", 2, 2).await.items[0].client_id, client_id(13));
        let found = page("P 12", 1, 100).await;
        assert_eq!(found.total, 1);
        let one = &found.items[0];
        assert_eq!((one.people, one.first_allowed_at, one.last_used_at), (2, Some(NOW), Some(NOW)));
        let mut names: Vec<_> = one.scopes.iter().collect();
        names.sort_unstable();
        assert_eq!((names, one.trust), (vec!["email", "openid"], Trust::Verified));
        let same = read_tx!(db, |tx| workspace_apps::find(tx, workspace_id(1), &client_id(12), NOW));
        assert_eq!(same.as_ref(), Some(one));
        assert_eq!(read_tx!(db, |tx| workspace_apps::find(tx, workspace_id(1), &client_id(14), NOW)), None, "deleted");
        let people = async |n, beside| {
            let page = Page::new(n, 1);
            let page = read_tx!(db, |tx| workspace_apps::people(tx, workspace_id(1), &client_id(12), page, beside));
            let items =
                page.items.into_iter().map(|one| (one.user_id, one.scopes.to_string(), one.since, one.last_used_at));
            (items.collect::<Vec<_>>(), page.total)
        };
        assert_eq!(
            people(1, UserCursor::PageNumber).await,
            (vec![(user_id(1), "openid".to_owned(), NOW, Some(NOW))], 2)
        );
        let second = (vec![(user_id(2), "email".to_owned(), at(5), None)], 2);
        assert_eq!(people(2, UserCursor::PageNumber).await, second);
        assert_eq!(people(9, UserCursor::After(user_id(1))).await, second, "the number passes over nobody");
        assert_eq!(people(1, UserCursor::Before(user_id(9))).await, second);
        assert_eq!(people(1, UserCursor::Before(user_id(1))).await, (vec![], 2));
        let person = async |n, workspace| {
            let found =
                read_tx!(db, |tx| workspace_apps::person(tx, workspace_id(workspace), &client_id(12), user_id(n)));
            found.map(|one| (one.user_id, one.scopes.to_string(), one.since))
        };
        assert_eq!(person(2, 1).await, Some((user_id(2), "email".to_owned(), at(5))));
        assert_eq!(person(2, 2).await, Some((user_id(2), "profile".to_owned(), at(5))));
        assert_eq!((person(9, 1).await, person(1, 2).await), (None, None));
        let living = async |user: Option<u8>, now| {
            let user = user.map(user_id);
            read_tx!(db, |tx| workspace_apps::living_grants(tx, workspace_id(1), &client_id(12), user, now))
        };
        let grants = living(None, NOW).await;
        assert_eq!((grants, living(Some(1), NOW).await, living(Some(2), NOW).await), (1, 1, 0));
        assert_eq!(living(None, at(1000)).await, 0, "expired");
    })
    .await;
}

#[tokio::test]
async fn whoever_has_very_many_workspaces_can_choose_each() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            for n in 10..160 {
                workspace::insert(tx, &workspace(n)).await?;
                workspace::put_member(tx, &member(1, n, Role::Member)).await?;
                consents::put(tx, user_id(1), &client_id(1), Some(workspace_id(n)), &scopes("openid"), NOW).await?;
            }
            Ok::<_, store::StoreError>(())
        });
        let mine = read_tx!(db, |tx| app_policy::memberships(tx, user_id(1), &client_id(1)));
        let allowed = read_tx!(db, |tx| consents::list_for_client(tx, user_id(1), &client_id(1)));
        for n in 10..160 {
            assert!(mine.iter().any(|place| place.membership.workspace_id == workspace_id(n) && place.allowed), "{n}");
            assert!(allowed.iter().any(|consent| consent.workspace_id == Some(workspace_id(n))), "{n}");
        }
    })
    .await;
}
