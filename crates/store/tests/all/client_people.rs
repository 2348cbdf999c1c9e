//! The people of an application, as its owner sees them, on both databases.
use crate::common;
use common::*;
use domain::workspace::Role;
use store::grants::{self, client_people, consents};
use store::{Page, UserCursor, clients, workspace};

#[tokio::test]
async fn people_are_put_together_and_members_are_known() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            clients::insert(tx, &client(12)).await?;
            workspace::put_member(tx, &member(1, 2, Role::Member)).await?;
            let more =
                [(1, Some(workspace_id(1)), "email"), (1, None, "profile"), (2, Some(workspace_id(1)), "openid")];
            for (n, workspace, scope) in more {
                consents::put(tx, user_id(n), &client_id(12), workspace, &scopes(scope), at(5)).await?;
            }
            let mut grant = grant(12);
            grant.client_id = client_id(12);
            grants::redeem(tx, &grant).await
        });
        let owner = Some(workspace_id(2));
        let page = async |n, limit, beside| {
            read_tx!(db, |tx| client_people::page(tx, &client_id(12), owner, Page::new(n, limit), beside))
        };
        let all = page(1, 20, UserCursor::PageNumber).await;
        assert_eq!((all.total, all.items.len()), (2, 2));
        let (one, two) = (&all.items[0], &all.items[1]);
        assert_eq!((one.user_id, two.user_id), (user_id(1), user_id(2)));
        assert_eq!(one.workspaces, [None, Some(workspace_id(1))]);
        assert!(one.scopes.contains("email") && one.scopes.contains("profile") && !one.scopes.contains("openid"));
        assert_eq!((one.last_used_at, two.last_used_at, one.since), (Some(NOW), None, at(5)));
        assert_eq!(page(2, 1, UserCursor::PageNumber).await.items.as_slice(), std::slice::from_ref(two));
        for (beside, found) in [
            (UserCursor::After(user_id(1)), vec![two]),
            (UserCursor::After(user_id(2)), vec![]),
            (UserCursor::Before(user_id(2)), vec![one]),
            (UserCursor::Before(user_id(9)), vec![two]),
        ] {
            let limit = if found.len() == 1 { 1 } else { 20 };
            // The number is not passed over again.
            let page = page(7, limit, beside).await;
            assert_eq!((page.items.iter().collect::<Vec<_>>(), page.total), (found, 2), "{beside:?}");
        }
        let both = page(1, 20, UserCursor::Before(user_id(9))).await;
        assert_eq!(both.items, all.items, "in the same order");
        let find = async |n| read_tx!(db, |tx| client_people::find(tx, &client_id(12), owner, user_id(n)));
        assert_eq!((find(1).await.as_ref(), find(3).await), (Some(one), None));
        let stranger = read_tx!(db, |tx| client_people::find(tx, &client_id(12), None, user_id(2))).unwrap();
        assert!(!stranger.is_member, "of no workspace");
        assert_eq!((one.is_member, two.is_member), (true, false));
        let living = async |now| read_tx!(db, |tx| client_people::living_grants(tx, &client_id(12), now));
        assert_eq!((living(NOW).await, living(at(4_000_000_000)).await), (1, 0));
    })
    .await;
}
