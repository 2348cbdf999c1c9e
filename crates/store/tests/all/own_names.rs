//! The workspaces that applications receive in people's own names, as each person and each workspace sees it (issue 13, point 3.1).
use crate::common;
use common::*;
use domain::WorkspaceId;
use domain::clients::{Client, SubType, Trust};
use domain::grants::consent::Home;
use domain::grants::{EndReason, Grant};
use domain::workspace::{AppPolicy, Role};
use store::account::users;
use store::grants::app_policy::{self, PolicyEffect};
use store::grants::own_names::{self, OwnName};
use store::grants::{self, GrantSelection, consents, workspace_apps};
use store::{Page, UserCursor, clients, workspace};

/// User `user` lets client `client` act in their own name, with workspace `home` as their default.
fn own(n: u8, client: u8, user: u8, home: Option<u8>) -> Grant {
    let mut grant = Grant { client_id: client_id(client), ..grant(n) };
    grant.authorization.user_id = user_id(user);
    grant.authorization.home_workspace_id = home.map(workspace_id);
    (grant.authorization.access.sub_type, grant.authorization.access.workspace_id) = (SubType::User, None);
    grant
}

/// Users 1 and 2 belong to both workspaces. Client 1 acts for both of them, client 12 for user 2, client 13 for a workspace alone.
async fn fill(db: &Db) {
    populate(db).await;
    write_tx!(db, |tx| async {
        for (user, workspace) in [(1, 2), (2, 1), (2, 2)] {
            workspace::put_member(tx, &member(user, workspace, Role::Member)).await?;
        }
        clients::insert(tx, &client(12)).await?;
        clients::insert(tx, &Client { trust: Trust::Verified, ..client(13) }).await?;
        for (user, client) in [(1, 1), (2, 1), (2, 12)] {
            consents::put(tx, user_id(user), &client_id(client), None, &scopes("openid email"), NOW).await?;
        }
        consents::put(tx, user_id(1), &client_id(13), Some(workspace_id(1)), &scopes("openid"), NOW).await?;
        for grant in [own(1, 1, 1, Some(1)), own(2, 1, 2, Some(1)), own(3, 12, 2, Some(1)), own(4, 1, 1, Some(1))] {
            grants::redeem(tx, &grant).await?;
        }
        Ok::<_, store::StoreError>(())
    });
}

/// The workspaces that client 1 receives of user 1.
async fn homes(db: &Db, now: i64) -> Vec<String> {
    let mine = read_tx!(db, |tx| consents::of_user_and_client(tx, user_id(1), &client_id(1), at(now)));
    assert_eq!(mine.len(), 1, "one place, whatever it shows");
    mine[0].homes.clone()
}

#[tokio::test]
async fn point_3_1_a_person_sees_each_workspace_that_an_app_receives_in_their_own_name() {
    for_each_database(async |db| {
        fill(db).await;
        assert_eq!(homes(db, 1).await, ["Workspace 1"], "once, from two grants");
        write_tx!(db, |tx| async {
            grants::redeem(tx, &own(5, 1, 1, None)).await?;
            grants::redeem(tx, &Grant { expires_at: at(500), ..own(6, 1, 1, Some(2)) }).await
        });
        assert_eq!(homes(db, 1).await, ["Workspace 1", "Workspace 2"]);
        assert_eq!(homes(db, 500).await, ["Workspace 1"], "that grant expired");
        assert_eq!(homes(db, 1000).await, [] as [&str; 0]);
        let page = read_tx!(db, |tx| consents::page_for_user(tx, user_id(1), "", Page::default(), at(1)));
        assert_eq!((page.items.len(), page.total), (2, 2));
        let all: Vec<_> =
            page.items.iter().flatten().map(|one| (one.app.consent.workspace_id, &one.homes[..])).collect();
        let both = ["Workspace 1", "Workspace 2"].map(str::to_owned);
        let expected: Vec<(Option<WorkspaceId>, &[String])> = vec![(None, &both), (Some(workspace_id(1)), &[])];
        assert_eq!(all, expected);
        // Neither a workspace that keeps the client out nor one that the person left.
        write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), AppPolicy::Verified, at(2)));
        assert_eq!(homes(db, 2).await, ["Workspace 2"]);
        write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), AppPolicy::All, at(2)));
        write_tx!(db, |tx| workspace::remove_member(tx, user_id(1), workspace_id(2)));
        assert_eq!(homes(db, 2).await, ["Workspace 1"]);
        write_tx!(db, |tx| grants::end_each(tx, GrantSelection::User(user_id(1)), EndReason::ConsentRevoked, at(3)));
        assert_eq!(homes(db, 3).await, [] as [&str; 0]);
    })
    .await;
}

/// A client receives the workspace that the page named until the person is asked again.
#[tokio::test]
async fn point_3_2_a_consent_in_the_persons_own_name_remembers_its_workspace() {
    for_each_database(async |db| {
        fill(db).await;
        let app = client_id(1);
        let set = async |home: Option<u8>, by_token| {
            let home = home.map(workspace_id);
            write_tx!(db, |tx| own_names::set_home(tx, user_id(1), &client_id(1), home, by_token))
        };
        let home = async || read_tx!(db, |tx| consents::find(tx, user_id(1), &app, None)).unwrap().home;
        let named = |n: Option<u8>| Home::Named(n.map(workspace_id));
        assert_eq!(home().await, Home::Unknown, "as those from before");
        for n in [Some(1), Some(2), None] {
            assert_eq!((set(n, false).await, home().await), (true, named(n)));
        }
        assert_eq!(
            (set(Some(1), true).await, home().await),
            (false, named(None)),
            "what stands is not a token's to change"
        );
        let other = read_tx!(db, |tx| consents::list_for_client(tx, user_id(1), &client_id(13)));
        assert_eq!((other[0].workspace_id, other[0].home), (Some(workspace_id(1)), Home::Unknown));
        assert!(
            !write_tx!(db, |tx| own_names::set_home(tx, user_id(1), &client_id(13), None, false)),
            "none of their own"
        );

        // Connected apps name it, too, when no grant is left, as long as the person is a member and the rule lets the client in.
        assert_eq!(homes(db, 1000).await, [] as [&str; 0]);
        set(Some(2), false).await;
        assert_eq!(homes(db, 1).await, ["Workspace 1", "Workspace 2"]);
        assert_eq!(homes(db, 1000).await, ["Workspace 2"]);
        set(Some(1), false).await;
        assert_eq!(homes(db, 1).await, ["Workspace 1"], "once");
        write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), AppPolicy::Verified, at(2)));
        assert_eq!(homes(db, 1000).await, [] as [&str; 0]);
        write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), AppPolicy::All, at(2)));
        write_tx!(db, |tx| workspace::remove_member(tx, user_id(1), workspace_id(1)));
        assert_eq!((homes(db, 1000).await, home().await), (vec![], named(Some(1))));

        // Where nothing but a token's word is there, that is remembered.
        write_tx!(db, |tx| consents::delete(tx, user_id(1), &client_id(1), None));
        write_tx!(db, |tx| consents::put_by_token(tx, user_id(1), &client_id(1), None, &scopes("openid"), NOW));
        assert_eq!(home().await, Home::Unknown);
        for n in [Some(2), None] {
            assert_eq!((set(n, true).await, home().await), (true, named(n)));
        }
        // A taken back consent that is given again begins anew.
        write_tx!(db, |tx| store::platform::epochs::raise_of_client(tx, &client_id(1)));
        write_tx!(db, |tx| consents::put(tx, user_id(1), &client_id(1), None, &scopes("openid"), NOW));
        assert_eq!(home().await, Home::Unknown);
    })
    .await;
}

async fn apps(db: &Db, search: &'static str, page: Page, now: i64) -> (Vec<(String, i64, i64)>, i64) {
    let found = read_tx!(db, |tx| workspace_apps::page(tx, workspace_id(1), search, page, at(now)));
    let items = found.items.into_iter().map(|one| (one.name, one.people, one.own_names));
    (items.collect(), found.total)
}

async fn people(db: &Db, client: u8, page: Page, beside: UserCursor, now: i64) -> (Vec<u8>, i64) {
    let found = read_tx!(db, |tx| own_names::people(tx, workspace_id(1), &client_id(client), page, beside, at(now)));
    let number = |one: OwnName| (1..=2).find(|n| user_id(*n) == one.user_id).unwrap();
    (found.items.into_iter().map(number).collect(), found.total)
}

#[tokio::test]
async fn point_3_1_a_workspace_sees_the_apps_that_receive_it_in_peoples_own_names() {
    for_each_database(async |db| {
        fill(db).await;
        let all = Page::default();
        let row = |name: &str, people, own| (name.to_owned(), people, own);
        let list = vec![row("App 1", 0, 2), row("App 12", 0, 1), row("App 13", 1, 0)];
        assert_eq!(apps(db, "", all, 1).await, (list.clone(), 3));
        assert_eq!(apps(db, "", Page::new(2, 2), 1).await, (list[2..].to_vec(), 3));
        assert_eq!(apps(db, "P 12", all, 1).await, (list[1..2].to_vec(), 1));
        assert_eq!(apps(db, "", all, 1000).await, (list[2..].to_vec(), 1), "their grants expired");
        let elsewhere = read_tx!(db, |tx| workspace_apps::page(tx, workspace_id(2), "", Page::default(), NOW));
        assert_eq!((elsewhere.items, elsewhere.total), (vec![], 0));
        let find = async |n, now| read_tx!(db, |tx| workspace_apps::find(tx, workspace_id(1), &client_id(n), at(now)));
        let one = find(1, 1).await.unwrap();
        assert_eq!((one.people, one.own_names, one.first_allowed_at, one.last_used_at), (0, 2, None, None));
        assert_eq!(one.scopes.len(), 0, "what they allowed for themselves is not the workspace's to know");
        assert_eq!(find(1, 1000).await, None);

        let by_number = UserCursor::PageNumber;
        assert_eq!(people(db, 1, all, by_number, 1).await, (vec![1, 2], 2));
        assert_eq!(people(db, 1, Page::new(2, 1), by_number, 1).await, (vec![2], 2));
        assert_eq!(people(db, 1, Page::new(9, 1), UserCursor::After(user_id(1)), 1).await, (vec![2], 2));
        assert_eq!(people(db, 1, Page::new(1, 1), UserCursor::Before(user_id(2)), 1).await, (vec![1], 2));
        assert_eq!(people(db, 12, all, by_number, 1).await, (vec![2], 1));
        assert_eq!(people(db, 13, all, by_number, 1).await, (vec![], 0), "for the workspace is another list");

        // What a rule would end, and that it does; the list offers them.
        let effect = async |policy| read_tx!(db, |tx| app_policy::effect(tx, workspace_id(1), policy, NOW));
        assert_eq!(effect(AppPolicy::All).await, PolicyEffect { clients: 0, people: 0, own_names: 0 });
        assert_eq!(effect(AppPolicy::Verified).await, PolicyEffect { clients: 0, people: 0, own_names: 2 });
        assert_eq!(effect(AppPolicy::Listed).await, PolicyEffect { clients: 1, people: 1, own_names: 2 });
        let known = read_tx!(db, |tx| app_policy::unlisted(tx, workspace_id(1), NOW));
        assert_eq!(known.into_iter().map(|(_, name)| name).collect::<Vec<_>>(), ["App 1", "App 12", "App 13"]);
        write_tx!(db, |tx| app_policy::list(tx, workspace_id(1), &client_id(12), NOW));
        write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), AppPolicy::Listed, at(2)));
        assert_eq!(effect(AppPolicy::Verified).await.own_names, 1);
        assert_eq!(apps(db, "App 1", all, 2).await, (list[1..].to_vec(), 2), "the list says so of App 1 alone");
        assert_eq!((find(1, 2).await, people(db, 1, all, by_number, 2).await), (None, (vec![], 0)));
        write_tx!(db, |tx| app_policy::set(tx, workspace_id(1), AppPolicy::All, at(2)));

        // Members who left or are disabled, grants that ended, and clients that were disabled count no more.
        write_tx!(db, |tx| workspace::remove_member(tx, user_id(1), workspace_id(1)));
        assert_eq!(people(db, 1, all, by_number, 2).await, (vec![2], 1));
        write_tx!(db, |tx| grants::end_each(
            tx,
            GrantSelection::UserClientWorkspace(user_id(2), client_id(12), None),
            EndReason::ConsentRevoked,
            at(3)
        ));
        assert_eq!((find(12, 3).await, people(db, 12, all, by_number, 3).await), (None, (vec![], 0)));
        write_tx!(db, |tx| users::set_disabled(tx, user_id(2), true, at(3)));
        assert_eq!(find(1, 3).await, None);
        write_tx!(db, |tx| users::set_disabled(tx, user_id(2), false, at(3)));
        assert_eq!(find(1, 3).await.unwrap().own_names, 1);
        write_tx!(db, |tx| store::platform::epochs::raise_of_client(tx, &client_id(1)));
        assert_eq!(find(1, 3).await, None, "all was taken back at once");
    })
    .await;
}
