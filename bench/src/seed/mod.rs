//! A very large database, seeded once and kept in the build folder for later runs.
mod around;
mod base;

use anyhow::Context as _;
pub use around::{ANY, api_key, audit_id, event_id, invitation_id, session_id, token_id, webhook_id, workspace_id};
use base::{BATCH, fill, minute, named};
pub use base::{BEGAN, LARGE, Seeded, Size, bytes, client_id, now, user_id};
use domain::access::ApiKey;
use domain::account::{Email, User};
use domain::clients::{AuthMethod, Client, ClientConfig, ClientSecret, ClientType, GrantType, Trust};
use domain::workspace::{Member, MemberRoles, Role};
use domain::{ApiKeyId, ClientId, ClientSecretId, Day, ScopeSet, SecretHash, Timestamp, UserId, WorkspaceId};
use serde_json::Value;
use std::path::{Path, PathBuf};
use store::clients::activity::ActivityCount;
use store::{SCHEMA_VERSION, SchemaMode, Store, StoreError, StoreOptions, params};

/// Clients authorized by one user.
const OWN: u32 = 300;
const KEYS: u32 = 500;

fn user(n: u32, size: Size) -> anyhow::Result<User> {
    Ok(User {
        id: user_id(n),
        email: Email::parse(&format!("person{n}@example.com"))?,
        email_verified: true,
        name: named("Person", n, size.members()),
        picture: None,
        password_hash: None,
        is_operator: false,
        default_workspace_id: None,
        locale: None,
        zone: None,
        disabled_at: None,
        created_at: BEGAN,
        updated_at: BEGAN,
        epoch: 0,
    })
}

fn client(n: u32, workspace: WorkspaceId, ada: UserId, size: Size) -> anyhow::Result<Client> {
    let (id, made) = (client_id(n), minute(size.clients - n));
    let secret = ClientSecret {
        id: ClientSecretId::new(BEGAN, bytes(3, n)),
        client_id: id.clone(),
        hash: SecretHash::from_bytes(bytes(3, n)),
        hint: "abcd".to_owned(),
        created_at: made,
        expires_at: None,
        last_used_at: None,
    };
    Ok(Client {
        id,
        name: named("Application", n, size.clients),
        client_type: ClientType::Confidential,
        auth_method: AuthMethod::ClientSecretBasic,
        trust: Trust::Verified,
        // Owned by both a workspace and a user, so that each owner has many.
        owner_workspace_id: Some(workspace),
        owner_user_id: Some(ada),
        config: ClientConfig {
            description: "What this application does, in a sentence or so.".to_owned(),
            redirect_uris: vec![format!("https://app{n}.example/callback")],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            response_types: vec!["code".to_owned()],
            scopes: ScopeSet::parse("openid profile email offline_access contracts:read")?,
            client_uri: Some(format!("https://app{n}.example/")),
            ..ClientConfig::default()
        },
        registration_token_hash: None,
        credential_epoch: 0,
        access_epoch: 0,
        revision: 0,
        secrets: vec![secret],
        created_at: made,
        updated_at: made,
        last_used_at: None,
        disabled_at: None,
        deleted_at: None,
    })
}

/// The nth consent: the user, the client, and whether it is for the workspace. All are distinct.
fn consent(n: u32, ada: UserId, size: Size) -> (UserId, ClientId, bool) {
    let busy = size.users();
    let of_busiest = busy + size.twice();
    if n < busy {
        (user_id(n), client_id(0), false)
    } else if n < of_busiest {
        (user_id(n - busy), client_id(0), true)
    } else if n < of_busiest + OWN {
        (ada, client_id(n - of_busiest), true)
    } else {
        // The numbers of users and of these clients are coprime, so pairs repeat only after very many steps.
        (user_id(n % size.users()), client_id(1 + n % (size.clients - 1)), false)
    }
}

// Writes consents like the store, but without reading existing ones first; the counter is updated once for all of them.
const CONSENT: &str = "INSERT INTO consents (user_id, client_id, workspace_id, scopes, created_at, updated_at) \
                       VALUES ($1, $2, $3, 'openid profile email', $4, $4)";
const COUNTS: &str = "INSERT INTO client_users (client_id, user_count) \
                      SELECT client_id, COUNT(DISTINCT user_id) FROM consents GROUP BY client_id";

async fn write(store: &Store, seeded: &Seeded) -> anyhow::Result<()> {
    let (workspace, ada, size) = (seeded.workspace, seeded.ada, seeded.size);
    fill!(store, size.users(), |n| user(n, size), |tx, user| store::account::users::insert(tx, user));
    let roles = || MemberRoles::only(Role::Member);
    let member = |n| {
        Ok(Member {
            user_id: user_id(n),
            workspace_id: workspace,
            roles: roles(),
            created_at: BEGAN,
            updated_at: BEGAN,
        })
    };
    fill!(store, size.members(), member, |tx, member| store::workspace::put_member(tx, member));
    fill!(store, size.clients, |n| client(n, workspace, ada, size), |tx, client| store::clients::insert(tx, client));
    let key = |n| {
        Ok(ApiKey {
            id: ApiKeyId::new(BEGAN, bytes(4, n)),
            workspace_id: workspace,
            name: format!("Key {n}"),
            roles: roles(),
            scopes: ScopeSet::default(),
            hash: SecretHash::from_bytes(bytes(4, n)),
            hint: "abcd".to_owned(),
            created_by: None,
            created_at: minute(n),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        })
    };
    fill!(store, KEYS, key, |tx, key| store::access::credentials::insert_api_key(tx, key));
    let consent = |n| {
        let (user, client, in_workspace) = consent(n, ada, size);
        Ok((user, client, if in_workspace { workspace.to_string() } else { String::new() }))
    };
    fill!(store, size.consents(), consent, |tx, it| tx.execute(CONSENT, params![it.0, &it.1, &it.2, BEGAN]));
    let counted: Result<u64, StoreError> = store.write(|tx| Box::pin(tx.execute(COUNTS, &[]))).await;
    counted?;
    around::write(store, seeded).await
}

/// Writes activity for the last thirty days, regardless of when the rest was seeded.
async fn act(store: &Store, today: Day, size: Size) -> anyhow::Result<()> {
    let day = |n: u32| {
        let day = today.plus(-i64::from(n));
        let counted = (0..size.active()).map(|c| ActivityCount {
            client_id: client_id(c * (size.clients / size.active())),
            day,
            total_access: 5,
            last_access_at: day.start(),
            users: vec![user_id(c)],
        });
        Ok(counted.collect::<Vec<_>>())
    };
    fill!(store, 30, day, |tx, counted| store::clients::activity::add(tx, counted));
    Ok(())
}

/// When the database was created, from a note stored beside it.
fn made_at(data: &Path) -> anyhow::Result<Timestamp> {
    let note = data.join("made");
    if let Ok(seconds) = std::fs::read_to_string(&note) {
        return Ok(Timestamp::from_seconds(seconds.parse()?));
    }
    let now = now()?;
    std::fs::write(&note, now.seconds().to_string())?;
    Ok(now)
}

/// Opens the database in `data`, or creates it if it does not exist. `demo` is the demo's data there.
pub async fn seed(data: &Path, demo: Value, size: Size) -> anyhow::Result<Seeded> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a text of the demo");
    let ada = &demo["users"][0];
    let seeded = Seeded {
        data: data.to_owned(),
        api_key: text(&demo["api_key"])?,
        personal: text(&demo["personal_access_token"])?,
        workspace: text(&ada["workspaces"][0]["id"])?.parse()?,
        ada: text(&ada["id"])?.parse()?,
        size,
        made: made_at(data)?,
        demo,
    };
    let today = Day::of(now()?);
    let url = format!("sqlite:{}", seeded.database().display());
    let store = Store::open(&url, &StoreOptions { leave: SchemaMode::Verify, ..StoreOptions::default() }).await?;
    let done = data.join("seeded");
    if !done.exists() {
        write(&store, &seeded).await?;
        std::fs::write(&done, "")?;
    }
    let written = data.join("active");
    if std::fs::read_to_string(&written).ok() != Some(today.to_string()) {
        act(&store, today, size).await?;
        std::fs::write(&written, today.to_string())?;
    }
    store.close().await;
    Ok(seeded)
}

/// The folder for the current schema version. Removes the folders of other versions, and one that was left half filled.
pub fn folder(root: &Path, size: Size) -> anyhow::Result<PathBuf> {
    let all = root.join("target/bench-lists");
    let of_schema = format!("schema-{SCHEMA_VERSION}-");
    let own = all.join(format!("{of_schema}{}", size.clients));
    for there in std::fs::read_dir(&all).into_iter().flatten() {
        let there = there?;
        let of_another = !there.file_name().to_string_lossy().starts_with(&of_schema);
        if of_another || (there.path() == own && !own.join("data/seeded").exists()) {
            std::fs::remove_dir_all(there.path())?;
        }
    }
    Ok(own.join("data"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_consents_are_the_same_and_no_client_is_missing() {
        let (ada, size) = (UserId::new(BEGAN, [9; 10]), Size { clients: LARGE });
        let all: Vec<_> = (0..size.consents()).map(|n| consent(n, ada, size)).collect();
        let clients: HashSet<_> = all.iter().map(|(_, client, _)| client.as_str()).collect();
        assert_eq!(clients.len(), size.clients as usize);
        let pairs: HashSet<_> = all.iter().map(|(user, client, place)| (*user, client.as_str(), *place)).collect();
        assert_eq!(pairs.len(), size.consents() as usize);
    }
}
