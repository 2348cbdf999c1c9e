//! Finding by a part of a name, who is the last operator, and how the database is; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod common;
use common::*;
use domain::client::Trust;
use domain::identity::Role;
use store::clients::Owner;
use store::{Page, SCHEMA_VERSION, clients, health, search, users};

#[tokio::test]
async fn clients_are_found_by_a_part_of_their_names_in_the_order_of_the_list() {
    for_each_database(async |db| {
        populate(db).await;
        let names = [(11, "Invoice Robot"), (12, "robot 100%_"), (13, "Über"), (14, "Robot, gone")];
        for (n, name) in names {
            let mut client = client(n);
            client.name = name.to_owned();
            client.owner_workspace_id = (n != 13).then(|| workspace_id(1));
            client.owner_user_id = (n == 13).then(|| user_id(1));
            client.trust = if n == 12 { Trust::Verified } else { Trust::Unverified };
            client.created_at = at(i64::from(n));
            write_tx!(db, |tx| clients::insert(tx, &client));
        }
        write_tx!(db, |tx| clients::add_secret(tx, &secret(99, 12, None)));
        write_tx!(db, |tx| clients::soft_delete(tx, &client_id(14), at(90)));

        let of = async |owner, part, page| {
            let found = read_tx!(db, |tx| search::clients_of(tx, owner, part, page, NOW));
            (found.items.into_iter().map(|c| (c.id, c.secrets.len())).collect::<Vec<_>>(), found.total)
        };
        let (ours, own) = (Owner::Workspace(workspace_id(1)), Owner::User(user_id(1)));
        let all = Page::new(1, 10);
        let both = vec![(client_id(12), 2), (client_id(11), 1)];
        for part in ["ROBOT", "robot", "ob", ""] {
            assert_eq!(of(ours, part, all).await, (both.clone(), 2), "{part}");
        }
        assert_eq!(of(ours, "robot", Page::new(2, 1)).await, (vec![(client_id(11), 1)], 2));
        assert_eq!(of(ours, "%_", all).await, (vec![(client_id(12), 2)], 1), "no pattern");
        for (part, found) in [("%", 1), ("i%r", 0), ("Über", 0), ("robot ", 1)] {
            assert_eq!(of(ours, part, all).await.1, found, "{part}");
        }
        assert_eq!(of(own, "Ü", all).await, (vec![(client_id(13), 1)], 1));

        let any = async |part, trust| {
            let found = read_tx!(db, |tx| search::all_clients(tx, part, trust, all, NOW));
            assert_eq!(i64::try_from(found.items.len()).unwrap(), found.total);
            found.items.into_iter().map(|c| c.id).collect::<Vec<_>>()
        };
        assert_eq!(any("", None).await, [13, 12, 11, 1].map(client_id));
        assert_eq!(any("", Some(Trust::Verified)).await, [client_id(12)]);
        assert_eq!(any("robot", Some(Trust::Unverified)).await, [client_id(11)]);
        assert_eq!(any("app", Some(Trust::Anonymous)).await, []);
    })
    .await;
}

#[tokio::test]
async fn people_and_workspaces_are_found_with_what_they_have() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            for (n, auth_time) in [(1, NOW), (2, at(50))] {
                let session = domain::identity::Session { auth_time, ..session(n, 1) };
                store::sessions::insert(tx, &session).await?;
            }
            let mut owned = client(5);
            owned.owner_workspace_id = Some(workspace_id(1));
            clients::insert(tx, &owned).await
        });
        let find = async |part, page| {
            let found = read_tx!(db, |tx| search::users(tx, part, page));
            let told = found.items.into_iter().map(|one| (one.user, one.workspaces, one.last_sign_in_at));
            (told.collect::<Vec<_>>(), found.total)
        };
        let (one, two) = ((user(1), 1, Some(at(50))), (user(2), 0, None));
        for part in ["PERSON", "@example", ""] {
            assert_eq!(find(part, Page::default()).await, (vec![one.clone(), two.clone()], 2), "{part}");
        }
        let by_id = async |n| {
            let found = read_tx!(db, |tx| search::user(tx, user_id(n)));
            found.map(|one| (one.user, one.workspaces, one.last_sign_in_at))
        };
        assert_eq!((by_id(1).await, by_id(9).await), (Some(one.clone()), None));
        assert_eq!(find("person", Page::new(2, 1)).await, (vec![two.clone()], 2));
        assert_eq!(find("person2@EXAMPLE", Page::default()).await, (vec![two], 1), "by the address");
        assert_eq!(find("Person 1", Page::default()).await, (vec![one], 1), "by the name");
        assert_eq!(find("nobody", Page::default()).await, (vec![], 0));

        write_tx!(db, |tx| store::workspaces::put_member(tx, &member(2, 1, Role::Member)));
        let members = async |part, page| {
            let found = read_tx!(db, |tx| search::members(tx, workspace_id(1), part, page));
            let told = found.items.into_iter().map(|(member, user)| (member.user_id, member.roles.role, user.name));
            (told.collect::<Vec<_>>(), found.total)
        };
        let (one, two) = ((user_id(1), Role::Admin, user(1).name), (user_id(2), Role::Member, user(2).name));
        for part in ["PERSON", "@example", ""] {
            assert_eq!(members(part, Page::default()).await, (vec![one.clone(), two.clone()], 2), "{part}");
        }
        assert_eq!(members("person", Page::new(2, 1)).await, (vec![two.clone()], 2));
        assert_eq!(members("person2@EXAMPLE", Page::default()).await, (vec![two], 1), "by the address");
        assert_eq!(members("Person 1", Page::default()).await, (vec![one], 1), "by the name");
        assert_eq!(members("%", Page::default()).await, (vec![], 0), "no pattern");
        let none = read_tx!(db, |tx| search::members(tx, workspace_id(2), "person", Page::default()));
        assert_eq!((none.items, none.total), (vec![], 0), "another workspace's");

        let find = async |part| {
            let found = read_tx!(db, |tx| search::workspaces(tx, part, Page::default()));
            let told = found.items.into_iter().map(|one| (one.workspace.id, one.members, one.applications));
            (told.collect::<Vec<_>>(), found.total)
        };
        assert_eq!(find("workspace").await, (vec![(workspace_id(1), 2, 1), (workspace_id(2), 0, 0)], 2));
        assert_eq!(find("ace 2").await, (vec![(workspace_id(2), 0, 0)], 1));
    })
    .await;
}

#[tokio::test]
async fn the_last_operator_is_who_alone_can_run_the_server() {
    for_each_database(async |db| {
        populate(db).await;
        let last = async |n| write_tx!(db, |tx| users::is_last_operator(tx, user_id(n)));
        assert!(!last(1).await, "no operator at all");
        write_tx!(db, |tx| users::set_operator(tx, user_id(1), true, NOW));
        assert_eq!((last(1).await, last(2).await), (true, false));
        write_tx!(db, |tx| users::set_operator(tx, user_id(2), true, NOW));
        assert!(!last(1).await);
        write_tx!(db, |tx| users::set_disabled(tx, user_id(2), true, NOW));
        assert_eq!((last(1).await, last(2).await), (true, false), "a disabled one runs nothing");
    })
    .await;
}

#[tokio::test]
async fn the_database_tells_how_it_is() {
    for_each_database(async |db| {
        let found = read_tx!(db, |tx| async { health::ping(tx).await.and(health::look(tx).await) });
        assert_eq!((found.postgres, found.schema_version), (db.is_postgres, SCHEMA_VERSION));
        assert!(found.size > 50_000, "{found:?}");
        assert_eq!((found.deliveries_pending, found.deliveries_dead), (0, 0));
        assert!(db.store.waiting() <= 1);
    })
    .await;
}
