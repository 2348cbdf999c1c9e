//! Invitations, on both databases.
use crate::common;
use common::*;
use domain::InvitationId;
use domain::account::Email;
use domain::workspace::{Invitation, InvitationState, Role};
use store::account::users;
use store::workspace::invitations::{self, NamedInvitation};
use store::{Page, StoreError};

fn id(n: u8) -> InvitationId {
    InvitationId::new(NOW, [n; 10])
}

fn invitation(n: u8, role: Role) -> Invitation {
    Invitation {
        id: id(n),
        workspace_id: workspace_id(1),
        role,
        hash: hash(n),
        email: (n == 1).then(|| Email::parse("guest@example.com").unwrap()),
        created_by: Some(user_id(1)),
        created_at: at(i64::from(n)),
        expires_at: at(100),
        used_at: None,
        used_by: None,
        revoked_at: None,
    }
}

#[tokio::test]
async fn invitations_are_used_revoked_and_forgotten() {
    for_each_database(async |db| {
        populate(db).await;
        write_tx!(db, |tx| async {
            invitations::insert(tx, &invitation(1, Role::Member)).await?;
            invitations::insert(tx, &invitation(2, Role::Admin)).await?;
            invitations::insert(tx, &invitation(3, Role::Owner)).await?;
            let by_key = Invitation { created_by: None, ..invitation(4, Role::Member) };
            invitations::insert(tx, &by_key).await
        });
        let look = async |n| read_tx!(db, |tx| invitations::by_hash(tx, &hash(n)));
        let first = NamedInvitation {
            invitation: invitation(1, Role::Member),
            workspace_name: "Workspace 1".to_owned(),
            inviter_name: Some(user(1).name),
            inviting: true,
        };
        assert_eq!(look(1).await, Some(first.clone()));
        assert_eq!((look(4).await.unwrap().inviter_name, look(9).await), (None, None));
        let open = async |page, now| {
            let list = read_tx!(db, |tx| invitations::list_open(tx, workspace_id(1), page, now));
            (list.items.iter().map(|named| named.invitation.id).collect::<Vec<_>>(), list.total)
        };
        assert_eq!(open(Page::new(1, 3), NOW).await, (vec![id(4), id(3), id(2)], 4));
        assert_eq!(open(Page::new(2, 3), at(99)).await, (vec![id(1)], 4));
        assert_eq!(open(Page::default(), at(100)).await, (vec![], 0), "expired");

        let one = async |of, n, now| read_tx!(db, |tx| invitations::open(tx, workspace_id(of), id(n), now));
        assert_eq!(one(1, 1, at(99)).await, Some(first));
        assert_eq!((one(2, 1, at(99)).await, one(1, 1, at(100)).await), (None, None));

        let use_up = async |n, now| write_tx!(db, |tx| invitations::use_up(tx, id(n), user_id(2), now));
        // Neither side's account may be disabled; one that a key made has no side.
        for disabled in [1, 2] {
            let set = async |to| write_tx!(db, |tx| users::set_disabled(tx, user_id(disabled), to, at(5)));
            assert!(set(true).await && !use_up(1, at(9)).await);
            let paused = look(1).await.unwrap();
            let state = if disabled == 1 { InvitationState::Paused } else { InvitationState::Open };
            assert_eq!(paused.invitation.state(paused.inviting, at(9)), state);
            assert_eq!(paused.invitation.state(paused.inviting, at(100)), InvitationState::Expired);
            assert!(look(4).await.unwrap().inviting);
            assert!(set(false).await);
        }
        assert!(!use_up(1, at(100)).await, "expired");
        assert!(use_up(1, at(9)).await && !use_up(1, at(9)).await);
        assert_eq!(one(1, 1, at(9)).await, None, "used");
        let used = look(1).await.unwrap().invitation;
        assert_eq!(
            (used.used_at, used.used_by, used.state(true, at(9))),
            (Some(at(9)), Some(user_id(2)), InvitationState::Used)
        );
        let revoke =
            async |n, workspace| write_tx!(db, |tx| invitations::revoke(tx, workspace_id(workspace), id(n), at(10)));
        assert!(!revoke(1, 1).await && !revoke(4, 2).await);
        assert!(revoke(4, 1).await && !revoke(4, 1).await && !use_up(4, at(11)).await);
        let beyond =
            async |role| write_tx!(db, |tx| invitations::revoke_beyond(tx, workspace_id(1), user_id(1), role, at(20)));
        assert_eq!(beyond(Some(Role::Owner)).await, 0);
        assert_eq!(beyond(Some(Role::Admin)).await, 1, "the one to an owner");
        assert_eq!(look(3).await.unwrap().invitation.state(true, at(20)), InvitationState::Revoked);
        assert_eq!(beyond(Some(Role::Member)).await, 1);
        assert_eq!(beyond(None).await, 0);
        assert_eq!(open(Page::default(), NOW).await.1, 0);
        assert_eq!(write_tx!(db, |tx| invitations::delete_expired(tx, at(100), 3)), 0);
        assert_eq!(write_tx!(db, |tx| invitations::delete_expired(tx, at(101), 3)), 3);
        let twice = db.store.write(|tx| {
            Box::pin(async move {
                invitations::insert(tx, &invitation(5, Role::Member)).await?;
                invitations::insert(tx, &Invitation { id: id(6), ..invitation(5, Role::Member) }).await
            })
        });
        assert!(matches!(twice.await, Err(StoreError::Conflict(_))));
    })
    .await;
}
