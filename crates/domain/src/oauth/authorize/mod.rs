//! The authorization request (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2.1), in three steps:
//! `RawParams → Destination → AuthorizationRequest`. Only the client-and-redirect check can create a [`Callback`], and
//! only a `Callback` can carry a response through the browser to a client.

pub mod decide;
pub mod destination;
pub mod refusal;

use super::device::{DeviceAuthorization, UserCode};
use super::pkce::CodeChallenge;
use crate::clients::{Client, GrantType, SubType, redirect_uri};
use crate::grants::authorization::Access;
use crate::grants::claims::ClaimsRequest;
pub use crate::oauth::authorize::destination::{Callback, Destination, ResponseMode};
use crate::oauth::authorize::destination::{MAY_REPEAT, WaitingDevice};
pub use crate::oauth::authorize::refusal::{AuthorizeRefusal, InteractionRefusal};
use crate::platform::params::RawParams;
use crate::platform::refusal::Named;
use crate::platform::scope::ScopeSet;
use crate::resources::Catalogue;
use crate::resources::indicator::{Resources, UnknownResource};
use crate::{ClientId, Timestamp};
use serde::{Deserialize, Serialize};

/// `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the parameter is a set of four flags")]
pub struct Prompt {
    /// No page may be shown; stands alone.
    pub none: bool,
    /// The user has to authenticate again.
    pub login: bool,
    /// The user has to see the consent page.
    pub consent: bool,
    /// The user has to choose an account.
    pub select_account: bool,
}

/// A valid authorization request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The client, which exists and is active.
    pub client_id: ClientId,
    /// Where the response goes.
    pub destination: Destination,
    /// What the client requests.
    pub access: Access,
    /// The PKCE challenge (RFC 7636); `None` for confidential clients that need none.
    pub challenge: Option<CodeChallenge>,
    /// Repeated in the ID token; at most 4096 bytes.
    pub nonce: Option<String>,
    /// What the client requires of the pages.
    pub prompt: Prompt,
    /// In seconds.
    pub max_age: Option<i64>,
    /// A text that names the expected user, at most 254 characters. It can be anything.
    pub login_hint: Option<String>,
    /// The subject of a valid `id_token_hint`.
    pub hinted_sub: Option<String>,
    /// The levels of authentication that the client prefers; at most 16. They never cause a refusal.
    pub acr_values: Vec<String>,
    /// The languages that the client prefers, best first; at most 16.
    pub ui_locales: Vec<String>,
    /// The server's time when the request arrived.
    pub received_at: Timestamp,
}

/// What the server allows and knows; the same for all requests.
#[derive(Debug)]
pub struct AuthorizePolicy<'p> {
    /// The scopes that exist.
    pub catalogue: &'p Catalogue,
    /// The scopes open to anonymous clients. If `None`, all scopes that are not sensitive.
    pub strangers: Option<&'p ScopeSet>,
    /// The resources that exist.
    pub resources: Resources<'p>,
    /// Requires PKCE also of confidential clients that do not require it themselves.
    pub require_pkce: bool,
    /// The issuer that an `id_token_hint` must name.
    pub issuer: &'p str,
    /// The keys that verify an `id_token_hint`.
    pub keys: &'p [(String, jose::PublicKey)],
}

/// The input of a rule.
struct Input<'i> {
    client: &'i Client,
    params: &'i RawParams,
    policy: &'i AuthorizePolicy<'i>,
}

type Outcome = Result<(), Named<AuthorizeRefusal>>;
type Rule = fn(&Input<'_>, &mut AuthorizationRequest) -> Outcome;

/// A rule of the protocol, and the endpoints that apply it.
struct RuleRow {
    name: &'static str,
    /// At the authorization endpoint.
    authorize: Use,
    /// At the device authorization endpoint (RFC 8628 §3.1).
    device: Use,
    run: Rule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Yes,
    No,
}
use Use::{No, Yes};

const fn rule(name: &'static str, authorize: Use, device: Use, run: Rule) -> RuleRow {
    RuleRow { name, authorize, device, run }
}

/// The rules of the protocol, in the order in which they are checked.
#[rustfmt::skip]
static RULES: [RuleRow; 14] = [
    //                         authorize, device
    rule("parameters_once",    Yes, Yes, parameters_once),
    rule("no_request_object",  Yes, No,  no_request_object),
    rule("response_type",      Yes, No,  response_type),
    rule("grant_allowed",      Yes, No,  grant_allowed),
    rule("scope",              Yes, Yes, scope),
    rule("pkce",               Yes, No,  pkce),
    rule("prompt",             Yes, No,  prompt),
    rule("max_age",            Yes, No,  max_age),
    rule("claims",             Yes, No,  claims),
    rule("sub_type",           Yes, Yes, sub_type),
    rule("workspace",          Yes, No,  workspace),
    rule("resource",           Yes, Yes, resource),
    rule("id_token_hint",      Yes, No,  id_token_hint),
    rule("hints",              Yes, No,  hints),
];

/// The names of the rules, in the order in which they are checked.
pub fn rules() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|row| row.name)
}

impl AuthorizationRequest {
    /// Applies the rules of the endpoint that belongs to the destination. For a redirect, the callback already exists, so
    /// a refusal may be sent through it.
    pub fn validate(
        client: &Client,
        destination: Destination,
        params: &RawParams,
        policy: &AuthorizePolicy<'_>,
        now: Timestamp,
    ) -> Result<Self, Named<AuthorizeRefusal>> {
        let applies = |row: &&RuleRow| match destination {
            Destination::Redirect(_) => row.authorize == Yes,
            Destination::Device(_) => row.device == Yes,
        };
        let rules: Vec<_> = RULES.iter().filter(applies).collect();
        let mut request = Self::empty(client, destination, now);
        let input = Input { client, params, policy };
        rules.into_iter().try_for_each(|row| (row.run)(&input, &mut request))?;
        Ok(request)
    }

    /// Restores a device's request from its stored form. `user_code` is the code that the user entered.
    pub fn of_device(client: &Client, stored: &DeviceAuthorization, user_code: UserCode) -> Self {
        let device = Destination::Device(WaitingDevice { id: stored.id, user_code });
        Self { access: stored.access.clone(), ..Self::empty(client, device, stored.created_at) }
    }

    /// Restricts the request to what the user's credential may grant.
    #[must_use]
    pub fn within(self, limit: &ScopeSet) -> Self {
        Self { access: self.access.within(limit), ..self }
    }

    fn empty(client: &Client, destination: Destination, now: Timestamp) -> Self {
        // It is unknown where a device is and whose it is, so its user is always asked.
        let prompt = Prompt { consent: destination.device().is_some(), ..Prompt::default() };
        Self {
            client_id: client.id.clone(),
            destination,
            access: Access::empty(client.config.default_sub_type),
            challenge: None,
            nonce: None,
            prompt,
            max_age: None,
            login_hint: None,
            hinted_sub: None,
            acr_values: Vec::new(),
            ui_locales: Vec::new(),
            received_at: now,
        }
    }
}

/// OAuth 2.1 §3.1: no parameter may be repeated, except `resource` (RFC 8707 §2).
fn parameters_once(input: &Input<'_>, _: &mut AuthorizationRequest) -> Outcome {
    match input.params.repeated(MAY_REPEAT) {
        Some(_) => Err(AuthorizeRefusal::Repeated.into()),
        None => Ok(()),
    }
}

/// OpenID Connect Core §6.1 and §6.2.
fn no_request_object(input: &Input<'_>, _: &mut AuthorizationRequest) -> Outcome {
    match (input.params.get("request"), input.params.get("request_uri")) {
        (Some(_), _) => Err(AuthorizeRefusal::RequestObject.into()),
        (_, Some(_)) => Err(AuthorizeRefusal::RequestUri.into()),
        _ => Ok(()),
    }
}

/// OAuth 2.1 §4.1.1 and §10.1: the front channel returns nothing but codes.
fn response_type(input: &Input<'_>, _: &mut AuthorizationRequest) -> Outcome {
    match input.params.get("response_type") {
        None => Err(AuthorizeRefusal::ResponseTypeMissing.into()),
        Some("code") => Ok(()),
        Some(_) => Err(AuthorizeRefusal::ResponseTypeUnsupported.into()),
    }
}

fn grant_allowed(input: &Input<'_>, _: &mut AuthorizationRequest) -> Outcome {
    if input.client.may_use(GrantType::AuthorizationCode) {
        Ok(())
    } else {
        Err(AuthorizeRefusal::GrantNotAllowed.into())
    }
}

/// Whether the client may have an existing scope if the user agrees: one it has registered, or, if it registered
/// itself, any non-sensitive scope open to its trust level. Sensitive scopes are withheld while the client awaits
/// review.
fn may_have(input: &Input<'_>, name: &str) -> bool {
    let (client, catalogue) = (input.client, input.policy.catalogue);
    let open = || catalogue.is_open_to(client.trust, input.policy.strangers, name) && !catalogue.is_sensitive(name);
    let known = catalogue.scope(name).is_some();
    let waits = client.awaits_review() && catalogue.is_sensitive(name);
    known && !waits && (client.config.scopes.contains(name) || (client.is_self_registered() && open()))
}

/// RFC 6749 §3.3. Without `scope`, the client gets the default scopes it registered. Scopes that do not exist are
/// ignored (OpenID Connect Core §3.1.2.1), and so is an `offline_access` that cannot be honoured (§11).
fn scope(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    let (client, catalogue) = (input.client, input.policy.catalogue);
    let registered = &client.config.scopes;
    let asked = match input.params.get("scope") {
        Some(text) => ScopeSet::parse(text).map_err(|_| AuthorizeRefusal::ScopeMalformed)?,
        None => registered.filter(|name| catalogue.default_scopes().contains(name) && name != "offline_access"),
    };
    let refreshes = client.may_use(GrantType::RefreshToken);
    let known = asked.filter(|name| catalogue.scope(name).is_some() && (name != "offline_access" || refreshes));
    if !client.is_self_registered() {
        let foreign = known.filter(|name| !registered.contains(name) && name != "offline_access");
        if !foreign.is_empty() {
            return Err(Named::of(AuthorizeRefusal::ScopeNotAllowed, &foreign.to_string()));
        }
        let withheld = client.withheld(catalogue, &known);
        if !withheld.is_empty() {
            return Err(Named::of(AuthorizeRefusal::ScopeWithheld, &withheld.to_string()));
        }
    }
    request.access.scopes = known.filter(|name| may_have(input, name));
    match (request.access.scopes.is_empty(), asked.is_empty()) {
        (false, _) => Ok(()),
        (true, false) => Err(Named::of(AuthorizeRefusal::ScopeUnknown, &asked.to_string())),
        (true, true) => Err(AuthorizeRefusal::ScopeUnknown.into()),
    }
}

/// RFC 9700 §2.1.1 with S256. Always required of public clients, and of every client whose response goes to a loopback
/// address or a private-use scheme, where another program on the device can receive it (RFC 8252 §8.5). Required of
/// others if the server or the client says so.
fn pkce(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    let client = input.client;
    let required = client.is_public()
        || request.destination.redirect_uri().is_some_and(redirect_uri::is_on_device)
        || input.policy.require_pkce
        || client.config.requires_pkce();
    match (input.params.get("code_challenge"), input.params.get("code_challenge_method")) {
        (None, None) if !required => Ok(()),
        (None, _) => Err(AuthorizeRefusal::ChallengeMissing.into()),
        (Some(text), Some("S256")) => {
            request.challenge = Some(CodeChallenge::parse(text).map_err(|_| AuthorizeRefusal::ChallengeMalformed)?);
            Ok(())
        }
        (Some(_), _) => Err(AuthorizeRefusal::ChallengeMethod.into()),
    }
}

/// OpenID Connect Core §3.1.2.1.
fn prompt(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    let mut prompt = Prompt::default();
    for value in input.params.get("prompt").unwrap_or_default().split(' ').filter(|v| !v.is_empty()) {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(AuthorizeRefusal::PromptUnknown.into()),
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(AuthorizeRefusal::PromptNoneWithOthers.into());
    }
    request.prompt = prompt;
    Ok(())
}

fn max_age(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    request.max_age = match input.params.get("max_age") {
        None => input.client.config.default_max_age,
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
            Some(text.parse().map_err(|_| AuthorizeRefusal::MaxAgeMalformed)?)
        }
        Some(_) => return Err(AuthorizeRefusal::MaxAgeMalformed.into()),
    };
    Ok(())
}

/// OpenID Connect Core §5.5.
fn claims(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    if let Some(text) = input.params.get("claims") {
        let claims = ClaimsRequest::parse(text).map_err(|_| AuthorizeRefusal::ClaimsMalformed)?;
        // Requesting a claim also requests its scope, if the client may have it. Without `openid` there is neither an
        // ID token nor userinfo to return it.
        let behind = claims.scopes().filter(|name| request.access.scopes.contains("openid") && may_have(input, name));
        request.access.claims = claims.within(&behind);
    }
    Ok(())
}

fn sub_type(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    if let Some(text) = input.params.get("sub_type") {
        request.access.sub_type = SubType::parse(text).ok_or(AuthorizeRefusal::SubTypeUnknown)?;
    }
    Ok(())
}

fn workspace(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    if let Some(text) = input.params.get("workspace") {
        request.access.workspace_id = Some(text.parse().map_err(|_| AuthorizeRefusal::WorkspaceMalformed)?);
    }
    Ok(())
}

/// RFC 8707 §2. The issuer itself is always a resource: its own APIs.
fn resource(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    let unknown = |UnknownResource(asked)| Named::of(AuthorizeRefusal::ResourceUnknown, &asked);
    request.access.resources = input.policy.resources.named(input.params).map_err(unknown)?;
    Ok(())
}

/// OpenID Connect Core §3.1.2.1: an ID token of this server for this client, however old. Its `sub` names the user, its
/// `tenant_id` the workspace.
fn id_token_hint(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    let Some(hint) = input.params.get("id_token_hint") else { return Ok(()) };
    let keys = input.policy.keys.iter().map(|(kid, key)| (kid.as_str(), key));
    let hint: super::id_token::Hint =
        jose::verify(hint, jose::TYP_ID_TOKEN, keys).map_err(|_| AuthorizeRefusal::HintInvalid)?;
    if hint.iss != input.policy.issuer || hint.aud != input.client.id.as_str() {
        return Err(AuthorizeRefusal::HintInvalid.into());
    }
    request.hinted_sub = Some(hint.sub);
    // The user may be in several workspaces; the token was issued for one of them.
    request.access.workspace_id = request.access.workspace_id.or(hint.tenant_id);
    Ok(())
}

/// Parameters that never cause a failure (checklist 119), and those that are only passed through.
fn hints(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    let list = |name: &str| -> Vec<String> {
        input
            .params
            .get(name)
            .unwrap_or_default()
            .split(' ')
            .filter(|v| !v.is_empty())
            .take(16)
            .map(str::to_owned)
            .collect()
    };
    request.login_hint = input.params.get("login_hint").map(|h| h.chars().take(254).collect());
    request.acr_values = list("acr_values");
    request.ui_locales = list("ui_locales");
    request.nonce = input.params.get("nonce").map(str::to_owned);
    let carried = [request.nonce.as_deref(), request.destination.callback().and_then(Callback::state)];
    if carried.iter().flatten().any(|text| text.len() > 4096) { Err(AuthorizeRefusal::TooLong.into()) } else { Ok(()) }
}
