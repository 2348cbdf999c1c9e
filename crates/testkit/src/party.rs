//! A relying party: a registered client and the requests it makes.
use crate::browser::{Browser, Reply};
use crate::{TestApp, TestUser};
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::clients::{ApplicationType, AuthMethod, ClientConfig, ClientType, GrantType, Trust};
use domain::oauth::pkce::CodeChallenge;
use domain::{ClientId, ScopeSet, WorkspaceId};
use flows::unguarded::applications::{self, NewClient};
use serde_json::Value;

pub const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

/// The kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Web,
    /// A public web client whose consent is remembered.
    Spa,
    /// A public client on the user's device.
    Native,
    Machine,
}

/// A registered client.
#[derive(Clone)]
pub struct Party {
    pub app: TestApp,
    pub id: ClientId,
    pub secret: Option<String>,
    pub redirect_uri: String,
}

/// The response of the token endpoint.
#[derive(Debug, Clone)]
pub struct Tokens(pub Value);

impl Tokens {
    fn text(&self, name: &str) -> String {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", self.0)).to_owned()
    }
    pub fn access(&self) -> String {
        self.text("access_token")
    }
    pub fn refresh(&self) -> String {
        self.text("refresh_token")
    }
    /// The claims of the ID token, unverified.
    pub fn id_claims(&self) -> Value {
        claims(&self.text("id_token"))
    }
}

/// The claims of a JWT, unverified.
pub fn claims(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&domain::platform::encoding::from_base64url(part).unwrap()).unwrap()
}

impl Party {
    pub async fn new(app: &TestApp, kind: Kind) -> Self {
        Self::with(app, kind, |_| {}).await
    }

    pub async fn with(app: &TestApp, kind: Kind, change: impl FnOnce(&mut NewClient)) -> Self {
        let redirect_uri = match kind {
            Kind::Native => "http://127.0.0.1/callback",
            _ => "https://client.example/callback",
        };
        let public = matches!(kind, Kind::Native | Kind::Spa);
        let machine = kind == Kind::Machine;
        let scopes = if machine {
            "contracts:read contracts:write"
        } else {
            "openid profile email offline_access contracts:read"
        };
        let mut new = NewClient {
            name: "Relying Party".to_owned(),
            client_type: if public { ClientType::Public } else { ClientType::Confidential },
            auth_method: if public { AuthMethod::None } else { AuthMethod::ClientSecretBasic },
            trust: Trust::Unverified,
            owner_user_id: None,
            owner_workspace_id: None,
            config: ClientConfig {
                redirect_uris: if machine { Vec::new() } else { vec![redirect_uri.to_owned()] },
                grant_types: if machine {
                    vec![GrantType::ClientCredentials]
                } else {
                    vec![GrantType::AuthorizationCode, GrantType::RefreshToken]
                },
                response_types: vec!["code".to_owned()],
                scopes: ScopeSet::parse(scopes).unwrap(),
                application_type: if kind == Kind::Native { ApplicationType::Native } else { ApplicationType::Web },
                ..ClientConfig::default()
            },
            registration_token: false,
        };
        change(&mut new);
        let created = applications::create(&app.app, &app.ctx(), new).await.unwrap();
        let secret = created.secret.map(|s| s.expose().to_owned());
        Self { app: app.clone(), id: created.client.id, secret, redirect_uri: redirect_uri.to_owned() }
    }

    /// The authorization URL. `more` replaces or adds parameters; an empty value removes one.
    pub fn authorize(&self, more: &[(&str, &str)]) -> String {
        let challenge = CodeChallenge::of(VERIFIER).text();
        let base = [
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid profile email"),
            ("state", "st"),
            ("nonce", "n-1"),
            ("sub_type", "user"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(base.iter().filter(|(n, _)| !more.iter().any(|(m, _)| m == n)));
        query.extend_pairs(more.iter().filter(|(_, v)| !v.is_empty()));
        format!("/oauth2/authorize?{}", query.finish())
    }

    /// Sends a request authenticated as this client.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut fields = fields.to_vec();
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        match &self.secret {
            Some(secret) => headers.push(("authorization", basic(self.id.as_str(), secret))),
            None => fields.push(("client_id", self.id.as_str())),
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        Browser::new(&self.app).call(Method::POST, path, &headers, &body).await
    }

    pub async fn token(&self, fields: &[(&str, &str)]) -> Reply {
        self.post("/oauth2/token", fields).await
    }

    pub async fn exchange(&self, code: &str) -> Reply {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.token(&fields).await
    }

    pub async fn refresh(&self, token: &str) -> Reply {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn introspect(&self, token: &str) -> Value {
        self.post("/oauth2/introspect", &[("token", token)]).await.json()
    }

    /// Goes through sign-in and consent with `browser` until the client receives its response.
    pub async fn approve(
        &self,
        browser: &mut Browser,
        user: &TestUser,
        more: &[(&str, &str)],
        workspace: Option<WorkspaceId>,
    ) -> Reply {
        let mut reply = browser.get(&self.authorize(more)).await;
        if reply.body.contains("login-submit") {
            reply = browser.sign_in(&reply, user.user.email.as_str()).await;
        }
        if reply.body.contains("consent-allow") {
            let mut form = reply.form("consent-allow").set("action", "allow");
            if let Some(workspace) = workspace {
                form = form.set("workspace", &workspace.to_string());
            }
            reply = browser.submit(&form).await;
        }
        reply
    }

    /// Gets a code, going through whatever pages are needed.
    pub async fn code(&self, browser: &mut Browser, user: &TestUser, more: &[(&str, &str)]) -> String {
        let reply = self.approve(browser, user, more, None).await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        reply.answer("code").unwrap_or_else(|| panic!("no code: {}", reply.location()))
    }

    pub async fn tokens(&self, browser: &mut Browser, user: &TestUser, more: &[(&str, &str)]) -> Tokens {
        let code = self.code(browser, user, more).await;
        let reply = self.exchange(&code).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        Tokens(reply.json())
    }
}

/// A Basic header, form-encoded as required by OAuth 2.1 §2.4.1.
pub fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let raw = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", STANDARD.encode(raw))
}
