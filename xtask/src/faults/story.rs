//! The ledger: what one client of the load was promised, and what must hold afterwards, whatever happened to the server.
//!
//! An acknowledged step is a promise. A step without a response may have been done or not, but never both.
use super::http::{Connection, Reply, Request, encoded};
use super::site::Site;
use serde_json::json;

const REDIRECT: &str = "https://client.example/callback";
/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The user whose account the load uses.
#[derive(Clone)]
pub struct Person {
    pub token: String,
}

impl Person {
    pub fn of(site: &Site) -> Self {
        Self { token: site.personal_token.clone() }
    }

    /// A page of the workspace's clients, newest first.
    pub fn applications(&self, page: usize) -> Request {
        Request::get(&format!("/oidc/clients?page={page}&limit=100")).bearer(&self.token)
    }
}

/// The steps that change something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    Register,
    Allow,
    Redeem,
    Refresh,
    RevokeToken,
    RevokeConsent,
    CreateApplication,
    CreateKey,
    RevokeKey,
}

impl Step {
    /// Issuing tokens writes no audit entry that must survive.
    pub const fn is_audited(self) -> bool {
        !matches!(self, Self::Redeem | Self::Refresh)
    }
}

/// How a story ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Alive,
    TokenRevoked,
    ConsentRevoked,
}

/// A client that registered itself.
#[derive(Clone, Debug)]
pub struct Client {
    pub id: String,
    /// A public client has none, and each of its refresh tokens can be used once.
    secret: Option<String>,
    management: String,
}

impl Client {
    pub fn register(name: &str) -> Request {
        Self::register_as(name, "client_secret_post")
    }

    fn register_as(name: &str, method: &str) -> Request {
        let metadata = json!({"client_name": name, "redirect_uris": [REDIRECT], "scope": "openid profile email offline_access",
            "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": method});
        Request::json("/oauth2/register", &metadata)
    }

    pub fn registered(reply: &Reply) -> Self {
        let member = |name| reply.member(name);
        Self {
            id: member("client_id"),
            secret: Some(member("client_secret")).filter(|secret| !secret.is_empty()),
            management: member("registration_access_token"),
        }
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let mut all = vec![("client_id", self.id.as_str())];
        all.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        all.extend(fields);
        Request::form(path, &all)
    }

    pub fn allow(&self, person: &Person) -> Request {
        let decision = json!({"client_id": self.id, "redirect_uri": REDIRECT, "scope": "openid profile email offline_access",
            "sub_type": "user", "state": "s", "code_challenge": CHALLENGE, "code_challenge_method": "S256", "decision": "allow"});
        Request::json("/api/oauth2/consent", &decision).bearer(&person.token)
    }

    pub fn redeem(&self, code: &str) -> Request {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
        self.form("/oauth2/token", &[&fields[..], &[("redirect_uri", REDIRECT)]].concat())
    }

    pub fn refresh(&self, token: &str) -> Request {
        self.form("/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    pub fn introspect(&self, token: &str) -> Request {
        self.form("/oauth2/introspect", &[("token", token)])
    }

    /// Only a confidential client can introspect; a public one calls userinfo.
    fn check(&self, token: &str) -> Request {
        match self.secret {
            Some(_) => self.introspect(token),
            None => Request::get("/oauth2/userinfo").bearer(token),
        }
    }

    /// Whether a check reports the token as active; `None` if the response is something else.
    fn found(&self, reply: &Reply) -> Option<bool> {
        match (&self.secret, reply.status) {
            (Some(_), 200) => reply.json()["active"].as_bool(),
            (None, 200) => Some(true),
            (None, 401) => Some(false),
            _ => None,
        }
    }

    pub fn revoke(&self, token: &str) -> Request {
        self.form("/oauth2/revoke", &[("token", token)])
    }

    fn read(&self) -> Request {
        Request::get(&format!("/oauth2/register/{}", self.id)).bearer(&self.management)
    }

    fn disconnect(&self, person: &Person) -> Request {
        Request::delete(&format!("/oidc/user/consent/{}", encoded(&self.id))).bearer(&person.token)
    }
}

/// The code in the response to a consent.
pub fn code(reply: &Reply) -> Option<String> {
    let to = reply.member("redirect_to");
    let code = to.split_once("code=")?.1.split('&').next()?;
    Some(code.to_owned())
}

/// A creation with an idempotency key, acknowledged or unanswered.
#[derive(Clone, Debug)]
pub struct Creation {
    pub name: String,
    pub id: Option<String>,
    pub is_held_up: bool,
}

impl Creation {
    fn request(&self, person: &Person) -> Request {
        let body = json!({"name": self.name, "description": "Made by the load", "homepage_url": "https://client.example",
            "redirect_uris": [REDIRECT], "scopes": ["openid"]});
        Request::json("/oidc/clients", &body).bearer(&person.token).header("idempotency-key", &self.name)
    }

    fn id(reply: &Reply) -> Option<String> {
        reply.json()["client"]["id"].as_str().map(str::to_owned)
    }
}

#[derive(Clone, Debug)]
pub struct ApiKey {
    id: String,
    secret: String,
    revoked: bool,
}

/// The steps of one client, in order.
#[derive(Debug)]
pub struct Story {
    name: String,
    end: End,
    is_public: bool,
    client: Option<Client>,
    code: Option<String>,
    /// The access tokens and refresh tokens received, newest last.
    access: Vec<String>,
    refresh: Vec<String>,
    ended: bool,
    pub creation: Option<Creation>,
    key: Option<ApiKey>,
    /// The step that was sent and not answered.
    pub unanswered: Option<Step>,
    /// Acknowledged steps, with the ids of their requests.
    pub acknowledged: Vec<(Step, String)>,
    /// Unexpected errors while the server was healthy.
    pub surprises: Vec<String>,
}

/// The story cannot continue.
struct Over;

impl Story {
    pub fn new(name: String, number: usize) -> Self {
        let end = [End::Alive, End::TokenRevoked, End::ConsentRevoked][number % 3];
        Self {
            name,
            end,
            is_public: number.is_multiple_of(2),
            client: None,
            code: None,
            access: Vec::new(),
            refresh: Vec::new(),
            ended: false,
            creation: None,
            key: None,
            unanswered: None,
            acknowledged: Vec::new(),
            surprises: Vec::new(),
        }
    }

    /// Ids of clients whose creation was acknowledged.
    pub fn created(&self) -> impl Iterator<Item = &str> {
        let acknowledged = |step| self.acknowledged.iter().any(|(one, _)| *one == step);
        let registered = self.client.as_ref().map(|client| client.id.as_str());
        let made = self.creation.as_ref().and_then(|creation| creation.id.as_deref());
        let made = made.filter(|_| acknowledged(Step::CreateApplication));
        registered.into_iter().chain(made)
    }

    /// Runs the story to its end, or until a response is missing.
    pub fn tell(&mut self, connection: &mut Connection, person: &Person, with_records: bool) {
        let _ = self.try_tell(connection, person, with_records);
    }

    fn step(&mut self, connection: &mut Connection, step: Step, request: &Request) -> Result<Reply, Over> {
        self.unanswered = Some(step);
        let Ok(reply) = connection.send(request) else { return Err(Over) };
        // A server error promises nothing; the step may have been done.
        if reply.status >= 500 {
            return Err(Over);
        }
        self.unanswered = None;
        if !matches!(reply.status, 200 | 201 | 204) {
            self.surprises.push(format!("{step:?}: {} {}", reply.status, reply.body));
            return Err(Over);
        }
        self.acknowledged.push((step, reply.header("x-request-id").to_owned()));
        Ok(reply)
    }

    fn received(&mut self, reply: &Reply) {
        self.access.push(reply.member("access_token"));
        self.refresh.push(reply.member("refresh_token"));
    }

    fn try_tell(&mut self, connection: &mut Connection, person: &Person, with_records: bool) -> Result<(), Over> {
        let method = if self.is_public { "none" } else { "client_secret_post" };
        let reply = self.step(connection, Step::Register, &Client::register_as(&self.name, method))?;
        let client = Client::registered(&reply);
        self.client = Some(client.clone());
        let reply = self.step(connection, Step::Allow, &client.allow(person))?;
        let Some(code) = code(&reply) else {
            self.surprises.push(format!("no code: {}", reply.body));
            return Err(Over);
        };
        self.code = Some(code.clone());
        let reply = self.step(connection, Step::Redeem, &client.redeem(&code))?;
        self.received(&reply);
        for _ in 0..2 {
            let last = self.refresh.last().cloned().unwrap_or_default();
            let reply = self.step(connection, Step::Refresh, &client.refresh(&last))?;
            self.received(&reply);
        }
        let last = self.refresh.last().cloned().unwrap_or_default();
        match self.end {
            End::Alive => {}
            End::TokenRevoked => drop(self.step(connection, Step::RevokeToken, &client.revoke(&last))?),
            End::ConsentRevoked => drop(self.step(connection, Step::RevokeConsent, &client.disconnect(person))?),
        }
        self.ended = self.end != End::Alive;
        if with_records {
            self.records(connection, person)?;
        }
        Ok(())
    }

    /// A client created with an idempotency key, and an API key that is created and revoked.
    fn records(&mut self, connection: &mut Connection, person: &Person) -> Result<(), Over> {
        let mut creation = Creation { name: self.name.clone(), id: None, is_held_up: false };
        self.creation = Some(creation.clone());
        let reply = self.step(connection, Step::CreateApplication, &creation.request(person))?;
        creation.id = Creation::id(&reply);
        self.creation = Some(creation);
        let body = json!({"name": self.name, "scopes": ["clients:read"]});
        let request = Request::json("/api/v1/api-keys", &body).bearer(&person.token);
        let reply = self.step(connection, Step::CreateKey, &request)?;
        let key = ApiKey { id: reply.member("id"), secret: reply.member("api_key"), revoked: false };
        self.key = Some(key.clone());
        if self.end != End::Alive {
            let request = Request::delete(&format!("/api/v1/api-keys/{}", key.id)).bearer(&person.token);
            self.step(connection, Step::RevokeKey, &request)?;
            self.key = Some(ApiKey { revoked: true, ..key });
        }
        Ok(())
    }

    /// Checks every promise against the server. Returns the broken ones.
    pub fn broken(&mut self, connection: &mut Connection, person: &Person) -> Vec<String> {
        let mut court = Court { connection, broken: self.surprises.clone(), story: &self.name };
        if let Some(client) = &self.client {
            court.expect("a client that was registered is there", &client.read(), 200);
            match self.unanswered {
                Some(Step::Redeem) => self.redeemed_once(client, &mut court),
                _ if self.access.is_empty() => {}
                Some(step @ (Step::RevokeToken | Step::RevokeConsent)) => {
                    self.one_or_the_other(step, client, &mut court);
                }
                _ if self.ended => self.dead(client, &mut court),
                _ => self.alive(client, &mut court),
            }
        }
        if let Some(creation) = &mut self.creation {
            court.created_once(creation, person);
        }
        if let Some(key) = &self.key {
            let wanted = if key.revoked { 401 } else { 200 };
            let reply = court.send(&Request::get("/oidc/clients?limit=1").bearer(&key.secret));
            let either = self.unanswered == Some(Step::RevokeKey) && matches!(reply, 200 | 401);
            if reply != wanted && !either {
                court.is_broken(
                    "an API key works until it is revoked, and no longer",
                    &format!("{reply}, not {wanted}"),
                );
            }
        }
        court.broken
    }

    fn last_refresh(&self) -> &str {
        self.refresh.last().map_or("", String::as_str)
    }

    fn code_is_spent(&self, client: &Client, court: &mut Court) {
        if let Some(code) = &self.code {
            court.expect("a code that was redeemed is refused", &client.redeem(code), 400);
        }
    }

    fn alive(&self, client: &Client, court: &mut Court) {
        let last = self.last_refresh();
        for token in &self.access {
            court.active(true, "a token that was received is active", client, token);
        }
        let next = court.expect("a refresh token that was received works", &client.refresh(last), 200);
        let next = next.map(|reply| reply.member("refresh_token")).unwrap_or_default();
        court.expect("its successor works", &client.refresh(&next), 200);
        if self.is_public {
            // The successor was used, so two parties may know the token before it.
            court.expect("a refresh token is refused once its successor was used", &client.refresh(last), 400);
        }
        self.code_is_spent(client, court);
        for token in &self.access {
            court.active(false, "what came twice ends the grant", client, token);
        }
    }

    fn dead(&self, client: &Client, court: &mut Court) {
        for token in &self.access {
            court.active(false, "what was revoked is not active", client, token);
        }
        for token in &self.refresh {
            court.expect("what was revoked cannot be refreshed", &client.refresh(token), 400);
        }
        self.code_is_spent(client, court);
    }

    fn one_or_the_other(&self, step: Step, client: &Client, court: &mut Court) {
        let active: Vec<_> = self.access.iter().map(|token| court.is_active(client, token)).collect();
        let refreshed = court.send(&client.refresh(self.last_refresh())) == 200;
        if active.iter().any(|one| *one != Some(refreshed)) {
            let found = format!("{step:?}: active {active:?}, refreshed {refreshed}");
            court.is_broken("what was not answered is done or not done", &found);
        }
    }

    fn redeemed_once(&self, client: &Client, court: &mut Court) {
        let Some(code) = &self.code else { return };
        let first = court.send(&client.redeem(code));
        if !matches!(first, 200 | 400) {
            court.is_broken("a code whose redemption was not answered is good or spent", &first.to_string());
        }
        court.expect("a code is good once at most", &client.redeem(code), 400);
    }
}

/// Where promises are checked against the server.
struct Court<'c> {
    connection: &'c mut Connection,
    broken: Vec<String>,
    story: &'c str,
}

impl Court<'_> {
    fn is_broken(&mut self, promise: &str, found: &str) {
        self.broken.push(format!("{}: {promise}: {found}", self.story));
    }

    fn ask(&mut self, request: &Request) -> Option<Reply> {
        self.connection.send(request).ok()
    }

    /// Sends a request and returns its status, 0 without a response.
    fn send(&mut self, request: &Request) -> u16 {
        self.ask(request).map_or(0, |reply| reply.status)
    }

    fn expect(&mut self, promise: &str, request: &Request, status: u16) -> Option<Reply> {
        let reply = self.ask(request);
        let found = reply.as_ref().map_or(0, |reply| reply.status);
        if found != status {
            let body = reply.as_ref().map_or("no answer", |reply| &reply.body);
            self.is_broken(promise, &format!("{found}, not {status}: {body}"));
        }
        reply
    }

    fn is_active(&mut self, client: &Client, token: &str) -> Option<bool> {
        self.ask(&client.check(token)).and_then(|reply| client.found(&reply))
    }

    fn active(&mut self, wanted: bool, promise: &str, client: &Client, token: &str) {
        let reply = self.ask(&client.check(token));
        if reply.as_ref().and_then(|reply| client.found(reply)) != Some(wanted) {
            let found =
                reply.map_or_else(|| "no answer".to_owned(), |reply| format!("{} {}", reply.status, reply.body));
            self.is_broken(promise, &found);
        }
    }

    /// Repeats the creation with its key, like a program that received no response. How many exist is counted later.
    fn created_once(&mut self, creation: &mut Creation, person: &Person) {
        let Some(reply) = self.ask(&creation.request(person)) else {
            return self.is_broken("a creation can be sent again", "no answer");
        };
        let again = Creation::id(&reply);
        // The interrupted attempt still holds the key.
        creation.is_held_up = reply.status == 409;
        if creation.is_held_up {
            return;
        }
        if again.is_none() || (creation.id.is_some() && creation.id != again) {
            let found = format!("{} {}, first {:?}", reply.status, reply.body, creation.id);
            self.is_broken("a creation that is sent again is the same", &found);
        }
        creation.id = creation.id.take().or(again);
    }
}
