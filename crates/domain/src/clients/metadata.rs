//! Client metadata (RFC 7591 §2, OpenID Connect Registration §2), as sent by a client and as returned to it.
pub(crate) use super::reader::Reader;
pub use super::reader::{MetadataFault, MetadataRefusal};
use super::terms::{Dropped, METHOD, PROTECTING};
pub use super::terms::{LONGEST, LONGEST_SIGNED, OWN_MEMBERS, Terms};
use super::{key_registration, keys, redirect_uri};
use crate::clients::authentication::registrable_method;
use crate::clients::grant_type::enabled_grant;
use crate::clients::{
    AccessTokenFormat, ApplicationType, AuthMethod, Client, ClientConfig, ClientType, GrantType, SubType,
};
use crate::platform::scope::ScopeSet;
use crate::platform::text::display_name;
use jose::SigningAlg;
use serde_json::{Map, Value, json};

use MetadataRefusal as R;

/// What a client asks to be registered as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The display name; `Unnamed application` if the metadata has none.
    pub name: String,
    /// Follows from the authentication method.
    pub client_type: ClientType,
    /// `client_secret_basic` if the metadata names none; [`ClientConfig::any_secret_method`] is then set.
    pub auth_method: AuthMethod,
    /// Everything else, with what was dropped.
    pub config: ClientConfig,
    /// Whether `scope` was missing; then the server's default applies.
    pub default_scope: bool,
}

impl Metadata {
    /// Reads and checks metadata (RFC 7591 §2).
    pub fn read(json: &Value, terms: &Terms<'_>) -> Result<Self, MetadataFault> {
        let json = json.as_object().ok_or_else(|| R::NotAnObject.of(""))?;
        let metadata = Self::read_members(json, None, terms)?;
        if metadata.config.redirect_uris.is_empty() && metadata.may_redirect() {
            return Err(R::RedirectMissing.of("redirect_uris"));
        }
        Ok(metadata)
    }

    fn may_redirect(&self) -> bool {
        self.config.grant_types.contains(&GrantType::AuthorizationCode)
    }

    /// Reads the members that both a client and its owner may set. With a client, these are changes to it: what the document does
    /// not name stays as it is.
    pub(crate) fn read_members(
        json: &Map<String, Value>,
        client: Option<&Client>,
        terms: &Terms<'_>,
    ) -> Result<Self, MetadataFault> {
        let (json, narrow, mut dropped) = (Reader(json), terms.narrow, Dropped::default());
        if json.present("client_secret").is_some() {
            return Err(R::SecretChosen.of("client_secret"));
        }
        let asks = |name: &&str| json.present(name).is_some_and(|value| *value != Value::Bool(false));
        if let Some(unsupported) = PROTECTING.iter().find(|name| asks(name)) {
            return Err(R::Unsupported.of(unsupported));
        }
        if json.text("subject_type")?.is_some_and(|t| t != "public") {
            return Err(R::Unsupported.of("subject_type"));
        }
        // A new client has a value for every member, be it the default.
        let sets = |name: &str| client.is_none() || json.has(name);
        let mut config = client.map(|client| client.config.clone()).unwrap_or_default();
        let (auth_method, client_type) = match client {
            Some(client) if !sets(METHOD) => (client.auth_method, client.client_type),
            _ => {
                let method = json.text(METHOD)?;
                config.any_secret_method = method.is_none();
                let row = method.map(|text| registrable_method(text).ok_or_else(|| R::AuthMethod.of(METHOD)));
                let default = (AuthMethod::ClientSecretBasic, ClientType::Confidential);
                row.transpose()?.map_or(default, |row| (row.method, row.client_type))
            }
        };
        if sets("application_type") {
            config.application_type = application_type(&json, client_type, narrow, &mut dropped)?;
        }
        (config.grant_types, config.response_types) =
            grants(&json, client.map(|client| &client.config), client_type, narrow, &mut dropped)?;
        let kind = config.application_type;
        config.redirect_uris = uris(&json, "redirect_uris", config.redirect_uris, sets, kind, terms, &mut dropped)?;
        let default_scope = sets("scope") && json.text("scope")?.is_none();
        if sets("scope") {
            let scopes = json.text("scope")?.map(ScopeSet::parse).transpose();
            config.scopes = scopes.map_err(|_| R::Scope.of("scope"))?.unwrap_or_default();
        }
        let name = match client {
            Some(client) if !sets("client_name") => client.name.clone(),
            _ => match json.text("client_name")? {
                Some(text) => display_name(text).map_err(|_| R::Name.of("client_name"))?,
                None => "Unnamed application".to_owned(),
            },
        };
        lifetimes(&json, sets, &mut config, terms, &mut dropped)?;
        presentation(&json, sets, &mut config, narrow, &mut dropped)?;
        config.post_logout_redirect_uris =
            uris(&json, AFTER_LOGOUT, config.post_logout_redirect_uris, sets, kind, terms, &mut dropped)?;
        tokens(&json, sets, &mut config, terms)?;
        let keys = client.map(|client| &client.config.keys);
        config.keys = key_registration::read(&json, keys, auth_method, terms, &mut dropped)?;
        if sets("require_pkce") {
            (config.require_pkce, config.pkce_exempt) = (json.flag("require_pkce")?, false);
        }
        if narrow {
            json.unknown().for_each(|name| dropped.note(name));
            config.dropped = dropped.0;
        }
        Ok(Self { name, client_type, auth_method, config, default_scope })
    }

    /// Keeps only the scopes the client may have. Fails with `why` if none of the requested scopes remain.
    pub fn narrow_scopes(&mut self, open: impl Fn(&str) -> bool, why: MetadataRefusal) -> Result<(), MetadataFault> {
        let kept = self.config.scopes.filter(&open);
        if kept.is_empty() && !self.config.scopes.is_empty() {
            return Err(why.of("scope"));
        }
        let mut dropped = Dropped(std::mem::take(&mut self.config.dropped));
        self.config.scopes.iter().filter(|name| !open(name)).for_each(|name| dropped.value("scope", name));
        (self.config.scopes, self.config.dropped) = (kept, dropped.0);
        Ok(())
    }

    /// Drops a grant type the client may not have.
    pub fn drop_grant(&mut self, grant: GrantType) {
        if self.config.grant_types.contains(&grant) {
            self.config.grant_types.retain(|one| *one != grant);
            let mut dropped = Dropped(std::mem::take(&mut self.config.dropped));
            dropped.value("grant_types", grant.as_str());
            self.config.dropped = dropped.0;
        }
    }
}

const AFTER_LOGOUT: &str = "post_logout_redirect_uris";

fn application_type(
    json: &Reader<'_>,
    client_type: ClientType,
    narrow: bool,
    dropped: &mut Dropped,
) -> Result<ApplicationType, MetadataFault> {
    match json.text("application_type")? {
        Some("native") => Ok(ApplicationType::Native),
        Some("web") => Ok(ApplicationType::Web),
        Some(_) if !narrow => Err(R::ApplicationType.of("application_type")),
        other => {
            if let Some(odd) = other {
                dropped.value("application_type", odd);
            }
            infer_application_type(json, client_type)
        }
    }
}

/// What people see of the client, and whom they can ask.
fn presentation(
    json: &Reader<'_>,
    sets: impl Fn(&str) -> bool,
    config: &mut ClientConfig,
    narrow: bool,
    dropped: &mut Dropped,
) -> Result<(), MetadataFault> {
    for (name, link) in [
        ("client_uri", &mut config.client_uri),
        ("logo_uri", &mut config.logo_uri),
        ("tos_uri", &mut config.tos_uri),
        ("policy_uri", &mut config.policy_uri),
    ] {
        if sets(name) {
            *link = json.https(name, narrow, dropped)?;
        }
    }
    if sets("contacts") {
        config.contacts = json.list("contacts")?.unwrap_or_default();
    }
    for (name, text) in [("software_id", &mut config.software_id), ("software_version", &mut config.software_version)] {
        if sets(name) {
            *text = json.text(name)?.map(str::to_owned);
        }
    }
    Ok(())
}

/// What the client's tokens are like.
fn tokens(
    json: &Reader<'_>,
    sets: impl Fn(&str) -> bool,
    config: &mut ClientConfig,
    terms: &Terms<'_>,
) -> Result<(), MetadataFault> {
    const ALG: &str = "id_token_signed_response_alg";
    if sets("default_sub_type") {
        config.default_sub_type = json.text("default_sub_type")?.map_or(Ok(terms.default_sub_type), |text| {
            SubType::parse(text).ok_or_else(|| R::SubType.of("default_sub_type"))
        })?;
    }
    if sets(ALG) {
        let alg = json.text(ALG)?.map(|text| SigningAlg::parse(text).ok_or_else(|| R::Alg.of(ALG)));
        config.id_token_signed_response_alg = alg.transpose()?;
    }
    if sets("default_max_age") {
        config.default_max_age = json.number("default_max_age")?;
    }
    if sets("require_auth_time") {
        config.require_auth_time = json.flag("require_auth_time")?;
    }
    if sets("access_token_format") {
        config.access_token_format = match json.text("access_token_format")? {
            None | Some("opaque") => AccessTokenFormat::Opaque,
            Some("jwt") => AccessTokenFormat::Jwt,
            Some(_) => return Err(R::Unsupported.of("access_token_format")),
        };
    }
    if sets("id_token_claims") {
        let claims = json.present("id_token_claims").map(|_| json.flag("id_token_claims"));
        config.id_token_claims = claims.transpose()?;
    }
    Ok(())
}

/// OpenID Connect Registration §2 defaults to `web`. But a public client whose redirects all stay on the device is an
/// installed application, and older MCP clients do not say so.
fn infer_application_type(json: &Reader<'_>, client_type: ClientType) -> Result<ApplicationType, MetadataFault> {
    let uris = json.list("redirect_uris")?.unwrap_or_default();
    let on_device = !uris.is_empty() && uris.iter().all(|uri| redirect_uri::is_on_device(uri));
    Ok(if client_type == ClientType::Public && on_device { ApplicationType::Native } else { ApplicationType::Web })
}

/// The grant types and response types. The response types of `before` stay unless either is named; those of other grant types
/// follow from these.
fn grants(
    json: &Reader<'_>,
    before: Option<&ClientConfig>,
    client_type: ClientType,
    narrow: bool,
    dropped: &mut Dropped,
) -> Result<(Vec<GrantType>, Vec<String>), MetadataFault> {
    const GRANTS: &str = "grant_types";
    const RESPONSES: &str = "response_types";
    let asked = match before {
        Some(before) if !json.has(GRANTS) => before.grant_types.iter().map(|grant| grant.as_str().to_owned()).collect(),
        _ => json.list(GRANTS)?.unwrap_or_else(|| vec!["authorization_code".to_owned()]),
    };
    let mut grant_types = Vec::new();
    for name in &asked {
        match enabled_grant(name) {
            Some(row) if !row.is_for(client_type) && !narrow => return Err(R::PublicMachine.of(GRANTS)),
            Some(row) if grant_types.contains(&row.grant_type) => {}
            Some(row) if row.is_for(client_type) => grant_types.push(row.grant_type),
            None if !narrow => return Err(R::GrantType.of(GRANTS)),
            _ => dropped.value(GRANTS, name),
        }
    }
    let code = grant_types.contains(&GrantType::AuthorizationCode);
    let alone = !code && !grant_types.contains(&GrantType::DeviceCode);
    if narrow && alone && grant_types.len() > 1 && grant_types.contains(&GrantType::RefreshToken) {
        grant_types.retain(|grant| *grant != GrantType::RefreshToken);
        dropped.value(GRANTS, GrantType::RefreshToken.as_str());
    }
    if grant_types.is_empty() && !asked.is_empty() {
        let machine = asked.iter().any(|name| name == GrantType::ClientCredentials.as_str());
        return Err(if machine { R::PublicMachine } else { R::GrantType }.of(GRANTS));
    }
    let kept = before.filter(|_| !json.has(GRANTS) && !json.has(RESPONSES));
    let response_types = match json.list(RESPONSES)?.or_else(|| kept.map(|before| before.response_types.clone())) {
        None if code => vec!["code".to_owned()],
        None => Vec::new(),
        Some(types) if !narrow && types.iter().any(|t| t != "code") => return Err(R::ResponseType.of(RESPONSES)),
        Some(types) if narrow => {
            let useful = |name: &String| code && name == "code";
            types.iter().filter(|name| !useful(name)).for_each(|name| dropped.value(RESPONSES, name));
            if code && !types.is_empty() && !types.iter().any(useful) {
                return Err(R::ResponseType.of(RESPONSES));
            }
            types.into_iter().filter(useful).take(1).collect()
        }
        Some(types) => types,
    };
    let refresh_alone = alone && grant_types.contains(&GrantType::RefreshToken);
    if grant_types.is_empty() || code == response_types.is_empty() || refresh_alone {
        return Err(R::GrantMismatch.of(GRANTS));
    }
    Ok((grant_types, response_types))
}

fn uris(
    json: &Reader<'_>,
    member: &str,
    before: Vec<String>,
    sets: impl Fn(&str) -> bool,
    kind: ApplicationType,
    terms: &Terms<'_>,
    dropped: &mut Dropped,
) -> Result<Vec<String>, MetadataFault> {
    // Also those that stay: which are good depends on the type of application.
    let asked = if sets(member) { json.list(member)?.unwrap_or_default() } else { before };
    let good = |uri: &String| redirect_uri::check_registration(uri, kind, terms.private_schemes).is_ok();
    let (good, bad): (Vec<_>, Vec<_>) = asked.into_iter().partition(good);
    let nothing_left = good.is_empty() && member == "redirect_uris";
    if !bad.is_empty() && (!terms.narrow || nothing_left) {
        return Err(R::RedirectInvalid.of(member));
    }
    for uri in &bad {
        dropped.value(member, uri);
    }
    Ok(good)
}

fn lifetimes(
    json: &Reader<'_>,
    sets: impl Fn(&str) -> bool,
    config: &mut ClientConfig,
    terms: &Terms<'_>,
    dropped: &mut Dropped,
) -> Result<(), MetadataFault> {
    // In the order of `LONGEST`.
    let all = [
        &mut config.access_token_lifetime_seconds,
        &mut config.id_token_lifetime_seconds,
        &mut config.refresh_token_lifetime_seconds,
    ];
    for ((seconds, (name, _)), longest) in all.into_iter().zip(LONGEST).zip(terms.longest) {
        if !sets(name) {
            continue;
        }
        *seconds = match json.number(name)? {
            Some(0) => return Err(R::Lifetime.of(name)),
            Some(asked) if asked > longest && !terms.narrow => return Err(R::Lifetime.of(name)),
            Some(asked) if asked > longest => {
                dropped.value(name, &asked.to_string());
                Some(longest)
            }
            asked => asked,
        };
    }
    Ok(())
}

/// The registered metadata for the responses of RFC 7591 §3.2.1 and RFC 7592 §3, without any secret.
pub fn render(client: &Client) -> Map<String, Value> {
    let config = &client.config;
    let grant_types: Vec<_> = config.grant_types.iter().map(|g| g.as_str()).collect();
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            all.insert(name.to_owned(), value);
        }
    };
    put("client_id", client.id.as_str().into());
    put("client_id_issued_at", client.created_at.seconds().into());
    put("client_name", client.name.as_str().into());
    put("redirect_uris", json!(config.redirect_uris));
    put("post_logout_redirect_uris", json!(config.post_logout_redirect_uris));
    put("token_endpoint_auth_method", client.auth_method.as_str().into());
    put(keys::JWKS, json!(config.keys.jwks));
    put(keys::JWKS_URI, json!(config.keys.jwks_uri));
    put(keys::SIGNING_ALG, json!(config.keys.alg));
    put("grant_types", json!(grant_types));
    put("response_types", json!(config.response_types));
    put("scope", config.scopes.to_string().into());
    put("application_type", json!(config.application_type));
    put("client_uri", json!(config.client_uri));
    put("logo_uri", json!(config.logo_uri));
    put("tos_uri", json!(config.tos_uri));
    put("policy_uri", json!(config.policy_uri));
    put("contacts", json!(config.contacts));
    put("software_id", json!(config.software_id));
    put("software_version", json!(config.software_version));
    put("default_sub_type", config.default_sub_type.as_str().into());
    put("subject_type", "public".into());
    put("id_token_signed_response_alg", config.id_token_signed_response_alg.unwrap_or_default().as_str().into());
    put("default_max_age", json!(config.default_max_age));
    put("require_auth_time", config.require_auth_time.into());
    put("access_token_format", json!(config.access_token_format));
    put("require_pkce", config.requires_pkce().into());
    put("id_token_claims", json!(config.id_token_claims));
    put(LONGEST[0].0, json!(config.access_token_lifetime_seconds));
    put(LONGEST[1].0, json!(config.id_token_lifetime_seconds));
    put(LONGEST[2].0, json!(config.refresh_token_lifetime_seconds));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &Value) -> Result<Metadata, R> {
        read_by(json, true)
    }

    fn read_by(json: &Value, narrow: bool) -> Result<Metadata, R> {
        let schemes = redirect_uri::EDITOR_SCHEMES.map(str::to_owned);
        let longest = if narrow { [3600, 3600, 86_400] } else { LONGEST.map(|(_, most)| most) };
        let reach = crate::platform::outbound::Reach::Public;
        let terms = Terms { default_sub_type: SubType::Workspace, private_schemes: &schemes, reach, narrow, longest };
        Metadata::read(json, &terms).map_err(|fault| fault.why)
    }

    #[test]
    fn defaults_are_those_of_rfc_7591() {
        let m = read(&json!({"redirect_uris": ["https://a.example/cb"], "choices_supported": ["x"]})).unwrap();
        assert_eq!((m.auth_method, m.client_type), (AuthMethod::ClientSecretBasic, ClientType::Confidential));
        assert_eq!(m.config.grant_types, [GrantType::AuthorizationCode]);
        assert_eq!(m.config.response_types, ["code"]);
        assert!(m.default_scope);
    }

    #[test]
    fn a_device_needs_no_redirect_and_may_refresh() {
        let device = "urn:ietf:params:oauth:grant-type:device_code";
        let m = read(&json!({"grant_types": [device, "refresh_token", "urn:other"]})).unwrap();
        assert_eq!(m.config.grant_types, [GrantType::DeviceCode, GrantType::RefreshToken]);
        assert!(m.config.response_types.is_empty());
        let kept = serde_json::to_value(&m.config).unwrap();
        assert_eq!(kept["grant_types"], json!([device, "refresh_token"]));
        assert_eq!(read(&json!({"grant_types": ["refresh_token"]})).unwrap_err(), R::GrantMismatch);
    }

    #[test]
    fn checklist_101_104_each_fault_has_its_code() {
        use crate::platform::refusal::{ErrorCode, Refusal as _};
        let uri = "https://a.example/cb";
        let table = [
            (json!([]), R::NotAnObject),
            (json!({}), R::RedirectMissing),
            (json!({"redirect_uris": uri}), R::Type),
            (json!({"redirect_uris": ["http://a.example/cb"]}), R::RedirectInvalid),
            (json!({"redirect_uris": [uri], "client_name": "a\u{202e}b"}), R::Name),
            (json!({"redirect_uris": [uri], "client_name": "x".repeat(10_000)}), R::TooMany),
            (json!({"redirect_uris": [uri], "grant_types": ["password"]}), R::GrantType),
            (json!({"redirect_uris": [uri], "response_types": ["token"]}), R::ResponseType),
            (json!({"redirect_uris": [uri], "grant_types": ["refresh_token"], "response_types": []}), R::GrantMismatch),
            (json!({"grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}), R::PublicMachine),
            (json!({"redirect_uris": [uri], "token_endpoint_auth_method": "tls_client_auth"}), R::AuthMethod),
            (json!({"redirect_uris": [uri], "id_token_signed_response_alg": "none"}), R::Alg),
            (json!({"redirect_uris": [uri], "client_secret": "x"}), R::SecretChosen),
            (json!({"redirect_uris": [uri], "subject_type": "pairwise"}), R::Unsupported),
            (json!({"redirect_uris": [uri], "dpop_bound_access_tokens": true}), R::Unsupported),
            (json!({"redirect_uris": [uri], "require_pushed_authorization_requests": true}), R::Unsupported),
            (json!({"redirect_uris": [uri], "tls_client_certificate_bound_access_tokens": true}), R::Unsupported),
            (json!({"redirect_uris": [uri], "id_token_encrypted_response_alg": "RSA-OAEP"}), R::Unsupported),
            (json!({"redirect_uris": [uri], "access_token_lifetime_seconds": 0}), R::Lifetime),
        ];
        for (metadata, refusal) in table {
            assert_eq!(read(&metadata).map(|_| ()), Err(refusal), "{metadata}");
        }
        assert_eq!(R::RedirectInvalid.code(), ErrorCode::InvalidRedirectUri);
        assert_eq!(R::Name.code(), ErrorCode::InvalidClientMetadata);
    }

    #[test]
    fn narrowing_point_1_what_a_program_asks_for_too_much_is_dropped() {
        let uri = "https://a.example/cb";
        let asked = json!({
            "redirect_uris": ["javascript:alert(1)", uri, "http://a.example/", "cursor://anysphere.mcp/cb"],
            "post_logout_redirect_uris": ["data:x"], "grant_types": ["authorization_code", "implicit", "password"],
            "response_types": ["code", "id_token"], "logo_uri": "http://a.example/x.png", "application_type": "browser",
            "backchannel_logout_uri": uri, "software_statement": "x.y.z", "dpop_bound_access_tokens": false,
            "access_token_lifetime_seconds": 7200
        });
        let m = read(&asked).unwrap();
        assert_eq!(m.config.redirect_uris, [uri, "cursor://anysphere.mcp/cb"]);
        assert_eq!(
            (m.config.grant_types, m.config.response_types),
            (vec![GrantType::AuthorizationCode], vec!["code".to_owned()])
        );
        assert_eq!((m.config.logo_uri, m.config.access_token_lifetime_seconds), (None, Some(3600)));
        assert_eq!(
            m.config.dropped,
            [
                "application_type: browser",
                "grant_types: implicit",
                "grant_types: password",
                "response_types: id_token",
                "redirect_uris: javascript:alert(1)",
                "redirect_uris: http://a.example/",
                "access_token_lifetime_seconds: 7200",
                "logo_uri: http://a.example/x.png",
                "post_logout_redirect_uris: data:x",
                "backchannel_logout_uri",
                "software_statement",
            ]
        );
        // People who manage a client need to see which field is wrong.
        for (name, value, why) in [
            ("redirect_uris", json!([uri, "http://a.example/"]), R::RedirectInvalid),
            ("grant_types", json!(["authorization_code", "urn:x"]), R::GrantType),
            ("response_types", json!(["code", "id_token"]), R::ResponseType),
            ("logo_uri", json!("http://a.example/x.png"), R::Uri),
            ("application_type", json!("browser"), R::ApplicationType),
        ] {
            let mut body = json!({"redirect_uris": [uri]});
            body[name] = value;
            assert_eq!(read_by(&body, false).map(drop), Err(why), "{name}");
        }
        let machine = json!({"grant_types": ["client_credentials", "refresh_token"], "response_types": ["code"]});
        assert_eq!(read(&machine).unwrap().config.grant_types, [GrantType::ClientCredentials]);
    }

    #[test]
    fn installed_clients_register_as_they_do_in_the_field() {
        let m = read(&json!({"redirect_uris": ["http://127.0.0.1:33418/", "http://localhost/callback"], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"]})).unwrap();
        assert_eq!(m.config.application_type, ApplicationType::Native);
        assert_eq!(m.config.grant_types, [GrantType::AuthorizationCode, GrantType::RefreshToken]);
    }
}
