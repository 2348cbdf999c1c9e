//! Grants and the rows that die with tokens, on both databases.
use crate::common;
use common::*;
use domain::clients::SubType;
use domain::grants::{EndReason, Grant, RefreshState};
use domain::workspace::{AppPolicy, Role};
use store::account::users;
use store::grants::revoked_tokens::{self, OneTimeUse, SingleUse};
use store::grants::{self, EndedGrant, GrantSelection, Redeemed, Rotated};
use store::{clients, workspace};

#[tokio::test]
async fn a_code_is_redeemed_once_and_a_replay_ends_its_grant() {
    everywhere(async |db| {
        populate(db).await;
        assert_eq!(write_tx!(db, |tx| grants::redeem(tx, &grant(1))), Redeemed::First);
        let mut replay = grant(2);
        replay.code_id = token(1);
        assert_eq!(write_tx!(db, |tx| grants::redeem(tx, &replay)), Redeemed::Replayed);
        assert_eq!(read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(2), None)), None);
        let end = async || write_tx!(db, |tx| grants::end_by_code(tx, token(1), EndReason::CodeReplayed, at(7)));
        assert_eq!(end().await, Some(grant_id(1)));
        assert_eq!(end().await, None, "ended once");
        let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), None)).unwrap();
        assert_eq!(context.grant.ended, Some((at(7), EndReason::CodeReplayed)));
    })
    .await;
}

#[tokio::test]
async fn the_context_tells_all_that_a_grant_rests_on() {
    everywhere(async |db| {
        populate(db).await;
        write_tx!(db, |tx| grants::redeem(tx, &grant(1)));
        let look = async || read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), Some(token(9)))).unwrap();
        let context = look().await;
        assert_eq!(context.grant, grant(1), "everything comes back as it went in");
        assert!(context.user_active && context.client_active && !context.token_revoked);
        assert_eq!(context.roles, Some(member(1, 1, Role::Admin).roles));
        assert_eq!(context.tenant_id, Some(workspace_id(1)));

        write_tx!(db, |tx| revoked_tokens::revoke_token(tx, token(9), at(100)));
        assert!(look().await.token_revoked);
        let other = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), Some(token(8)))).unwrap();
        assert!(!other.token_revoked);
        write_tx!(db, |tx| users::set_disabled(tx, user_id(1), true, NOW));
        assert!(!look().await.user_active);
        write_tx!(db, |tx| clients::set_disabled(tx, &client_id(1), true, NOW));
        assert!(!look().await.client_active);
        write_tx!(db, |tx| workspace::remove_member(tx, user_id(1), workspace_id(1)));
        let lost = look().await;
        assert_eq!((lost.roles, lost.tenant_id), (None, None));
    })
    .await;
}

#[tokio::test]
async fn point_3_2_a_user_grant_keeps_the_workspace_of_its_consent() {
    everywhere(async |db| {
        populate(db).await;
        write_tx!(db, |tx| workspace::put_member(tx, &member(1, 2, Role::Owner)));
        let mut personal = grant(1);
        (personal.authorization.access.sub_type, personal.authorization.access.workspace_id, personal.refresh) =
            (SubType::User, None, None);
        (personal.authorization.session_id, personal.authorization.proof, personal.nonce) = (None, None, None);
        personal.authorization.home_workspace_id = Some(workspace_id(2));
        let expected = personal.clone();
        write_tx!(db, |tx| grants::redeem(tx, &personal));
        let mut nowhere = grant(2);
        (nowhere.authorization.access.sub_type, nowhere.authorization.access.workspace_id) = (SubType::User, None);
        write_tx!(db, |tx| grants::redeem(tx, &nowhere));
        let look = async |n| read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(n), None)).unwrap();
        let subject = async |home: Option<u8>| {
            let home = home.map(workspace_id);
            read_tx!(db, |tx| workspace::subject(tx, user_id(1), home, &client_id(1))).unwrap()
        };
        let kept = look(1).await;
        assert_eq!(kept.grant, expected);
        assert_eq!((kept.tenant_id, kept.roles), (Some(workspace_id(2)), Some(member(1, 2, Role::Owner).roles)));
        assert!(subject(Some(2)).await.workspace.is_some() && subject(None).await.workspace.is_none());
        assert_eq!(look(2).await.tenant_id, None, "no workspace was theirs at consent");
        // As long as that workspace allows the client, and the person is a member.
        let policy = async |to| write_tx!(db, |tx| store::grants::app_policy::set(tx, workspace_id(2), to, NOW));
        assert!(policy(AppPolicy::Listed).await);
        let forbidden = look(1).await;
        assert_eq!((forbidden.tenant_id, forbidden.roles), (None, None));
        assert!(!subject(Some(2)).await.allowed);
        assert!(policy(AppPolicy::All).await);
        assert_eq!(look(1).await.tenant_id, Some(workspace_id(2)));
        write_tx!(db, |tx| workspace::remove_member(tx, user_id(1), workspace_id(2)));
        let lost = look(1).await;
        assert_eq!((lost.tenant_id, lost.roles), (None, None));
    })
    .await;
}

#[tokio::test]
async fn refresh_moves_only_from_the_state_that_was_judged() {
    everywhere(async |db| {
        populate(db).await;
        write_tx!(db, |tx| grants::redeem(tx, &grant(1)));
        let first = refresh(1);
        let second = RefreshState { redeemed: Some(1), issued_at: at(30), ..refresh(2) };
        let rotate = async |from: RefreshState, to: RefreshState| {
            write_tx!(db, |tx| async move { grants::rotate(tx, grant_id(1), &from, &to, at(2000)).await })
        };
        let used = RefreshState { used: true, ..first };
        for wrong in [used, refresh(0), refresh(2)] {
            assert_eq!(rotate(wrong, second).await, Rotated::Lost);
        }
        assert_eq!(rotate(first, second).await, Rotated::Moved);
        assert_eq!(rotate(first, second).await, Rotated::Lost);
        let now = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), None)).unwrap().grant;
        assert_eq!(now.refresh, Some(second));
        assert_eq!((now.last_used_at, now.expires_at), (at(30), at(2000)));

        assert!(!write_tx!(db, |tx| grants::mark_used(tx, grant_id(1), 1)), "not the current one");
        assert!(write_tx!(db, |tx| grants::mark_used(tx, grant_id(1), 2)));
        assert!(!write_tx!(db, |tx| grants::mark_used(tx, grant_id(1), 2)), "known");
        let now = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), None)).unwrap().grant;
        assert!(now.refresh.unwrap().used);

        assert!(write_tx!(db, |tx| grants::touch(tx, grant_id(1), at(40), at(3000))));
        assert!(write_tx!(db, |tx| grants::end(tx, grant_id(1), EndReason::Revoked, at(50))));
        assert!(!write_tx!(db, |tx| grants::end(tx, grant_id(1), EndReason::SignedOut, at(60))));
        assert!(!write_tx!(db, |tx| grants::touch(tx, grant_id(1), at(70), at(9000))));
        assert!(!write_tx!(db, |tx| grants::mark_used(tx, grant_id(1), 2)));
        let used = RefreshState { used: true, ..second };
        assert_eq!(rotate(used, refresh(3)).await, Rotated::Lost, "the grant has ended");
        let ended = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(1), None)).unwrap().grant;
        assert_eq!(ended.ended, Some((at(50), EndReason::Revoked)));
        assert_eq!((ended.last_used_at, ended.expires_at), (at(40), at(3000)));
    })
    .await;
}

#[tokio::test]
async fn grants_end_together_by_what_they_share() {
    everywhere(async |db| {
        populate(db).await;
        write_tx!(db, |tx| clients::insert(tx, &client(2)));
        // By user, client and workspace. A workspace of 0 is a grant in the user's own name.
        let all = [(1, 1, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (1, 1, 0), (2, 2, 0)];
        for (n, (user, client, workspace)) in (1u8..).zip(all) {
            let mut made = grant(n);
            (made.authorization.user_id, made.client_id) = (user_id(user), client_id(client));
            made.authorization.access.workspace_id = (workspace > 0).then(|| workspace_id(workspace));
            made.authorization.by_token = (n == 4).then(|| pat_id(4));
            made.authorization.access.sub_type = if workspace > 0 { SubType::Workspace } else { SubType::User };
            write_tx!(db, |tx| grants::redeem(tx, &made));
        }
        let one = client_id(1);
        let mut expected_alive = vec![1, 2, 3, 4, 5, 6];
        let cases: [(GrantSelection, &[u8]); 8] = [
            (GrantSelection::Session(session_id(6)), &[6]),
            (GrantSelection::UserClientWorkspace(user_id(1), one.clone(), Some(workspace_id(2))), &[2]),
            (GrantSelection::UserClientWorkspace(user_id(1), one.clone(), None), &[5]),
            (GrantSelection::ByToken(pat_id(3)), &[]),
            (GrantSelection::ByToken(pat_id(4)), &[4]),
            (GrantSelection::UserAndClient(user_id(2), one.clone()), &[]),
            (GrantSelection::UserInWorkspace(user_id(1), workspace_id(1)), &[1, 3]),
            (GrantSelection::User(user_id(1)), &[]),
        ];
        for (whose, ends) in cases {
            let these = whose.clone();
            let ended = write_tx!(db, |tx| grants::end_each(tx, these, EndReason::Revoked, at(1)));
            assert_eq!(ended.len(), ends.len(), "{whose:?}");
            expected_alive.retain(|n| !ends.contains(n));
            for n in 1..=6 {
                let context = read_tx!(db, |tx| grants::by_id_with_context(tx, grant_id(n), None)).unwrap();
                assert_eq!(context.grant.ended.is_none(), expected_alive.contains(&n), "{whose:?}, grant {n}");
            }
        }
        write_tx!(db, |tx| grants::redeem(tx, &grant(7)));
        let mine = grant(7);
        let last = write_tx!(db, |tx| grants::end_each(
            tx,
            GrantSelection::UserAndClient(user_id(1), one),
            EndReason::Revoked,
            at(1)
        ));
        let Grant { id, client_id, authorization, .. } = mine;
        let (user_id, workspace_id) = (authorization.user_id, authorization.access.workspace_id);
        assert_eq!(last, [EndedGrant { id, client_id, user_id, workspace_id }], "and says which");
        let none = write_tx!(db, |tx| grants::end_each(tx, GrantSelection::User(user_id), EndReason::Revoked, at(1)));
        assert_eq!(none, [], "each ends once");
    })
    .await;
}

#[tokio::test]
async fn live_grants_are_listed_and_expired_ones_removed() {
    everywhere(async |db| {
        populate(db).await;
        for n in 1..=4u8 {
            let mut made = grant(n);
            made.last_used_at = at(i64::from(n));
            made.expires_at = at(100 * i64::from(n));
            write_tx!(db, |tx| grants::redeem(tx, &made));
        }
        write_tx!(db, |tx| grants::end(tx, grant_id(3), EndReason::Revoked, NOW));
        let ids = async |now| {
            let list = read_tx!(db, |tx| grants::list_for_user(tx, user_id(1), now));
            list.iter().map(|g| g.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(at(100)).await, [4, 2].map(grant_id));
        assert_eq!(write_tx!(db, |tx| grants::delete_expired(tx, at(350), 2)), 2, "no more than asked for");
        assert_eq!(write_tx!(db, |tx| grants::delete_expired(tx, at(350), 2)), 1);
        assert_eq!(ids(NOW).await, [grant_id(4)]);
    })
    .await;
}

#[tokio::test]
async fn tokens_are_revoked_and_assertions_used_once() {
    everywhere(async |db| {
        assert!(!read_tx!(db, |tx| revoked_tokens::is_revoked(tx, token(1))));
        write_tx!(db, |tx| revoked_tokens::revoke_token(tx, token(1), at(10)));
        write_tx!(db, |tx| revoked_tokens::revoke_token(tx, token(1), at(10)));
        assert!(read_tx!(db, |tx| revoked_tokens::is_revoked(tx, token(1))));

        let assert_once = async |client, jti: &'static str| {
            write_tx!(db, |tx| async move { revoked_tokens::use_assertion(tx, &client_id(client), jti, at(10)).await })
        };
        assert_eq!(assert_once(1, "a").await, SingleUse::First);
        assert_eq!(assert_once(1, "a").await, SingleUse::Replayed);
        assert_eq!(assert_once(2, "a").await, SingleUse::First, "each client names its own");
        assert_eq!(assert_once(1, "b").await, SingleUse::First);

        assert_eq!(write_tx!(db, |tx| revoked_tokens::delete_expired(tx, at(10), 100)), 0);
        assert_eq!(write_tx!(db, |tx| revoked_tokens::delete_expired(tx, at(11), 1)), 2, "one of each kind");
        assert_eq!(write_tx!(db, |tx| revoked_tokens::delete_expired(tx, at(11), 100)), 2);
        assert!(!read_tx!(db, |tx| revoked_tokens::is_revoked(tx, token(1))));
    })
    .await;
}

#[tokio::test]
async fn a_one_time_token_is_good_once_for_its_purpose_until_it_expires() {
    everywhere(async |db| {
        write_tx!(db, |tx| revoked_tokens::insert_one_time(tx, &hash(1), "setup", Some("subject"), at(10)));
        write_tx!(db, |tx| revoked_tokens::insert_one_time(tx, &hash(2), "setup", None, at(10)));
        let take = async |n, purpose: &'static str, now| {
            write_tx!(db, |tx| async move { revoked_tokens::take_one_time(tx, &hash(n), purpose, now).await })
        };
        assert!(read_tx!(db, |tx| revoked_tokens::is_one_time_good(tx, &hash(1), "setup", at(9))));
        assert!(!read_tx!(db, |tx| revoked_tokens::is_one_time_good(tx, &hash(1), "setup", at(10))));
        assert_eq!(take(1, "reset", at(5)).await, OneTimeUse::Refused, "another purpose");
        assert_eq!(take(1, "setup", at(10)).await, OneTimeUse::Refused, "expired");
        assert_eq!(take(3, "setup", at(5)).await, OneTimeUse::Refused, "unknown");
        assert_eq!(take(1, "setup", at(9)).await, OneTimeUse::Good { subject: Some("subject".to_owned()) });
        assert_eq!(take(1, "setup", at(9)).await, OneTimeUse::Refused, "used");
        assert!(!read_tx!(db, |tx| revoked_tokens::is_one_time_good(tx, &hash(1), "setup", at(9))));
        assert_eq!(take(2, "setup", at(9)).await, OneTimeUse::Good { subject: None });
        assert_eq!(write_tx!(db, |tx| revoked_tokens::delete_expired(tx, at(11), 100)), 2);
    })
    .await;
}
