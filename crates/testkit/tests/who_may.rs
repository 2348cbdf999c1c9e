//! Who may do what: every management endpoint for every kind of caller, as `docs/src/who-may-do-what.md` has it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
use axum::http::Method;
use domain::WorkspaceId;
use domain::identity::{MemberRoles, Role};
use flows::accounts;
use serde_json::{Value, json};
use testkit::{Api, Browser, Database, Kind, Party, Reply, TestApp, TestUser, for_each_database};

/// The kinds of callers, in the order of the columns.
const CALLERS: [&str; 13] = [
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
/// something, `{user}` is the admin, `{key}` an API key of the workspace, `{token}` a token of the admin.
const TABLE: &str = "
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
    GET    /api/v1/personal-access-tokens              401 401 200 200 200 200 403 403 403 403 403 403 200
    POST   /api/v1/personal-access-tokens              401 401 201 201 201 201 403 403 403 403 403 403 201
    DELETE /api/v1/personal-access-tokens/{token}      401 401 404 200 200 404 403 403 403 403 403 403 404
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

enum Caller {
    Api(Api),
    Session(Browser),
}

impl Caller {
    async fn send(&mut self, method: Method, path: &str, body: &Value) -> Reply {
        match self {
            Self::Api(api) => api.send(method, path, Some(body)).await,
            Self::Session(browser) => {
                let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
                browser.call(method, path, &headers, &body.to_string()).await
            }
        }
    }
}

struct World {
    app: TestApp,
    workspace: WorkspaceId,
    admin: TestUser,
    callers: Vec<Caller>,
    /// Webhooks that were made to be acted upon: an owner has fifty at most.
    forget: std::sync::Mutex<Vec<domain::WebhookId>>,
}

async fn member(app: &TestApp, email: &str, workspace: WorkspaceId, role: Role) -> TestUser {
    let user = app.user(email, 0).await;
    accounts::put_member(&app.app, &app.ctx(), user.user.id, workspace, MemberRoles::only(role)).await.unwrap();
    user
}

async fn world(database: &Database) -> World {
    let app = TestApp::start(database).await;
    let owner = app.user("owner@example.com", 1).await;
    let workspace = owner.workspaces[0];
    let one = member(&app, "member@example.com", workspace, Role::Member).await;
    let admin = member(&app, "admin@example.com", workspace, Role::Admin).await;
    let foreign = app.user("foreign@example.com", 1).await;
    let operator = app.user("operator@example.com", 0).await;
    let id = operator.user.id;
    let now = app.ctx().now;
    let work = app.store.write(move |tx| Box::pin(async move { store::users::set_operator(tx, id, true, now).await }));
    assert!(work.await.map_err(|e: store::StoreError| e).unwrap());

    let party = Party::with(&app, Kind::Web, |new| {
        new.config.scopes = domain::ScopeSet::parse("openid clients:read").unwrap();
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
    World { app, workspace, admin, callers, forget: std::sync::Mutex::default() }
}

impl World {
    async fn forget(&self) {
        let owner = domain::webhook::Owner::Workspace(self.workspace);
        let made = std::mem::take(&mut *self.forget.lock().unwrap());
        for id in made {
            // One of them is deleted by the test itself.
            drop(flows::webhooks::delete(&self.app.app, &self.app.ctx(), owner, id, None).await);
        }
    }

    /// Fresh things to act upon, put into the path.
    async fn path(&self, template: &str) -> String {
        let mut path = template.replace("{user}", &self.admin.user.id.to_string());
        let (app, ctx) = (&self.app.app, self.app.ctx());
        if path.contains("{client}") {
            let workspace = self.workspace;
            let client = Party::with(&self.app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
            client.tokens(&mut Browser::new(&self.app), &self.admin, &[]).await;
            path = path.replace("{client}", client.id.as_str());
        }
        let new = || accounts::NewCredential {
            name: "to act upon".to_owned(),
            scopes: domain::ScopeSet::default(),
            expires_at: None,
        };
        if path.contains("{key}") {
            let roles = MemberRoles::only(Role::Member);
            let (key, _) = accounts::create_api_key(app, &ctx, self.workspace, roles, new()).await.unwrap();
            path = path.replace("{key}", &key.id.to_string());
        }
        if path.contains("{webhook}") {
            let owner = domain::webhook::Owner::Workspace(self.workspace);
            let new = flows::webhooks::NewWebhook {
                url: "https://93.184.215.14/hook".to_owned(),
                description: String::new(),
                events: vec!["member.added".to_owned()],
            };
            let (webhook, _) = flows::webhooks::create(app, &ctx, owner, &new).await.unwrap();
            let event = flows::webhooks::test(app, &ctx, owner, webhook.id).await.unwrap();
            path = path.replace("{webhook}", &webhook.id.to_string()).replace("{event}", &event.to_string());
            self.forget.lock().unwrap().push(webhook.id);
        }
        if path.contains("{token}") {
            let (token, _) =
                accounts::create_personal_access_token(app, &ctx, self.admin.user.id, new()).await.unwrap();
            path = path.replace("{token}", &token.id.to_string());
        }
        path
    }
}

/// A body that the endpoint accepts.
fn body(method: &str, path: &str) -> Value {
    match (method, path) {
        ("POST", "/api/v1/webhooks" | "/api/v1/webhooks?owner=operator") => {
            json!({"url": "https://93.184.215.14/hook"})
        }
        ("POST", "/oidc/clients") => json!({"name": "n", "description": "d", "homepage_url": "https://a.example"}),
        ("POST", "/api/v1/oauth2/clients" | "/api/v1/api-keys" | "/api/v1/personal-access-tokens") => {
            json!({"name": "n"})
        }
        _ => json!({}),
    }
}

/// The same path to what is not there.
fn absent(template: &str) -> String {
    template
        .replace("{client}", "cs_ci_AAAAAAAAAAAAAAAAAAAAAA")
        .replace("{user}", "usr_00000000000000000000000000")
        .replace("{key}", "key_00000000000000000000000000")
        .replace("{token}", "pat_00000000000000000000000000")
        .replace("{webhook}", "whk_00000000000000000000000000")
        .replace("{event}", "msg_00000000000000000000000000")
}

#[tokio::test]
async fn the_whole_table() {
    for_each_database(async |database| {
        let mut world = world(database).await;
        let mut seen = 0;
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let cells: Vec<_> = row.split_whitespace().collect();
            let (method, template, expected) = (cells[0], cells[1], &cells[2..]);
            assert_eq!(expected.len(), CALLERS.len(), "{row}");
            let body = body(method, template);
            for (n, who) in CALLERS.iter().enumerate() {
                let path = world.path(template).await;
                let method: Method = method.parse().unwrap();
                let reply = world.callers[n].send(method.clone(), &path, &body).await;
                assert_eq!(reply.status.as_str(), expected[n], "{method} {template} by {who}: {}", reply.body);
                if reply.status.is_client_error() {
                    assert_eq!(reply.header("content-type"), "application/problem+json", "{method} {template}");
                }
                assert_eq!(reply.status == 401, !reply.header("www-authenticate").is_empty() && n < 2);
                // What is another's is as good as nothing: the answers are the same, letter for letter.
                if reply.status == 404 {
                    let nothing = world.callers[n].send(method.clone(), &absent(template), &body).await;
                    assert_eq!(
                        (nothing.status, nothing.body),
                        (reply.status, reply.body),
                        "{method} {template} by {who}"
                    );
                }
                world.forget().await;
                seen += 1;
            }
        }
        assert_eq!(seen, 44 * CALLERS.len());
        world.app.stop().await;
    })
    .await;
}

/// The table that people read says the same.
#[test]
fn the_documented_table_is_this_one() {
    let page = include_str!("../../../docs/src/who-may-do-what.md");
    let documented: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| ["| GET", "| POST", "| PUT", "| PATCH", "| DELETE"].iter().any(|m| line.starts_with(m)))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let tested: Vec<Vec<&str>> = TABLE
        .lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>())
        .filter(|row| !row.is_empty())
        // The first two columns are 401 for every row.
        .map(|row| row.iter().enumerate().filter(|(n, _)| *n != 2 && *n != 3).map(|(_, cell)| *cell).collect())
        .collect();
    assert_eq!(documented, tested);
}

#[tokio::test]
async fn a_person_of_several_workspaces_names_one() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let bob = app.user("bob@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        let reply = person.get("/oidc/clients").await;
        assert_eq!(
            (reply.status.as_u16(), reply.json()["type"].clone()),
            (400, json!("urn:countersign:problem:workspace_not_named"))
        );
        let second = person.clone().header("countersign-workspace", &ada.workspaces[1].to_string());
        let body = json!({"name": "n", "description": "d", "homepage_url": "https://a.example"});
        let made = second.post("/oidc/clients", &body).await.json();
        assert_eq!(made["client"]["org_id"], ada.workspaces[1].to_string());
        let by_query = format!("/oidc/clients?workspace={}", ada.workspaces[0]);
        assert_eq!(person.get(&by_query).await.json(), json!([]));
        for other in [bob.workspaces[0].to_string(), "wsp_00000000000000000000000000".to_owned(), "rubbish".to_owned()]
        {
            let reply = person.clone().header("countersign-workspace", &other).get("/oidc/clients").await;
            assert_eq!(reply.status, 403, "{other}");
            assert_eq!(reply.json()["type"], "urn:countersign:problem:workspace_unknown");
        }
        // A key has its workspace, whatever the request says.
        let key = Api::key(&app, bob.workspaces[0], "admin", "").await;
        let elsewhere = key.header("countersign-workspace", &ada.workspaces[0].to_string());
        assert_eq!(elsewhere.get("/oidc/clients").await.status, 403);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn keys_and_tokens_are_made_listed_used_and_revoked() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        let body = json!({"name": "CI", "scopes": ["clients:read"], "roles": ["admin", "auditor"], "expires_at": "2026-01-02T00:00:00Z"});
        let made = person.post("/api/v1/api-keys", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.json();
        assert_eq!((&made["roles"], &made["last_used_at"]), (&json!(["admin", "auditor"]), &Value::Null));
        let secret = made["api_key"].as_str().unwrap();
        assert!(secret.starts_with("cs_sk_"));
        let key = Api::with(&app, secret);
        assert_eq!((key.get("/oidc/clients").await.status.as_u16(), key.get("/oidc/org/members").await.status.as_u16()), (200, 403));
        let list = person.get("/api/v1/api-keys").await;
        assert!(!list.body.contains(secret), "shown once");
        let listed = &list.json()["items"][0];
        assert_eq!((&listed["id"], &listed["last_used_at"]), (&made["id"], &json!("2026-01-01T00:00:00Z")));
        app.clock.advance(24 * 60 * 60);
        assert_eq!(key.get("/oidc/clients").await.status, 401, "expired");

        // Nobody hands out more than they have.
        let narrow = Api::person(&app, &ada, "api_keys:write tokens:write clients:read").await;
        let table = [
            ("/api/v1/api-keys", json!({"name": "x", "scopes": ["clients:write"]}), 403, "scope_beyond_own"),
            ("/api/v1/api-keys", json!({"name": "x"}), 403, "scope_beyond_own"),
            ("/api/v1/personal-access-tokens", json!({"name": "x", "scopes": ["consents:write"]}), 403, "scope_beyond_own"),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": ["nothing"]}), 400, "scope_unknown"),
            ("/api/v1/api-keys", json!({"name": "", "scopes": ["clients:read"]}), 400, "text_invalid"),
            ("/api/v1/api-keys", json!({"scopes": ["clients:read"]}), 400, "member_of_wrong_type"),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": ["clients:read"], "expires_at": "2025-01-01T00:00:00Z"}), 400, "time_invalid"),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": ["clients:read"], "roles": ["owner", "admin"]}), 400, "role_malformed"),
            ("/api/v1/api-keys", json!({"name": "x", "scopes": ["clients:read"], "surprise": 1}), 400, "member_unknown"),
        ];
        for (path, body, status, reason) in table {
            let reply = narrow.post(path, &body).await;
            let said = (reply.status.as_u16(), reply.json()["type"].clone());
            assert_eq!(said, (status, json!(format!("urn:countersign:problem:{reason}"))), "{body}");
        }
        let admin = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let reply = admin.post("/api/v1/api-keys", &json!({"name": "x", "roles": ["owner"]})).await;
        assert_eq!(reply.json()["type"], "urn:countersign:problem:role_beyond_own");
        let reply = admin.post("/api/v1/api-keys", &json!({"name": "x", "scopes": ["keys:rotate"]})).await;
        assert_eq!(reply.json()["type"], "urn:countersign:problem:scope_beyond_own", "only the operator hands this out");

        let token = person.post("/api/v1/personal-access-tokens", &json!({"name": "Laptop"})).await.json();
        let own = Api::with(&app, token["personal_access_token"].as_str().unwrap());
        assert_eq!(own.get("/oidc/user/consent").await.status, 200);
        let path = format!("/api/v1/personal-access-tokens/{}", token["id"].as_str().unwrap());
        assert_eq!(own.delete(&path).await.json(), json!({"deleted": true}));
        assert_eq!(own.get("/oidc/user/consent").await.status, 401);
        let items = person.get("/api/v1/personal-access-tokens").await.json()["items"].clone();
        let gone = items.as_array().unwrap().iter().find(|item| item["id"] == token["id"]).unwrap();
        assert_eq!(gone["revoked_at"], "2026-01-02T00:00:00Z", "the record stays");
        app.stop().await;
    })
    .await;
}
