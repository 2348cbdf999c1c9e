//! Finding by a part of a name, who is the last operator, and how the database is; on both databases.
use crate::common;
use common::*;
use domain::clients::Trust;
use domain::workspace::Role;
use store::account::{self, users};
use store::clients::{self, ClientOwner};
use store::platform::health;
use store::{Page, SCHEMA_VERSION, workspace};

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
            let found = read_tx!(db, |tx| store::clients::search::clients_of(tx, owner, part, page, NOW));
            (found.items.into_iter().map(|c| (c.id, c.secrets.len())).collect::<Vec<_>>(), found.total)
        };
        let (ours, own) = (ClientOwner::Workspace(workspace_id(1)), ClientOwner::User(user_id(1)));
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
            let found = read_tx!(db, |tx| store::clients::search::all_clients(tx, part, trust, all, NOW));
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
                let session = domain::account::Session { proof: password_at(auth_time), ..session(n, 1) };
                store::account::sessions::insert(tx, &session).await?;
            }
            let mut owned = client(5);
            owned.owner_workspace_id = Some(workspace_id(1));
            clients::insert(tx, &owned).await
        });
        let find = async |part, page| {
            let found = read_tx!(db, |tx| account::search::users(tx, part, page));
            let told = found.items.into_iter().map(|one| (one.user, one.workspaces, one.last_sign_in_at));
            (told.collect::<Vec<_>>(), found.total)
        };
        let (one, two) = ((user(1), 1, Some(at(50))), (user(2), 0, None));
        for part in ["PERSON", "@example", ""] {
            assert_eq!(find(part, Page::default()).await, (vec![one.clone(), two.clone()], 2), "{part}");
        }
        let by_id = async |n| {
            let found = read_tx!(db, |tx| account::search::user(tx, user_id(n)));
            found.map(|one| (one.user, one.workspaces, one.last_sign_in_at))
        };
        assert_eq!((by_id(1).await, by_id(9).await), (Some(one.clone()), None));
        assert_eq!(find("person", Page::new(2, 1)).await, (vec![two.clone()], 2));
        assert_eq!(find("person2@EXAMPLE", Page::default()).await, (vec![two], 1), "by the address");
        assert_eq!(find("Person 1", Page::default()).await, (vec![one], 1), "by the name");
        assert_eq!(find("nobody", Page::default()).await, (vec![], 0));

        write_tx!(db, |tx| store::workspace::put_member(tx, &member(2, 1, Role::Member)));
        let members = async |part, page| {
            let found = read_tx!(db, |tx| workspace::search::members(tx, workspace_id(1), part, page));
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
        let none = read_tx!(db, |tx| workspace::search::members(tx, workspace_id(2), "person", Page::default()));
        assert_eq!((none.items, none.total), (vec![], 0), "another workspace's");

        let find = async |part| {
            let found = read_tx!(db, |tx| workspace::search::workspaces(tx, part, Page::default()));
            let told = found.items.into_iter().map(|one| (one.workspace.id, one.members, one.applications));
            (told.collect::<Vec<_>>(), found.total)
        };
        assert_eq!(find("workspace").await, (vec![(workspace_id(1), 2, 1), (workspace_id(2), 0, 0)], 2));
        assert_eq!(find("ace 2").await, (vec![(workspace_id(2), 0, 0)], 1));
    })
    .await;
}

/// More names than three blocks of the index hold: half are called one thing, half another, and a few something else.
async fn crowd(db: &Db) {
    write_tx!(db, |tx| async {
        store::workspace::insert(tx, &workspace(1)).await?;
        store::workspace::insert(tx, &workspace(2)).await?;
        for n in 1..=200 {
            let name = match n {
                7 | 199 => format!("Café Ünïon {n}"),
                _ if n % 2 == 0 => format!("Grüner Tee {n}"),
                _ => format!("Schwarzer Kaffee {n}"),
            };
            let user = domain::account::User { name: name.clone(), ..user(n) };
            users::insert(tx, &user).await?;
            if n % 4 == 0 || n > 195 {
                store::workspace::put_member(tx, &member(n, 1, Role::Member)).await?;
            }
            let mut client = client(n);
            client.name = name;
            client.created_at = at(i64::from(n));
            client.owner_workspace_id = Some(workspace_id(1 + n % 2));
            client.trust = if n % 3 == 0 { Trust::Verified } else { Trust::Unverified };
            clients::insert(tx, &client).await?;
        }
        Ok(())
    });
}

const NOBODY: [u8; 0] = [];

async fn clients_with(db: &Db, part: &'static str, trust: Option<Trust>) -> Vec<u8> {
    let found = read_tx!(db, |tx| store::clients::search::all_clients(tx, part, trust, Page::default(), NOW));
    let numbers = found.items.iter().map(|c| (1..=200).find(|n| client_id(*n) == c.id).unwrap());
    let numbers: Vec<u8> = numbers.collect();
    assert_eq!(found.total.min(100), i64::try_from(numbers.len()).unwrap(), "{part}");
    assert!(!found.more);
    numbers
}

async fn owned(db: &Db, part: &'static str, workspace: u8) -> i64 {
    let owner = ClientOwner::Workspace(workspace_id(workspace));
    read_tx!(db, |tx| store::clients::search::clients_of(tx, owner, part, Page::default(), NOW)).total
}

async fn members_with(db: &Db, part: &'static str) -> Vec<u8> {
    let found = read_tx!(db, |tx| workspace::search::members(tx, workspace_id(1), part, Page::default()));
    found.items.iter().map(|(member, _)| (1..=200).find(|n| user_id(*n) == member.user_id).unwrap()).collect()
}

/// What a crowd is found by, in blocks that are closed and in the one that is not.
async fn finds_the_crowd(db: &Db) {
    for part in ["CAFÉ", "ÜNÏ", "ünï", "é ü", "fé ünïon"] {
        assert_eq!(clients_with(db, part, None).await, [199, 7], "{part}, newest first");
    }
    assert_eq!(clients_with(db, "ünïon 7", None).await, [7]);
    assert_eq!(clients_with(db, "ünïon", Some(Trust::Verified)).await, NOBODY);
    assert_eq!(clients_with(db, "ünïon", Some(Trust::Unverified)).await, [199, 7]);
    assert_eq!(clients_with(db, "cafe", None).await, NOBODY, "an accent makes another letter");
    assert_eq!(clients_with(db, "tee 9", None).await, [98, 96, 94, 92, 90]);
    assert_eq!(clients_with(db, "schwarzer tee", None).await, NOBODY, "runs that all occur, and not in a row");
    assert_eq!(
        clients_with(db, "Ü", None).await.len(),
        100,
        "one letter: all green teas and both unions, a page of them"
    );
    let verified: Vec<u8> = (1..=200).rev().filter(|n| n % 3 == 0).collect();
    assert_eq!(clients_with(db, "", Some(Trust::Verified)).await, verified);
    assert_eq!((owned(db, "tee", 1).await, owned(db, "tee", 2).await, owned(db, "kaffee", 2).await), (100, 0, 98));
    let second = read_tx!(db, |tx| store::clients::search::all_clients(tx, "grüner", None, Page::new(4, 30), NOW));
    assert_eq!((second.items.len(), second.total), (10, 100));
    assert_eq!(second.items[0].id, client_id(20));
    let found = read_tx!(db, |tx| account::search::users(tx, "ÜNÏON", Page::default()));
    assert_eq!(found.items.iter().map(|one| one.user.id).collect::<Vec<_>>(), [user_id(7), user_id(199)]);
    let found = read_tx!(db, |tx| account::search::users(tx, "person123@", Page::default()));
    assert_eq!(found.items.iter().map(|one| one.user.id).collect::<Vec<_>>(), [user_id(123)]);
    assert_eq!(members_with(db, "ünïon").await, [199]);
    let teas: Vec<u8> = (1..=200).filter(|n| n % 4 == 0 || (*n > 195 && n % 2 == 0)).collect();
    assert_eq!(members_with(db, "TEE").await, teas);
    let own = ClientOwner::Workspace(workspace_id(1));
    let listed = read_tx!(db, |tx| clients::list_for_owner(tx, own, Page::new(1, 1), NOW));
    let members = read_tx!(db, |tx| store::workspace::list_members(tx, workspace_id(1), Page::new(1, 1)));
    assert_eq!((listed.total, members.total), (100, 53));
}

#[tokio::test]
async fn names_are_found_in_every_block_whatever_the_case_of_their_letters() {
    for_each_database(async |db| {
        crowd(db).await;
        finds_the_crowd(db).await;
    })
    .await;
}

#[tokio::test]
async fn what_changes_is_found_as_it_is_now() {
    for_each_database(async |db| {
        crowd(db).await;
        // In a closed block and in the last one.
        for n in [10, 200] {
            let mut renamed = read_tx!(db, |tx| clients::by_id(tx, &client_id(n), NOW)).unwrap();
            renamed.name = "Weißer Tee".to_owned();
            renamed.trust = Trust::FirstParty;
            renamed.owner_workspace_id = Some(workspace_id(2));
            assert!(write_tx!(db, |tx| clients::update(tx, &renamed)));
        }
        assert_eq!(clients_with(db, "WEISSER", None).await, [200, 10], "ß is ss");
        assert_eq!(clients_with(db, "grüner tee 10", None).await, [108, 106, 104, 102, 100], "no longer 10");
        assert_eq!(clients_with(db, "tee", Some(Trust::FirstParty)).await, [200, 10]);
        assert_eq!((owned(db, "tee", 1).await, owned(db, "weiß", 2).await), (98, 2));
        for n in [7, 199] {
            assert!(write_tx!(db, |tx| clients::soft_delete(tx, &client_id(n), NOW)));
        }
        assert_eq!(clients_with(db, "ünïon", None).await, NOBODY);

        assert!(write_tx!(db, |tx| store::workspace::remove_member(tx, user_id(199), workspace_id(1))));
        write_tx!(db, |tx| store::workspace::put_member(tx, &member(7, 1, Role::Member)));
        assert_eq!(members_with(db, "ünïon").await, [7]);
        write_tx!(db, |tx| store::workspace::put_member(tx, &member(7, 1, Role::Admin)));
        let members = read_tx!(db, |tx| store::workspace::list_members(tx, workspace_id(1), Page::new(1, 1)));
        assert_eq!(members.total, 53, "one came, one went, and one changed their role");
        let found = read_tx!(db, |tx| workspace::search::workspaces(tx, "", Page::default()));
        let told = found.items.iter().map(|one| (one.members, one.applications)).collect::<Vec<_>>();
        assert_eq!((told, found.total), (vec![(53, 98), (0, 100)], 2));
        let profile = user(7);
        let changed = write_tx!(db, |tx| async {
            let profile = users::Profile {
                email: &profile.email,
                email_verified: true,
                name: "Σίσυφος",
                picture: None,
                default_workspace_id: None,
                locale: None,
                zone: None,
            };
            users::update_profile(tx, user_id(7), &profile, NOW).await
        });
        assert!(changed);
        assert_eq!(members_with(db, "ΣΊΣΥΦΟΣ").await, [7]);
        assert!(write_tx!(db, |tx| store::workspace::rename(tx, workspace_id(2), "Ärzte", NOW)));
        let found = read_tx!(db, |tx| workspace::search::workspaces(tx, "äRZ", Page::default()));
        assert_eq!((found.items[0].workspace.id, found.total), (workspace_id(2), 1));
        let own = read_tx!(db, |tx| store::workspace::page_for_user(tx, user_id(4), "SPACE", Page::default()));
        assert_eq!(own.total, 1);
    })
    .await;
}

#[tokio::test]
async fn registrations_that_nobody_used_leave_the_index() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            for n in 10..200 {
                let mut anonymous = client(n);
                anonymous.name = format!("Fleeting {n}");
                anonymous.trust = Trust::Anonymous;
                anonymous.secrets.clear();
                clients::insert(tx, &anonymous).await?;
            }
            Ok(())
        });
        assert_eq!(clients_with(db, "fleeting 1", None).await.len(), 100);
        assert_eq!(write_tx!(db, |tx| clients::reap_unused(tx, at(1), 1000)), 190);
        assert_eq!(clients_with(db, "fleeting", None).await, NOBODY);
        let mut again = client(9);
        again.name = "Fleeting no more".to_owned();
        write_tx!(db, |tx| clients::insert(tx, &again));
        assert_eq!(clients_with(db, "fleeting", None).await, [9]);
    })
    .await;
}

#[tokio::test]
async fn names_from_before_the_index_are_found_like_all_others() {
    for_each_database(async |db| {
        crowd(db).await;
        write_tx!(db, |tx| async {
            for statement in [
                "DROP TABLE names",
                "DROP TABLE name_bits",
                "DROP TABLE name_counts",
                "DROP INDEX consents_workspace_first",
                "DROP INDEX consents_workspace_scopes",
                "DROP INDEX grants_workspace_used",
                "CREATE INDEX clients_names ON clients (name)",
                "CREATE INDEX users_names ON users (name)",
                "DELETE FROM schema_migrations WHERE version = 15",
            ] {
                tx.execute(statement, &[]).await?;
            }
            Ok(())
        });
        assert_eq!(store::migrate(&db.url, &db.options()).await.unwrap(), [15]);
        finds_the_crowd(db).await;
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
