//! Whether a credential is good still, in the transaction that makes something with it (bounds, point 4.1).
use crate::common;
use common::*;
use domain::access::{ApiKey, Credential};
use domain::grants::EndReason;
use domain::workspace::{MemberRoles, Role};
use domain::{ApiKeyId, Timestamp};
use store::access::{bearers, credentials};
use store::account::{sessions, users};
use store::{clients, grants};

async fn fill(db: &Db) {
    populate(db).await;
    let key = ApiKey {
        id: ApiKeyId::new(NOW, [1; 10]),
        workspace_id: workspace_id(1),
        name: "Key".to_owned(),
        roles: MemberRoles::only(Role::Member),
        scopes: scopes("read"),
        hash: hash(1),
        hint: "wxyz".to_owned(),
        created_by: Some(user_id(1)),
        created_at: NOW,
        expires_at: Some(at(100)),
        last_used_at: None,
        revoked_at: None,
    };
    let token = domain::access::PersonalAccessToken { expires_at: Some(at(100)), ..personal_token(1) };
    write_tx!(db, |tx| async {
        credentials::insert_api_key(tx, &key).await?;
        credentials::insert_personal_token(tx, &token).await?;
        sessions::insert(tx, &session(1, 1)).await?;
        grants::redeem(tx, &grant(1)).await
    });
}

/// Each kind that ends, and when it expires.
fn all() -> [(Credential, Option<i64>); 5] {
    [
        (Credential::Session(session_id(1)), Some(3600)),
        (Credential::PersonalToken(pat_id(1)), Some(100)),
        (Credential::ApiKey(ApiKeyId::new(NOW, [1; 10])), Some(100)),
        (Credential::AccessToken { grant: grant_id(1), client: client_id(1) }, Some(1000)),
        (Credential::Registration(client_id(1)), None),
    ]
}

async fn good(db: &Db, credential: &Credential, now: Timestamp) -> bool {
    let credential = credential.clone();
    db.write(move |tx| Box::pin(async move { bearers::hold(tx, &credential, now).await })).await
}

#[tokio::test]
async fn point_4_1_a_credential_is_good_until_it_ends() {
    for_each_database(async |db| {
        fill(db).await;
        for (credential, end) in all() {
            assert!(good(db, &credential, at(99)).await, "{credential:?}");
            if let Some(end) = end {
                assert!(good(db, &credential, at(end - 1)).await, "{credential:?}");
                assert!(!good(db, &credential, at(end)).await, "{credential:?}");
            }
        }
        // Those of a person stop while the person is disabled; so does what a person answers for.
        write_tx!(db, |tx| users::set_disabled(tx, user_id(1), true, at(1)));
        let mut left = Vec::new();
        for (credential, _) in all() {
            left.push(good(db, &credential, at(2)).await);
        }
        assert_eq!(left, [false, false, false, false, true]);
        write_tx!(db, |tx| users::set_disabled(tx, user_id(1), false, at(3)));
        write_tx!(db, |tx| async {
            sessions::end(tx, session_id(1)).await?;
            credentials::revoke_personal_token(tx, user_id(1), pat_id(1), at(4)).await?;
            credentials::revoke_api_key(tx, workspace_id(1), ApiKeyId::new(NOW, [1; 10]), at(4)).await?;
            grants::end(tx, grant_id(1), EndReason::Revoked, at(4)).await?;
            clients::soft_delete(tx, &client_id(1), at(4)).await
        });
        for (credential, _) in all() {
            assert!(!good(db, &credential, at(5)).await, "{credential:?}");
        }
        for always in [Credential::InitialToken, Credential::Nothing] {
            assert!(good(db, &always, at(5)).await);
        }
    })
    .await;
}
