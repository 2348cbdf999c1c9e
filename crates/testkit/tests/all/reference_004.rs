//! Reference 004, from top to bottom.
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, Reply, TestApp, TestUser, VERIFIER, for_each_database};

const ABSENT: &str = "cs_ci_AAAAAAAAAAAAAAAAAAAAAA";

/// The type of a member, in the words of the document.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(items) if items.iter().all(Value::is_string) => "string[]",
        Value::Array(_) => "object[]",
        Value::Object(_) => "object",
    }
}

/// Holds an answer against a response table: `name type`, with `?` behind what may be absent and `|null` behind what may
/// be null. Nothing else may be there.
fn assert_fields(value: &Value, table: &str) {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    let rows: Vec<_> = table.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    for row in &rows {
        let (name, declared) = row.split_once(' ').unwrap();
        let (optional, name) = (name.ends_with('?'), name.trim_end_matches('?'));
        let Some(found) = object.get(name) else {
            assert!(optional, "{name} is missing: {value}");
            continue;
        };
        let fits = declared.split('|').any(|d| d == kind(found) || (d == "object[]" && found == &json!([])));
        assert!(fits, "{name} is {found}, not {declared}");
    }
    for name in object.keys() {
        let known = rows.iter().any(|row| row.split(' ').next().unwrap().trim_end_matches('?') == name);
        assert!(known, "{name} is not in the table: {value}");
    }
}

const CLIENT: &str = "id string
    token_endpoint_auth_method? string
    jwks? object
    jwks_uri? string
    token_endpoint_auth_signing_alg? string
    default_sub_type string
    access_token_format string
    require_pkce boolean
    id_token_claims? boolean
    name string
    description string
    homepage_url string
    icon? string|null
    client_type string
    redirect_uris string[]
    post_logout_redirect_uris string[]
    grant_types string[]
    response_types string[]
    scopes string[]
    org_id? string
    project_id? string
    access_token_lifetime_seconds? number
    refresh_token_lifetime_seconds? number
    id_token_lifetime_seconds? number
    allowed_user_ids string[]
    internal boolean
    created_at string
    updated_at string";

fn used_client() -> String {
    format!("{CLIENT}\nuser_count number\nlast_activity? string|null\nlink string")
}

fn example() -> Value {
    json!({
        "name": "My App", "description": "An example OAuth application", "homepage_url": "https://example.com",
        "redirect_uris": ["https://example.com/callback"], "scopes": ["openid", "profile"]
    })
}

async fn create(api: &Api, body: &Value) -> Value {
    let reply = api.post("/oidc/clients", body).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

fn party(app: &TestApp, made: &Value) -> Party {
    Party {
        app: app.clone(),
        id: domain::ClientId::parse(made["client"]["id"].as_str().unwrap()).unwrap(),
        secret: made["client_secret"].as_str().map(str::to_owned),
        redirect_uri: made["client"]["redirect_uris"][0].as_str().unwrap_or_default().to_owned(),
    }
}

async fn tokens(party: &Party, user: &TestUser, scope: &str) -> testkit::Tokens {
    party.tokens(&mut Browser::new(&party.app), user, &[("scope", scope)]).await
}

fn problem(reply: &Reply, status: u16, reason: &str) {
    assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let body = reply.json();
    assert_eq!(body["type"], format!("urn:countersign:problem:{reason}"), "{body}");
    assert_eq!(body["status"], status);
    assert!(body["detail"].as_str().unwrap().ends_with('.'), "a sentence: {body}");
}

/// An application, its workspace's key, and the people of the workspace.
struct Scene {
    app: TestApp,
    ada: TestUser,
    key: Api,
}

async fn scene(database: &testkit::Database) -> Scene {
    let app = TestApp::start(database).await;
    let ada = app.user("ada@example.com", 1).await;
    let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
    Scene { app, ada, key }
}

#[tokio::test]
async fn clients_are_created_listed_read_changed_and_deleted() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        assert_eq!(key.get("/oidc/clients").await.json(), json!([]));
        let made = create(&key, &example()).await;
        assert_fields(&made, "client object\nclient_secret string");
        assert_fields(&made["client"], CLIENT);
        assert_eq!(made["client"]["org_id"], ada.workspaces[0].to_string());
        assert_eq!((&made["client"]["client_type"], &made["client"]["icon"]), (&json!("confidential"), &Value::Null));
        let id = made["client"]["id"].as_str().unwrap();
        let path = format!("/oidc/clients/{id}");

        let read = key.get(&path).await;
        assert_eq!(read.header("etag"), "\"r0\"");
        assert_fields(&read.json(), &used_client());
        assert_eq!((&read.json()["user_count"], &read.json()["last_activity"]), (&json!(0), &Value::Null));
        let list = key.get("/oidc/clients").await.json();
        assert_eq!(list, json!([read.json()]), "the list says of each what reading it says");
        let link = list[0]["link"].as_str().unwrap().strip_prefix(testkit::ISSUER).unwrap().to_owned();
        assert_eq!(key.get(&link).await.json(), read.json(), "the link leads to it");

        // Used by two people, and by one of them twice.
        let web = party(&app, &made);
        let bob = app.user("bob@example.com", 0).await;
        let witness = Party::with(&app, Kind::Machine, |new| new.trust = domain::clients::Trust::FirstParty).await;
        let first = tokens(&web, &ada, "openid profile").await;
        assert_eq!(witness.introspect(&first.access()).await["active"], true);
        tokens(&web, &ada, "openid").await;
        tokens(&web, &bob, "openid").await;
        app.app.flush().await.unwrap();
        let used = key.get(&path).await.json();
        assert_eq!((&used["user_count"], &used["last_activity"]), (&json!(2), &json!("2026-01-01T00:00:00Z")));

        app.clock.advance(60);
        let reply =
            key.put(&path, &json!({"name": "Updated App Name", "scopes": ["openid", "profile", "email"]})).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let changed = reply.json();
        assert_fields(&changed, "client object");
        let mut expected = made["client"].clone();
        expected["name"] = "Updated App Name".into();
        expected["scopes"] = json!(["openid", "profile", "email"]);
        expected["updated_at"] = "2026-01-01T00:01:00Z".into();
        assert_eq!(changed["client"], expected, "what was not named stays");
        assert_eq!(reply.header("etag"), "\"r1\"");

        // A change of type: a public client has no secret, and gets a new one when it is confidential again.
        let public = key.put(&path, &json!({"client_type": "public"})).await.json();
        assert_eq!((&public["client"]["client_type"], public.get("client_secret")), (&json!("public"), None));
        let again = key.put(&path, &json!({"client_type": "confidential"})).await.json();
        assert_fields(&again, "client object\nclient_secret string");
        assert_ne!(again["client_secret"], made["client_secret"]);

        assert_eq!(key.delete(&path).await.json(), json!({"deleted": true}));
        for reply in [key.get(&path).await, key.delete(&path).await, key.put(&path, &json!({})).await] {
            problem(&reply, 404, "client_unknown");
        }
        assert_eq!(key.get("/oidc/clients").await.json(), json!([]));
        assert_eq!(witness.introspect(&first.access()).await["active"], false, "its tokens died with it");
        let audit = app.outcomes("client.deleted").await;
        assert_eq!(audit, ["ok"], "the record stays");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn each_fault_names_its_field() {
    for_each_database(async |database| {
        let Scene { app, key, .. } = scene(database).await;
        let table = [
            ("name", Value::Null, "metadata_member_missing"),
            ("name", json!(""), "client_name_unsafe"),
            ("description", Value::Null, "metadata_member_missing"),
            ("homepage_url", json!("http://example.com"), "uri_invalid"),
            ("icon", json!(4), "metadata_member_of_wrong_type"),
            ("client_type", json!("secret"), "metadata_member_of_wrong_type"),
            ("redirect_uris", json!(["https://example.com/#x"]), "redirect_uri_invalid"),
            ("scopes", json!(["nothing:read"]), "scope_unknown"),
            ("scopes", json!(["admin"]), "scope_beyond_trust"),
            ("grant_types", json!(["implicit"]), "grant_type_unsupported"),
            ("response_types", json!(["token"]), "response_type_unsupported"),
            ("access_token_lifetime_seconds", json!(0), "lifetime_out_of_range"),
            ("allowed_user_ids", json!(["ada"]), "user_id_malformed"),
            ("surprise", json!(true), "metadata_member_unknown"),
        ];
        for (field, value, reason) in table {
            let mut body = example();
            body[field] = value;
            let reply = key.post("/oidc/clients", &body).await;
            problem(&reply, 400, reason);
            assert_eq!(reply.json()["field"], field, "{}", reply.body);
        }
        for query in ["?page=0", "?limit=1001", "?limit=x", "?page=-1"] {
            problem(&key.get(&format!("/oidc/clients{query}")).await, 400, "number_out_of_range");
        }
        let text = Api::header(key.clone(), "content-type", "application/json");
        problem(&text.send(Method::POST, "/oidc/clients", None).await, 400, "metadata_member_missing");
        problem(&key.post("/oidc/clients", &json!([1])).await, 400, "body_not_an_object");
        for (kind, body, why) in [
            ("application/json", r#"{"name": "a", "name": "b"}"#, "member_repeated"),
            ("text/plain", "{}", "content_type_unsupported"),
            ("application/json", &format!("{{\"name\": \"{}\"}}", "a".repeat(70_000)), "body_too_large"),
        ] {
            problem(&key.raw(Method::POST, "/oidc/clients", kind, body).await, 400, why);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn lists_come_page_by_page() {
    for_each_database(async |database| {
        let Scene { app, key, .. } = scene(database).await;
        for n in 0..3 {
            let mut body = example();
            body["name"] = format!("App {n}").into();
            create(&key, &body).await;
            app.clock.advance(1);
        }
        let names = |reply: &Reply| -> Vec<String> {
            reply.json().as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
        };
        let first = key.get("/oidc/clients?limit=2").await;
        assert_eq!((names(&first), first.header("x-total-count")), (vec!["App 2".into(), "App 1".into()], "3"));
        let next = format!("<{}/oidc/clients?page=2&limit=2>; rel=\"next\"", testkit::ISSUER);
        assert_eq!(first.header("link"), next);
        let second = key.get("/oidc/clients?page=2&limit=2").await;
        assert_eq!((names(&second), second.header("link")), (vec!["App 0".into()], ""));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_secret_is_rotated_at_once_or_with_an_overlap() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        let made = create(&key, &example()).await;
        let mut web = party(&app, &made);
        let path = format!("/oidc/clients/{}/rotate-secret", web.id);
        let refresh = tokens(&web, &ada, "openid").await.refresh();

        let rotated = key.send(Method::POST, &path, None).await.json();
        assert_fields(&rotated, "client_id string\nclient_secret string");
        assert_eq!(rotated["client_id"], web.id.as_str());
        assert_eq!(web.refresh(&refresh).await.error(), "invalid_client", "the old one is dead");
        web.secret = rotated["client_secret"].as_str().map(str::to_owned);
        assert_eq!(web.refresh(&refresh).await.status, 200);

        let old = web.clone();
        let rotated = key.post(&path, &json!({"overlap_seconds": 100})).await.json();
        web.secret = rotated["client_secret"].as_str().map(str::to_owned);
        app.clock.advance(99);
        assert_eq!(
            (old.refresh(&refresh).await.status, web.refresh(&refresh).await.status.as_u16()),
            (200.try_into().unwrap(), 200)
        );
        app.clock.advance(1);
        assert_eq!(
            (old.refresh(&refresh).await.error().as_str(), web.refresh(&refresh).await.status.as_u16()),
            ("invalid_client", 200)
        );

        problem(&key.post(&path, &json!({"overlap_seconds": -1})).await, 400, "number_out_of_range");
        let unknown = key.post(&path, &json!({"overlap": 1})).await;
        problem(&unknown, 400, "member_unknown");
        assert_eq!(unknown.json()["field"], "overlap");
        problem(&key.post(&format!("/oidc/clients/{ABSENT}/rotate-secret"), &json!({})).await, 404, "client_unknown");
        let mut body = example();
        body["client_type"] = "public".into();
        let public = create(&key, &body).await;
        assert_fields(&public, "client object");
        let path = format!("/oidc/clients/{}/rotate-secret", public["client"]["id"].as_str().unwrap());
        problem(&key.post(&path, &json!({})).await, 409, "public_client_has_no_secret");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn users_are_listed_and_revoked() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        let web = party(&app, &create(&key, &example()).await);
        let bob = app.user("bob@example.com", 0).await;
        let path = format!("/oidc/clients/{}/users", web.id);
        assert_eq!(key.get(&path).await.json(), json!([]));
        let of_ada = tokens(&web, &ada, "openid profile").await;
        app.clock.advance(5);
        let of_bob = tokens(&web, &bob, "openid").await;
        let users = key.get(&path).await.json();
        assert_eq!(users.as_array().unwrap().len(), 2);
        for user in users.as_array().unwrap() {
            assert_fields(user, "user_id string\nscopes string[]\ncreated_at string\nupdated_at string");
        }
        let ada_id = ada.user.id.to_string();
        let mine = users.as_array().unwrap().iter().find(|u| u["user_id"] == ada_id).unwrap();
        assert_eq!(
            (&mine["scopes"], &mine["created_at"]),
            (&json!(["openid", "profile"]), &json!("2026-01-01T00:00:00Z"))
        );

        let one = format!("{path}/{ada_id}");
        assert_eq!(key.delete(&one).await.json(), json!({"deleted": true}));
        assert_eq!(web.refresh(&of_ada.refresh()).await.error(), "invalid_grant");
        assert_eq!(web.introspect(&of_ada.access()).await["active"], false);
        assert_eq!(web.introspect(&of_bob.access()).await["active"], true);
        problem(&key.delete(&one).await, 404, "user_unknown");
        problem(&key.delete(&format!("{path}/nobody")).await, 404, "user_unknown");
        // Nor does a code come to life that was on its way when the access was taken back.
        let late = web.code(&mut Browser::new(&app), &ada, &[("scope", "openid")]).await;
        assert_eq!(key.delete(&one).await.status, 200);
        assert_eq!(web.exchange(&late).await.error(), "invalid_grant");
        assert_eq!(app.outcomes("token.authorization_code").await.first().map(String::as_str), Some("consent_revoked"));
        // Who was revoked is asked again.
        let page = Browser::new(&app);
        let mut browser = page.clone();
        browser.sign_in_here("ada@example.com").await;
        assert!(browser.get(&web.authorize(&[("scope", "openid")])).await.body.contains("consent-allow"));

        assert_eq!(key.delete(&path).await.json(), json!({"deleted": true}));
        assert_eq!(key.get(&path).await.json(), json!([]));
        assert_eq!(web.introspect(&of_bob.access()).await["active"], false);
        for reply in [
            key.get(&format!("/oidc/clients/{ABSENT}/users")).await,
            key.delete(&format!("/oidc/clients/{ABSENT}/users")).await,
            key.delete(&format!("/oidc/clients/{ABSENT}/users/{ada_id}")).await,
        ] {
            problem(&reply, 404, "client_unknown");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn activity_is_told_by_day() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        let web = party(&app, &create(&key, &example()).await);
        let other = party(&app, &create(&key, &example()).await);
        tokens(&web, &ada, "openid").await;
        tokens(&other, &ada, "openid").await;
        app.app.flush().await.unwrap();
        let path = format!("/oidc/clients/{}/activity", web.id);
        let month = key.get(&path).await.json();
        assert_eq!(month.as_array().unwrap().len(), 30, "thirty days unless another number is asked for");
        let week = key.get(&format!("{path}?days=7")).await.json();
        let week = week.as_array().unwrap();
        assert_eq!(week.len(), 7, "days without activity are there");
        for day in week {
            assert_fields(day, "activity_date string\ntotal_access number\nunique_users number");
        }
        assert_eq!(week[0], json!({"activity_date": "2025-12-26", "total_access": 0, "unique_users": 0}));
        assert_eq!(week[6], json!({"activity_date": "2026-01-01", "total_access": 1, "unique_users": 1}));
        problem(&key.get(&format!("{path}?days=0")).await, 400, "number_out_of_range");
        problem(&key.get(&format!("/oidc/clients/{ABSENT}/activity")).await, 404, "client_unknown");

        let all = key.get("/oidc/clients/activity?days=7").await.json();
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), 2);
        for day in all {
            let mut day = day.clone();
            // More than the document lists: the sum that it has for single clients.
            assert_eq!(day.as_object_mut().unwrap().remove("total_access"), Some(json!(1)));
            assert_fields(&day, "client_id string\nactivity_date string\nunique_users number");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_person_sees_and_revokes_consents() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        let mut body = example();
        body["icon"] = "https://example.com/icon.png".into();
        let web = party(&app, &create(&key, &body).await);
        let person = Api::person(&app, &ada, "").await;
        assert_eq!(person.get("/oidc/user/consent").await.json(), json!([]));
        let of_ada = tokens(&web, &ada, "openid profile").await;
        let consents = person.get("/oidc/user/consent").await.json();
        let table = "client_id string\nscopes string[]\ncreated_at string\nupdated_at string\nclient_name string
            client_description string\nclient_icon string|null\nclient_homepage_url string";
        assert_fields(&consents[0], table);
        assert_eq!(
            (&consents[0]["client_name"], &consents[0]["client_icon"]),
            (&json!("My App"), &json!("https://example.com/icon.png"))
        );
        let path = format!("/oidc/user/consent/{}", web.id);
        assert_eq!(person.delete(&path).await.json(), json!({"deleted": true}));
        assert_eq!(web.introspect(&of_ada.access()).await["active"], false);
        problem(&person.delete(&path).await, 404, "consent_unknown");
        // A browser with a session may do the same from a page of ours, and from nowhere else.
        tokens(&web, &ada, "openid").await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let reply = browser.call(Method::GET, "/oidc/user/consent", &[], "").await;
        assert_eq!(reply.json()[0]["scopes"], json!(["openid"]));
        let elsewhere = [("sec-fetch-site", "cross-site")];
        problem(&browser.call(Method::DELETE, &path, &elsewhere, "").await, 403, "session_from_another_site");
        let here = [("sec-fetch-site", "same-origin")];
        assert_eq!(browser.call(Method::DELETE, &path, &here, "").await.json(), json!({"deleted": true}));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn scopes_members_and_keys() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        let catalogue = key.get("/oidc/scopes").await.json();
        assert_fields(&catalogue, "scopes object[]\npermissions object[]");
        for scope in catalogue["scopes"].as_array().unwrap() {
            let table = "name string\ndescription string\nconsent_title string\nconsent_description string
                sensitive boolean\nrequired boolean\ndefault boolean";
            assert_fields(scope, table);
        }
        for category in catalogue["permissions"].as_array().unwrap() {
            assert_fields(category, "id string\nlabel string\ngroups object[]");
            for group in category["groups"].as_array().unwrap() {
                assert_fields(group, "id string\nname string\ndescription string\nlevels object[]");
                for level in group["levels"].as_array().unwrap() {
                    let table = "label string\nvalue string\nscopes string[]\nwarning? boolean\nwarningTitle? string";
                    assert_fields(level, table);
                }
            }
        }
        let members = key.get("/oidc/org/members").await.json();
        let table = "id string\nfirst_name string|null\nlast_name string|null\nemail string|null
            photo_url string|null\nrole string";
        assert_fields(&members[0], table);
        let expected = json!([{"id": ada.user.id, "first_name": "Test", "last_name": "Person", "email": "ada@example.com", "photo_url": null, "role": "owner"}]);
        assert_eq!(members, expected);

        // Rotation is the operator's: a key that the operator gave this scope may do it.
        problem(&key.send(Method::POST, "/oidc/keys/rotate", None).await, 403, "credential_lacks_scope");
        let web = party(&app, &create(&key, &example()).await);
        let before = tokens(&web, &ada, "openid").await;
        let operator = Api::key(&app, ada.workspaces[0], "admin", "keys:rotate").await;
        let reply = operator.send(Method::POST, "/oidc/keys/rotate", None).await;
        assert_eq!(reply.json(), json!({"rotated": true}));
        let after = tokens(&web, &ada, "openid").await;
        let kid = |tokens: &testkit::Tokens| {
            let header = tokens.0["id_token"].as_str().unwrap().split('.').next().unwrap().to_owned();
            let header = domain::platform::encoding::from_base64url(&header).unwrap();
            serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
        };
        assert_ne!(kid(&before), kid(&after), "new tokens are signed with the new key");
        let jwks = Api::nobody(&app).get("/.well-known/jwks.json").await.json();
        let kids: Vec<_> = jwks["keys"].as_array().unwrap().iter().map(|k| k["kid"].as_str().unwrap()).collect();
        assert!(kids.contains(&kid(&before).as_str()) && kids.contains(&kid(&after).as_str()));
        assert_eq!(web.introspect(&before.access()).await["active"], true, "existing tokens stay valid");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_an_owner_sets_is_so() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        let bob = app.user("bob@example.com", 0).await;
        let mut body = example();
        body["access_token_lifetime_seconds"] = 120.into();
        body["id_token_lifetime_seconds"] = 60.into();
        body["refresh_token_lifetime_seconds"] = 300.into();
        let web = party(&app, &create(&key, &body).await);
        let of_ada = tokens(&web, &ada, "openid").await;
        let of_bob = tokens(&web, &bob, "openid").await;
        assert_eq!(of_ada.0["expires_in"], 120);
        let claims = of_ada.id_claims();
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
        app.clock.advance(120);
        assert_eq!(web.introspect(&of_ada.access()).await["active"], false);
        assert_eq!(web.refresh(&of_ada.refresh()).await.status, 200);

        // Only Ada from now on: Bob's tokens end, and Bob cannot come back.
        let path = format!("/oidc/clients/{}", web.id);
        let reply = key.put(&path, &json!({"allowed_user_ids": [ada.user.id]})).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(web.refresh(&of_bob.refresh()).await.error(), "invalid_grant");
        assert_eq!(web.refresh(&of_ada.refresh()).await.status, 200);
        let mut browser = Browser::new(&app);
        browser.sign_in_here("bob@example.com").await;
        let silent = browser.get(&web.authorize(&[("scope", "openid"), ("prompt", "none")])).await;
        assert_eq!(silent.answer("error").as_deref(), Some("access_denied"));
        let read = browser.get(&web.authorize(&[("scope", "openid")])).await;
        let told = browser.submit(&read.form("unable-back").set("action", "deny")).await;
        assert_eq!(told.answer("error").as_deref(), Some("access_denied"));
        app.clock.advance(300);
        assert_eq!(web.refresh(&of_ada.refresh()).await.error(), "invalid_grant", "unused for too long");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_is_made_to_what_was_read() {
    for_each_database(async |database| {
        let Scene { app, key, .. } = scene(database).await;
        let made = create(&key, &example()).await;
        let path = format!("/oidc/clients/{}", made["client"]["id"].as_str().unwrap());
        let tag = key.get(&path).await.header("etag").to_owned();
        let careful = key.clone().header("if-match", &tag);
        assert_eq!(careful.put(&path, &json!({"name": "First"})).await.status, 200);
        problem(&careful.put(&path, &json!({"name": "Second"})).await, 412, "changed_meanwhile");
        let foreign = key.clone().header("if-match", "\"other\"");
        problem(&foreign.put(&path, &json!({"name": "Third"})).await, 412, "changed_meanwhile");
        let any = key.clone().header("if-match", "*");
        assert_eq!(any.put(&path, &json!({"description": "d"})).await.status, 200);
        assert_eq!(key.get(&path).await.json()["name"], "First");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_creation_that_is_sent_again_happens_once() {
    for_each_database(async |database| {
        let Scene { app, ada, key } = scene(database).await;
        let same = key.clone().header("idempotency-key", "order-1");
        let first = same.post("/oidc/clients", &example()).await;
        let again = same.post("/oidc/clients", &example()).await;
        assert_eq!((first.status.as_u16(), &first.body), (200, &again.body), "the same secret, too");
        assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
        assert_eq!(again.header("etag"), "\"r0\"");
        let mut other = example();
        other["name"] = "Other".into();
        problem(&same.post("/oidc/clients", &other).await, 409, "idempotency_key_reused");
        assert_eq!(key.get("/oidc/clients").await.json().as_array().unwrap().len(), 1);
        // What was refused may be mended under the same key; another's key is another key.
        let fresh = key.clone().header("idempotency-key", "order-2");
        problem(&fresh.post("/oidc/clients", &json!({})).await, 400, "metadata_member_missing");
        assert_eq!(fresh.post("/oidc/clients", &example()).await.status, 200);
        let person = Api::person(&app, &ada, "").await.header("idempotency-key", "order-1");
        assert_eq!(person.post("/oidc/clients", &other).await.header("idempotency-replayed"), "");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_internal_application_asks_nobody() {
    for_each_database(async |database| {
        let Scene { app, ada, .. } = scene(database).await;
        let web = Party::with(&app, Kind::Web, |new| new.config.internal = true).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let reply = browser.get(&web.authorize(&[("scope", "openid")])).await;
        let code = reply.answer("code").expect("no page between");
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
        assert_eq!(web.token(&fields).await.status, 200);
        assert_eq!(ada.workspaces.len(), 1);
        app.stop().await;
    })
    .await;
}
