//! A server under load: how to reach it, and the credentials to use.
use crate::http::{Connection, Response, form, get};
use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// A client registered there.
#[derive(Debug, Clone)]
pub struct Party {
    pub id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
}

impl Party {
    pub fn basic(&self) -> String {
        match &self.secret {
            Some(secret) => {
                let encode = |t: &str| url::form_urlencoded::byte_serialize(t.as_bytes()).collect::<String>();
                let pair = format!("{}:{}", encode(&self.id), encode(secret));
                format!("Authorization: Basic {}\r\n", STANDARD.encode(pair))
            }
            None => String::new(),
        }
    }

    /// The fields of a token request. A public client adds its id.
    pub fn fields<'f>(&'f self, fields: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
        let named = self.secret.is_none().then_some(("client_id", self.id.as_str()));
        fields.iter().copied().chain(named).collect()
    }
}

/// The paths of a server.
#[derive(Debug, Clone, Copy)]
pub struct Paths {
    pub discovery: &'static str,
    pub jwks: &'static str,
    pub authorize: &'static str,
    pub token: &'static str,
    pub introspect: &'static str,
    pub userinfo: &'static str,
}

pub const OURS: Paths = Paths {
    discovery: "/.well-known/openid-configuration",
    jwks: "/oauth2/jwks",
    authorize: "/oauth2/authorize",
    token: "/oauth2/token",
    introspect: "/oauth2/introspect",
    userinfo: "/oauth2/userinfo",
};

pub const PEER: Paths = Paths {
    discovery: "/.well-known/openid-configuration",
    jwks: "/jwks",
    authorize: "/auth",
    token: "/token",
    introspect: "/token/introspection",
    userinfo: "/me",
};

/// A running server with all parties registered and a browser signed in.
#[derive(Debug, Clone)]
pub struct Target {
    pub name: &'static str,
    pub port: u16,
    pub pid: u32,
    pub paths: Paths,
    pub web: Party,
    pub eddsa: Party,
    pub spa: Party,
    pub machine: Party,
    /// The signed-in browser's cookies, as a header.
    pub cookies: String,
}

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Target {
    /// The path of an authorization request.
    pub fn authorize(&self, party: &Party) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", &party.id),
                ("redirect_uri", &party.redirect_uri),
                ("scope", "openid profile email"),
                ("state", "s"),
                ("nonce", "n"),
                ("sub_type", "user"),
                ("code_challenge", CHALLENGE),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        format!("{}?{query}", self.paths.authorize)
    }

    /// The request that exchanges a code.
    pub fn exchange(&self, party: &Party, code: &str) -> Vec<u8> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &party.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        form(self.port, self.paths.token, &party.basic(), &party.fields(&fields))
    }

    /// Runs one complete code flow with the signed-in browser.
    pub async fn tokens(&self, connection: &mut Connection, party: &Party) -> anyhow::Result<Response> {
        let authorize = get(self.port, &self.authorize(party), &self.cookies);
        let answer = connection.send(&authorize).await?;
        let response = connection.send(&self.exchange(party, &code(&answer)?)).await?;
        response.member("access_token")?;
        Ok(response)
    }
}

/// The code in a redirect to the client.
pub fn code(answer: &Response) -> anyhow::Result<String> {
    ensure!(matches!(answer.status, 302 | 303), "no redirect: {} {}", answer.status, answer.body());
    let location = answer.header("location").context("a location")?;
    let code = location.split_once("code=").map(|(_, rest)| rest.split('&').next().unwrap_or_default());
    Ok(code.with_context(|| format!("no code: {location}"))?.to_owned())
}

/// A browser for the setup: cookies and redirects.
pub struct Browser {
    pub connection: Connection,
    port: u16,
    jar: BTreeMap<String, String>,
}

impl Browser {
    pub async fn open(port: u16) -> anyhow::Result<Self> {
        Ok(Self { connection: Connection::open(port).await?, port, jar: BTreeMap::new() })
    }

    pub fn cookies(&self) -> String {
        let pairs: Vec<_> = self.jar.iter().map(|(n, v)| format!("{n}={v}")).collect();
        if pairs.is_empty() { String::new() } else { format!("Cookie: {}\r\n", pairs.join("; ")) }
    }

    async fn send(&mut self, request: &[u8]) -> anyhow::Result<Response> {
        let response = self.connection.send(request).await?;
        for line in response.headers("set-cookie") {
            if let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) {
                if value.is_empty() {
                    self.jar.remove(name);
                } else {
                    self.jar.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        Ok(response)
    }

    pub async fn get(&mut self, path: &str) -> anyhow::Result<Response> {
        let request = get(self.port, path, &self.cookies());
        let response = self.send(&request).await?;
        self.follow(response).await
    }

    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Response> {
        let request = form(self.port, path, &self.cookies(), fields);
        let response = self.send(&request).await?;
        self.follow(response).await
    }

    /// Follows redirects until a page, or a redirect to the client.
    async fn follow(&mut self, mut response: Response) -> anyhow::Result<Response> {
        for _ in 0..10 {
            let Some(location) = response.header("location").filter(|_| (300..400).contains(&response.status)) else {
                break;
            };
            let base = format!("http://localhost:{}/", self.port);
            let to = url::Url::parse(&base)?.join(&location)?;
            if to.port() != Some(self.port) {
                break;
            }
            let request = get(self.port, &to[url::Position::BeforePath..], &self.cookies());
            response = self.send(&request).await?;
        }
        Ok(response)
    }
}

/// The value of a hidden field.
pub fn field(html: &str, name: &str) -> anyhow::Result<String> {
    let key = format!("name=\"{name}\" value=\"");
    let value = html.split_once(&key).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value.to_owned());
    value.with_context(|| format!("the page has no field {name}"))
}
