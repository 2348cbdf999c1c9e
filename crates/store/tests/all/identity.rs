//! Users, workspaces, members and sessions, on both databases.
use crate::common;
use common::*;
use domain::account::{Email, Session};
use domain::workspace::Role;
use store::account::{sessions, users};
use store::{Page, StoreError, workspace};

#[tokio::test]
async fn users_are_found_changed_and_listed() {
    for_each_database(async |db| {
        assert!(!read_tx!(db, |tx| users::has_operator(tx)));
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        write_tx!(db, |tx| users::insert(tx, &user(2)));
        assert_eq!(read_tx!(db, |tx| users::by_id(tx, user_id(1))), Some(user(1)));
        assert_eq!(read_tx!(db, |tx| users::by_id(tx, user_id(9))), None);
        assert_eq!(read_tx!(db, |tx| users::by_email_key(tx, "person2@example.com")), Some(user(2)));
        assert_eq!(read_tx!(db, |tx| users::by_email_key(tx, "Person2@example.com")), None);

        write_tx!(db, |tx| workspace::insert(tx, &workspace(1)));
        let email = Email::parse("new@example.com").unwrap();
        let moved = email.clone();
        assert!(write_tx!(db, |tx| async {
            let profile = users::Profile {
                email: &moved,
                email_verified: false,
                name: "New",
                picture: None,
                default_workspace_id: Some(workspace_id(1)),
                locale: Some("de"),
                zone: Some(&"Europe/Berlin".parse().unwrap()),
            };
            assert!(!users::update_profile(tx, user_id(9), &profile, at(5)).await?);
            users::update_profile(tx, user_id(1), &profile, at(5)).await
        }));
        assert!(write_tx!(db, |tx| users::set_password(tx, user_id(1), None, at(6))));
        assert!(write_tx!(db, |tx| users::set_disabled(tx, user_id(1), true, at(7))));
        assert!(write_tx!(db, |tx| users::set_operator(tx, user_id(1), true, at(8))));
        let changed = read_tx!(db, |tx| users::by_email_key(tx, "new@example.com")).unwrap();
        assert_eq!((changed.email, changed.email_verified, changed.name.as_str()), (email, false, "New"));
        assert_eq!((changed.picture, changed.password_hash), (None, None));
        assert_eq!(changed.default_workspace_id, Some(workspace_id(1)));
        assert_eq!(changed.locale.as_deref(), Some("de"));
        assert_eq!(changed.zone.map(|zone| zone.to_string()).as_deref(), Some("Europe/Berlin"));
        assert_eq!((changed.disabled_at, changed.is_operator), (Some(at(7)), true));
        assert_eq!((changed.created_at, changed.updated_at), (NOW, at(8)));
        assert!(!read_tx!(db, |tx| users::has_operator(tx)), "a disabled operator runs nothing");
        write_tx!(db, |tx| users::set_disabled(tx, user_id(1), false, at(9)));
        assert!(read_tx!(db, |tx| users::has_operator(tx)));

        let page = read_tx!(db, |tx| users::list(tx, Page::new(2, 1)));
        assert_eq!((page.items, page.total), (vec![user(2)], 2));
        assert_eq!(read_tx!(db, |tx| users::count_all(tx)), 2);
    })
    .await;
}

#[tokio::test]
async fn a_password_is_changed_from_the_one_that_was_known() {
    for_each_database(async |db| {
        populate(db).await;
        let change = async |from, to| write_tx!(db, |tx| users::change_password(tx, user_id(1), from, to, at(1)));
        assert!(change("$argon2id$test", "$argon2id$new").await);
        assert!(!change("$argon2id$test", "$argon2id$late").await, "somebody else was first");
        let now = read_tx!(db, |tx| users::by_id(tx, user_id(1))).unwrap();
        assert_eq!((now.password_hash.as_deref(), now.updated_at), (Some("$argon2id$new"), at(1)));
    })
    .await;
}

#[tokio::test]
async fn a_taken_address_is_a_conflict_with_a_name_and_changes_nothing() {
    for_each_database(async |db| {
        write_tx!(db, |tx| users::insert(tx, &user(1)));
        let mut other = user(2);
        other.email = Email::parse("PERSON1@EXAMPLE.COM").unwrap();
        let refused = db.store.write(move |tx| Box::pin(async move { users::insert(tx, &other).await })).await;
        assert_eq!(refused, Err(StoreError::Conflict("users.email_key".to_owned())));
        let again = db.store.write(|tx| Box::pin(async move { users::insert(tx, &user(1)).await })).await;
        // Which of the two keys is named first is the database's choice.
        assert!(matches!(again, Err(StoreError::Conflict(key)) if key.starts_with("users.")));
        assert_eq!(read_tx!(db, |tx| users::count_all(tx)), 1);
    })
    .await;
}

#[tokio::test]
async fn workspaces_and_members() {
    for_each_database(async |db| {
        populate(db).await;
        assert_eq!(read_tx!(db, |tx| workspace::by_id(tx, workspace_id(1))), Some(workspace(1)));
        assert!(write_tx!(db, |tx| workspace::rename(tx, workspace_id(2), "Another", at(1))));
        assert!(!write_tx!(db, |tx| workspace::rename(tx, workspace_id(9), "Nobody's", at(1))));
        let page = read_tx!(db, |tx| workspace::list(tx, Page::default()));
        assert_eq!(page.items.iter().map(|w| w.name.as_str()).collect::<Vec<_>>(), ["Workspace 1", "Another"]);
        assert_eq!(page.total, 2);

        write_tx!(db, |tx| workspace::put_member(tx, &member(1, 2, Role::Owner)));
        let mine = read_tx!(db, |tx| workspace::list_for_user(tx, user_id(1)));
        let mine: Vec<_> = mine.iter().map(|m| (m.workspace_name.as_str(), m.roles.claim())).collect();
        let roles = |role: &str| vec![role.to_owned(), "auditor".to_owned()];
        assert_eq!(mine, [("Another", roles("owner")), ("Workspace 1", roles("admin"))]);
        let find = |part, n| async move {
            let page = read_tx!(db, |tx| workspace::page_for_user(tx, user_id(1), part, Page::new(n, 1)));
            (page.items.into_iter().map(|m| m.workspace_id).collect::<Vec<_>>(), page.total)
        };
        let (first, second) = (vec![workspace_id(2)], vec![workspace_id(1)]);
        assert_eq!((find("", 1).await, find("", 2).await), ((first, 2), (second.clone(), 2)));
        assert_eq!((find("SPACE 1", 1).await, find("%", 1).await), ((second, 1), (vec![], 0)));
        let one = |n, of| async move {
            let found = read_tx!(db, |tx| workspace::membership(tx, user_id(of), workspace_id(n)));
            found.map(|m| (m.workspace_name, m.roles.role))
        };
        assert_eq!(one(2, 1).await, Some(("Another".to_owned(), Role::Owner)));
        assert_eq!(one(2, 2).await, None, "no member of it");

        let mut changed = member(1, 2, Role::Member);
        changed.roles.extra.clear();
        (changed.created_at, changed.updated_at) = (at(3), at(3));
        let put = changed.clone();
        write_tx!(db, |tx| workspace::put_member(tx, &put));
        changed.created_at = NOW;
        assert_eq!(read_tx!(db, |tx| workspace::member(tx, user_id(1), workspace_id(2))), Some(changed));
        assert_eq!(read_tx!(db, |tx| workspace::member(tx, user_id(2), workspace_id(2))), None);

        write_tx!(db, |tx| workspace::put_member(tx, &member(2, 1, Role::Member)));
        let page = read_tx!(db, |tx| workspace::list_members(tx, workspace_id(1), Page::new(1, 1)));
        assert_eq!((page.items, page.total), (vec![(member(1, 1, Role::Admin), user(1))], 2));

        let home = async |who: u8, named: Option<u8>| {
            let found = if let Some(n) = named {
                read_tx!(db, |tx| workspace::subject(tx, user_id(who), Some(workspace_id(n)), &client_id(1)))
            } else {
                read_tx!(db, |tx| workspace::at_home(tx, user_id(who)))
            };
            found.map(|s| (s.user.id, s.workspace.map(|(workspace, roles)| (workspace.id, roles.role))))
        };
        let of = |who: u8, home: Option<(u8, Role)>| Some((user_id(who), home.map(|(w, r)| (workspace_id(w), r))));
        assert_eq!(home(1, Some(2)).await, of(1, Some((2, Role::Member))), "a workspace that is named");
        assert_eq!(home(1, None).await, of(1, None), "two workspaces and no default");
        assert_eq!(home(2, None).await, of(2, Some((1, Role::Member))), "the only one");
        assert_eq!(home(2, Some(2)).await, of(2, None), "no member of it");
        assert_eq!(home(9, None).await, None, "nobody");
        assert!(write_tx!(db, |tx| workspace::remove_member(tx, user_id(1), workspace_id(2))));
        assert!(!write_tx!(db, |tx| workspace::remove_member(tx, user_id(1), workspace_id(2))));
        assert_eq!(read_tx!(db, |tx| workspace::list_for_user(tx, user_id(1))).len(), 1);

        let nowhere =
            db.store.write(|tx| Box::pin(async move { workspace::put_member(tx, &member(1, 9, Role::Member)).await }));
        assert_eq!(nowhere.await, Err(StoreError::BrokenReference));
    })
    .await;
}

#[tokio::test]
async fn an_owner_counts_when_they_can_sign_in() {
    for_each_database(async |db| {
        populate(db).await;
        let other = async |than| read_tx!(db, |tx| workspace::has_other_owner(tx, workspace_id(1), user_id(than)));
        assert!(!other(2).await, "an admin is no owner");
        write_tx!(db, |tx| workspace::put_member(tx, &member(1, 1, Role::Owner)));
        assert!(other(2).await && !other(1).await);
        write_tx!(db, |tx| users::set_disabled(tx, user_id(1), true, NOW));
        assert!(!other(2).await);
    })
    .await;
}

#[tokio::test]
async fn sessions_live_and_end() {
    for_each_database(async |db| {
        populate(db).await;
        for n in 1..=4 {
            write_tx!(db, |tx| sessions::insert(tx, &session(n, 1)));
        }
        write_tx!(db, |tx| sessions::insert(tx, &session(5, 2)));
        let found = read_tx!(db, |tx| sessions::by_secret_hash(tx, &hash(1), NOW));
        assert_eq!(found, Some((session(1, 1), user(1))));
        assert_eq!(read_tx!(db, |tx| sessions::by_secret_hash(tx, &hash(9), NOW)), None);
        assert_eq!(read_tx!(db, |tx| sessions::by_secret_hash(tx, &hash(1), at(3600))), None, "expired");

        assert!(write_tx!(db, |tx| sessions::touch(tx, session_id(1), at(10), at(7200))));
        assert!(!write_tx!(db, |tx| sessions::touch(tx, session_id(9), at(10), at(7200))));
        let (touched, _) = read_tx!(db, |tx| sessions::by_secret_hash(tx, &hash(1), at(3600))).unwrap();
        assert_eq!((touched.last_seen_at, touched.expires_at), (at(10), at(7200)));

        let again = Session {
            secret_hash: hash(77),
            proof: password_at(at(20)),
            last_seen_at: at(20),
            expires_at: at(7300),
            ip: "2001:db8::7".to_owned(),
            user_agent: "Another".to_owned(),
            ..touched
        };
        let renewed = again.clone();
        assert!(write_tx!(db, |tx| sessions::reauthenticate(tx, &renewed)));
        assert_eq!(read_tx!(db, |tx| sessions::by_secret_hash(tx, &hash(1), NOW)), None, "the old secret is void");
        assert_eq!(read_tx!(db, |tx| sessions::by_secret_hash(tx, &hash(77), NOW)).unwrap().0, again);
        let others = Session { user_id: user_id(2), secret_hash: hash(78), ..again };
        assert!(!write_tx!(db, |tx| sessions::reauthenticate(tx, &others)), "another's session");

        let mine = read_tx!(db, |tx| sessions::list_for_user(tx, user_id(1), NOW));
        assert_eq!(mine.iter().map(|s| s.id).collect::<Vec<_>>(), [1, 2, 3, 4].map(session_id));
        let second = read_tx!(db, |tx| sessions::page_for_user(tx, user_id(1), Page::new(2, 3), NOW));
        assert_eq!((second.items.iter().map(|s| s.id).collect::<Vec<_>>(), second.total), (vec![session_id(4)], 4));
        let late = read_tx!(db, |tx| sessions::page_for_user(tx, user_id(1), Page::default(), at(3600)));
        assert_eq!((late.items.len(), late.total), (1, 1), "the others have expired");
        let one = |n, of, now| async move { read_tx!(db, |tx| sessions::of_user(tx, session_id(n), user_id(of), now)) };
        assert_eq!(one(4, 1, NOW).await.map(|s| s.id), Some(session_id(4)));
        assert_eq!((one(4, 2, NOW).await, one(4, 1, at(3600)).await, one(9, 1, NOW).await), (None, None, None));
        assert!(write_tx!(db, |tx| sessions::end(tx, session_id(2))));
        assert!(!write_tx!(db, |tx| sessions::end(tx, session_id(2))));
        assert!(!write_tx!(db, |tx| sessions::end_for_user(tx, session_id(5), user_id(1))), "another's session");
        assert!(write_tx!(db, |tx| sessions::end_for_user(tx, session_id(3), user_id(1))));
        assert_eq!(write_tx!(db, |tx| sessions::end_all_for_user(tx, user_id(1), Some(session_id(1)))), 1);
        assert_eq!(write_tx!(db, |tx| sessions::end_all_for_user(tx, user_id(1), None)), 1);
        assert_eq!(read_tx!(db, |tx| sessions::list_for_user(tx, user_id(1), NOW)), []);

        write_tx!(db, |tx| users::set_disabled(tx, user_id(2), true, NOW));
        assert_eq!(read_tx!(db, |tx| sessions::by_secret_hash(tx, &hash(5), NOW)), None, "the user is disabled");
        assert_eq!(write_tx!(db, |tx| sessions::delete_expired(tx, at(3600), 10)), 0);
        assert_eq!(write_tx!(db, |tx| sessions::delete_expired(tx, at(3601), 10)), 1);
    })
    .await;
}
