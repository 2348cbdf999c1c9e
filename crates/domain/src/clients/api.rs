//! Client metadata as owners manage it: the members that only an owner can set, and the names that management APIs use
//! instead of those of RFC 7591. All of them share one metadata reader.
use crate::clients::keys::{JWKS, JWKS_URI, SIGNING_ALG};
pub use crate::clients::metadata::LONGEST;
use crate::clients::metadata::{self, Metadata, MetadataFault, MetadataRefusal as R, Reader, Terms};
use crate::clients::{Client, ClientConfig, ClientType};
use crate::platform::text::description;
use serde_json::{Map, Value, json};

/// Reads the members that only an owner can set, as far as `sets` says.
fn read_owner_settings(
    json: &Map<String, Value>,
    sets: impl Fn(&str) -> bool,
    config: &mut ClientConfig,
) -> Result<(), MetadataFault> {
    let reader = Reader(json);
    if sets("description") {
        let text = reader.text("description")?.unwrap_or_default();
        config.description = description(text).map_err(|_| R::Description.of("description"))?;
    }
    if sets("project_id") {
        config.project_id = reader.text("project_id")?.map(str::to_owned);
    }
    if sets("allowed_user_ids") {
        let users = reader.list("allowed_user_ids")?.unwrap_or_default();
        let users = users.iter().map(|id| id.parse().map_err(|_| R::UserId.of("allowed_user_ids")));
        config.allowed_user_ids = users.collect::<Result<_, _>>()?;
    }
    Ok(())
}

/// Reads metadata sent by the owner of a new client, who may set more than the client itself, name no scopes at all, and add the
/// redirect URIs later.
pub fn read(json: &Map<String, Value>, terms: &Terms<'_>) -> Result<Metadata, MetadataFault> {
    let mut metadata = Metadata::read_members(json, None, terms)?;
    read_owner_settings(json, |_| true, &mut metadata.config)?;
    metadata.default_scope &= !json.contains_key("scope");
    Ok(metadata)
}

/// The client's metadata with the changes of its owner: the members of `json`. All others stay as they are.
pub fn read_change(json: &Map<String, Value>, client: &Client, terms: &Terms<'_>) -> Result<Metadata, MetadataFault> {
    let mut metadata = Metadata::read_members(json, Some(client), terms)?;
    read_owner_settings(json, |name| json.contains_key(name), &mut metadata.config)?;
    metadata.default_scope = false;
    Ok(metadata)
}

/// A client's metadata, including what only its owner can set.
pub fn render(client: &Client) -> Map<String, Value> {
    let config = &client.config;
    let mut all = metadata::render(client);
    all.insert("description".to_owned(), config.description.as_str().into());
    all.insert("project_id".to_owned(), json!(config.project_id));
    all.insert("access_token_lifetime_seconds".to_owned(), json!(config.access_token_lifetime_seconds));
    all.insert("refresh_token_lifetime_seconds".to_owned(), json!(config.refresh_token_lifetime_seconds));
    all.insert("id_token_lifetime_seconds".to_owned(), json!(config.id_token_lifetime_seconds));
    all.insert("allowed_user_ids".to_owned(), json!(config.allowed_user_ids));
    // Default values are left out, so that they read back as defaults.
    if config.any_secret_method {
        all.remove("token_endpoint_auth_method");
    }
    if config.id_token_signed_response_alg.is_none() {
        all.remove("id_token_signed_response_alg");
    }
    all
}

/// How a management API's member maps to RFC 7591.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Same,
    /// Like `Same`, but `null` clears it.
    OrNull,
    /// A list of scopes, which RFC 7591 writes as one string.
    Scopes,
    /// `confidential` or `public`, which RFC 7591 expresses by the authentication method.
    Type,
}

/// The member names of a management API: its own, the RFC 7591 name, and the format of the value.
#[derive(Debug)]
pub struct ClientApiNames {
    members: &'static [(&'static str, &'static str, Form)],
    /// Members of responses that a caller may send back unchanged; they are ignored.
    echoed: &'static [&'static str],
    /// Members that a new client must have.
    required: &'static [&'static str],
    upper_case_type: bool,
}

/// Reference 004.
pub const SNAKE: ClientApiNames = ClientApiNames {
    members: &[
        ("name", "client_name", Form::Same),
        ("description", "description", Form::Same),
        ("homepage_url", "client_uri", Form::Same),
        ("icon", "logo_uri", Form::OrNull),
        ("client_type", "client_type", Form::Type),
        ("redirect_uris", "redirect_uris", Form::Same),
        ("post_logout_redirect_uris", "post_logout_redirect_uris", Form::Same),
        ("grant_types", "grant_types", Form::Same),
        ("response_types", "response_types", Form::Same),
        ("scopes", "scope", Form::Scopes),
        ("token_endpoint_auth_method", "token_endpoint_auth_method", Form::OrNull),
        ("jwks", JWKS, Form::OrNull),
        ("jwks_uri", JWKS_URI, Form::OrNull),
        ("token_endpoint_auth_signing_alg", SIGNING_ALG, Form::OrNull),
        ("default_sub_type", "default_sub_type", Form::Same),
        ("access_token_format", "access_token_format", Form::Same),
        ("require_pkce", "require_pkce", Form::Same),
        ("id_token_claims", "id_token_claims", Form::OrNull),
        ("project_id", "project_id", Form::OrNull),
        ("access_token_lifetime_seconds", "access_token_lifetime_seconds", Form::OrNull),
        ("refresh_token_lifetime_seconds", "refresh_token_lifetime_seconds", Form::OrNull),
        ("id_token_lifetime_seconds", "id_token_lifetime_seconds", Form::OrNull),
        ("allowed_user_ids", "allowed_user_ids", Form::Same),
    ],
    echoed: &["id", "org_id", "internal", "created_at", "updated_at", "user_count", "last_activity", "link"],
    required: &["name", "description", "homepage_url"],
    upper_case_type: false,
};

/// Reference 002.
pub const CAMEL: ClientApiNames = ClientApiNames {
    members: &[
        ("name", "client_name", Form::Same),
        ("type", "client_type", Form::Type),
        ("redirectUris", "redirect_uris", Form::Same),
        ("allowedScopes", "scope", Form::Scopes),
        ("grantTypes", "grant_types", Form::Same),
        ("responseTypes", "response_types", Form::Same),
        ("description", "description", Form::Same),
        ("homepageUrl", "client_uri", Form::OrNull),
        ("logoUrl", "logo_uri", Form::OrNull),
        ("termsUrl", "tos_uri", Form::OrNull),
        ("policyUrl", "policy_uri", Form::OrNull),
        ("postLogoutRedirectUris", "post_logout_redirect_uris", Form::Same),
        ("tokenEndpointAuthMethod", "token_endpoint_auth_method", Form::OrNull),
        ("jwks", JWKS, Form::OrNull),
        ("jwksUri", JWKS_URI, Form::OrNull),
        ("tokenEndpointAuthSigningAlg", SIGNING_ALG, Form::OrNull),
        ("defaultSubType", "default_sub_type", Form::Same),
        ("accessTokenFormat", "access_token_format", Form::Same),
        ("requirePkce", "require_pkce", Form::Same),
        ("idTokenClaims", "id_token_claims", Form::OrNull),
        ("accessTokenLifetimeSeconds", "access_token_lifetime_seconds", Form::OrNull),
        ("refreshTokenLifetimeSeconds", "refresh_token_lifetime_seconds", Form::OrNull),
        ("idTokenLifetimeSeconds", "id_token_lifetime_seconds", Form::OrNull),
        ("allowedUserIds", "allowed_user_ids", Form::Same),
    ],
    echoed: &["clientId", "workspaceId", "createdAt", "updatedAt"],
    required: &["name"],
    upper_case_type: true,
};

/// The developer console, whose forms use the names of RFC 7591.
pub const CONSOLE: ClientApiNames = ClientApiNames {
    members: &[
        ("client_name", "client_name", Form::Same),
        ("description", "description", Form::Same),
        ("client_uri", "client_uri", Form::OrNull),
        ("logo_uri", "logo_uri", Form::OrNull),
        ("tos_uri", "tos_uri", Form::OrNull),
        ("policy_uri", "policy_uri", Form::OrNull),
        ("application_type", "application_type", Form::Same),
        ("token_endpoint_auth_method", "token_endpoint_auth_method", Form::OrNull),
        ("jwks", JWKS, Form::OrNull),
        ("jwks_uri", JWKS_URI, Form::OrNull),
        ("token_endpoint_auth_signing_alg", SIGNING_ALG, Form::OrNull),
        ("grant_types", "grant_types", Form::Same),
        ("redirect_uris", "redirect_uris", Form::Same),
        ("post_logout_redirect_uris", "post_logout_redirect_uris", Form::Same),
        ("scope", "scope", Form::Same),
        ("default_sub_type", "default_sub_type", Form::Same),
        ("access_token_format", "access_token_format", Form::Same),
        ("require_pkce", "require_pkce", Form::Same),
        ("id_token_claims", "id_token_claims", Form::OrNull),
        ("access_token_lifetime_seconds", "access_token_lifetime_seconds", Form::OrNull),
        ("refresh_token_lifetime_seconds", "refresh_token_lifetime_seconds", Form::OrNull),
        ("id_token_lifetime_seconds", "id_token_lifetime_seconds", Form::OrNull),
        ("allowed_user_ids", "allowed_user_ids", Form::Same),
    ],
    echoed: &[],
    required: &["client_name"],
    upper_case_type: false,
};

/// A member of a management API, for generating its description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// The API's own name for the member.
    pub name: &'static str,
    /// The RFC 7591 name, or an equivalent.
    pub rfc: &'static str,
    /// Whether `null` clears it.
    pub nullable: bool,
    /// Whether a new client must have it.
    pub required: bool,
}

impl ClientApiNames {
    /// All members that can be set.
    pub fn members(&self) -> impl Iterator<Item = Member> {
        self.members.iter().map(|(name, rfc, form)| Member {
            name,
            rfc,
            nullable: *form == Form::OrNull,
            required: self.required.contains(name),
        })
    }

    /// Other members of responses; a request may send them back, and they are ignored.
    pub fn echoed(&self) -> &'static [&'static str] {
        self.echoed
    }

    /// How this API spells the two client types.
    pub fn types(&self) -> [&'static str; 2] {
        [ClientType::Confidential, ClientType::Public].map(|kind| self.write_type(kind))
    }

    fn member(&self, name: &str) -> Option<(&'static str, &'static str, Form)> {
        self.members.iter().copied().find(|(own, ..)| *own == name)
    }

    /// This API's name for a member of RFC 7591.
    fn own_name(&self, rfc: &str) -> Option<&'static str> {
        self.members.iter().find(|(_, theirs, _)| *theirs == rfc).map(|(own, ..)| *own)
    }

    /// Translates a fault's member into this API's name.
    pub fn localise(&self, mut fault: MetadataFault) -> MetadataFault {
        if let Some(own) = self.own_name(&fault.member) {
            own.clone_into(&mut fault.member);
        }
        fault
    }

    /// The members of the body under the names of RFC 7591. `was_public` is the type that the client has without them.
    fn translate(&self, body: &Map<String, Value>, was_public: bool) -> Result<Map<String, Value>, MetadataFault> {
        let typed = self.named_type(body)?;
        let mut named = Map::new();
        let is_public = |named: &Map<String, Value>| named.get(METHOD).map_or(was_public, |method| method == "none");
        // The type implies a method in broad terms; a method that is also given must be consistent with it.
        match typed {
            Some((_, ClientType::Public)) => drop(named.insert(METHOD.to_owned(), "none".into())),
            // A confidential client keeps its method; one that was public has not chosen a method yet.
            Some((_, ClientType::Confidential)) if was_public => drop(named.insert(METHOD.to_owned(), Value::Null)),
            _ => {}
        }
        for (name, value) in body {
            let Some((_, rfc, form)) = self.member(name) else {
                if self.echoed.contains(&name.as_str()) {
                    continue;
                }
                return Err(R::UnknownMember.of(name));
            };
            let value = match (form, value) {
                (Form::Type, _) => continue,
                (Form::OrNull, Value::Null) if rfc == METHOD && is_public(&named) && typed.is_some() => continue,
                (Form::OrNull, Value::Null) => Value::Null,
                (_, Value::Null) => return Err(R::Type.of(name)),
                (Form::Same | Form::OrNull, value) => value.clone(),
                (Form::Scopes, value) => scopes(value).ok_or_else(|| R::Type.of(name))?.into(),
            };
            named.insert(rfc.to_owned(), value);
        }
        match typed {
            Some((name, kind)) if is_public(&named) != (kind == ClientType::Public) => Err(R::TypeMismatch.of(name)),
            _ => Ok(named),
        }
    }

    /// The client type in the body, with the name of its member.
    fn named_type(&self, body: &Map<String, Value>) -> Result<Option<(&'static str, ClientType)>, MetadataFault> {
        let Some(name) = self.own_name("client_type") else { return Ok(None) };
        let read = |value| self.read_type(value).map(|kind| (name, kind)).ok_or_else(|| R::Type.of(name));
        body.get(name).map(read).transpose()
    }

    fn read_type(&self, value: &Value) -> Option<ClientType> {
        let text = value.as_str()?;
        let types = [ClientType::Confidential, ClientType::Public];
        types.into_iter().find(|kind| self.write_type(*kind) == text)
    }

    fn write_type(&self, kind: ClientType) -> &'static str {
        match (kind, self.upper_case_type) {
            (ClientType::Confidential, false) => "confidential",
            (ClientType::Confidential, true) => "CONFIDENTIAL",
            (ClientType::Public, false) => "public",
            (ClientType::Public, true) => "PUBLIC",
        }
    }

    /// The metadata of a new client.
    pub fn new_client(&self, body: &Map<String, Value>) -> Result<Map<String, Value>, MetadataFault> {
        if let Some(missing) = self.required.iter().find(|name| body.get(**name).is_none_or(Value::is_null)) {
            return Err(R::Missing.of(missing));
        }
        let mut metadata = self.translate(body, false)?;
        if !metadata.contains_key("grant_types") {
            metadata.insert("grant_types".to_owned(), json!(["authorization_code", "refresh_token"]));
        }
        check_name(&metadata).map_err(|fault| self.localise(fault))?;
        Ok(metadata)
    }

    /// The members that a change of the client names; see [`read_change`].
    pub fn change(&self, client: &Client, body: &Map<String, Value>) -> Result<Map<String, Value>, MetadataFault> {
        let named = self.translate(body, client.is_public())?;
        check_name(&named).map_err(|fault| self.localise(fault))?;
        Ok(named)
    }

    /// The client's members that this API shows, under its own names.
    pub fn show(&self, client: &Client) -> Map<String, Value> {
        let all = render(client);
        let shown = self.members.iter().map(|(own, rfc, form)| {
            let value = match form {
                Form::Type => self.write_type(client.client_type).into(),
                Form::Scopes => json!(client.config.scopes.iter().collect::<Vec<_>>()),
                Form::Same | Form::OrNull => all.get(*rfc).cloned().unwrap_or(Value::Null),
            };
            ((*own).to_owned(), value)
        });
        shown.collect()
    }
}

const METHOD: &str = "token_endpoint_auth_method";

/// An owner must name the client; only a self-registered client may have no name.
fn check_name(metadata: &Map<String, Value>) -> Result<(), MetadataFault> {
    match metadata.get("client_name").and_then(Value::as_str) {
        Some("") => Err(R::Name.of("client_name")),
        _ => Ok(()),
    }
}

fn scopes(value: &Value) -> Option<String> {
    let names = value.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
    Some(names.join(" "))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::clients::{AuthMethod, GrantType, SubType, Trust};
    use crate::{ClientId, ScopeSet, Timestamp};

    pub(in crate::clients) fn client(metadata: Metadata) -> Client {
        Client {
            id: ClientId::new("cs", [1; 16]),
            name: metadata.name,
            client_type: metadata.client_type,
            auth_method: metadata.auth_method,
            trust: Trust::Unverified,
            owner_workspace_id: None,
            owner_user_id: None,
            config: metadata.config,
            registration_token_hash: None,
            credential_epoch: 0,
            access_epoch: 0,
            revision: 0,
            secrets: Vec::new(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            last_used_at: None,
            disabled_at: None,
            deleted_at: None,
        }
    }

    fn object(value: Value) -> Map<String, Value> {
        let Value::Object(map) = value else { panic!("{value}") };
        map
    }

    fn made(dialect: &ClientApiNames, body: Value) -> Result<Client, MetadataFault> {
        let metadata = dialect.new_client(&object(body))?;
        read(&metadata, &Terms::managed(SubType::Workspace, &[])).map_err(|f| dialect.localise(f)).map(client)
    }

    fn changed(dialect: &ClientApiNames, before: &Client, body: Value) -> Result<Client, MetadataFault> {
        let named = dialect.change(before, &object(body))?;
        let metadata = read_change(&named, before, &Terms::managed(SubType::Workspace, &[]));
        metadata.map_err(|fault| dialect.localise(fault)).map(client)
    }

    fn minimal() -> Value {
        json!({"name": "My App", "description": "An example", "homepage_url": "https://example.com"})
    }

    #[test]
    fn the_console_says_all_that_registration_knows_and_faults_keep_their_names() {
        let native = json!({"client_name": "App", "application_type": "native", "token_endpoint_auth_method": "none",
            "redirect_uris": ["com.example.app:/callback"], "scope": ""});
        let native = made(&CONSOLE, native).unwrap();
        assert!(native.is_public() && native.config.scopes.is_empty());
        let kept = changed(&CONSOLE, &native, json!({"redirect_uris": ["com.example.other:/callback"]})).unwrap();
        assert_eq!(kept.config.redirect_uris, ["com.example.other:/callback"], "still native");
        let secret = changed(&CONSOLE, &native, json!({"token_endpoint_auth_method": null})).unwrap();
        assert!(secret.accepts(AuthMethod::ClientSecretBasic) && secret.accepts(AuthMethod::ClientSecretPost));
        let fault = changed(&CONSOLE, &native, json!({"token_endpoint_auth_method": "tls"})).unwrap_err();
        assert_eq!(fault, R::AuthMethod.of("token_endpoint_auth_method"));
        assert_eq!(made(&CONSOLE, json!({"client_name": ""})).unwrap_err(), R::Name.of("client_name"));
    }

    #[test]
    fn a_new_application_needs_little_and_shows_all_it_has() {
        let made = made(&SNAKE, minimal()).unwrap();
        assert_eq!(made.config.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
        assert!(made.accepts(AuthMethod::ClientSecretBasic) && made.accepts(AuthMethod::ClientSecretPost));
        assert!(!made.accepts(AuthMethod::None));
        let shown = Value::Object(SNAKE.show(&made));
        assert_eq!((&shown["client_type"], &shown["icon"]), (&json!("confidential"), &Value::Null));
        assert_eq!((&shown["response_types"], &shown["redirect_uris"]), (&json!(["code"]), &json!([])));
        let shown = Value::Object(CAMEL.show(&made));
        assert_eq!((&shown["type"], &shown["homepageUrl"]), (&json!("CONFIDENTIAL"), &json!("https://example.com")));
    }

    #[test]
    fn what_is_not_named_stays_and_what_is_sent_back_says_nothing() {
        let full = json!({
            "name": "App", "description": "d", "homepage_url": "https://a.example", "icon": "https://a.example/i.png", "client_type": "public",
            "redirect_uris": ["https://a.example/cb"], "post_logout_redirect_uris": ["https://a.example/"], "grant_types": ["authorization_code"],
            "scopes": ["openid", "email"], "project_id": "p1", "access_token_lifetime_seconds": 600, "refresh_token_lifetime_seconds": 700,
            "id_token_lifetime_seconds": 800, "allowed_user_ids": ["usr_00000000000000000000000000"]
        });
        let before = made(&SNAKE, full.clone()).unwrap();
        let mut shown = SNAKE.show(&before);
        for (name, value) in full.as_object().unwrap() {
            assert_eq!(&shown[name], value, "{name}");
        }
        shown.insert("user_count".to_owned(), json!(3));
        assert_eq!(changed(&SNAKE, &before, shown.into()).unwrap(), before, "the answer sent back changes nothing");
        assert_eq!(changed(&SNAKE, &before, json!({})).unwrap(), before);
        let after = changed(&SNAKE, &before, json!({"name": "New", "icon": null, "scopes": []})).unwrap();
        assert_eq!((after.name.as_str(), after.config.logo_uri.as_deref()), ("New", None));
        assert!(after.config.scopes.is_empty());
        assert_eq!(after.config.project_id.as_deref(), Some("p1"));
        let after = changed(&SNAKE, &before, json!({"client_type": "confidential"})).unwrap();
        assert_eq!((after.client_type, after.auth_method), (ClientType::Confidential, AuthMethod::ClientSecretBasic));
        let machine = changed(&CAMEL, &after, json!({"grantTypes": ["client_credentials"]})).unwrap();
        assert!(machine.config.response_types.is_empty());
    }

    /// What no management API shows and no change names stays, too.
    #[test]
    fn point_4_2_a_change_touches_only_the_members_that_it_names() {
        let mut before = made(&SNAKE, minimal()).unwrap();
        let config = &mut before.config;
        config.contacts = vec!["ops@a.example".to_owned()];
        config.software_id = Some("s1".to_owned());
        config.id_token_signed_response_alg = Some(jose::SigningAlg::ES256);
        config.default_max_age = Some(60);
        (config.require_auth_time, config.internal, config.refresh_rotation) = (true, true, Some(true));
        (config.require_pkce, config.pkce_exempt) = (true, true);
        config.dropped = vec!["software_statement".to_owned()];
        let everything = json!({"name": "New", "scopes": ["openid"], "icon": "https://a.example/i.png"});
        let after = changed(&SNAKE, &before, everything).unwrap();
        let mut expected = before.clone();
        expected.name = "New".to_owned();
        expected.config.scopes = ScopeSet::parse("openid").unwrap();
        expected.config.logo_uri = Some("https://a.example/i.png".to_owned());
        assert_eq!(after, expected);
        let held = changed(&SNAKE, &before, json!({"require_pkce": true})).unwrap();
        assert!(
            held.config.requires_pkce(),
            "what is named takes the place of what was stored before there was a member"
        );
        let native = json!({"name": "Native", "redirect_uris": ["com.example.app:/cb"], "client_type": "public",
            "description": "d", "homepage_url": "https://a.example"});
        let fault =
            made(&SNAKE, native.clone()).map(|native| changed(&CONSOLE, &native, json!({"application_type": "web"})));
        assert_eq!(
            fault.unwrap().unwrap_err(),
            R::RedirectInvalid.of("redirect_uris"),
            "what stays must fit what changes"
        );
        let fault = changed(&SNAKE, &made(&SNAKE, native).unwrap(), json!({"grant_types": ["client_credentials"]}));
        assert_eq!(fault.unwrap_err(), R::PublicMachine.of("grant_types"));
        let grants = changed(&SNAKE, &before, json!({"response_types": []}));
        assert_eq!(grants.unwrap_err(), R::GrantMismatch.of("grant_types"));
    }

    #[test]
    fn each_fault_names_the_member_in_the_words_of_its_api() {
        let with = |name: &str, value: Value| {
            let mut body = minimal();
            body[name] = value;
            made(&SNAKE, body).map(drop).map_err(|f| (f.why, f.member))
        };
        let table = [
            ("name", Value::Null, R::Missing, "name"),
            ("name", json!(""), R::Name, "name"),
            ("name", json!(7), R::Type, "name"),
            ("homepage_url", json!("javascript:x"), R::Uri, "homepage_url"),
            ("icon", json!("http://a.example/x"), R::Uri, "icon"),
            ("client_type", json!("CONFIDENTIAL"), R::Type, "client_type"),
            ("scopes", json!("openid"), R::Type, "scopes"),
            ("scopes", json!(["a\"b"]), R::Scope, "scopes"),
            ("redirect_uris", json!(["http://a.example/"]), R::RedirectInvalid, "redirect_uris"),
            ("access_token_lifetime_seconds", json!(0), R::Lifetime, "access_token_lifetime_seconds"),
            ("allowed_user_ids", json!(["x"]), R::UserId, "allowed_user_ids"),
            ("grant_types", json!(["password"]), R::GrantType, "grant_types"),
            ("description", json!("a\u{202e}"), R::Description, "description"),
            ("client_secret", json!("mine"), R::UnknownMember, "client_secret"),
        ];
        for (name, value, why, member) in table {
            assert_eq!(with(name, value.clone()), Err((why, member.to_owned())), "{name}: {value}");
        }
        let fault = made(&CAMEL, json!({"name": "x", "allowedScopes": ["\u{1}"]})).unwrap_err();
        assert_eq!(fault.member, "allowedScopes");
    }
}
