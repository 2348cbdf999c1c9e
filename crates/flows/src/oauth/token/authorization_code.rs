//! Redeems an authorization code (OAuth 2.1 §4.1.3). A code works only once: its id goes into the grant's row under a unique key,
//! and the number of inserted rows decides.
use super::issue::TokenResponse;
use crate::oauth::token::new_grant::{Allowed, GrantNotCreated};
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Server};
use domain::Timestamp;
use domain::clients::{Client, GrantType};
use domain::oauth::payload::CodePayload;
use domain::oauth::pkce::is_verifier;
use domain::oauth::token::CodeRefusal as R;
use domain::platform::params::RawParams;
use domain::platform::seal::Purpose;
use domain::resources::indicator::all_granted;

impl From<GrantNotCreated> for R {
    fn from(why: GrantNotCreated) -> Self {
        match why {
            GrantNotCreated::UserDisabled => Self::UserDisabled,
            GrantNotCreated::MembershipLost => Self::MembershipLost,
            GrantNotCreated::ConsentRevoked => Self::ConsentRevoked,
            GrantNotCreated::ClientForbidden => Self::ClientForbidden,
            GrantNotCreated::TokenEnded => Self::TokenEnded,
            GrantNotCreated::Replayed => Self::Replayed,
        }
    }
}

/// A check of the presented code, in the order of [`CHECKS`].
type Check = fn(&CodeRedemption<'_>) -> Result<(), R>;

struct CodeRedemption<'p> {
    code: &'p CodePayload,
    client: &'p Client,
    body: &'p RawParams,
    now: Timestamp,
}

/// The checks that must pass before a code counts as used: only a valid second use ends the grant (checklist 38).
const CHECKS: &[(&str, Check)] =
    &[("client", client), ("expiry", expiry), ("redirect_uri", redirect_uri), ("verifier", verifier)];

/// The names of the checks of a code, in order.
pub fn checks() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

fn client(p: &CodeRedemption<'_>) -> Result<(), R> {
    if p.code.client_id == p.client.id { Ok(()) } else { Err(R::WrongClient) }
}

fn expiry(p: &CodeRedemption<'_>) -> Result<(), R> {
    if p.now < p.code.expires_at { Ok(()) } else { Err(R::Expired) }
}

/// The parameter may be absent, but must match if it is sent (OAuth 2.1 §10.2).
fn redirect_uri(p: &CodeRedemption<'_>) -> Result<(), R> {
    match p.body.get("redirect_uri") {
        Some(sent) if sent != p.code.redirect_uri => Err(R::RedirectMismatch),
        _ => Ok(()),
    }
}

/// OAuth 2.1 §4.1.3; a verifier without a challenge is a downgrade (RFC 9700 §4.8.2).
fn verifier(p: &CodeRedemption<'_>) -> Result<(), R> {
    match (p.body.get("code_verifier"), p.code.challenge) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(R::VerifierMissing),
        (Some(_), None) => Err(R::VerifierUnexpected),
        (Some(text), Some(_)) if !is_verifier(text) => Err(R::VerifierMalformed),
        (Some(text), Some(challenge)) if challenge.admits(text) => Ok(()),
        _ => Err(R::PkceMismatch),
    }
}

pub(super) async fn redeem(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    body: &RawParams,
) -> Result<TokenResponse, Failure<R>> {
    let Some(text) = body.get("code") else { return refuse(R::Missing) };
    app.look_for_key_of(ctx, text).await?;
    let Some((id, code)) = app.opened::<CodePayload>(Purpose::AuthorizationCode, text)? else {
        return refuse(R::Unknown);
    };
    let presented = CodeRedemption { code: &code, client, body, now: ctx.now };
    CHECKS.iter().try_for_each(|(_, check)| check(&presented)).map_err(Failure::Refused)?;
    let asked = app.settings().resources().named(body).map_err(|_| Failure::Refused(R::Resource))?;
    if !all_granted(&asked, &code.authorization.access.resources) {
        return refuse(R::Resource);
    }
    let allowed = Allowed {
        client,
        id,
        authorization: &code.authorization,
        refreshable: code.refreshable,
        ends_at: code.ends_at,
        nonce: code.nonce.as_deref(),
        resources: asked,
        by: GrantType::AuthorizationCode,
    };
    allowed.begin(app, ctx).await.map_err(|failure| failure.map(R::from))
}
