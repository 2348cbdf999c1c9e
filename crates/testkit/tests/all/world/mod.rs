//! A workspace with all kinds of callers, and every management endpoint.
#![allow(dead_code, reason = "each test file uses its own part of this")]
pub mod protocol;

use axum::http::Method;
use domain::webhooks::WebhookOwner;
use domain::workspace::{MemberRoles, Role};
use domain::{ScopeSet, WebhookId, WorkspaceId};
use flows::unguarded::credentials::{self, NewCredential};
use flows::unguarded::members;
use flows::unguarded::webhooks::of;
use flows::webhooks;
use flows::webhooks::manage::NewWebhook;
use serde_json::{Value, json};
use std::sync::Mutex;
use testkit::{Api, Browser, Database, Kind, Party, Reply, TestApp, TestUser};

/// The kinds of callers, in the order of the columns.
pub const CALLERS: [&str; 13] = [
    "nobody",
    "an unknown credential",
    "a member",
    "an admin",
    "an admin's session",
    "the owner of another workspace",
    "a member's key",
    "an admin's key",
    "a key of another workspace",
    "a key for clients:read only",
    "an app's token for the workspace with clients:read",
    "an app's token for the admin with openid",
    "the operator",
];

/// Method, path, body, and what each caller is answered. `{client}` is a client of the workspace that the admin allowed
/// something, `{user}` is the admin, `{key}` an API key of the workspace, `{lost}` one whose creator left, `{token}` a token of the admin.
pub const TABLE: &str = "
    GET    /oidc/clients                               401 401 200 200 200 200 200 200 200 200 200 403 400
    POST   /oidc/clients                               401 401 403 200 200 200 403 200 200 403 403 403 400
    GET    /oidc/clients/{client}                      401 401 200 200 200 404 200 200 404 200 200 403 404
    PUT    /oidc/clients/{client}                      401 401 403 200 200 404 403 200 404 403 403 403 404
    DELETE /oidc/clients/{client}                      401 401 403 200 200 404 403 200 404 403 403 403 404
    POST   /oidc/clients/{client}/rotate-secret        401 401 403 200 200 404 403 200 404 403 403 403 404
    GET    /oidc/clients/{client}/users                401 401 403 200 200 404 403 200 404 200 200 403 404
    DELETE /oidc/clients/{client}/users                401 401 403 200 200 404 403 200 404 403 403 403 404
    DELETE /oidc/clients/{client}/users/{user}         401 401 403 200 200 404 403 200 404 403 403 403 404
    GET    /oidc/clients/{client}/activity             401 401 200 200 200 404 200 200 404 200 200 403 404
    GET    /oidc/clients/activity                      401 401 200 200 200 200 200 200 200 200 200 403 400
    GET    /oidc/user/consent                          401 401 200 200 200 200 403 403 403 403 403 403 200
    DELETE /oidc/user/consent/{client}                 401 401 404 200 200 404 403 403 403 403 403 403 404
    GET    /oidc/scopes                                401 401 200 200 200 200 200 200 200 200 200 200 200
    GET    /oidc/org/members                           401 401 200 200 200 200 200 200 200 403 403 403 400
    POST   /oidc/keys/rotate                           401 401 403 403 403 403 403 403 403 403 403 403 200
    GET    /api/oauth2/                                401 401 200 200 200 200 200 200 200 200 200 403 200
    GET    /api/v1/oauth2/clients                      401 401 200 200 200 200 200 200 200 200 200 403 400
    POST   /api/v1/oauth2/clients                      401 401 403 201 201 201 403 201 201 403 403 403 400
    GET    /api/v1/oauth2/clients/{client}             401 401 200 200 200 404 200 200 404 200 200 403 404
    PATCH  /api/v1/oauth2/clients/{client}             401 401 403 200 200 404 403 200 404 403 403 403 404
    DELETE /api/v1/oauth2/clients/{client}             401 401 403 200 200 404 403 200 404 403 403 403 404
    POST   /api/v1/oauth2/clients/{client}/rotate-secret 401 401 403 200 200 404 403 200 404 403 403 403 404
    GET    /api/v1/api-keys                            401 401 403 200 200 200 403 200 200 403 403 403 400
    POST   /api/v1/api-keys                            401 401 403 201 201 201 403 201 201 403 403 403 400
    DELETE /api/v1/api-keys/{key}                      401 401 403 200 200 404 403 200 404 403 403 403 400
    POST   /api/v1/api-keys/{lost}/adopt               401 401 403 200 200 404 403 403 403 403 403 403 400
    GET    /api/v1/personal-access-tokens              401 401 200 200 200 200 403 403 403 403 403 403 200
    POST   /api/v1/personal-access-tokens              401 401 201 201 201 201 403 403 403 403 403 403 201
    DELETE /api/v1/personal-access-tokens/{token}      401 401 404 200 200 404 403 403 403 403 403 403 404
    GET    /api/v1/users/{user}                        401 401 403 403 403 403 403 403 403 403 403 403 200
    PUT    /api/v1/users/{user}/email-verification     401 401 403 403 403 403 403 403 403 403 403 403 200
    GET    /api/v1/webhooks                            401 401 403 200 200 200 403 200 200 403 403 403 400
    POST   /api/v1/webhooks                            401 401 403 201 201 201 403 201 201 403 403 403 400
    GET    /api/v1/webhooks/{webhook}                  401 401 403 200 200 404 403 200 404 403 403 403 400
    PATCH  /api/v1/webhooks/{webhook}                  401 401 403 200 200 404 403 200 404 403 403 403 400
    DELETE /api/v1/webhooks/{webhook}                  401 401 403 200 200 404 403 200 404 403 403 403 400
    POST   /api/v1/webhooks/{webhook}/rotate-secret    401 401 403 200 200 404 403 200 404 403 403 403 400
    POST   /api/v1/webhooks/{webhook}/test             401 401 403 200 200 404 403 200 404 403 403 403 400
    GET    /api/v1/webhooks/{webhook}/deliveries       401 401 403 200 200 404 403 200 404 403 403 403 400
    POST   /api/v1/webhooks/{webhook}/deliveries/{event}/replay 401 401 403 200 200 404 403 200 404 403 403 403 400
    GET    /api/v1/webhooks?owner=operator             401 401 403 403 403 403 403 403 403 403 403 403 200
    POST   /api/v1/webhooks?owner=operator             401 401 403 403 403 403 403 403 403 403 403 403 201
    GET    /api/v1/event-types                         401 401 200 200 200 200 200 200 200 200 200 200 200
    GET    /api/v1/audit-events                        401 401 403 200 200 200 403 200 200 403 403 403 400
    GET    /api/v1/audit-events/export                 401 401 403 200 200 200 403 200 200 403 403 403 400
    GET    /api/v1/audit-events?owner=operator         401 401 403 403 403 403 403 403 403 403 403 403 200
";

pub enum Caller {
    Api(Api),
    Session(Browser),
}

impl Caller {
    pub async fn send(&mut self, method: Method, path: &str, body: &Value, more: &[(&str, &str)]) -> Reply {
        match self {
            Self::Api(api) => {
                let api = more.iter().fold(api.clone(), |api, (name, value)| api.header(name, value));
                api.send(method, path, Some(body)).await
            }
            Self::Session(browser) => {
                let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
                browser.call(method, path, &[&headers, more].concat(), &body.to_string()).await
            }
        }
    }
}

pub struct World {
    pub app: TestApp,
    pub workspace: WorkspaceId,
    pub admin: TestUser,
    /// They belong to no workspace.
    stranger: TestUser,
    pub callers: Vec<Caller>,
    /// Webhooks that were made to be acted upon: an owner has fifty at most.
    forget: Mutex<Vec<(WebhookOwner, WebhookId)>>,
}

async fn member(app: &TestApp, email: &str, workspace: WorkspaceId, role: Role) -> TestUser {
    let user = app.user(email, 0).await;
    members::put_member(&app.app, &app.ctx(), user.user.id, workspace, MemberRoles::only(role)).await.unwrap();
    user
}

impl World {
    pub async fn new(database: &Database) -> Self {
        let app = TestApp::with(database, |settings| {
            let pepper = flows::platform::keys::pepper(&flows::MasterKey::new([7; 32]));
            settings.registration.initial_access_tokens = vec![pepper.hash(protocol::INITIAL)];
            settings.registration.per_address_per_hour = 1_000_000;
            settings.registration.alike_per_hour = 1_000_000;
        })
        .await;
        let owner = app.user("owner@example.com", 1).await;
        let workspace = owner.workspaces[0];
        let one = member(&app, "member@example.com", workspace, Role::Member).await;
        let admin = member(&app, "admin@example.com", workspace, Role::Admin).await;
        let foreign = app.user("foreign@example.com", 1).await;
        let operator = app.user("operator@example.com", 0).await;
        let id = operator.user.id;
        let now = app.ctx().now;
        let work = app
            .store
            .write(move |tx| Box::pin(async move { store::account::users::set_operator(tx, id, true, now).await }));
        assert!(work.await.map_err(|e: store::StoreError| e).unwrap());

        let party = Party::with(&app, Kind::Web, |new| {
            new.config.scopes = ScopeSet::parse("openid clients:read").unwrap();
        })
        .await;
        let of_workspace = [("scope", "openid clients:read"), ("sub_type", "workspace")];
        let mut browser = Browser::new(&app);
        let for_workspace = party.tokens(&mut browser, &admin, &of_workspace).await.access();
        let for_admin = party.tokens(&mut browser, &admin, &[("scope", "openid")]).await.access();
        let mut session = Browser::new(&app);
        session.sign_in_here("admin@example.com").await;
        let callers = vec![
            Caller::Api(Api::nobody(&app)),
            Caller::Api(Api::with(&app, "cs_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
            Caller::Api(Api::person(&app, &one, "").await),
            Caller::Api(Api::person(&app, &admin, "").await),
            Caller::Session(session),
            Caller::Api(Api::person(&app, &foreign, "").await),
            Caller::Api(Api::key(&app, workspace, "member", "").await),
            Caller::Api(Api::key(&app, workspace, "admin", "").await),
            Caller::Api(Api::key(&app, foreign.workspaces[0], "owner", "").await),
            Caller::Api(Api::key(&app, workspace, "owner", "clients:read").await),
            Caller::Api(Api::with(&app, &for_workspace)),
            Caller::Api(Api::with(&app, &for_admin)),
            Caller::Api(Api::person(&app, &operator, "").await),
        ];
        let stranger = app.user("stranger@example.com", 0).await;
        Self { app, workspace, admin, stranger, callers, forget: Mutex::default() }
    }

    pub async fn forget(&self) {
        let made = std::mem::take(&mut *self.forget.lock().unwrap());
        for (owner, id) in made {
            // One of them is deleted by the test itself.
            drop(webhooks::manage::delete(&self.app.app, &self.app.ctx(), of(owner), id, None).await);
        }
    }

    /// Fresh things to act upon, put into the path.
    pub async fn path(&self, template: &str) -> String {
        fill(template, &self.things(template, self.workspace, &self.admin).await)
    }

    /// Fresh things of this workspace and person: those that the path names.
    pub async fn things(&self, template: &str, workspace: WorkspaceId, user: &TestUser) -> Ids {
        let (app, ctx) = (&self.app.app, self.app.ctx());
        let mut ids = vec![("{user}", user.user.id.to_string())];
        if template.contains("{client}") {
            let client = Party::with(&self.app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
            client.tokens(&mut Browser::new(&self.app), user, &[]).await;
            ids.push(("{client}", client.id.to_string()));
        }
        let scopes = ScopeSet::parse("clients:read").unwrap();
        let new = || NewCredential { name: "to act upon".to_owned(), scopes: scopes.clone(), expires_at: None };
        if template.contains("{key}") {
            let roles = MemberRoles::only(Role::Member);
            let (key, _) = credentials::create_api_key(app, &ctx, workspace, roles, None, new()).await.unwrap();
            ids.push(("{key}", key.id.to_string()));
        }
        if template.contains("{lost}") {
            let (roles, creator) = (MemberRoles::only(Role::Member), Some(self.stranger.user.id));
            let (key, _) = credentials::create_api_key(app, &ctx, workspace, roles, creator, new()).await.unwrap();
            ids.push(("{lost}", key.id.to_string()));
        }
        if template.contains("{webhook}") {
            let owner = WebhookOwner::Workspace(workspace);
            let new = NewWebhook {
                url: "https://93.184.215.14/hook".to_owned(),
                description: String::new(),
                events: vec!["member.added".to_owned()],
            };
            let (webhook, _) = webhooks::manage::create(app, &ctx, of(owner), &new).await.unwrap();
            let event = webhooks::manage::test(app, &ctx, of(owner), webhook.id).await.unwrap();
            ids.extend([("{webhook}", webhook.id.to_string()), ("{event}", event.to_string())]);
            self.forget.lock().unwrap().push((owner, webhook.id));
        }
        if template.contains("{token}") {
            let (token, _) = credentials::create_personal_access_token(app, &ctx, user.user.id, new()).await.unwrap();
            ids.push(("{token}", token.id.to_string()));
        }
        ids
    }
}

/// What stands in the place of each name in a path.
pub type Ids = Vec<(&'static str, String)>;

pub fn fill(template: &str, ids: &Ids) -> String {
    ids.iter().fold(template.to_owned(), |path, (name, id)| path.replace(name, id))
}

/// A body that the endpoint accepts.
pub fn body(method: &str, path: &str) -> Value {
    match (method, path) {
        ("POST", "/api/v1/webhooks" | "/api/v1/webhooks?owner=operator") => {
            json!({"url": "https://93.184.215.14/hook"})
        }
        ("POST", "/oidc/clients") => json!({"name": "n", "description": "d", "homepage_url": "https://a.example"}),
        ("POST", "/api/v1/oauth2/clients") => json!({"name": "n"}),
        ("POST", "/api/v1/api-keys" | "/api/v1/personal-access-tokens") => {
            json!({"name": "n", "scopes": ["clients:read"]})
        }
        ("PUT", "/api/v1/users/{user}/email-verification") => json!({"email": "admin@example.com", "verified": true}),
        _ => json!({}),
    }
}

/// Well-formed ids of nothing.
pub fn nothing() -> Ids {
    [
        ("{client}", "cs_ci_AAAAAAAAAAAAAAAAAAAAAA"),
        ("{user}", "usr_00000000000000000000000000"),
        ("{key}", "key_00000000000000000000000000"),
        ("{lost}", "key_00000000000000000000000000"),
        ("{token}", "pat_00000000000000000000000000"),
        ("{webhook}", "whk_00000000000000000000000000"),
        ("{event}", "msg_00000000000000000000000000"),
    ]
    .map(|(name, id)| (name, id.to_owned()))
    .to_vec()
}
