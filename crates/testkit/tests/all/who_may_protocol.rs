//! Who may do what at the protocol endpoints that accept a credential: point 1.1, and the second table of
//! `docs/src/who-may-do-what.md`.
use crate::world::protocol::{MORE_CALLERS, TABLE, mounts, query};
use crate::world::{CALLERS, World, fill, nothing};
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, TestApp, for_each_database};

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().map(|row| row.split_whitespace().collect::<Vec<_>>()).filter(|row| !row.is_empty())
}

/// Checklist 126.
#[tokio::test]
async fn point_1_1_every_protocol_endpoint_for_every_caller() {
    for_each_database(async |database| {
        let mut world = World::new(database).await;
        let callers: Vec<_> = CALLERS.iter().chain(&MORE_CALLERS).collect();
        for row in rows() {
            let (method, expected): (Method, _) = (row[0].parse().unwrap(), &row[2..]);
            assert_eq!(expected.len(), callers.len(), "{row:?}");
            for template in mounts(row[1]) {
                let mut subject = world.subject().await;
                for (n, who) in callers.iter().enumerate() {
                    let asked = if template.ends_with("authorize") {
                        format!("{template}?{}", query(&subject.party))
                    } else {
                        template.clone()
                    };
                    let path = fill(&asked, &vec![("{client}", subject.party.id.to_string())]);
                    let reply = world.protocol(&subject, &method, &path, n).await;
                    assert_eq!(reply.status.as_str(), expected[n], "{method} {template} by {who}: {}", reply.body);
                    // Point 1.2: a 401 says how to authenticate, and so does a scope that is missing.
                    let challenge = reply.header("www-authenticate");
                    let insufficient = reply.status == 403 && reply.error() == "insufficient_scope";
                    assert_eq!(
                        reply.status == 401 || insufficient,
                        !challenge.is_empty(),
                        "{method} {template} by {who}: {challenge}"
                    );
                    // Point 1.2: what is another's is answered like what does not exist, letter for letter.
                    if reply.status == 404 {
                        let path = fill(&asked, &nothing());
                        let none = world.protocol(&subject, &method, &path, n).await;
                        assert_eq!(
                            (none.status, none.body),
                            (reply.status, reply.body),
                            "{method} {template} by {who}"
                        );
                    }
                    if method == Method::DELETE && reply.status == 204 {
                        subject = world.subject().await;
                    }
                }
            }
        }
        world.app.stop().await;
    })
    .await;
}

/// The table that people read says the same.
#[test]
fn the_documented_protocol_table_is_this_one() {
    let page = include_str!("../../../../docs/src/who-may-do-what.md");
    let section = page.split("\n## ").find(|section| section.starts_with("At the protocol endpoints")).unwrap();
    let documented: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| ["| GET", "| POST", "| PUT", "| DELETE"].iter().any(|m| line.starts_with(m)))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    assert_eq!(documented, rows().collect::<Vec<_>>());
}

fn metadata() -> Value {
    json!({"redirect_uris": ["https://client.example/callback"], "client_name": "Named"})
}

/// The kind of credential that was seen to do too much: an owner's key for `clients:read`, and a member's key.
/// Checklist 126.
#[tokio::test]
async fn point_1_1_a_key_does_at_registration_what_its_scopes_and_role_allow() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let writer = Api::key(&app, workspace, "admin", "clients:write").await;
        let made = writer.post("/api/oauth2/register", &metadata()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.json()["client_id"].as_str().unwrap().to_owned();
        let path = format!("/api/oauth2/register/{id}");
        let reader = Api::key(&app, workspace, "owner", "clients:read").await;
        assert_eq!(reader.get(&path).await.json()["client_name"], "Named");
        let list = reader.get("/api/oauth2/").await.json();
        assert_eq!(list["items"][0]["client_id"], id.as_str(), "the workspace owns what its key registered");
        let mut evil = metadata();
        evil["redirect_uris"] = json!(["https://evil.example/callback"]);
        evil["token_endpoint_auth_method"] = "none".into();
        for refused in
            [reader.put(&path, &evil).await, reader.delete(&path).await, reader.post("/oauth2/register", &evil).await]
        {
            assert_eq!((refused.status.as_u16(), refused.error().as_str()), (403, "insufficient_scope"));
            assert_eq!(
                refused.header("www-authenticate").split(',').next(),
                Some("Bearer error=\"insufficient_scope\"")
            );
        }
        assert_eq!(writer.get(&path).await.status, 403, "reading is another scope");
        let member = Api::key(&app, workspace, "member", "clients:read clients:write").await;
        for refused in
            [member.put(&path, &evil).await, member.delete(&path).await, member.post("/oauth2/register", &evil).await]
        {
            assert_eq!((refused.status.as_u16(), refused.error().as_str()), (403, "access_denied"));
        }
        let read = reader.get(&path).await.json();
        assert_eq!(
            (&read["redirect_uris"], &read["token_endpoint_auth_method"]),
            (&metadata()["redirect_uris"], &json!("client_secret_basic"))
        );
        // A personal token is limited by its scopes, too; what it registers is the person's own.
        let narrow = Api::person(&app, &ada, "openid").await;
        assert_eq!(narrow.post("/oauth2/register", &metadata()).await.error(), "insufficient_scope");
        let own = Api::person(&app, &ada, "clients:write").await.post("/oauth2/register", &metadata()).await.json();
        assert_eq!(
            narrow.delete(&format!("/oauth2/register/{}", own["client_id"].as_str().unwrap())).await.error(),
            "insufficient_scope"
        );
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_2_a_wrong_bearer_never_registers_as_a_stranger() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        for wrong in ["cs_sk_wrong", "cs_pat_wrong", "cs_at_wrong", "cs_crt_wrong", "wrong", ""] {
            let reply = Api::with(&app, wrong).post("/oauth2/register", &metadata()).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (401, "invalid_token"), "{wrong}");
            assert!(reply.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""), "{wrong}");
        }
        // The registration access token: RFC 7592 §2.1 wants 401, whether or not the client exists.
        let made = Api::nobody(&app).post("/oauth2/register", &metadata()).await.json();
        let id = made["client_id"].as_str().unwrap();
        for path in [format!("/oauth2/register/{id}"), "/oauth2/register/cs_ci_AAAAAAAAAAAAAAAAAAAAAA".to_owned()] {
            let reply = Api::with(&app, "cs_crt_wrong").get(&path).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (401, "invalid_token"));
            let none = Api::nobody(&app).get(&path).await;
            assert_eq!((none.status.as_u16(), none.header("www-authenticate")), (401, "Bearer"));
        }
        app.stop().await;
    })
    .await;
}

/// Point 4.8: an API checks the tokens that strangers' apps bring.
#[tokio::test]
async fn point_4_8_a_workspace_introspects_what_concerns_it() {
    const API: &str = "https://api.example/";
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.catalogue.resources = vec![API.to_owned()]).await;
        let ada = app.user("ada@example.com", 1).await;
        let eve = app.user("eve@example.com", 1).await;
        let (here, there) = (ada.workspaces[0], eve.workspaces[0]);
        // Ada's workspace runs the API.
        let second = TestApp::node(database, 1, |settings| {
            settings.catalogue.resources = vec![API.to_owned()];
            settings.catalogue.resource_workspaces = [(API.to_owned(), here)].into();
        })
        .await;
        let own = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(here)).await;
        let foreign = Party::with(&app, Kind::Web, |_| {}).await;
        let browser = || Browser::new(&app);
        let of_own_client = own.tokens(&mut browser(), &eve, &[]).await;
        let for_tenant = foreign.tokens(&mut browser(), &ada, &[("sub_type", "workspace")]).await;
        let for_api = foreign.tokens(&mut browser(), &eve, &[("resource", API)]).await;
        let spelled = foreign.tokens(&mut browser(), &eve, &[("resource", "HTTPS://API.example:443")]).await;
        let elsewhere = foreign.tokens(&mut browser(), &eve, &[]).await;
        let checker = Api::key(&second, here, "member", "tokens:introspect").await;
        let other = Api::key(&second, there, "owner", "tokens:introspect").await;
        let active = async |by: &Api, token: &str| {
            let reply = by.post("/oauth2/introspect", &json!({"token": token})).await;
            assert_eq!(reply.status, 200, "{}", reply.body);
            reply.json()["active"] == true
        };
        let table = [
            (of_own_client.access(), true, true, "a token of its client"),
            (of_own_client.refresh(), true, false, "a refresh token is its client's business"),
            (for_tenant.access(), true, false, "a stranger's app for the workspace"),
            (for_tenant.refresh(), false, false, "a stranger's refresh token"),
            (for_api.access(), true, true, "a stranger's app for the API that the workspace runs; Eve is the other's"),
            (spelled.access(), true, true, "the same API, as the app spells it (point 4.4)"),
            (elsewhere.access(), false, true, "neither"),
            ("cs_at_rubbish".to_owned(), false, false, "nothing"),
        ];
        for (token, ours, theirs, what) in &table {
            assert_eq!((active(&checker, token).await, active(&other, token).await), (*ours, *theirs), "{what}");
        }
        let told = checker.post("/api/oauth2/introspect", &json!({"token": for_tenant.access()})).await.json();
        assert_eq!((&told["tenant_id"], &told["client_id"]), (&json!(here), &json!(foreign.id)));

        let narrow = Api::key(&second, here, "owner", "clients:read").await;
        let refused = narrow.post("/oauth2/introspect", &json!({"token": "x"})).await;
        assert_eq!((refused.status.as_u16(), refused.error().as_str()), (403, "insufficient_scope"));
        let both = json!({"token": "x", "client_id": own.id, "client_secret": own.secret});
        assert_eq!(checker.post("/oauth2/introspect", &both).await.error(), "invalid_request", "one method only");
        // No app that registered itself can have the scope, whatever the catalogue says.
        let catalogue = |settings: &mut flows::Settings| {
            let mut scope = settings.catalogue.scope("contracts:read").unwrap().clone();
            scope.name = "tokens:introspect".to_owned();
            settings.catalogue.scopes.push(scope);
        };
        let third = TestApp::node(database, 2, catalogue).await;
        let greedy = json!({"redirect_uris": ["https://client.example/cb"], "scope": "openid tokens:introspect"});
        for by in [Api::nobody(&third), Api::person(&third, &eve, "clients:write").await] {
            let made = by.post("/oauth2/register", &greedy).await;
            let scope = made.json()["scope"].as_str().unwrap_or_default().to_owned();
            assert!(!scope.contains("tokens:introspect"), "{}", made.body);
        }
        app.stop().await;
        second.stop().await;
        third.stop().await;
    })
    .await;
}

/// Point 1.2, reference 003: at the JSON endpoints the credential is the person's, so an unknown client is 400.
#[tokio::test]
async fn point_1_2_an_unknown_client_at_authorize_and_consent_is_400() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let person = Api::person(&app, &ada, "").await;
        for id in ["cs_ci_AAAAAAAAAAAAAAAAAAAAAA", "rubbish"] {
            for mount in ["/api/oauth2", "/api/v1/oauth2"] {
                let asked = person.get(&format!("{mount}/authorize?client_id={id}")).await;
                let body = json!({"client_id": id, "decision": "allow"});
                let decided = person.post(&format!("{mount}/consent"), &body).await;
                for reply in [asked, decided] {
                    assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_client"), "{id}");
                }
            }
        }
        app.stop().await;
    })
    .await;
}
