//! Redeeming an authorization code (OAuth 2.1 §4.1.3). A code is good once: its id goes into the grant's row under a
//! unique key, and the number of rows decides.
use super::issue::{Answer, RefreshSecret, Refreshing, TokenResponse, issued};
use crate::failure::refuse;
use crate::recorder::About;
use crate::subject::{self, Absent};
use crate::{App, Ctx, Failure, events};
use domain::client::{Client, GrantType, Trust};
use domain::events::EventKind;
use domain::oauth::authorize::resources;
use domain::oauth::grant::{EndReason, Grant, RefreshState};
use domain::oauth::params::RawParams;
use domain::oauth::pkce::is_verifier;
use domain::oauth::seal::{Purpose, TokenId};
use domain::oauth::token::CodePayload;
use domain::{GrantId, Timestamp};
use store::Tx;
use store::grants::Redeemed;

domain::refusals! {
    /// Why a code was refused.
    pub enum CodeRefusal {
        Missing => InvalidRequest, "code_missing", "The code parameter is missing.";
        Unknown => InvalidGrant, "code_unknown", "The authorization code is not valid.";
        WrongClient => InvalidGrant, "code_of_another_client", "The authorization code is not valid.";
        Expired => InvalidGrant, "code_expired", "The authorization code has expired.";
        RedirectMismatch => InvalidGrant, "redirect_uri_mismatch", "The redirect_uri is not the one of the authorization request.";
        VerifierMalformed => InvalidRequest, "code_verifier_malformed", "The code_verifier must have 43 to 128 unreserved characters.";
        VerifierMissing => InvalidGrant, "code_verifier_missing", "The code_verifier is missing.";
        VerifierUnexpected => InvalidGrant, "code_verifier_unexpected", "A code_verifier was sent, but no code_challenge was in the authorization request.";
        PkceMismatch => InvalidGrant, "code_verifier_mismatch", "The code_verifier does not fit the code_challenge.";
        Replayed => InvalidGrant, "code_replayed", "The authorization code was used before.";
        UserDisabled => InvalidGrant, "user_disabled", "The authorization is no longer valid.";
        ConsentRevoked => InvalidGrant, "consent_revoked", "The authorization is no longer valid.";
        MembershipLost => InvalidGrant, "membership_lost", "The authorization is no longer valid.";
        ClientForbidden => InvalidGrant, "workspace_policy_forbids_client", "The workspace does not allow this application.";
        Resource => InvalidTarget, "resource_not_granted", "A requested resource was not part of the authorization.";
    }
}

use CodeRefusal as R;

/// A check of the presented code, in the order of [`CHECKS`].
type Check = fn(&Presented<'_>) -> Result<(), R>;

struct Presented<'p> {
    code: &'p CodePayload,
    client: &'p Client,
    body: &'p RawParams,
    now: Timestamp,
}

/// All that must hold before a code counts as used: only a valid second use ends the grant (checklist 38).
const CHECKS: &[(&str, Check)] =
    &[("client", client), ("expiry", expiry), ("redirect_uri", redirect_uri), ("verifier", verifier)];

/// The names of the checks of a code, in their order.
pub fn checks() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

fn client(p: &Presented<'_>) -> Result<(), R> {
    if p.code.client_id == p.client.id { Ok(()) } else { Err(R::WrongClient) }
}

fn expiry(p: &Presented<'_>) -> Result<(), R> {
    if p.now < p.code.expires_at { Ok(()) } else { Err(R::Expired) }
}

/// Absent is fine, but what is sent must match (OAuth 2.1 §10.2).
fn redirect_uri(p: &Presented<'_>) -> Result<(), R> {
    match p.body.get("redirect_uri") {
        Some(sent) if sent != p.code.redirect_uri => Err(R::RedirectMismatch),
        _ => Ok(()),
    }
}

/// OAuth 2.1 §4.1.3; a verifier without a challenge is a downgrade (RFC 9700 §4.8.2).
fn verifier(p: &Presented<'_>) -> Result<(), R> {
    match (p.body.get("code_verifier"), p.code.challenge) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(R::VerifierMissing),
        (Some(_), None) => Err(R::VerifierUnexpected),
        (Some(text), Some(_)) if !is_verifier(text) => Err(R::VerifierMalformed),
        (Some(text), Some(challenge)) if challenge.admits(text) => Ok(()),
        _ => Err(R::PkceMismatch),
    }
}

/// The grant that a code stands for.
fn grant(
    app: &App,
    ctx: &Ctx,
    client: &Client,
    id: TokenId,
    code: &CodePayload,
    refresh: Option<RefreshState>,
) -> Grant {
    let lifetimes = &app.settings().lifetimes;
    let idle = client.config.refresh_token_lifetime_seconds.unwrap_or(lifetimes.refresh_idle);
    let absolute = ctx.now.plus(match refresh {
        Some(_) => lifetimes.refresh_absolute.max(idle),
        None => super::issue::access_lifetime(app, client),
    });
    let expires_at = if refresh.is_some() { ctx.now.plus(idle).min(absolute) } else { absolute };
    Grant {
        id: GrantId::new(ctx.now, ctx.random()),
        client_id: client.id.clone(),
        user_id: code.user_id,
        sub_type: code.sub_type,
        workspace_id: code.workspace_id,
        scopes: code.scopes.clone(),
        resources: code.resources.clone(),
        claims: code.claims.clone(),
        code_id: id,
        session_id: code.session_id,
        auth_time: code.auth_time,
        acr: code.acr.clone(),
        nonce: code.nonce.clone(),
        created_at: ctx.now,
        expires_at,
        absolute_expires_at: absolute,
        last_used_at: ctx.now,
        ended: None,
        refresh,
    }
}

pub(super) async fn redeem(
    app: &App,
    ctx: &Ctx,
    client: &Client,
    body: &RawParams,
) -> Result<TokenResponse, Failure<CodeRefusal>> {
    let Some(text) = body.get("code") else { return refuse(R::Missing) };
    let Ok((id, code)) = app.keys().sealer.open::<CodePayload>(Purpose::AuthorizationCode, text) else {
        return refuse(R::Unknown);
    };
    let presented = Presented { code: &code, client, body, now: ctx.now };
    CHECKS.iter().try_for_each(|(_, check)| check(&presented)).map_err(Failure::Refused)?;
    let asked = resources(body, &app.settings().catalogue, &app.settings().issuer)
        .map_err(|_| Failure::Refused(R::Resource))?;
    if !asked.iter().all(|r| code.resources.contains(r)) {
        return refuse(R::Resource);
    }
    let subject = {
        let mut tx = app.store().read().await?;
        subject::load(&mut tx, code.user_id, code.sub_type, code.workspace_id).await?
    };
    let subject = subject.map_err(|absent| {
        Failure::Refused(match absent {
            Absent::UserDisabled => R::UserDisabled,
            Absent::MembershipLost => R::MembershipLost,
        })
    })?;
    let refreshes = code.refreshable && client.may_use(GrantType::RefreshToken);
    let secret = refreshes.then(|| RefreshSecret(ctx.random()));
    let refresh = secret.as_ref().map(|secret| RefreshState {
        seq: 1,
        live: secret.hash(app),
        previous: None,
        used: false,
        issued_at: ctx.now,
    });
    let grant = grant(app, ctx, client, id, &code, refresh);
    let about = About::client(&client.id).and_user(code.user_id);
    match write(app, ctx, client, &grant).await? {
        Written::First => {}
        Written::NotConsented => return refuse(R::ConsentRevoked),
        Written::Forbidden => return refuse(R::ClientForbidden),
        Written::Replayed(ended) => {
            if let Some(grant) = ended {
                app.record(ctx, "grant.ended", EndReason::CodeReplayed.as_str(), about.and_grant(grant));
            }
            return refuse(R::Replayed);
        }
    }
    let answer = Answer {
        client,
        grant: &grant,
        subject: &subject,
        scopes: grant.scopes.clone(),
        resources: if asked.is_empty() { grant.resources.clone() } else { asked },
        refresh: refresh.zip(secret).map(|(state, secret)| Refreshing::Fresh(state, secret)),
        nonce: code.nonce.as_deref(),
    };
    Ok(answer.issue(app, ctx)?)
}

/// What became of an attempt to write a grant.
enum Written {
    First,
    /// The code was used before; the grant that ended for it, if one lived.
    Replayed(Option<GrantId>),
    /// The consent that the code came of was taken back meanwhile.
    NotConsented,
    /// The workspace does not let the client in any more.
    Forbidden,
}

/// Writes the grant. The consent, and whom the workspace lets in, are looked at in the same transaction: what was revoked while the code was on its way
/// must not come to life.
async fn write(app: &App, ctx: &Ctx, client: &Client, grant: &Grant) -> Result<Written, Failure<CodeRefusal>> {
    const DAY: i64 = 24 * 60 * 60;
    let today = Timestamp::from_seconds(ctx.now.seconds() / DAY * DAY);
    let first_today = client.last_used_at.is_none_or(|at| at < today);
    let (asked, choosy) = (!client.config.internal, client.trust != Trust::FirstParty);
    let issued = app
        .outbox()
        .wants(EventKind::TokenIssued)
        .then(|| events::event(ctx, issued(app, ctx, client, grant, GrantType::AuthorizationCode, &grant.scopes)));
    let (grant, client, now, ctx) = (grant.clone(), client.id.clone(), ctx.now, ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            if let Some(workspace) = grant.workspace_id.filter(|_| choosy) {
                store::workspaces::hold_shared(tx, workspace).await?;
                if !store::app_policy::allows(tx, workspace, &client).await? {
                    return Ok(Written::Forbidden);
                }
            }
            if asked && !consented(tx, &grant).await? {
                return Ok(Written::NotConsented);
            }
            match store::grants::redeem(tx, &grant).await? {
                Redeemed::First => {
                    if first_today {
                        store::clients::touch(tx, &client, today).await?;
                    }
                    store::events::append(tx, issued.as_slice()).await?;
                    Ok(Written::First)
                }
                Redeemed::Replayed => {
                    let why = EndReason::CodeReplayed;
                    let ended = store::grants::end_by_code(tx, grant.code_id, why, now).await?;
                    if let Some(id) = ended {
                        // The code says the same of both: only the ids of the grants differ.
                        let ended = Grant { id, ..grant };
                        events::emit(tx, &ctx, events::grant_ended(&ended, why)).await?;
                    }
                    Ok(Written::Replayed(ended))
                }
            }
        })
    });
    work.await.map_err(|error: store::StoreError| error.into())
}

async fn consented(tx: &mut Tx, grant: &Grant) -> Result<bool, store::StoreError> {
    let consent = store::consents::find(tx, grant.user_id, &grant.client_id, grant.workspace_id).await?;
    Ok(consent.is_some_and(|consent| grant.scopes.is_subset(&consent.scopes)))
}
