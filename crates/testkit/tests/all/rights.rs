//! *One gate for every credential*, points 1.3 and 1.4: rights are read at use, and a response is replayed only to the
//! credential that got it.
use crate::world;
use domain::WorkspaceId;
use domain::workspace::{MemberRoles, Role};
use flows::unguarded::audit::EVERYTHING;
use flows::unguarded::{accounts, members, profile};
use serde_json::{Value, json};
use testkit::{Api, Reply, TestApp, TestUser, for_each_database};

const CLIENT: &str = r#"{"name": "n", "description": "d", "homepage_url": "https://a.example"}"#;
const EVERY: [&str; 6] =
    ["clients:read", "clients:write", "api_keys:read", "api_keys:write", "members:read", "audit:read"];

async fn joins(app: &TestApp, workspace: WorkspaceId, email: &str, role: Role) -> TestUser {
    let user = app.user(email, 0).await;
    set_role(app, workspace, &user, role).await;
    user
}

async fn set_role(app: &TestApp, workspace: WorkspaceId, user: &TestUser, role: Role) {
    members::put_member(&app.app, &app.ctx(), user.user.id, workspace, MemberRoles::only(role)).await.unwrap();
}

async fn set_operator(app: &TestApp, user: &TestUser, operator: bool) {
    assert!(profile::set_operator(&app.app, &app.ctx(), user.user.id, operator).await.unwrap());
}

/// A key that the person creates, and its id.
async fn key(app: &TestApp, by: &Api, role: &str, scopes: &[&str]) -> (Api, String) {
    let body = json!({"name": "CI", "roles": [role], "scopes": scopes});
    let made = by.post("/api/v1/api-keys", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = made.json();
    (Api::with(app, made["api_key"].as_str().unwrap()), made["id"].as_str().unwrap().to_owned())
}

fn told(reply: &Reply) -> (u16, String) {
    let kind = reply.json()["type"].as_str().unwrap_or_default().to_owned();
    (reply.status.as_u16(), kind.replace("urn:countersign:problem:", ""))
}

fn refused(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

async fn listed(owner: &Api, id: &str) -> Value {
    let all = owner.get("/api/v1/api-keys").await.json();
    all["items"].as_array().unwrap().iter().find(|key| key["id"] == id).unwrap().clone()
}

/// Checklist 128.
#[tokio::test]
async fn point_1_3_a_key_has_at_most_its_creators_role_as_it_is_now() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let owner = Api::person(&app, &ada, "").await;
        let bob = joins(&app, workspace, "bob@example.com", Role::Admin).await;
        let (by_bob, id) = key(&app, &Api::person(&app, &bob, "").await, "admin", &EVERY).await;
        let client: Value = serde_json::from_str(CLIENT).unwrap();
        assert_eq!(by_bob.post("/oidc/clients", &client).await.status, 200);
        let kept = listed(&owner, &id).await;
        let kept = (&kept["created_by"], &kept["lost_rights"], &kept["effective_roles"]);
        assert_eq!(kept, (&json!(bob.user.id), &json!(false), &json!(["admin"])));
        let adopted = owner.post(&format!("/api/v1/api-keys/{id}/adopt"), &json!({})).await;
        assert_eq!(told(&adopted), refused(409, "key_has_its_rights"));

        set_role(&app, workspace, &bob, Role::Member).await;
        assert_eq!(told(&by_bob.post("/oidc/clients", &client).await), refused(403, "role_too_low"));
        assert_eq!(by_bob.get("/oidc/clients").await.status, 200, "as a member");
        let kept = listed(&owner, &id).await;
        assert_eq!((&kept["lost_rights"], &kept["effective_roles"]), (&json!(true), &json!(["member"])));
        assert_eq!(kept["roles"], json!(["admin"]), "what it was created with stays known");

        set_role(&app, workspace, &bob, Role::Admin).await;
        assert_eq!(by_bob.post("/oidc/clients", &client).await.status, 200, "promoted again");

        assert!(members::remove_member(&app.app, &app.ctx(), bob.user.id, workspace).await.unwrap());
        let gone = by_bob.get("/oidc/clients").await;
        assert_eq!(told(&gone), refused(401, "key_creator_gone"));
        assert!(gone.header("www-authenticate").starts_with("Bearer"), "{:?}", gone.header("www-authenticate"));
        for path in ["/oauth2/userinfo", "/api/oauth2/userinfo", "/api/oauth2/"] {
            assert_eq!(by_bob.get(path).await.status, 401, "{path}");
        }
        let kept = listed(&owner, &id).await;
        assert_eq!((&kept["lost_rights"], &kept["effective_roles"]), (&json!(true), &json!([])));

        // An account that is disabled is no creator either.
        set_role(&app, workspace, &bob, Role::Admin).await;
        assert_eq!(by_bob.get("/oidc/clients").await.status, 200);
        assert!(accounts::set_user_disabled(&app.app, &app.ctx(), bob.user.id, true).await.unwrap());
        assert_eq!(told(&by_bob.get("/oidc/clients").await), refused(401, "key_creator_gone"));

        // A key from the command line has no creator, and keeps its role.
        let from_command_line = Api::key(&app, workspace, "admin", "").await;
        assert_eq!(from_command_line.post("/oidc/clients", &client).await.status, 200);
        app.stop().await;
    })
    .await;
}

/// Checklist 128.
#[tokio::test]
async fn point_1_3_a_key_is_adopted_in_one_step_by_a_person_who_has_its_rights() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let owner = Api::person(&app, &ada, "").await;
        let bob = joins(&app, workspace, "bob@example.com", Role::Owner).await;
        let carol = joins(&app, workspace, "carol@example.com", Role::Admin).await;
        let (by_bob, id) = key(&app, &Api::person(&app, &bob, "").await, "owner", &EVERY).await;
        assert!(members::remove_member(&app.app, &app.ctx(), bob.user.id, workspace).await.unwrap());
        let path = format!("/api/v1/api-keys/{id}/adopt");
        let refusals = [
            (Api::person(&app, &carol, "").await, refused(403, "role_beyond_own")),
            (Api::person(&app, &ada, "api_keys:write").await, refused(403, "scope_beyond_own")),
            (Api::key(&app, workspace, "owner", "").await, refused(403, "credential_of_no_person")),
            (Api::person(&app, &app.user("eve@example.com", 1).await, "").await, refused(404, "credential_not_found")),
        ];
        for (who, expected) in refusals {
            assert_eq!(told(&who.post(&path, &json!({})).await), expected);
        }
        assert_eq!(by_bob.get("/oidc/clients").await.status, 401);

        let adopted = owner.post(&path, &json!({})).await;
        assert_eq!(adopted.status, 200, "{}", adopted.body);
        let adopted = adopted.json();
        let now = (&adopted["created_by"], &adopted["lost_rights"], &adopted["effective_roles"]);
        assert_eq!(now, (&json!(ada.user.id), &json!(false), &json!(["owner"])));
        assert_eq!(by_bob.get("/oidc/clients").await.status, 200);
        let outcomes = app.outcomes("api_key.adopted").await;
        let expected = ["ok", "credential_not_found", "credential_of_no_person", "scope_beyond_own", "role_beyond_own"];
        assert_eq!(outcomes, expected);

        // The command line adopts for the operator: the key has no creator then.
        let id = id.parse().unwrap();
        assert!(flows::unguarded::credentials::adopt_for_operator(&app.app, &app.ctx(), workspace, id).await.unwrap());
        set_role(&app, workspace, &ada, Role::Member).await;
        assert_eq!(by_bob.get("/api/v1/api-keys").await.status, 200, "it keeps the role of an owner");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_3_a_key_made_with_a_key_answers_to_the_same_person() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let bob = joins(&app, workspace, "bob@example.com", Role::Admin).await;
        let (first, _) = key(&app, &Api::person(&app, &bob, "").await, "admin", &EVERY).await;
        let (second, id) = key(&app, &first, "admin", &["clients:read"]).await;
        let kept = listed(&Api::person(&app, &ada, "").await, &id).await;
        assert_eq!(kept["created_by"], json!(bob.user.id));
        assert_eq!(second.get("/oidc/clients").await.status, 200);
        assert!(members::remove_member(&app.app, &app.ctx(), bob.user.id, workspace).await.unwrap());
        assert_eq!(told(&second.get("/oidc/clients").await), refused(401, "key_creator_gone"));
        app.stop().await;
    })
    .await;
}

/// Checklist 128.
#[tokio::test]
async fn point_1_3_operator_scopes_end_when_the_operator_role_ends() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let other = app.user("other@example.com", 0).await;
        set_operator(&app, &ada, true).await;
        set_operator(&app, &other, true).await;
        let person = Api::person(&app, &ada, "").await;
        let (by_ada, id) = key(&app, &person, "admin", &["operator:audit:read", "clients:read"]).await;
        let whole_log = "/api/v1/audit-events?owner=operator";
        assert_eq!(
            (by_ada.get(whole_log).await.status, person.get(whole_log).await.status.as_u16()),
            (200.try_into().unwrap(), 200)
        );
        let from_command_line = Api::key(&app, ada.workspaces[0], "admin", "operator:audit:read").await;

        set_operator(&app, &ada, false).await;
        assert_eq!(told(&by_ada.get(whole_log).await), refused(403, "not_the_operator"));
        assert_eq!(told(&person.get(whole_log).await), refused(403, "not_the_operator"));
        assert_eq!(by_ada.get("/oidc/clients").await.status, 200, "the rest of it works");
        assert_eq!(from_command_line.get(whole_log).await.status, 200, "this one is the operator's");
        let kept = listed(&person, &id).await;
        assert_eq!((&kept["lost_rights"], &kept["effective_roles"]), (&json!(true), &json!(["admin"])));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_3_only_the_operator_assigns_roles_of_their_own() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let body = json!({"name": "x", "scopes": ["clients:read"], "roles": ["admin", "compliance_officer"]});
        let bob = joins(&app, workspace, "bob@example.com", Role::Admin).await;
        for who in [
            Api::person(&app, &bob, "").await,
            // Also with the role that they have themselves.
            Api::person(&app, &ada, "").await,
            Api::key(&app, workspace, "owner", "").await,
        ] {
            assert_eq!(told(&who.post("/api/v1/api-keys", &body).await), refused(403, "role_of_operator"));
        }
        set_operator(&app, &ada, true).await;
        let session = app.acting(&ada, Some((workspace, Role::Owner)), true);
        let asked = flows::access::credential_request::CredentialRequest {
            name: "x".to_owned(),
            scopes: vec!["clients:read".to_owned()],
            roles: vec!["member".to_owned(), "auditor".to_owned()],
            expires_at: None,
        };
        let (kept, secret) =
            flows::workspace::api_keys::create_api_key(&app.app, &app.ctx(), &session, &asked).await.unwrap();
        assert_eq!(kept.key.roles.claim(), ["member", "auditor"]);
        let other = app.user("other@example.com", 0).await;
        set_operator(&app, &other, true).await;
        set_operator(&app, &ada, false).await;
        let kept = listed(&Api::person(&app, &bob, "").await, &kept.key.id.to_string()).await;
        assert_eq!(kept["effective_roles"], json!(["member"]), "the role ends with the operator who gave it");
        assert_eq!(Api::with(&app, secret.expose()).get("/oidc/clients").await.status, 200);
        app.stop().await;
    })
    .await;
}

/// Checklist 139.
#[tokio::test]
async fn point_1_3_a_setup_link_is_void_once_there_is_an_operator_or_a_newer_link() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let link = async || {
            let link = flows::unguarded::setup::link(&app.app, &app.ctx()).await.unwrap().unwrap();
            link.strip_prefix(testkit::ISSUER).unwrap().to_owned()
        };
        let (older, newer) = (link().await, link().await);
        let mut browser = testkit::Browser::new(&app);
        assert_eq!(browser.get(&older).await.status, 403, "replaced");
        let opened = browser.get(&newer).await;
        let page = browser.follow(opened).await;
        let form = page.form("setup-submit").set("name", "Eve").set("username", "eve@example.com");
        let form = form.set("password", "long enough now");
        let ada = app.user("ada@example.com", 0).await;
        set_operator(&app, &ada, true).await;
        assert_eq!(browser.submit(&form).await.status, 403, "the page was open before");
        assert_eq!(browser.get(&newer).await.status, 403);
        assert!(accounts::user_by_email(&app.app, "eve@example.com").await.unwrap().is_none());
        let outcomes = app.outcomes("operator.added").await;
        assert_eq!(outcomes, ["setup_has_operator", "setup_has_operator", "ok", "setup_link_invalid"]);
        app.stop().await;
    })
    .await;
}

/// Checklist 138.
#[tokio::test]
async fn point_1_4_a_response_is_replayed_only_to_the_credential_that_got_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let body = json!({"name": "x", "scopes": ["clients:read"], "roles": ["member"]});
        let send = async |who: &Api| who.clone().header("idempotency-key", "k-1").post("/api/v1/api-keys", &body).await;
        let first = Api::person(&app, &ada, "api_keys:write clients:read").await;
        let made = send(&first).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let again = send(&first).await;
        assert_eq!((again.header("idempotency-replayed"), again.body == made.body), ("true", true));

        // Another token of the same person in the same workspace.
        let second = send(&Api::person(&app, &ada, "api_keys:write clients:read").await).await;
        assert_eq!((second.status.as_u16(), second.header("idempotency-replayed")), (201, ""));
        assert_ne!(second.json()["api_key"], made.json()["api_key"]);
        let narrow = send(&Api::person(&app, &ada, "clients:read").await).await;
        assert_eq!(told(&narrow), refused(403, "credential_lacks_scope"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_4_a_replay_comes_after_the_gate() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let bob = joins(&app, workspace, "bob@example.com", Role::Owner).await;
        let token = Api::person(&app, &bob, "").await;
        let body = json!({"name": "x", "scopes": ["clients:read"], "roles": ["owner"]});
        let send = async || token.clone().header("idempotency-key", "k-1").post("/api/v1/api-keys", &body).await;
        assert_eq!(send().await.status, 201);
        // An admin does not read the key of an owner that they created as an owner.
        set_role(&app, workspace, &bob, Role::Admin).await;
        assert_eq!(told(&send().await), refused(409, "idempotency_key_reused"));
        set_role(&app, workspace, &bob, Role::Member).await;
        assert_eq!(told(&send().await), refused(403, "role_too_low"));
        assert!(members::remove_member(&app.app, &app.ctx(), bob.user.id, workspace).await.unwrap());
        assert_eq!(told(&send().await), refused(400, "workspace_not_named"));
        assert!(accounts::set_user_disabled(&app.app, &app.ctx(), bob.user.id, true).await.unwrap());
        assert_eq!(told(&send().await), refused(401, "credential_unknown"));
        app.stop().await;
    })
    .await;
}

/// A way to use each scope: what it opens, and is closed without it.
const USES: [(&str, &str, &str); 18] = [
    ("clients:read", "GET", "/oidc/clients"),
    ("clients:write", "POST", "/oidc/clients"),
    ("consents:read", "GET", "/oidc/user/consent"),
    ("consents:write", "DELETE", "/oidc/user/consent/{client}"),
    ("members:read", "GET", "/oidc/org/members"),
    ("api_keys:read", "GET", "/api/v1/api-keys"),
    ("api_keys:write", "DELETE", "/api/v1/api-keys/{key}"),
    ("tokens:read", "GET", "/api/v1/personal-access-tokens"),
    ("tokens:write", "DELETE", "/api/v1/personal-access-tokens/{token}"),
    ("webhooks:read", "GET", "/api/v1/webhooks"),
    ("webhooks:write", "POST", "/api/v1/webhooks"),
    ("audit:read", "GET", "/api/v1/audit-events"),
    ("operator:webhooks:read", "GET", "/api/v1/webhooks?owner=operator"),
    ("operator:webhooks:write", "POST", "/api/v1/webhooks?owner=operator"),
    ("operator:audit:read", "GET", "/api/v1/audit-events?owner=operator"),
    ("operator:users:read", "GET", "/api/v1/users/{user}"),
    ("operator:users:write", "PUT", "/api/v1/users/{user}/email-verification"),
    ("keys:rotate", "POST", "/oidc/keys/rotate"),
];

#[tokio::test]
async fn point_6_1_every_scope_that_is_offered_opens_an_endpoint() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        set_operator(&app, &ada, true).await;
        let nothing = Api::person(&app, &ada, "openid").await;
        // Introspection is not one of the management APIs; `who_may_protocol` tells how the scope opens it.
        for scope in domain::access::offered_scopes().filter(|scope| *scope != "tokens:introspect") {
            let Some((_, method, path)) = USES.iter().find(|(name, ..)| *name == scope) else {
                panic!("{scope} is offered: say here what it opens");
            };
            let (path, body) = (world::fill(path, &world::nothing()), world::body(method, path));
            let method: axum::http::Method = method.parse().unwrap();
            let closed = nothing.send(method.clone(), &path, Some(&body)).await;
            assert_eq!(told(&closed), refused(403, "credential_lacks_scope"), "{scope}");
            let open = Api::person(&app, &ada, scope).await.send(method, &path, Some(&body)).await;
            // What there is none of is not found, by those who may look.
            assert!(open.status.is_success() || open.status == 404, "{scope}: {} {}", open.status, open.body);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_1_the_scopes_of_a_new_credential_are_chosen() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        for path in ["/api/v1/api-keys", "/api/v1/personal-access-tokens"] {
            for body in [json!({"name": "x"}), json!({"name": "x", "scopes": []})] {
                let reply = person.post(path, &body).await;
                assert_eq!(told(&reply), refused(400, "scopes_missing"), "{path} {body}");
            }
        }
        // The forms say the same, and tick all at a click.
        let mut browser = testkit::Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let keys = format!("/workspaces/{}/api-keys/new", ada.workspaces[0]);
        for (path, button) in [(keys.as_str(), "make-key"), ("/account/tokens/new", "token-create")] {
            let page = browser.get(path).await;
            for page_only in ["members:write", "apps:", "app_policy:", "account:", "keys:rotate", "operator:"] {
                assert!(!page.body.contains(&format!("value=\"{page_only}")), "{path} offers {page_only}");
            }
            let form = page.form(button).set("name", "Script").set("roles", "member");
            let again = browser.submit(&form).await;
            assert_eq!(again.status, 422);
            assert!(again.body.contains("Name the scopes that the credential needs, at least one."), "{}", again.body);
            let all = browser.submit(&form.clone().set("all", "scopes")).await;
            assert_eq!(all.status, 200);
            let ticked = all.form(button);
            assert_eq!(ticked.get("name"), Some("Script"), "what was typed is kept");
            assert!(ticked.fields.iter().filter(|(name, _)| name == "scopes").count() >= 8, "{:?}", ticked.fields);
            assert_eq!(browser.submit(&ticked).await.status, 200);
        }
        let key = &person.get("/api/v1/api-keys").await.json()["items"][0];
        assert!(key["scopes"].as_array().unwrap().contains(&json!("webhooks:write")), "{key}");
        app.stop().await;
    })
    .await;
}

/// What the log says about the newest event of a kind.
async fn last(app: &TestApp, kind: &str) -> Value {
    app.app.flush().await.unwrap();
    let filter =
        flows::audit::read::Filter { kind: Some(flows::audit::read::KindFilter::Named(kind)), ..Default::default() };
    let page = flows::audit::read::list(&app.app, EVERYTHING, &filter, None, 1).await.unwrap();
    flows::audit::read::view(page.events.first().unwrap_or_else(|| panic!("no {kind}")))
}

#[tokio::test]
async fn point_1_5_the_log_names_the_credential_and_its_holder() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let (user, workspace) = (ada.user.id.to_string(), ada.workspaces[0].to_string());
        let client: Value = serde_json::from_str(CLIENT).unwrap();
        let starts = |event: &Value, actor: &str, credential: &str| {
            let is = (event["actor"].as_str().unwrap(), event["credential"].as_str().unwrap());
            assert!(is.0.starts_with(actor) && is.1.starts_with(credential), "{is:?}, not {actor} with {credential}");
        };
        Api::person(&app, &ada, "").await.post("/oidc/clients", &client).await;
        starts(&last(&app, "client.created").await, &user, "pat_");
        Api::key(&app, ada.workspaces[0], "admin", "").await.post("/oidc/clients", &client).await;
        let by_key = last(&app, "client.created").await;
        starts(&by_key, "key_", "key_");
        assert_eq!(by_key["actor"], by_key["credential"], "a key is its own holder");

        let mut browser = testkit::Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let signed_in = last(&app, "sign_in").await;
        starts(&signed_in, &user, "ses_");
        let headers = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
        browser.call(axum::http::Method::POST, "/oidc/clients", &headers, CLIENT).await;
        let by_session = last(&app, "client.created").await;
        assert_eq!((&by_session["actor"], &by_session["credential"]), (&json!(user), &signed_in["credential"]));

        let party = testkit::Party::with(&app, testkit::Kind::Web, |new| {
            new.config.scopes = domain::ScopeSet::parse("openid clients:write").unwrap();
        })
        .await;
        for (sub_type, actor) in [("workspace", &workspace), ("user", &user)] {
            let asked = [("scope", "openid clients:write"), ("sub_type", sub_type)];
            let token = party.tokens(&mut browser, &ada, &asked).await.access();
            let made = Api::with(&app, &token).post("/oidc/clients", &client).await;
            assert_eq!(made.status, 200, "{}", made.body);
            starts(&last(&app, "client.created").await, actor, party.id.as_str());
        }

        // Each is found by its credential.
        let credential = signed_in["credential"].as_str().unwrap();
        let reader = Api::person(&app, &ada, "audit:read").await;
        let found = reader.get(&format!("/api/v1/audit-events?credential={credential}")).await.json();
        let kinds: Vec<_> = found["items"].as_array().unwrap().iter().map(|event| event["kind"].clone()).collect();
        assert_eq!(kinds, [json!("consent.granted"), json!("client.created")], "{found}");
        let page = browser.get(&format!("/workspaces/{workspace}/audit?credential={credential}")).await;
        assert!(
            page.body.contains(&format!("with <a href=\"/workspaces/{workspace}/audit?credential={credential}\">")),
            "{}",
            page.body
        );
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_5_a_failed_sign_in_names_the_account_and_never_an_unknown_address() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let sign_in = async |email: &str| {
            let wrong = domain::Secret::new("not the password");
            let anonymous = flows::access::caller::Caller::Anonymous;
            assert!(flows::sign_in::password::sign_in(&app.app, &app.ctx(), email, &wrong, &anonymous).await.is_err());
            last(&app, "sign_in").await
        };
        let failed = sign_in("Ada@Example.com").await;
        let said = (&failed["user_id"], &failed["actor"], &failed["credential"]);
        assert_eq!(said, (&json!(ada.user.id), &json!("anonymous"), &Value::Null));
        let unknown = sign_in("who-is-this@example.org").await;
        assert_eq!((&unknown["user_id"], &unknown["actor"]), (&Value::Null, &json!("anonymous")));
        // Nor while the account is locked.
        let mut locked = failed;
        for _ in 0..30 {
            locked = sign_in("ada@example.com").await;
        }
        assert_eq!((&locked["outcome"], &locked["user_id"]), (&json!("sign_in_slowed_down"), &json!(ada.user.id)));
        let mut export =
            flows::audit::read::export(&app.app, &app.ctx(), EVERYTHING, &flows::audit::read::Filter::default());
        while let Some(lines) = export.next().await.unwrap() {
            assert!(!lines.contains("who-is-this"), "{lines}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_5_created_and_revoked_credentials_are_recorded_with_what_they_could_do() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        let (_, id) = key(&app, &person, "admin", &["audit:read", "clients:read"]).await;
        let facts =
            json!({"api_key": id, "roles": ["admin"], "scopes": ["audit:read", "clients:read"], "expires_at": null});
        assert_eq!(last(&app, "api_key.created").await["detail"], facts);
        person.delete(&format!("/api/v1/api-keys/{id}")).await;
        assert_eq!(last(&app, "api_key.revoked").await["detail"], facts);

        let body = json!({"name": "x", "scopes": ["openid"], "expires_at": "2026-02-01T00:00:00Z"});
        let made = person.post("/api/v1/personal-access-tokens", &body).await.json();
        let facts =
            json!({"personal_access_token": made["id"], "scopes": ["openid"], "expires_at": "2026-02-01T00:00:00Z"});
        assert_eq!(last(&app, "personal_access_token.created").await["detail"], facts);
        person.delete(&format!("/api/v1/personal-access-tokens/{}", made["id"].as_str().unwrap())).await;
        assert_eq!(last(&app, "personal_access_token.revoked").await["detail"], facts);

        let made = person.post("/oidc/clients", &serde_json::from_str(CLIENT).unwrap()).await.json();
        let created = last(&app, "client.created").await;
        assert_eq!(created["detail"]["registration_token"], json!(false));
        assert!(created["detail"]["secret"].is_string(), "{created}");
        let path = format!("/oidc/clients/{}/rotate-secret", made["client"]["id"].as_str().unwrap());
        person.post(&path, &json!({})).await;
        assert!(last(&app, "client.secret_rotated").await["detail"]["secret"].is_string());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_5_every_workspace_reads_that_an_app_was_disconnected() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let dev = app.user("dev@example.com", 1).await;
        let party = testkit::Party::with(&app, testkit::Kind::Web, |new| {
            new.owner_workspace_id = Some(dev.workspaces[0]);
            new.config.scopes = domain::ScopeSet::parse("openid clients:read").unwrap();
        })
        .await;
        let mut browser = testkit::Browser::new(&app);
        let allow = async |browser: &mut testkit::Browser| {
            for workspace in &ada.workspaces {
                let asked = [("scope", "openid clients:read"), ("sub_type", "workspace"), ("prompt", "consent")];
                let reply = party.approve(browser, &ada, &asked, Some(*workspace)).await;
                party.exchange(&reply.answer("code").unwrap()).await;
            }
        };
        let count = async |kind: &str, workspace: WorkspaceId| {
            app.app.flush().await.unwrap();
            let filter = flows::audit::read::Filter {
                kind: Some(flows::audit::read::KindFilter::Named(kind)),
                workspace: Some(workspace),
                ..Default::default()
            };
            flows::audit::read::list(&app.app, EVERYTHING, &filter, None, 100).await.unwrap().events.len()
        };
        allow(&mut browser).await;
        assert!(flows::unguarded::consents::revoke_user(&app.app, &app.ctx(), &party.id, ada.user.id).await.unwrap());
        for workspace in &ada.workspaces {
            assert_eq!(count("consent.revoked", *workspace).await, 1, "the workspaces that the app could act in");
        }
        assert_eq!(count("consent.revoked", dev.workspaces[0]).await, 1, "and the one that owns it");

        allow(&mut browser).await;
        flows::unguarded::consents::revoke_all_users(&app.app, &app.ctx(), &party.id).await.unwrap();
        for workspace in ada.workspaces.iter().chain(&dev.workspaces) {
            assert_eq!(count("consent.revoked_all", *workspace).await, 1, "{workspace}");
        }

        // One workspace at a time, too.
        allow(&mut browser).await;
        let first = ada.workspaces[0];
        assert!(
            flows::unguarded::consents::revoke_one(&app.app, &app.ctx(), &party.id, ada.user.id, Some(first))
                .await
                .unwrap()
        );
        let logs = [first, ada.workspaces[1], dev.workspaces[0]];
        let mut entries = Vec::new();
        for workspace in logs {
            entries.push(count("consent.revoked", workspace).await);
        }
        assert_eq!(entries, [2, 1, 2]);
        app.stop().await;
    })
    .await;
}
