//! Runs a test on a fresh SQLite file and on a fresh PostgreSQL database, and makes the rows that tests start from.
#![allow(dead_code)] // each test file uses its own part of this
pub mod programs;

use crate::postgres;
use crate::tunnel::by_way_of;
pub use countersign_store as store;
use domain::access::PersonalAccessToken;
use domain::account::{Email, PersonMethod, PersonProof, Session, User};
use domain::clients::{AuthMethod, Client, ClientConfig, ClientSecret, ClientType, SubType, Trust};
use domain::grants::authorization::{Access, Authorization};
use domain::grants::claims::ClaimsRequest;
use domain::grants::{Grant, RefreshState};
use domain::platform::seal::TokenId;
use domain::workspace::{Member, MemberRoles, Role, Workspace};
use domain::{
    ClientId, ClientSecretId, GrantId, PersonalAccessTokenId, ScopeSet, SecretHash, SessionId, Timestamp, UserId,
    WorkspaceId,
};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Store, StoreError, StoreOptions, Tx};
use tokio::sync::OnceCell;

/// A database of the test's own.
pub struct Db {
    pub store: Store,
    pub url: String,
    pub is_postgres: bool,
    /// By way of `PgBouncer` in transaction mode.
    pub pooler: bool,
    folder: Option<tempfile::TempDir>,
    second: OnceCell<Store>,
}

impl Db {
    /// Another store on the same database, opened once.
    pub async fn second(&self) -> Store {
        self.second.get_or_init(|| self.again()).await.clone()
    }

    async fn close(&self) {
        if let Some(second) = self.second.get() {
            second.close().await;
        }
        self.store.close().await;
    }

    /// How it has to be opened.
    pub fn options(&self) -> StoreOptions {
        StoreOptions { pooler: self.pooler, ..StoreOptions::default() }
    }

    pub async fn again(&self) -> Store {
        Store::open(&self.url, &self.options()).await.unwrap()
    }

    /// Runs `work` as one write.
    pub async fn write<T, F>(&self, work: F) -> T
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        self.store.write(work).await.unwrap()
    }
}

/// One write: `write!(db, tx => expression with .await?)`, moving what it names.
macro_rules! write_tx {
    ($db:expr, |$tx:ident| $body:expr) => {
        $db.write(move |$tx| Box::pin(async move { $body.await })).await
    };
}

/// One read.
macro_rules! read_tx {
    ($db:expr, |$tx:ident| $body:expr) => {{
        let mut reading = $db.store.read().await.unwrap();
        let $tx = &mut *reading;
        $body.await.unwrap()
    }};
}

/// Runs `test` on both databases, one after the other.
pub async fn for_each_database(test: impl AsyncFn(&Db)) {
    on_sqlite(&test).await;
    on_postgres(&test).await;
}

/// The same, and on PostgreSQL behind `PgBouncer`: for what connections and transactions are made of.
pub async fn everywhere(test: impl AsyncFn(&Db)) {
    for_each_database(&test).await;
    on_server(true, &test).await;
}

pub async fn on_sqlite(test: impl AsyncFn(&Db)) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("data/test.db").display());
    let store = Store::open(&url, &StoreOptions::default()).await.unwrap();
    let db = Db { store, url, is_postgres: false, pooler: false, folder: Some(folder), second: OnceCell::new() };
    test(&db).await;
    db.close().await;
}

pub async fn on_postgres(test: impl AsyncFn(&Db)) {
    on_server(false, test).await;
}

async fn on_server(pooler: bool, test: impl AsyncFn(&Db)) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = postgres::server();
    let name = format!("store_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let migrate = async |url: &str| drop(store::migrate(url, &StoreOptions::default()).await.unwrap());
    let url = postgres::create(&name, migrate).await;
    let url = if pooler { by_way_of(&url, programs::bouncer(&server)) } else { url };
    let options = StoreOptions { pooler, ..StoreOptions::default() };
    let store = Store::open(&url, &options).await.unwrap();
    let db = Db { store, url, is_postgres: true, pooler, folder: None, second: OnceCell::new() };
    let outcome = AssertUnwindSafe(test(&db)).catch_unwind().await;
    db.close().await;
    sql(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

async fn sql(connection: &mut PgConnection, text: String) {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await.unwrap();
}

/// The moment at which all tests begin.
pub const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

pub fn at(seconds: i64) -> Timestamp {
    NOW.plus(seconds)
}

pub fn hash(n: u8) -> SecretHash {
    SecretHash::from_bytes([n; 32])
}

pub fn scopes(text: &str) -> ScopeSet {
    ScopeSet::parse(text).unwrap()
}

pub fn token(n: u8) -> TokenId {
    TokenId::from_random([n; 12])
}

pub fn user_id(n: u8) -> UserId {
    UserId::new(NOW, [n; 10])
}

pub fn workspace_id(n: u8) -> WorkspaceId {
    WorkspaceId::new(NOW, [n; 10])
}

pub fn client_id(n: u8) -> ClientId {
    ClientId::new("cs", [n; 16])
}

pub fn grant_id(n: u8) -> GrantId {
    GrantId::new(NOW, [n; 10])
}

pub fn secret_id(n: u8) -> ClientSecretId {
    ClientSecretId::new(NOW, [n; 10])
}

pub fn session_id(n: u8) -> SessionId {
    SessionId::new(NOW, [n; 10])
}

pub fn user(n: u8) -> User {
    User {
        id: user_id(n),
        email: Email::parse(&format!("Person{n}@example.com")).unwrap(),
        email_verified: true,
        name: format!("Person {n} ö'\"\\"),
        picture: Some("https://example.com/p.png".to_owned()),
        password_hash: Some("$argon2id$test".to_owned()),
        is_operator: false,
        default_workspace_id: None,
        locale: None,
        zone: None,
        disabled_at: None,
        created_at: NOW,
        updated_at: NOW,
        epoch: 0,
    }
}

pub fn workspace(n: u8) -> Workspace {
    Workspace { id: workspace_id(n), name: format!("Workspace {n}"), created_at: NOW, updated_at: NOW }
}

pub fn member(user: u8, workspace: u8, role: Role) -> Member {
    Member {
        user_id: user_id(user),
        workspace_id: workspace_id(workspace),
        roles: MemberRoles { role, extra: vec!["auditor".to_owned()] },
        created_at: NOW,
        updated_at: NOW,
    }
}

pub fn client(n: u8) -> Client {
    Client {
        id: client_id(n),
        name: format!("App {n}"),
        client_type: ClientType::Confidential,
        auth_method: AuthMethod::ClientSecretBasic,
        trust: Trust::Unverified,
        owner_workspace_id: None,
        owner_user_id: None,
        config: ClientConfig {
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            scopes: scopes("openid email"),
            ..ClientConfig::default()
        },
        registration_token_hash: Some(hash(200)),
        credential_epoch: 0,
        access_epoch: 0,
        revision: 0,
        secrets: vec![secret(n, n, None)],
        created_at: NOW,
        updated_at: NOW,
        last_used_at: None,
        disabled_at: None,
        deleted_at: None,
    }
}

pub fn secret(n: u8, of: u8, expires_at: Option<Timestamp>) -> ClientSecret {
    ClientSecret {
        id: secret_id(n),
        client_id: client_id(of),
        hash: hash(n),
        hint: "wxyz".to_owned(),
        created_at: NOW,
        expires_at,
        last_used_at: None,
    }
}

/// The proof of a user who entered their password.
pub fn password_at(at: Timestamp) -> PersonProof {
    PersonProof::new(vec![PersonMethod::Password], at)
}

pub fn session(n: u8, user: u8) -> Session {
    Session {
        id: session_id(n),
        secret_hash: hash(n),
        user_id: user_id(user),
        proof: password_at(NOW),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: at(3600),
        ip: "192.0.2.1".to_owned(),
        user_agent: "Browser/1".to_owned(),
    }
}

pub fn refresh(number: i64) -> RefreshState {
    RefreshState { number, redeemed: None, used: false, issued_at: NOW }
}

/// A grant of user 1 to client 1 in workspace 1, from code `n`.
pub fn grant(n: u8) -> Grant {
    Grant {
        id: grant_id(n),
        client_id: client_id(1),
        authorization: Authorization {
            user_id: user_id(1),
            access: Access {
                sub_type: SubType::Workspace,
                workspace_id: Some(workspace_id(1)),
                scopes: scopes("openid offline_access"),
                resources: vec!["https://api.example".to_owned()],
                claims: ClaimsRequest { userinfo: vec!["email".to_owned()], ..ClaimsRequest::default() },
            },
            home_workspace_id: None,
            session_id: Some(session_id(n)),
            by_token: None,
            proof: Some(password_at(NOW)),
            epoch: 0,
        },
        code_id: token(n),
        nonce: Some("n-0S6".to_owned()),
        created_at: NOW,
        expires_at: at(1000),
        absolute_expires_at: at(9000),
        last_used_at: NOW,
        ended: None,
        refresh: Some(refresh(1)),
        names_person: true,
    }
}

/// User 1, who is a member of workspace 1; user 2, who is of none; workspace 2; client 1.
pub async fn populate(db: &Db) {
    db.write(|tx| {
        Box::pin(async move {
            for n in [1, 2] {
                store::account::users::insert(tx, &user(n)).await?;
                store::workspace::insert(tx, &workspace(n)).await?;
            }
            store::workspace::put_member(tx, &member(1, 1, Role::Admin)).await?;
            store::clients::insert(tx, &client(1)).await
        })
    })
    .await;
}

pub fn pat_id(n: u8) -> PersonalAccessTokenId {
    PersonalAccessTokenId::new(NOW, [n; 10])
}

pub fn personal_token(n: u8) -> PersonalAccessToken {
    PersonalAccessToken {
        id: pat_id(n),
        user_id: user_id(1),
        name: format!("Token {n}"),
        scopes: scopes("read"),
        hash: hash(n),
        hint: "wxyz".to_owned(),
        created_at: at(i64::from(n)),
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    }
}

/// All that anybody allowed the client was taken back.
pub fn revocation(n: u8) -> store::grants::bulk_revocation::Revocation {
    store::grants::bulk_revocation::Revocation {
        client_id: client_id(n),
        workspace_id: None,
        at: NOW,
        reason: domain::grants::EndReason::ConsentRevoked,
        request_id: "req".to_owned(),
        actor: "usr".to_owned(),
        credential: None,
        ip: None,
        passed: None,
    }
}
