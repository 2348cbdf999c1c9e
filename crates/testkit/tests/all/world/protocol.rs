//! The protocol endpoints that accept a credential, and what each caller is answered.
use super::World;
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Api, Browser, Party, Reply, TestApp};

/// The initial access token of the world's registration policy.
pub const INITIAL: &str = "an-initial-access-token";

/// The callers that the management APIs do not know, behind those of [`super::CALLERS`].
pub const MORE_CALLERS: [&str; 4] = [
    "the holder of an initial access token",
    "the holder of the client's registration access token",
    "the holder of another client's registration access token",
    "the client itself, by its secret",
];

/// Method, path, and what each caller is answered. `{client}` is a client of the workspace that the admin allowed
/// something. Three mounts share the handlers: `{mount}` stands for each of them, `{json}` for the two with JSON.
pub const TABLE: &str = "
    POST   {mount}/register            201 401 201 201 201 201 403 201 201 403 403 403 201 201 401 401 201
    GET    {mount}/register/{client}   401 401 200 200 401 404 200 200 404 200 200 403 404 401 200 401 401
    PUT    {mount}/register/{client}   401 401 403 200 401 404 403 200 404 403 403 403 404 401 200 401 401
    DELETE {mount}/register/{client}   401 401 403 204 401 404 403 204 404 403 403 403 404 401 204 401 401
    GET    {mount}/userinfo            401 401 200 200 401 200 200 200 200 200 200 200 200 401 401 401 401
    POST   {mount}/userinfo            401 401 200 200 401 200 200 200 200 200 200 200 200 401 401 401 401
    POST   {mount}/introspect          401 401 200 200 401 200 200 200 200 403 403 403 400 401 401 401 200
    POST   {mount}/revoke              401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 200
    POST   {mount}/token               401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 401 200
    GET    {json}/authorize            401 401 200 200 200 200 403 403 403 403 403 403 200 401 401 401 401
    POST   {json}/consent              401 401 200 200 400 200 403 403 403 403 403 403 200 401 401 401 401
";

/// The mounts that a row of the table stands for.
pub fn mounts(template: &str) -> Vec<String> {
    let all = |name: &str, mounts: &[&str]| mounts.iter().map(|mount| template.replace(name, mount)).collect();
    if template.starts_with("{json}") {
        all("{json}", &["/api/oauth2", "/api/v1/oauth2"])
    } else {
        all("{mount}", &["/oauth2", "/api/oauth2", "/api/v1/oauth2"])
    }
}

/// A client of the workspace, with all that its callers need.
pub struct Subject {
    pub party: Party,
    pub access: String,
    pub refresh: String,
    pub registration: String,
    pub other: String,
}

async fn registered(app: &TestApp, key: &Api) -> (Party, String) {
    let body = json!({
        "redirect_uris": ["https://client.example/callback"], "scope": "openid profile email",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    let made = key.post("/oauth2/register", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let party = Party {
        app: app.clone(),
        id: domain::ClientId::parse(&text("client_id")).unwrap(),
        secret: Some(text("client_secret")),
        redirect_uri: "https://client.example/callback".to_owned(),
    };
    (party, text("registration_access_token"))
}

impl World {
    /// A fresh client, registered by the workspace's own key.
    pub async fn subject(&self) -> Subject {
        let key = Api::key(&self.app, self.workspace, "owner", "").await;
        let (party, registration) = registered(&self.app, &key).await;
        let (_, other) = registered(&self.app, &key).await;
        let tokens = party.tokens(&mut Browser::new(&self.app), &self.admin, &[]).await;
        Subject { party, access: tokens.access(), refresh: tokens.refresh(), registration, other }
    }

    /// One caller, by its number, sends the row's request.
    pub async fn protocol(&mut self, subject: &Subject, method: &Method, path: &str, n: usize) -> Reply {
        let party = &subject.party;
        let body = body(subject, path);
        if let Some(caller) = self.callers.get_mut(n) {
            return caller.send(method.clone(), path, &body, &[]).await;
        }
        let bearer = match n - self.callers.len() {
            0 => INITIAL,
            1 => &subject.registration,
            2 => &subject.other,
            _ => {
                let basic = testkit::basic(party.id.as_str(), party.secret.as_deref().unwrap());
                return Api::nobody(&self.app)
                    .header("authorization", &basic)
                    .send(method.clone(), path, Some(&body))
                    .await;
            }
        };
        Api::with(&self.app, bearer).send(method.clone(), path, Some(&body)).await
    }
}

/// The query of an authorization request.
pub fn query(party: &Party) -> String {
    party.authorize(&[]).split_once('?').unwrap().1.to_owned()
}

fn body(subject: &Subject, path: &str) -> Value {
    match path.rsplit_once('/').map(|(_, last)| last) {
        Some("introspect" | "revoke") => json!({"token": subject.access}),
        Some("token") => json!({"grant_type": "refresh_token", "refresh_token": subject.refresh}),
        Some("consent") => {
            let pairs: Vec<_> = url::form_urlencoded::parse(query(&subject.party).as_bytes()).into_owned().collect();
            let mut all: serde_json::Map<_, _> = pairs.into_iter().map(|(name, value)| (name, value.into())).collect();
            all.insert("decision".to_owned(), "allow".into());
            all.into()
        }
        _ => json!({"redirect_uris": ["https://client.example/new"], "client_name": "Replaced"}),
    }
}
