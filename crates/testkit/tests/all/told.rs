//! A change of state is told in the transaction that makes it: who was answered finds the entry, and what was taken back has
//! none.
use axum::http::StatusCode;
use domain::audit::AuditEvent;
use domain::clients::{GrantType, Trust};
use domain::events::{Change, EventKind};
use domain::webhooks::WebhookOwner as HookOwner;
use domain::workspace::{MemberRoles, Role};
use domain::{ClientId, ScopeSet, Secret, WorkspaceId};
use flows::access::caller::Caller;
use flows::clients::secrets;
use flows::operator::clients;
use flows::platform::keys::Leaked;
use flows::platform::one_time_link::OpenedLink;
use flows::sign_in::{password, session};
use flows::unguarded::accounts::{self, NewUser};
use flows::unguarded::applications::{self, NewClient};
use flows::unguarded::credentials::{self, NewCredential};
use flows::unguarded::{self, consents, keys, profile, sessions, settings, workspaces};
use flows::webhooks::manage::{MayChange, NewWebhook};
use flows::workspace::invitations::{self, Accepting};
use flows::workspace::{self, members};
use flows::{MasterKey, Settings, access, webhooks};
use futures_util::future::{BoxFuture, FutureExt as _};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU32, Ordering};
use store::audit::search::{Filter, KindFilter as Named, Order};
use store::clients::ClientOwner;
use testkit::{
    Browser, Contents, Database, Kind, PASSWORD, Party, Receiver, Reply, TestApp, TestUser, Tokens, for_each_database,
};

/// Something that is ready to be done. `Err` is whatever the caller is told instead of an answer.
type Act = BoxFuture<'static, Result<(), String>>;

/// Where things are made ready.
struct Stage {
    app: TestApp,
    operator: TestUser,
    count: AtomicU32,
}

/// A use case that fails by an error.
macro_rules! act {
    ($s:ident, |$app:ident, $ctx:ident| $call:expr) => {{
        let stage = $s.app.clone();
        async move {
            let ($app, $ctx) = (&stage.app, &stage.ctx());
            done($call.await)
        }
        .boxed()
    }};
}

/// Whether something was done at all.
trait Done {
    fn is_done(&self) -> bool;
}

macro_rules! always_done {
    ($($what:ty),*) => { $(impl Done for $what { fn is_done(&self) -> bool { true } })* };
}

always_done!(
    flows::platform::keys::Resealed,
    (),
    u64,
    i64,
    flows::account::sessions::OwnSession,
    session::NewSession,
    secrets::Added,
    invitations::Invited
);
always_done!(
    invitations::InvitationView,
    accounts::SignUpPath,
    applications::Created,
    flows::grants::end_disallowed::EndedCounts
);
always_done!(
    domain::account::User,
    domain::workspace::Workspace,
    domain::webhooks::Webhook,
    domain::webhooks::Delivery
);

impl Done for bool {
    fn is_done(&self) -> bool {
        *self
    }
}

impl<T> Done for Option<T> {
    fn is_done(&self) -> bool {
        self.is_some()
    }
}

impl<T, U> Done for (T, U) {
    fn is_done(&self) -> bool {
        true
    }
}

fn done<T: Done, E: Debug>(outcome: Result<T, E>) -> Result<(), String> {
    let made = outcome.map_err(|failure| format!("{failure:?}"))?;
    if made.is_done() { Ok(()) } else { Err("nothing to do".to_owned()) }
}

/// An answer of this status.
fn answered(reply: &Reply, status: StatusCode) -> Result<(), String> {
    if reply.status == status { Ok(()) } else { Err(format!("{} {}", reply.status, reply.body)) }
}

impl Stage {
    async fn new(database: &Database) -> Self {
        let app = TestApp::with(database, |settings: &mut Settings| settings.outbound_allow_private = true).await;
        let operator = app.user("operator@example.com", 1).await;
        assert!(profile::set_operator(&app.app, &app.ctx(), operator.user.id, true).await.unwrap());
        Self { app, operator, count: AtomicU32::new(0) }
    }

    /// Somebody new, with a workspace.
    async fn person(&self) -> TestUser {
        let n = self.count.fetch_add(1, Ordering::SeqCst);
        self.app.user(&format!("person{n}@example.com"), 1).await
    }

    fn owner(&self, user: &TestUser) -> domain::access::Principal {
        self.app.acting(user, Some((user.workspaces[0], Role::Owner)), false)
    }

    async fn client(&self, owner: &TestUser) -> ClientId {
        let workspace = owner.workspaces[0];
        Party::with(&self.app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await.id
    }

    /// A client that the person allowed something in their workspace, and what came of it.
    async fn allowed(&self) -> (TestUser, Party, Tokens) {
        self.allowed_to(Kind::Web).await
    }

    async fn allowed_to(&self, kind: Kind) -> (TestUser, Party, Tokens) {
        let user = self.person().await;
        let party = Party::new(&self.app, kind).await;
        let more = [("scope", "openid offline_access"), ("sub_type", "workspace")];
        let mut browser = Browser::new(&self.app);
        let reply = party.approve(&mut browser, &user, &more, Some(user.workspaces[0])).await;
        let reply = party.exchange(&reply.answer("code").unwrap()).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        (user, party, Tokens(reply.json()))
    }

    async fn signed_in(&self, user: &TestUser) -> session::NewSession {
        let (password, email) = (Secret::new(PASSWORD), user.user.email.as_str());
        password::sign_in(&self.app.app, &self.app.ctx(), email, &password, &Caller::Anonymous).await.unwrap()
    }

    async fn caller(&self, user: &TestUser) -> Caller {
        let session = self.signed_in(user).await;
        access::session::current(&self.app.app, &self.app.ctx(), session.secret.expose()).await.unwrap()
    }

    async fn webhook(&self, url: &str) -> domain::webhooks::Webhook {
        let new = NewWebhook { url: url.to_owned(), description: String::new(), events: vec!["*".to_owned()] };
        webhooks::manage::create(&self.app.app, &self.app.ctx(), HOOKS, &new).await.unwrap().0
    }

    async fn key(&self, workspace: WorkspaceId) -> domain::access::ApiKey {
        let roles = MemberRoles::only(Role::Member);
        credentials::create_api_key(&self.app.app, &self.app.ctx(), workspace, roles, None, credential())
            .await
            .unwrap()
            .0
    }
}

fn credential() -> NewCredential {
    NewCredential { name: "Key".to_owned(), scopes: ScopeSet::parse("clients:read").unwrap(), expires_at: None }
}

const HOOK: &str = "https://hooks.example/";
const HOOKS: MayChange = flows::unguarded::webhooks::of(HookOwner::Operator);

/// The ways to make a change. One that is new does not compile without.
async fn ways(s: &Stage, change: Change) -> Vec<Act> {
    let one = |act: Act| vec![act];
    let user = s.person().await;
    let (id, workspace, owner) = (user.user.id, user.workspaces[0], s.owner(&user));
    let operator = s.app.acting(&s.operator, Some((s.operator.workspaces[0], Role::Owner)), true);
    match change {
        Change::ConsentGranted => {
            let (party, mut browser) = (Party::new(&s.app, Kind::Web).await, Browser::new(&s.app));
            let page = browser.get(&party.authorize(&[])).await;
            let page = browser.sign_in(&page, user.user.email.as_str()).await;
            let form = page.form("consent-allow").set("action", "allow");
            one(async move { answered(&browser.submit(&form).await, StatusCode::SEE_OTHER) }.boxed())
        }
        Change::DeviceDenied => {
            let device =
                Party::with(&s.app, Kind::Spa, |new| new.config.grant_types = vec![GrantType::DeviceCode]).await;
            let asked = device.post("/oauth2/device_authorization", &[("scope", "openid")]).await.json();
            let mut browser = Browser::new(&s.app);
            let form = browser.get("/device").await.form("device-submit");
            let page = browser.submit(&form.set("user_code", asked["user_code"].as_str().unwrap())).await;
            let page = browser.follow(page).await;
            let page = browser.sign_in(&page, user.user.email.as_str()).await;
            let form = page.form("consent-allow").set("action", "deny");
            one(async move { answered(&browser.submit(&form).await, StatusCode::OK) }.boxed())
        }
        Change::ConsentRevoked => {
            let (user, party, _) = s.allowed().await;
            let (other, there, _) = s.allowed().await;
            let workspace = other.workspaces[0];
            vec![
                act!(s, |app, ctx| consents::revoke_user(app, ctx, &party.id, user.user.id)),
                act!(s, |app, ctx| consents::revoke_one(app, ctx, &there.id, other.user.id, Some(workspace))),
            ]
        }
        Change::AllConsentsRevoked => {
            let (_, party, _) = s.allowed().await;
            one(act!(s, |app, ctx| consents::revoke_all_users(app, ctx, &party.id)))
        }
        Change::ConsentsRevokedInWorkspace => {
            let (user, party, _) = s.allowed().await;
            let (owner, id) = (s.owner(&user), party.id.to_string());
            one(act!(s, |app, ctx| workspace::apps::revoke(app, ctx, &owner, &id)))
        }
        Change::TokenRevoked => {
            let (_, party, tokens) = s.allowed().await;
            let access = tokens.access();
            let revoke = async move { party.post("/oauth2/revoke", &[("token", &access)]).await };
            one(revoke.map(|reply| answered(&reply, StatusCode::OK)).boxed())
        }
        Change::GrantEnded => {
            let (_, first, tokens) = s.allowed().await;
            let refresh = tokens.refresh();
            let revoked = async move { first.post("/oauth2/revoke", &[("token", &refresh)]).await };
            // A public client, whose refresh tokens are good once.
            let (_, second, tokens) = s.allowed_to(Kind::Spa).await;
            let stolen = tokens.refresh();
            let newest = Tokens(second.refresh(&stolen).await.json()).refresh();
            assert_eq!(second.refresh(&newest).await.status, 200);
            let theft = async move { second.refresh(&stolen).await };
            let (party, mut browser) = (Party::new(&s.app, Kind::Web).await, Browser::new(&s.app));
            let code = party.code(&mut browser, &user, &[]).await;
            assert_eq!(party.exchange(&code).await.status, 200);
            let replayed = async move { party.exchange(&code).await };
            vec![
                revoked.map(|reply| answered(&reply, StatusCode::OK)).boxed(),
                theft.map(|reply| answered(&reply, StatusCode::BAD_REQUEST)).boxed(),
                replayed.map(|reply| answered(&reply, StatusCode::BAD_REQUEST)).boxed(),
            ]
        }
        Change::ClientCreated => {
            let mut kept: Option<NewClient> = None;
            Party::with(&s.app, Kind::Web, |new| kept = Some(new.clone())).await;
            let new = kept.unwrap();
            one(act!(s, |app, ctx| applications::create(app, ctx, new)))
        }
        Change::ClientUpdated => {
            let id = s.client(&user).await;
            let uris = vec!["https://other.example/".to_owned()];
            one(act!(s, |app, ctx| applications::set_redirect_uris(app, ctx, &id, uris)))
        }
        Change::ClientDeleted => {
            let id = s.client(&user).await;
            one(act!(s, |app, ctx| applications::delete(app, ctx, &id)))
        }
        Change::ClientDisabled => {
            let id = s.client(&user).await;
            one(act!(s, |app, ctx| applications::set_disabled(app, ctx, &id, true)))
        }
        Change::ClientEnabled => {
            let id = s.client(&user).await;
            assert!(applications::set_disabled(&s.app.app, &s.app.ctx(), &id, true).await.unwrap());
            one(act!(s, |app, ctx| applications::set_disabled(app, ctx, &id, false)))
        }
        Change::ClientTrustSet => {
            let id = s.client(&user).await.to_string();
            one(act!(s, |app, ctx| clients::set_trust(app, ctx, &operator, &id, Trust::Verified)))
        }
        Change::ClientOwnerSet => {
            let id = s.client(&s.operator).await;
            one(act!(s, |app, ctx| applications::set_owner(app, ctx, &id, Some(ClientOwner::Workspace(workspace)))))
        }
        Change::ClientSecretRotated => {
            let id = s.client(&user).await;
            one(act!(s, |app, ctx| applications::rotate_secret(app, ctx, &id, 0)))
        }
        Change::ClientSecretAdded => {
            let id = s.client(&user).await.to_string();
            one(act!(s, |app, ctx| secrets::add(app, ctx, &owner, &id)))
        }
        Change::ClientSecretEnded => {
            let id = s.client(&user).await.to_string();
            let listed = secrets::list(&s.app.app, &s.app.ctx(), &owner, &id).await.unwrap();
            let secret = listed[0].id.to_string();
            one(act!(s, |app, ctx| secrets::end(app, ctx, &owner, &id, &secret)))
        }
        Change::AppPolicyChanged => one(act!(s, |app, ctx| workspace::policy::set(app, ctx, &owner, "listed"))),
        Change::AppPolicyClientListed => {
            let id = s.client(&user).await.to_string();
            one(act!(s, |app, ctx| workspace::policy::allow(app, ctx, &owner, &id)))
        }
        Change::AppPolicyClientUnlisted => {
            let id = s.client(&user).await.to_string();
            workspace::policy::allow(&s.app.app, &s.app.ctx(), &owner, &id).await.unwrap();
            one(act!(s, |app, ctx| workspace::policy::disallow(app, ctx, &owner, &id)))
        }
        Change::SignedIn => {
            let (email, password) = (user.user.email.clone(), Secret::new(PASSWORD));
            one(act!(s, |app, ctx| password::sign_in(app, ctx, email.as_str(), &password, &Caller::Anonymous)))
        }
        Change::SignedOut => {
            let (session, caller) = (s.signed_in(&user).await, s.caller(&s.operator).await);
            let (email, password) = (user.user.email.clone(), Secret::new(PASSWORD));
            vec![
                act!(s, |app, ctx| sessions::end(app, ctx, session.id, Some(id))),
                act!(s, |app, ctx| sessions::end_some(app, ctx, id, None)),
                // Somebody else, in the same browser.
                act!(s, |app, ctx| password::sign_in(app, ctx, email.as_str(), &password, &caller)),
            ]
        }
        Change::SessionEnded => {
            let session = s.signed_in(&user).await.id.to_string();
            one(act!(s, |app, ctx| flows::account::sessions::end_session(app, ctx, &owner, &session)))
        }
        Change::OtherSessionsEnded => {
            s.signed_in(&user).await;
            one(act!(s, |app, ctx| flows::account::sessions::end_other_sessions(app, ctx, &owner, None)))
        }
        Change::UserCreated => {
            let email = format!("new.{}", user.user.email.as_str());
            one(act!(s, |app, ctx| {
                let new = NewUser { name: "New", email: &email, password: None, operator: false };
                accounts::create_user(app, ctx, new)
            }))
        }
        Change::UserChanged => {
            let change = profile::ProfileChange { name: Some("Another"), ..profile::ProfileChange::default() };
            one(act!(s, |app, ctx| profile::change(app, ctx, id, change)))
        }
        Change::UserDisabled => one(act!(s, |app, ctx| accounts::set_user_disabled(app, ctx, id, true))),
        Change::UserEnabled => {
            assert!(accounts::set_user_disabled(&s.app.app, &s.app.ctx(), id, true).await.unwrap());
            one(act!(s, |app, ctx| accounts::set_user_disabled(app, ctx, id, false)))
        }
        Change::EmailVerified | Change::EmailUnverified => {
            let (email, to) = (user.user.email.clone(), change == Change::EmailVerified);
            profile::set_email_verified(&s.app.app, &s.app.ctx(), id, &email, !to).await.unwrap();
            one(act!(s, |app, ctx| profile::set_email_verified(app, ctx, id, &email, to)))
        }
        Change::PasswordChanged => {
            let (old, new) = (Secret::new(PASSWORD), Secret::new("another correct horse"));
            one(act!(s, |app, ctx| {
                let change = flows::account::password::PasswordChange { old: &old, new: &new, end_others: true };
                async move { flows::account::password::change_password(app, ctx, &owner, None, &change).await.map(drop) }
            }))
        }
        Change::PasswordSet => {
            let new = Secret::new("another correct horse");
            one(act!(s, |app, ctx| accounts::set_password(app, ctx, id, &new)))
        }
        Change::OperatorAdded => one(act!(s, |app, ctx| profile::set_operator(app, ctx, id, true))),
        Change::OperatorRemoved => {
            assert!(profile::set_operator(&s.app.app, &s.app.ctx(), id, true).await.unwrap());
            one(act!(s, |app, ctx| profile::set_operator(app, ctx, id, false)))
        }
        Change::PersonalTokenCreated => {
            one(act!(s, |app, ctx| credentials::create_personal_access_token(app, ctx, id, credential())))
        }
        Change::PersonalTokenRevoked => {
            let made = credentials::create_personal_access_token(&s.app.app, &s.app.ctx(), id, credential()).await;
            let token = made.unwrap().0.id;
            one(act!(s, |app, ctx| credentials::end_token(app, ctx, id, token)))
        }
        Change::ApiKeyCreated => {
            let roles = MemberRoles::only(Role::Member);
            one(act!(s, |app, ctx| credentials::create_api_key(app, ctx, workspace, roles, None, credential())))
        }
        Change::ApiKeyAdopted => {
            let key = s.key(workspace).await.id;
            one(act!(s, |app, ctx| credentials::adopt_for_operator(app, ctx, workspace, key)))
        }
        Change::ApiKeyRevoked => {
            let key = s.key(workspace).await.id;
            one(act!(s, |app, ctx| credentials::end_api_key(app, ctx, workspace, key)))
        }
        Change::WorkspaceCreated => one(act!(s, |app, ctx| workspaces::create_workspace(app, ctx, "New", Some(id)))),
        Change::WorkspaceRenamed => one(act!(s, |app, ctx| workspaces::rename_workspace(app, ctx, workspace, "Other"))),
        Change::MemberChanged => {
            let (one, two) = (s.person().await.user.id, s.person().await.user.id);
            let roles = MemberRoles::only(Role::Member);
            unguarded::members::put_member(&s.app.app, &s.app.ctx(), two, workspace, roles.clone()).await.unwrap();
            let two = two.to_string();
            vec![
                act!(s, |app, ctx| unguarded::members::put_member(app, ctx, one, workspace, roles)),
                act!(s, |app, ctx| members::set_role(app, ctx, &owner, &two, "admin")),
            ]
        }
        Change::MemberRemoved => {
            let (one, two) = (s.person().await.user.id, s.person().await.user.id);
            let roles = MemberRoles::only(Role::Member);
            for member in [one, two] {
                unguarded::members::put_member(&s.app.app, &s.app.ctx(), member, workspace, roles.clone())
                    .await
                    .unwrap();
            }
            let two = two.to_string();
            vec![
                act!(s, |app, ctx| unguarded::members::remove_member(app, ctx, one, workspace)),
                act!(s, |app, ctx| members::remove(app, ctx, &owner, &two)),
            ]
        }
        Change::InvitationCreated => one(act!(s, |app, ctx| {
            let asked = invitations::InvitationRequest { role: "member", ..invitations::InvitationRequest::default() };
            async move { invitations::create(app, ctx, &owner, &asked).await }
        })),
        Change::InvitationAccepted | Change::InvitationRevoked => {
            let asked = invitations::InvitationRequest { role: "member", ..invitations::InvitationRequest::default() };
            let invited = invitations::create(&s.app.app, &s.app.ctx(), &owner, &asked).await.unwrap();
            let invitation = invited.invitation.id.to_string();
            if change == Change::InvitationRevoked {
                return one(act!(s, |app, ctx| invitations::revoke(app, ctx, &owner, &invitation)));
            }
            let guest = s.owner(&s.person().await);
            let opened = invitations::open(&s.app.app, &s.app.ctx(), invited.token.expose(), [7; 32]).await.unwrap();
            one(act!(s, |app, ctx| {
                let held = OpenedLink { pass: &opened.pass, browser: [7; 32] };
                invitations::accept(app, ctx, &guest, Accepting { id: &invitation, held, anyway: false })
            }))
        }
        Change::WebhookCreated => {
            let new = NewWebhook { url: HOOK.to_owned(), description: String::new(), events: vec!["*".to_owned()] };
            one(act!(s, |app, ctx| webhooks::manage::create(app, ctx, HOOKS, &new)))
        }
        Change::WebhookUpdated => {
            let hook = s.webhook(HOOK).await.id;
            let change =
                webhooks::manage::WebhookPatch { disabled: Some(true), ..webhooks::manage::WebhookPatch::default() };
            one(act!(s, |app, ctx| webhooks::manage::update(app, ctx, HOOKS, hook, None, &change)))
        }
        Change::WebhookDeleted => {
            let hook = s.webhook(HOOK).await.id;
            one(act!(s, |app, ctx| webhooks::manage::delete(app, ctx, HOOKS, hook, None)))
        }
        Change::WebhookSecretRotated => {
            let hook = s.webhook(HOOK).await.id;
            one(act!(s, |app, ctx| webhooks::manage::rotate_secret(app, ctx, HOOKS, hook, None, 0)))
        }
        Change::WebhookReplayed => {
            let hook = s.webhook(HOOK).await.id;
            let event = webhooks::manage::test(&s.app.app, &s.app.ctx(), HOOKS, hook).await.unwrap();
            one(act!(s, |app, ctx| webhooks::manage::replay(app, ctx, HOOKS, hook, event)))
        }
        Change::WebhookDisabled => {
            let receiver = Receiver::start().await;
            receiver.answer([410]);
            let hook = s.webhook(&receiver.url()).await;
            webhooks::manage::test(&s.app.app, &s.app.ctx(), HOOKS, hook.id).await.unwrap();
            let app = s.app.clone();
            one(async move {
                let _receiver = receiver;
                done(flows::webhooks::deliver::run(&app.app, &app.new_ctx()).await)?;
                let hook = webhooks::manage::read(&app.app, HOOKS, hook.id).await.unwrap();
                hook.disabled_at.map(drop).ok_or_else(|| "not disabled".to_owned())
            }
            .boxed())
        }
        Change::KeyRotated => one(act!(s, |app, ctx| keys::rotate_keys(app, ctx, true))),
        Change::SettingsReloaded => {
            let names = vec!["brand.name".to_owned()];
            one(act!(s, |app, ctx| async move { settings::tell(app, ctx, &names).await }))
        }
        Change::KeyExpelled => {
            let mut tx = s.app.store.read().await.unwrap();
            let kid = store::platform::keys::list_signing(&mut tx, s.app.ctx().now).await.unwrap()[0].kid.clone();
            one(act!(s, |app, ctx| async move { keys::expel_key(app, ctx, &Leaked::Signing(kid)).await }))
        }
        Change::MasterKeyReplaced => {
            one(act!(s, |app, ctx| async move { keys::replace_master_key(app, ctx, &MasterKey::new([9; 32])).await }))
        }
    }
}

/// The entries of a kind that the database holds by now.
async fn entries(app: &TestApp, change: Change) -> Vec<AuditEvent> {
    let filter = Filter { kind: Some(Named::Named(change.as_str())), ..Filter::default() };
    let mut tx = app.store.read().await.unwrap();
    store::audit::search::list(&mut tx, &filter, Order::OldestFirst, None, 1000).await.unwrap().events
}

/// Checklist 136.
#[tokio::test]
async fn point_3_1_whoever_was_answered_finds_the_entry_in_the_database() {
    for_each_database(async |database| {
        let s = Stage::new(database).await;
        for change in Change::ALL {
            for (way, act) in Box::pin(ways(&s, *change)).await.into_iter().enumerate() {
                let before = entries(&s.app, *change).await.len();
                act.await.unwrap_or_else(|why| panic!("{change:?} {way}: {why}"));
                let after = entries(&s.app, *change).await;
                assert!(after.len() > before, "{change:?} {way}: nothing is written that was not flushed");
            }
        }
        s.app.stop().await;
    })
    .await;
}

/// Makes the database refuse entries of the audit log.
async fn refuse_entries(app: &TestApp, database: &Database) {
    let statements: &[&'static str] = if database.url.starts_with("sqlite:") {
        &["CREATE TRIGGER full BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full'); END"]
    } else {
        &[
            "CREATE OR REPLACE FUNCTION full_log() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN RAISE EXCEPTION ''full''; END'",
            "CREATE TRIGGER full_log BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION full_log()",
        ]
    };
    run(app, statements).await;
}

async fn take_entries(app: &TestApp, database: &Database) {
    let sqlite = database.url.starts_with("sqlite:");
    run(app, if sqlite { &["DROP TRIGGER full"] } else { &["DROP TRIGGER full_log ON audit_events"] }).await;
}

async fn run(app: &TestApp, statements: &'static [&'static str]) {
    let work = app.store.write(move |tx| {
        Box::pin(async move {
            for statement in statements {
                tx.execute(statement, &[]).await?;
            }
            Ok::<_, store::StoreError>(())
        })
    });
    work.await.unwrap();
}

/// Checklist 136.
#[tokio::test]
async fn point_3_1_a_change_that_cannot_be_told_is_not_made() {
    for_each_database(async |database| {
        let s = Stage::new(database).await;
        // A webhook for everything, so that its events would be left behind, too.
        s.webhook(HOOK).await;
        // What an attempt of a delivery leaves, or one at a password, says only that there was one.
        let contents = Contents::without(&s.app, database, &["webhook_deliveries", "attempts"]).await;
        for change in Change::ALL {
            for (way, act) in Box::pin(ways(&s, *change)).await.into_iter().enumerate() {
                refuse_entries(&s.app, database).await;
                let before = contents.read(&s.app).await;
                let outcome = act.await;
                let after = contents.read(&s.app).await;
                take_entries(&s.app, database).await;
                assert!(outcome.is_err(), "{change:?} {way}");
                let differ: Vec<_> = before.symmetric_difference(&after).collect();
                assert!(differ.is_empty(), "{change:?} {way}: {differ:#?}");
            }
        }
        // Nothing of it waits to be told later.
        let before: usize = entries(&s.app, Change::UserCreated).await.len();
        s.app.app.flush().await.unwrap();
        assert_eq!(entries(&s.app, Change::UserCreated).await.len(), before);
        s.app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_1_the_order_within_a_second_is_that_of_what_happened() {
    for_each_database(async |database| {
        let s = Stage::new(database).await;
        let (app, ctx, mut names) = (&s.app.app, s.app.ctx(), Vec::new());
        for n in 0..20 {
            let workspace = workspaces::create_workspace(app, &ctx, &format!("W{n}"), None).await.unwrap();
            names.push(workspace.id);
            // A refusal between two changes waits in memory, and stands between them all the same.
            let unknown = Secret::new("wrong password");
            password::sign_in(app, &ctx, &format!("n{n}@example.com"), &unknown, &Caller::Anonymous).await.unwrap_err();
        }
        app.flush().await.unwrap();
        let mut tx = s.app.store.read().await.unwrap();
        let all =
            store::audit::search::list(&mut tx, &Filter::default(), Order::OldestFirst, None, 1000).await.unwrap();
        drop(tx);
        let all =
            all.events.into_iter().filter(|event| ["workspace.created", "sign_in"].contains(&event.kind.as_str()));
        let told: Vec<_> = all.map(|event| event.workspace_id).collect();
        let expected: Vec<_> = names.into_iter().flat_map(|name| [Some(name), None]).collect();
        assert_eq!(told[told.len() - expected.len()..], expected);
        s.app.stop().await;
    })
    .await;
}

/// What webhooks may be told of comes from a change, but for what changes nothing that is kept.
#[test]
fn every_event_of_webhooks_comes_of_a_change() {
    let told: BTreeSet<EventKind> = Change::ALL.iter().flat_map(|change| change.events()).copied().collect();
    let others: Vec<_> = EventKind::ALL.iter().filter(|kind| !told.contains(kind)).collect();
    assert_eq!(others, [&EventKind::TokenIssued, &EventKind::UserSignInFailed, &EventKind::WebhookTest]);
    let names: BTreeSet<_> = Change::ALL.iter().map(|change| change.as_str()).collect();
    assert_eq!(names.len(), Change::ALL.len());
    assert!(names.iter().all(|name| domain::audit::KINDS.contains(name)));
}
