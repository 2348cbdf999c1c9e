//! The authorization endpoint for programs.
use domain::WorkspaceId;
use domain::clients::{SubType, Trust};
use domain::workspace::Role;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// The next step: the user's decision, or where to go at once.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum Authorization<'a> {
    Consent(ConsentNeeded<'a>),
    Redirect(RedirectTo<'a>),
}

/// What a consent page would show.
#[derive(Serialize, ToSchema)]
pub struct ConsentNeeded<'a> {
    /// Always true.
    pub consent_required: bool,
    /// To be sent with the decision; good for minutes, in this browser or with this token alone.
    pub interaction: &'a str,
    pub client: AskingClient<'a>,
    pub redirect_uri: &'a str,
    /// Its host, as people should read it.
    pub redirect_host: String,
    #[schema(value_type = super::oauth::SubType)]
    pub sub_type: SubType,
    pub scopes: Vec<AskedScope<'a>>,
    pub workspaces: Vec<OfferedWorkspace<'a>>,
    /// The client will get a refresh token without having asked for `offline_access`, unless the decision says
    /// `stay_connected: false`. The value is what holds if the decision does not say. Missing where there is nothing to
    /// choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stay_connected: Option<bool>,
}

/// Who asks.
#[derive(Serialize, ToSchema)]
pub struct AskingClient<'a> {
    pub client_id: &'a str,
    pub client_name: &'a str,
    #[schema(required = true)]
    pub client_uri: Option<&'a str>,
    #[schema(required = true)]
    pub logo_uri: Option<&'a str>,
    #[schema(required = true)]
    pub tos_uri: Option<&'a str>,
    #[schema(required = true)]
    pub policy_uri: Option<&'a str>,
    /// How far the operator knows it.
    #[schema(value_type = String)]
    pub trust: Trust,
    /// Who published it, where that is known.
    #[schema(required = true)]
    pub developer: Option<&'a str>,
}

/// A scope that is asked for.
#[derive(Serialize, ToSchema)]
pub struct AskedScope<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub description: &'a str,
    pub sensitive: bool,
    /// It cannot be left out.
    pub required: bool,
    /// The user allowed it before.
    pub granted: bool,
}

/// A workspace that the user may choose.
#[derive(Serialize, ToSchema)]
pub struct OfferedWorkspace<'a> {
    #[schema(value_type = String)]
    pub id: WorkspaceId,
    pub name: &'a str,
    #[schema(value_type = String)]
    pub role: Role,
    pub selected: bool,
}

/// Where the user's browser goes now.
#[derive(Serialize, ToSchema)]
pub struct RedirectTo<'a> {
    pub redirect_to: String,
    /// The parameters to be posted there, where the client asked for `form_post`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub form_post: Option<BTreeMap<&'a str, &'a str>>,
}

/// Declares the members of an authorization request once, for the query, the form and the decision.
macro_rules! request {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// An authorization request (OAuth 2.1 §4.1.1, OpenID Connect Core §3.1.2.1). Unknown parameters are ignored.
        #[derive(IntoParams, ToSchema)]
        #[into_params(parameter_in = Query)]
        pub struct AuthorizationQuery {
            client_id: String,
            $($(#[$doc])* #[param(nullable = false)] #[schema(nullable = false)] $name: Option<String>,)*
        }

        /// The user's decision about an interaction, or about the parameters of an authorization request.
        #[derive(ToSchema)]
        #[schema(example = json!({"interaction": "…", "decision": "allow", "scope": "openid profile"}))]
        pub struct ConsentDecision {
            /// `allow` or `deny`; `action` is another name of it.
            #[schema(nullable = false)]
            decision: Option<String>,
            /// Another name of `decision`.
            #[schema(nullable = false)]
            action: Option<String>,
            /// What `GET authorize` gave out. A session must send it; a personal access token may send the parameters of the
            /// authorization request instead.
            #[schema(nullable = false)]
            interaction: Option<String>,
            /// Not empty: the user chose among the scopes, and `scope` lists what they chose.
            #[schema(nullable = false)]
            granular: Option<String>,
            /// Whether the client may get a refresh token that it did not ask for (`offline_access`).
            #[schema(nullable = false)]
            stay_connected: Option<bool>,
            #[schema(nullable = false)]
            client_id: Option<String>,
            $($(#[$doc])* #[schema(nullable = false)] $name: Option<String>,)*
        }
    };
}

request! {
    /// `code`. It may be left out where the request is answered with JSON.
    response_type,
    /// One that the client registered; it may be left out where there is one only.
    redirect_uri,
    /// Scopes, separated by spaces.
    scope,
    /// Comes back as it is.
    state,
    /// The PKCE challenge (RFC 7636).
    code_challenge,
    /// `S256`.
    code_challenge_method,
    /// `query`, `fragment` or `form_post`.
    response_mode,
    /// Comes back in the ID token.
    nonce,
    /// `none`, `login`, `consent`, `select_account`.
    prompt,
    /// Seconds since the user signed in.
    max_age,
    /// What the tokens shall speak for: `workspace` or `user`.
    sub_type,
    /// The workspace that is meant, or that the user chose. A decision without it uses the only one or the user's default
    /// one; a user of several workspaces without a default one gets `invalid_request`.
    workspace,
    /// The API that the tokens are for (RFC 8707). It may be repeated.
    resource,
    /// A JSON object (OpenID Connect Core §5.5).
    claims,
    /// The address of the account that is expected.
    login_hint,
    /// An ID token of the account that is expected.
    id_token_hint,
    /// The languages of the pages, separated by spaces.
    ui_locales,
}
