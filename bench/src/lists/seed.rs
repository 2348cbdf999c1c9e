//! A database with very much in it: made once, and kept in the folder of the build for the next run.
use anyhow::Context as _;
use domain::client::{AuthMethod, Client, ClientConfig, ClientSecret, ClientType, GrantType, Trust};
use domain::identity::{ApiKey, Email, Member, MemberRoles, Role, User};
use domain::{ApiKeyId, ClientId, ClientSecretId, Day, ScopeSet, SecretHash, Timestamp, UserId, WorkspaceId};
use serde_json::Value;
use std::path::{Path, PathBuf};
use store::activity::Counted;
use store::{Leave, SCHEMA_VERSION, Store, StoreError, StoreOptions, params};

pub const CLIENTS: u32 = 100_000;
pub const CONSENTS: u32 = 1_000_000;
const USERS: u32 = 400_000;
const MEMBERS: u32 = 100_000;
/// Users of the busiest client who allowed it something in the workspace, too.
const TWICE: u32 = 100_000;
/// Applications that one person allowed something.
const OWN: u32 = 300;
const KEYS: u32 = 500;
/// Clients that did something on each of the last thirty days.
const ACTIVE: u32 = 2000;
const BATCH: u32 = 50_000;

/// The seeded database, and the credentials for it.
pub struct Seeded {
    pub data: PathBuf,
    pub api_key: String,
    pub personal: String,
    pub workspace: WorkspaceId,
    pub ada: UserId,
}

fn bytes<const N: usize>(kind: u8, n: u32) -> [u8; N] {
    let mut all = [kind; N];
    all[..4].copy_from_slice(&n.to_be_bytes());
    all
}

/// The moment at which everything was made; clients and keys, a minute apart.
const BEGAN: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn minute(n: u32) -> Timestamp {
    BEGAN.plus(i64::from(n) * 60)
}

fn user_id(n: u32) -> UserId {
    UserId::new(BEGAN, bytes(1, n))
}

/// Client 0 is the busiest, and the one that was made last: the first page has it.
pub fn client_id(n: u32) -> ClientId {
    ClientId::new("cs", bytes(2, n))
}

fn user(n: u32) -> anyhow::Result<User> {
    Ok(User {
        id: user_id(n),
        email: Email::parse(&format!("person{n}@example.com"))?,
        email_verified: true,
        name: format!("Person {n}"),
        picture: None,
        password_hash: None,
        is_operator: false,
        default_workspace_id: None,
        locale: None,
        zone: None,
        disabled_at: None,
        created_at: BEGAN,
        updated_at: BEGAN,
    })
}

fn client(n: u32, workspace: WorkspaceId, ada: UserId) -> anyhow::Result<Client> {
    let (id, made) = (client_id(n), minute(CLIENTS - n));
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
        name: format!("Application {n}"),
        client_type: ClientType::Confidential,
        auth_method: AuthMethod::ClientSecretBasic,
        trust: Trust::Verified,
        // Of both, so that either owner has very many.
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
        revision: 0,
        secrets: vec![secret],
        created_at: made,
        updated_at: made,
        last_used_at: None,
        disabled_at: None,
        deleted_at: None,
    })
}

/// Writes so many things, many in a transaction.
macro_rules! fill {
    ($store:ident, $count:expr, $make:expr, |$tx:ident, $thing:ident| $insert:expr) => {
        for first in (0..$count).step_by(BATCH as usize) {
            let things = (first..$count.min(first + BATCH)).map($make).collect::<anyhow::Result<Vec<_>>>()?;
            let work = $store.write(move |$tx| {
                Box::pin(async move {
                    for $thing in &things {
                        $insert.await?;
                    }
                    Ok(())
                })
            });
            work.await.map_err(|error: StoreError| anyhow::Error::from(error))?;
        }
    };
}

/// Who allowed what: the user, the client, and whether in the workspace. No two are the same.
fn consent(n: u32, ada: UserId, busy: u32) -> (UserId, ClientId, bool) {
    let of_busiest = busy + TWICE;
    if n < busy {
        (user_id(n), client_id(0), false)
    } else if n < of_busiest {
        (user_id(n - busy), client_id(0), true)
    } else if n < of_busiest + OWN {
        (ada, client_id(n - of_busiest), true)
    } else {
        // The numbers of users and of these clients have no common factor, so pairs come again after very long.
        (user_id(n % USERS), client_id(1 + n % (CLIENTS - 1)), false)
    }
}

// As the store writes consents, without looking first at what was allowed before; and the count, once for all of them.
const CONSENT: &str = "INSERT INTO consents (user_id, client_id, workspace_id, scopes, created_at, updated_at) \
                       VALUES ($1, $2, $3, 'openid profile email', $4, $4)";
const COUNTS: &str = "INSERT INTO client_users (client_id, user_count) \
                      SELECT client_id, COUNT(DISTINCT user_id) FROM consents GROUP BY client_id";

async fn write(store: &Store, workspace: WorkspaceId, ada: UserId) -> anyhow::Result<()> {
    fill!(store, USERS, user, |tx, user| store::users::insert(tx, user));
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
    fill!(store, MEMBERS, member, |tx, member| store::workspaces::put_member(tx, member));
    fill!(store, CLIENTS, |n| client(n, workspace, ada), |tx, client| store::clients::insert(tx, client));
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
    fill!(store, KEYS, key, |tx, key| store::credentials::insert_api_key(tx, key));
    let consent = |n| {
        let (user, client, in_workspace) = consent(n, ada, USERS);
        Ok((user, client, if in_workspace { workspace.to_string() } else { String::new() }))
    };
    fill!(store, CONSENTS, consent, |tx, it| tx.execute(CONSENT, params![it.0, &it.1, &it.2, BEGAN]));
    let counted: Result<u64, StoreError> = store.write(|tx| Box::pin(tx.execute(COUNTS, &[]))).await;
    counted?;
    Ok(())
}

/// Activity of the last thirty days, whenever the rest was made.
async fn act(store: &Store, today: Day) -> anyhow::Result<()> {
    let day = |n: u32| {
        let day = today.plus(-i64::from(n));
        let counted = (0..ACTIVE).map(|c| Counted {
            client_id: client_id(c * (CLIENTS / ACTIVE)),
            day,
            total_access: 5,
            last_access_at: day.start(),
            users: vec![user_id(c)],
        });
        Ok(counted.collect::<Vec<_>>())
    };
    fill!(store, 30, day, |tx, counted| store::activity::add(tx, counted));
    Ok(())
}

/// The database in `folder`, made if it is not there yet. `demo` is what the demo made in its data folder: its people, its
/// workspace and its credentials.
pub async fn seed(data: &Path, demo: &Value, today: Day) -> anyhow::Result<Seeded> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a text of the demo");
    let ada = &demo["users"][0];
    let seeded = Seeded {
        data: data.to_owned(),
        api_key: text(&demo["api_key"])?,
        personal: text(&demo["personal_access_token"])?,
        workspace: text(&ada["workspaces"][0]["id"])?.parse()?,
        ada: text(&ada["id"])?.parse()?,
    };
    let url = format!("sqlite:{}", seeded.database().display());
    let store = Store::open(&url, &StoreOptions { leave: Leave::Verify, ..StoreOptions::default() }).await?;
    let done = data.join("seeded");
    if !done.exists() {
        write(&store, seeded.workspace, seeded.ada).await?;
        std::fs::write(&done, "")?;
    }
    let written = data.join("active");
    if std::fs::read_to_string(&written).ok() != Some(today.to_string()) {
        act(&store, today).await?;
        std::fs::write(&written, today.to_string())?;
    }
    store.close().await;
    Ok(seeded)
}

impl Seeded {
    pub fn database(&self) -> PathBuf {
        self.data.join("countersign.db")
    }
}

/// The folder for this version's schema; those of others are of no use any more.
pub fn folder(root: &Path) -> anyhow::Result<PathBuf> {
    let all = root.join("target/bench-lists");
    let own = all.join(format!("schema-{SCHEMA_VERSION}"));
    if all.exists() && !own.join("data/seeded").exists() {
        std::fs::remove_dir_all(&all)?;
    }
    Ok(own.join("data"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_consents_are_the_same_and_no_client_is_missing() {
        let ada = UserId::new(BEGAN, [9; 10]);
        let all: Vec<_> = (0..CONSENTS).map(|n| consent(n, ada, USERS)).collect();
        let clients: HashSet<_> = all.iter().map(|(_, client, _)| client.as_str()).collect();
        assert_eq!(clients.len(), CLIENTS as usize);
        let pairs: HashSet<_> = all.iter().map(|(user, client, place)| (*user, client.as_str(), *place)).collect();
        assert_eq!(pairs.len(), CONSENTS as usize);
    }
}
