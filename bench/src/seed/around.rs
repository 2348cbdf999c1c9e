//! The data beside the large lists: workspaces, sessions, links, webhooks, authorizations and the audit log.
use super::base::{BATCH, BEGAN, Seeded, bytes, client_id, fill, named, user_id};
use domain::access::PersonalAccessToken;
use domain::account::{PersonMethod, PersonProof, Session};
use domain::audit::AuditEvent;
use domain::events::{Event, EventData};
use domain::webhooks::{EventSelection, Webhook, WebhookOwner};
use domain::workspace::{Invitation, Member, MemberRoles, Role, Workspace};
use domain::{
    ApiKeyId, AuditId, EventId, InvitationId, PersonalAccessTokenId, ScopeSet, SecretHash, SessionId, Timestamp,
    WebhookId, WorkspaceId,
};
use store::{Store, StoreError, params};

/// The number of an arbitrary seeded object of any kind.
pub const ANY: u32 = 3;

const SESSIONS: u32 = 300;
const TOKENS: u32 = 300;
const INVITATIONS: u32 = 300;
const WEBHOOKS: u32 = 10;
const EVENTS: u32 = 20_000;
/// Workspaces that one user belongs to.
const BELONGS: u32 = 90;

pub fn session_id(n: u32) -> SessionId {
    SessionId::new(BEGAN, bytes(5, n))
}

pub fn token_id(n: u32) -> PersonalAccessTokenId {
    PersonalAccessTokenId::new(BEGAN, bytes(6, n))
}

pub fn workspace_id(n: u32) -> WorkspaceId {
    WorkspaceId::new(BEGAN, bytes(10, n))
}

pub fn invitation_id(n: u32) -> InvitationId {
    InvitationId::new(BEGAN, bytes(7, n))
}

/// The first half belongs to the workspace, the rest to the operator.
pub fn webhook_id(n: u32) -> WebhookId {
    WebhookId::new(BEGAN, bytes(8, n))
}

pub fn event_id(n: u32) -> EventId {
    EventId::new(BEGAN, bytes(9, n))
}

/// The id of the event `n` places before the newest.
pub fn audit_id(n: u32, made: Timestamp) -> AuditId {
    AuditId::new(made.plus(-i64::from(n)), bytes(11, n))
}

pub fn api_key(n: u32) -> ApiKeyId {
    ApiKeyId::new(BEGAN, bytes(4, n))
}

fn workspace(n: u32, of: u32) -> Workspace {
    let name = named("Team", n, of);
    Workspace { id: workspace_id(n), name, created_at: BEGAN, updated_at: BEGAN }
}

fn hash(kind: u8, n: u32) -> SecretHash {
    SecretHash::from_bytes(bytes(kind, n))
}

const YEARS: i64 = 10 * 365 * 86_400;

/// Events of the audit log, one per second: most concern the workspace, one busy client and one user; every tenth was denied.
fn event(n: u32, seeded: &Seeded) -> AuditEvent {
    let kinds = ["token.refresh_token", "authorize", "consent.granted", "sign_in", "token.authorization_code"];
    let refused = ["redirect_uri_unknown", "code_expired", "secret_wrong", "scope_unknown"];
    let (at, kind) = (seeded.made.plus(-i64::from(n)), kinds[n as usize % kinds.len()]);
    let outcome = if n.is_multiple_of(10) { refused[n as usize / 10 % refused.len()] } else { "ok" };
    let user = if n.is_multiple_of(3) { seeded.ada } else { user_id(n % seeded.size.users()) };
    let client = client_id(if n.is_multiple_of(2) { 0 } else { n % seeded.size.clients });
    AuditEvent {
        id: audit_id(n, seeded.made),
        at,
        kind: kind.to_owned(),
        outcome: outcome.to_owned(),
        request_id: format!("request-{n}"),
        actor: user.to_string(),
        credential: None,
        client_id: Some(client),
        user_id: Some(user),
        workspace_id: (!n.is_multiple_of(4)).then_some(seeded.workspace),
        grant_id: None,
        ip: Some("192.0.2.1".to_owned()),
        detail: serde_json::json!({}),
    }
}

fn webhook(n: u32, seeded: &Seeded) -> anyhow::Result<Webhook> {
    Ok(Webhook {
        id: webhook_id(n),
        owner: WebhookOwner::from((n < WEBHOOKS / 2).then_some(seeded.workspace)),
        url: format!("https://receiver{n}.example/hook"),
        description: format!("Receiver {n}"),
        asked: EventSelection::parse(["*"])?,
        sealed_secret: vec![1; 60],
        previous: None,
        revision: 0,
        created_at: BEGAN,
        updated_at: BEGAN,
        disabled_at: None,
    })
}

const DELIVERED: &str = "UPDATE webhook_deliveries SET state = CASE WHEN attempts % 3 = 0 THEN 'delivered' ELSE 'dead' END, \
                         attempts = 1, next_attempt_at = NULL, last_attempt_at = created_at, last_status = 204, \
                         last_duration_ms = 20";
const GRANT: &str = "INSERT INTO grants (id, client_id, user_id, sub_type, workspace_id, scopes, resources, claims, code_id, \
                     created_at, expires_at, absolute_expires_at, last_used_at, refresh_seq, refresh_used) \
                     VALUES ($1, $2, $3, 'workspace', $4, 'openid profile email', '[]', '{}', $5, $6, $7, $7, $6, 0, 0)";

async fn people(store: &Store, seeded: &Seeded) -> anyhow::Result<()> {
    let (ada, ours, size, now) = (seeded.ada, seeded.workspace, seeded.size, seeded.made);
    let team = |n| Ok(workspace(n, size.workspaces()));
    fill!(store, size.workspaces(), team, |tx, workspace| store::workspace::insert(tx, workspace));
    let member = |n| {
        let (workspace_id, roles) = (workspace(n, size.workspaces()).id, MemberRoles::only(Role::Member));
        Ok(Member { user_id: ada, workspace_id, roles, created_at: BEGAN, updated_at: BEGAN })
    };
    fill!(store, BELONGS, member, |tx, member| store::workspace::put_member(tx, member));
    let session = |n: u32| {
        Ok(Session {
            id: session_id(n),
            secret_hash: hash(5, n),
            user_id: ada,
            proof: PersonProof::new(vec![PersonMethod::Password], now),
            created_at: now,
            last_seen_at: now.plus(-i64::from(n)),
            expires_at: now.plus(YEARS),
            ip: "192.0.2.1".to_owned(),
            user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0".to_owned(),
        })
    };
    fill!(store, SESSIONS, session, |tx, session| store::account::sessions::insert(tx, session));
    let token = |n: u32| {
        Ok(PersonalAccessToken {
            id: token_id(n),
            user_id: ada,
            name: format!("Token {n}"),
            scopes: ScopeSet::default(),
            hash: hash(6, n),
            hint: "abcd".to_owned(),
            created_at: BEGAN.plus(i64::from(n)),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        })
    };
    fill!(store, TOKENS, token, |tx, token| store::access::credentials::insert_personal_token(tx, token));
    let invitation = |n: u32| {
        Ok(Invitation {
            id: invitation_id(n),
            workspace_id: ours,
            role: Role::Member,
            hash: hash(7, n),
            email: None,
            created_by: Some(ada),
            created_at: BEGAN.plus(i64::from(n)),
            expires_at: now.plus(YEARS),
            used_at: None,
            used_by: None,
            revoked_at: None,
        })
    };
    fill!(store, INVITATIONS, invitation, |tx, invitation| store::workspace::invitations::insert(tx, invitation));
    Ok(())
}

/// Writes all of this, and the audit log.
pub async fn write(store: &Store, seeded: &Seeded) -> anyhow::Result<()> {
    people(store, seeded).await?;
    let (ours, now) = (seeded.workspace, seeded.made);
    fill!(store, WEBHOOKS, |n| webhook(n, seeded), |tx, webhook| store::webhooks::insert(tx, webhook));
    let told = |n: u32| {
        let data = EventData::MemberRemoved { workspace_id: ours, user_id: user_id(n) };
        Ok(vec![Event { id: event_id(n), at: now.plus(-i64::from(n)), data }])
    };
    // Sends each event to all webhooks of the workspace and the operator.
    fill!(store, EVENTS, told, |tx, event| store::webhooks::events::append(tx, event));
    let delivered: Result<u64, StoreError> = store.write(|tx| Box::pin(tx.execute(DELIVERED, &[]))).await;
    delivered?;
    // Subscribe all webhooks to a rare event, so that nothing that happens during the measurements is delivered.
    let quiet: Result<u64, StoreError> =
        store.write(|tx| Box::pin(tx.execute("UPDATE webhooks SET kinds = 'client.deleted'", &[]))).await;
    quiet?;
    let grant =
        |n: u32| Ok((domain::GrantId::new(BEGAN, bytes(12, n)), client_id(n % 2), user_id(n), bytes::<12>(12, n)));
    fill!(store, seeded.size.members() / 2, grant, |tx, it| tx
        .execute(GRANT, params![it.0, &it.1, it.2, ours, &it.3[..], BEGAN, now.plus(YEARS)]));
    let listed = |n: u32| Ok(client_id(n));
    fill!(store, 300, listed, |tx, client| store::grants::app_policy::list(tx, ours, client, BEGAN));
    let log = |n: u32| Ok((n * 100..(n + 1) * 100).map(|n| event(n, seeded)).collect::<Vec<_>>());
    fill!(store, seeded.size.audit() / 100, log, |tx, events| store::audit::insert_many(tx, events));
    Ok(())
}
