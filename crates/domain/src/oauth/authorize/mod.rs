//! The authorization request (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2.1), in three steps:
//! `RawParams → Callback → AuthorizationRequest`. Only the client-and-redirect check can create a [`Callback`], and
//! only a `Callback` can carry a response back to a client.

pub mod decide;
pub mod refusal;

use super::device::DeviceAuthorization;
use super::pkce::CodeChallenge;
use crate::clients::{Client, GrantType, SubType, redirect_uri};
use crate::grants::claims::ClaimsRequest;
pub use crate::oauth::authorize::refusal::AuthorizeRefusal;
use crate::platform::params::RawParams;
use crate::platform::refusal::Named;
use crate::platform::scope::ScopeSet;
use crate::resources::Catalogue;
use crate::resources::indicator::{Resources, UnknownResource};
use crate::{ClientId, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};

/// How the response reaches the client (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    #[default]
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

/// The right to send a response to a client's redirect URI. Only the code here can create one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    redirect_uri: String,
    mode: ResponseMode,
    state: Option<String>,
    /// False for self-registered clients that were never used, unless the redirect is harmless. If false, errors are
    /// shown on a page here.
    carries_errors: bool,
}

impl Callback {
    /// The client-and-redirect check. A refusal is shown on a page, never sent anywhere. `framed` says that the request
    /// was loaded in a frame of another page.
    pub fn establish(client: &Client, params: &RawParams, framed: bool) -> Result<Self, AuthorizeRefusal> {
        use AuthorizeRefusal as R;
        if !client.is_active() {
            return Err(R::ClientDisabled);
        }
        let registered = &client.config.redirect_uris;
        if params
            .repeated(MAY_REPEAT)
            .is_some_and(|n| matches!(&*n, "redirect_uri" | "client_id" | "response_mode" | "state"))
        {
            return Err(R::AnswerRepeated);
        }
        let redirect_uri = match (params.get("redirect_uri"), registered.as_slice()) {
            (Some(asked), all) => {
                let known = all.iter().any(|one| redirect_uri::matches(one, asked, client.config.application_type));
                if known { asked.to_owned() } else { return Err(R::RedirectMismatch) }
            }
            (None, [only]) => only.clone(),
            (None, _) => return Err(R::RedirectMissing),
        };
        let mode = match params.get("response_mode") {
            None => ResponseMode::Query,
            Some(text) => ResponseMode::ALL.into_iter().find(|m| m.as_str() == text).ok_or(R::ResponseModeUnknown)?,
        };
        let state = params.get("state").map(str::to_owned);
        // RFC 9700 §4.11.2: a stranger's client would turn this server into an open redirector. A redirect on the
        // device misleads no one, and in a frame the user sees neither the redirect nor a page of this server.
        let carries_errors = !client.is_untried() || redirect_uri::is_on_device(&redirect_uri) || framed;
        Ok(Self { redirect_uri, mode, state, carries_errors })
    }

    /// An empty callback: a device fetches its response by polling (RFC 8628 §3.4).
    fn nowhere() -> Self {
        Self { redirect_uri: String::new(), mode: ResponseMode::Query, state: None, carries_errors: false }
    }

    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
    pub fn carries_errors(&self) -> bool {
        self.carries_errors
    }

    /// The redirect URI with the parameters of the response: appended to the registered query, which is kept
    /// (checklist 2), or in the fragment. For `form_post` the redirect URI alone.
    pub fn location(&self, answer: &[(&str, &str)]) -> String {
        let encoded = || {
            let mut text = form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(answer);
            text.finish()
        };
        match self.mode {
            ResponseMode::FormPost => self.redirect_uri.clone(),
            ResponseMode::Fragment => format!("{}#{}", self.redirect_uri, encoded()),
            ResponseMode::Query => {
                let joint = match self.redirect_uri.find('?') {
                    None => "?",
                    Some(_) if self.redirect_uri.ends_with(['?', '&']) => "",
                    Some(_) => "&",
                };
                format!("{}{joint}{}", self.redirect_uri, encoded())
            }
        }
    }
}

/// `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the parameter is a set of four flags")]
pub struct Prompt {
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    pub select_account: bool,
}

/// A valid authorization request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client_id: ClientId,
    pub callback: Callback,
    pub scopes: ScopeSet,
    pub challenge: Option<CodeChallenge>,
    pub nonce: Option<String>,
    pub prompt: Prompt,
    /// In seconds.
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    /// The subject of a valid `id_token_hint`.
    pub hinted_sub: Option<String>,
    pub acr_values: Vec<String>,
    pub ui_locales: Vec<String>,
    pub claims: ClaimsRequest,
    pub sub_type: SubType,
    pub workspace: Option<WorkspaceId>,
    pub resources: Vec<String>,
    pub received_at: Timestamp,
}

/// What the server allows and knows; the same for all requests.
#[derive(Debug)]
pub struct AuthorizePolicy<'p> {
    pub catalogue: &'p Catalogue,
    /// The scopes open to anonymous clients. If `None`, all scopes that are not sensitive.
    pub strangers: Option<&'p ScopeSet>,
    pub resources: Resources<'p>,
    /// Requires PKCE also of confidential clients that do not require it themselves.
    pub require_pkce: bool,
    pub issuer: &'p str,
    /// The keys that verify an `id_token_hint`.
    pub keys: &'p [(String, jose::PublicKey)],
}

const MAY_REPEAT: &[&str] = &["resource"];

/// The input of a rule.
struct Input<'i> {
    client: &'i Client,
    params: &'i RawParams,
    policy: &'i AuthorizePolicy<'i>,
}

type Outcome = Result<(), Named<AuthorizeRefusal>>;
type Rule = fn(&Input<'_>, &mut AuthorizationRequest) -> Outcome;

/// The rules of the protocol, in the order in which they are checked.
const RULES: &[(&str, Rule)] = &[
    ("parameters_once", parameters_once),
    ("no_request_object", no_request_object),
    ("response_type", response_type),
    ("grant_allowed", grant_allowed),
    ("scope", scope),
    ("pkce", pkce),
    ("prompt", prompt),
    ("max_age", max_age),
    ("claims", claims),
    ("sub_type", sub_type),
    ("workspace", workspace),
    ("resource", resource),
    ("id_token_hint", id_token_hint),
    ("hints", hints),
];

/// The rules that apply to a device's request (RFC 8628 §3.1).
const DEVICE_RULES: &[Rule] = &[parameters_once, scope, sub_type, resource];

/// The names of the rules, in the order in which they are checked.
pub fn rules() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(name, _)| *name)
}

impl AuthorizationRequest {
    /// Applies the table of rules. The callback already exists, so a refusal may be sent through it.
    pub fn validate(
        client: &Client,
        callback: Callback,
        params: &RawParams,
        policy: &AuthorizePolicy<'_>,
        now: Timestamp,
    ) -> Result<Self, Named<AuthorizeRefusal>> {
        let mut request = Self::empty(client, callback, now);
        let input = Input { client, params, policy };
        RULES.iter().try_for_each(|(_, rule)| rule(&input, &mut request))?;
        Ok(request)
    }

    /// A device's request. It always requires a consent page, because it is unknown where the device is and whose it
    /// is.
    pub fn of_device(
        client: &Client,
        params: &RawParams,
        policy: &AuthorizePolicy<'_>,
        now: Timestamp,
    ) -> Result<Self, Named<AuthorizeRefusal>> {
        let mut request = Self::empty(client, Callback::nowhere(), now);
        request.prompt.consent = true;
        let input = Input { client, params, policy };
        DEVICE_RULES.iter().try_for_each(|rule| rule(&input, &mut request))?;
        Ok(request)
    }

    /// Restores a device's request from its stored form.
    pub fn of_kept(client: &Client, kept: &DeviceAuthorization) -> Self {
        let mut request = Self::empty(client, Callback::nowhere(), kept.created_at);
        request.prompt.consent = true;
        request.scopes = kept.scopes.clone();
        request.sub_type = kept.sub_type;
        request.resources.clone_from(&kept.resources);
        request
    }

    /// Everything the user is asked for: the scopes, and those of the claims requested by name.
    pub fn asked(&self) -> ScopeSet {
        self.scopes.union(&self.claims.scopes())
    }

    /// Restricts the request to what the user's credential may grant.
    #[must_use]
    pub fn within(self, limit: &ScopeSet) -> Self {
        Self { scopes: self.scopes.filter(|name| limit.contains(name)), claims: self.claims.within(limit), ..self }
    }

    fn empty(client: &Client, callback: Callback, now: Timestamp) -> Self {
        Self {
            client_id: client.id.clone(),
            callback,
            scopes: ScopeSet::default(),
            challenge: None,
            nonce: None,
            prompt: Prompt::default(),
            max_age: None,
            login_hint: None,
            hinted_sub: None,
            acr_values: Vec::new(),
            ui_locales: Vec::new(),
            claims: ClaimsRequest::default(),
            sub_type: client.config.default_sub_type,
            workspace: None,
            resources: Vec::new(),
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
    request.scopes = known.filter(|name| may_have(input, name));
    match (request.scopes.is_empty(), asked.is_empty()) {
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
        || redirect_uri::is_on_device(request.callback.redirect_uri())
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
        let behind = claims.scopes().filter(|name| request.scopes.contains("openid") && may_have(input, name));
        request.claims = claims.within(&behind);
    }
    Ok(())
}

fn sub_type(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    if let Some(text) = input.params.get("sub_type") {
        request.sub_type = SubType::parse(text).ok_or(AuthorizeRefusal::SubTypeUnknown)?;
    }
    Ok(())
}

fn workspace(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    if let Some(text) = input.params.get("workspace") {
        request.workspace = Some(text.parse().map_err(|_| AuthorizeRefusal::WorkspaceMalformed)?);
    }
    Ok(())
}

/// RFC 8707 §2. The issuer itself is always a resource: its own APIs.
fn resource(input: &Input<'_>, request: &mut AuthorizationRequest) -> Outcome {
    let unknown = |UnknownResource(asked)| Named::of(AuthorizeRefusal::ResourceUnknown, &asked);
    request.resources = input.policy.resources.named(input.params).map_err(unknown)?;
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
    request.workspace = request.workspace.or(hint.tenant_id);
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
    let carried = [request.nonce.as_deref(), request.callback.state()];
    if carried.iter().flatten().any(|text| text.len() > 4096) { Err(AuthorizeRefusal::TooLong.into()) } else { Ok(()) }
}
