//! Trust is tied to facts (who may do what, point 2).
use axum::http::Method;
use domain::access::Principal;
use domain::clients::api::SNAKE;
use domain::clients::{Client, GrantType, Trust};
use domain::{ClientId, ScopeSet};
use flows::account::profile::{self, Changes};
use flows::operator::clients;
use flows::unguarded::{accounts, applications, change};
use flows::workspace;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, TestApp, TestUser, Tokens, for_each_database};

const MACHINE: (&str, &str) = ("grant_type", "client_credentials");

async fn client(app: &TestApp, id: &ClientId) -> Client {
    applications::find(&app.app, &app.ctx(), id).await.unwrap().unwrap()
}

/// Makes one of the person's workspaces their default one.
async fn at_home_in(app: &TestApp, user: &TestUser, at: usize) {
    let (who, workspace) = (app.principal(user, None).await, user.workspaces[at].to_string());
    let changes = Changes { default_workspace: Some(&workspace), ..Changes::default() };
    profile::change(&app.app, &app.ctx(), &who, changes).await.unwrap();
}

fn id_of(answer: &Value) -> ClientId {
    ClientId::parse(answer["client_id"].as_str().unwrap_or_else(|| panic!("{answer}"))).unwrap()
}

fn party_of(app: &TestApp, answer: &Value) -> Party {
    let secret = answer["client_secret"].as_str().map(ToOwned::to_owned);
    Party { app: app.clone(), id: id_of(answer), secret, redirect_uri: "https://client.example/callback".to_owned() }
}

async fn owned(app: &TestApp, owner: &TestUser, trust: Trust) -> Party {
    let workspace = owner.workspaces[0];
    Party::with(app, Kind::Web, |new| {
        new.owner_workspace_id = Some(workspace);
        new.trust = trust;
    })
    .await
}

/// Checklist 129.
#[tokio::test]
async fn point_2_1_what_registers_itself_does_not_act_in_its_own_name() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let both = json!({
            "redirect_uris": ["https://client.example/callback"], "grant_types": ["authorization_code", "client_credentials"],
            "scope": "openid contracts:read",
        });
        let alone = json!({"grant_types": ["client_credentials"], "response_types": [], "scope": "contracts:read"});
        let person = Api::person(&app, &ada, "").await;
        for caller in [Api::nobody(&app), person.clone()] {
            let narrowed = caller.post("/oauth2/register", &both).await;
            assert_eq!((narrowed.status.as_u16(), &narrowed.json()["grant_types"]), (201, &json!(["authorization_code"])));
            let refused = caller.post("/oauth2/register", &alone).await;
            assert_eq!((refused.status.as_u16(), refused.error().as_str()), (400, "invalid_client_metadata"));
            assert_eq!(app.outcomes("client.registered").await[0], "client_credentials_not_vouched");
        }
        // Nobody adds it later, either.
        let mine = person.post("/oauth2/register", &both).await.json();
        let later = both.as_object().unwrap().clone();
        let path = format!("/oauth2/register/{}", id_of(&mine));
        let by_token = Api::with(&app, mine["registration_access_token"].as_str().unwrap());
        let put = by_token.put(&path, &Value::Object(later)).await;
        assert_eq!((put.status.as_u16(), &put.json()["grant_types"]), (200, &json!(["authorization_code"])), "{}", put.body);
        let patch = json!({"grant_types": ["authorization_code", "client_credentials"]});
        let refused = person.put(&format!("/oidc/clients/{}", id_of(&mine)), &patch).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains("grant_types"), "it names the field: {}", refused.body);

        // A client from before the rule loses the grant at its next request.
        let user = ada.user.id;
        let old = Party::with(&app, Kind::Machine, |new| {
            new.owner_user_id = Some(user);
            new.config.response_types.clear();
        })
        .await;
        let anonymous = Party::with(&app, Kind::Machine, |new| new.trust = Trust::Anonymous).await;
        let token = Party::with(&app, Kind::Machine, |new| new.registration_token = true).await;
        for party in [&old, &anonymous, &token] {
            let reply = party.token(&[MACHINE]).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "unauthorized_client"));
            assert_eq!(app.outcomes("token.client_credentials").await[0], "client_credentials_not_vouched");
        }
        applications::set_trust(&app.app, &app.ctx(), &old.id, Trust::Verified).await.unwrap();
        assert_eq!(old.token(&[MACHINE]).await.status, 200, "the operator vouches");
        applications::set_trust(&app.app, &app.ctx(), &old.id, Trust::Unverified).await.unwrap();
        let renamed = person.put(&format!("/oidc/clients/{}", old.id), &json!({"name": "Renamed"})).await;
        assert_eq!(renamed.status, 200, "{}", renamed.body);
        assert_eq!(old.token(&[MACHINE]).await.error(), "unauthorized_client");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_2_1_a_workspace_vouches_for_what_the_catalogue_opens_to_machines() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let body = json!({
            "grant_types": ["client_credentials"], "response_types": [], "scope": "contracts:read members:read openid",
            "token_endpoint_auth_method": "client_secret_basic",
        });
        let made = key.post("/oauth2/register", &body).await;
        assert_eq!(made.json()["grant_types"], json!(["client_credentials"]), "{}", made.body);
        let party = party_of(&app, &made.json());
        let ask = async |scope: &str| {
            let reply = party.token(&[MACHINE, ("scope", scope)]).await;
            if reply.status == 200 { Ok(reply.json()["scope"].clone()) } else { Err(reply.error()) }
        };
        assert_eq!(ask("contracts:read").await, Ok(json!("contracts:read")));
        assert_eq!(ask("members:read").await, Err("invalid_scope".to_owned()));
        assert_eq!(app.outcomes("token.client_credentials").await[0], "scope_not_open_to_machines");
        assert_eq!(ask("openid").await, Err("invalid_scope".to_owned()));
        assert_eq!(app.outcomes("token.client_credentials").await[0], "scope_needs_a_user");
        let all = party.token(&[MACHINE]).await.json();
        assert_eq!(all["scope"], "contracts:read", "without a scope: what is open");
        // The operator may have what is not open to machines.
        applications::set_trust(&app.app, &app.ctx(), &party.id, Trust::Verified).await.unwrap();
        assert_eq!(ask("members:read").await, Ok(json!("members:read")));
        app.stop().await;
    })
    .await;
}

/// The doors through which an owner changes a client.
#[derive(Debug, Clone, Copy)]
enum Door {
    Reference002,
    Reference004,
    Registration,
    CommandLine,
    RedirectUris,
}

/// Checklist 130.
#[tokio::test]
async fn point_2_2_a_changed_fact_ends_the_operators_word_through_every_door() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        for door in [Door::Reference002, Door::Reference004, Door::Registration, Door::CommandLine, Door::RedirectUris]
        {
            let workspace = ada.workspaces[0];
            let party = Party::with(&app, Kind::Web, |new| {
                new.owner_workspace_id = Some(workspace);
                new.trust = Trust::Verified;
                new.config.internal = true;
                new.registration_token = true;
            })
            .await;
            let id = &party.id;
            let other = "https://elsewhere.example/callback";
            let status = match door {
                Door::Reference002 => {
                    let path = format!("/api/v1/oauth2/clients/{id}");
                    key.patch(&path, &json!({"redirectUris": [other]})).await.status.as_u16()
                }
                Door::Reference004 => {
                    key.put(&format!("/oidc/clients/{id}"), &json!({"redirect_uris": [other]})).await.status.as_u16()
                }
                Door::Registration => {
                    let path = format!("/oauth2/register/{id}");
                    let mut all = key.get(&path).await.json();
                    all["redirect_uris"] = json!([other]);
                    for member in ["registration_access_token", "registration_client_uri", "client_id_issued_at"] {
                        all.as_object_mut().unwrap().remove(member);
                    }
                    key.put(&path, &all).await.status.as_u16()
                }
                Door::CommandLine => {
                    let body = json!({"redirect_uris": [other]});
                    let body = body.as_object().unwrap();
                    let read = client(&app, id).await;
                    change::apply(&app.app, &app.ctx(), &SNAKE, read, body, true).await.unwrap();
                    200
                }
                Door::RedirectUris => {
                    let uris = vec![other.to_owned()];
                    assert!(applications::set_redirect_uris(&app.app, &app.ctx(), id, uris).await.unwrap());
                    200
                }
            };
            assert_eq!(status, 200, "{door:?}");
            let changed = client(&app, id).await;
            assert_eq!((changed.trust, changed.config.internal), (Trust::Unverified, false), "{door:?}");
            let differences = changed.changed_since_review();
            assert_eq!(differences.len(), 1, "{door:?}: {differences:?}");
            assert_eq!(differences[0].member, "redirect_uris");
            assert_eq!(
                (differences[0].was[0].as_str(), differences[0].is[0].as_str()),
                (party.redirect_uri.as_str(), other)
            );
        }
        app.stop().await;
    })
    .await;
}

/// Checklist 130.
#[tokio::test]
async fn point_2_2_every_reviewed_fact_counts_and_nothing_else() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let facts = [
            ("name", json!("Another Name"), "client_name"),
            ("client_type", json!("public"), "client_type"),
            ("redirect_uris", json!(["https://client.example/callback", "https://b.example/"]), "redirect_uris"),
            ("post_logout_redirect_uris", json!(["https://b.example/"]), "post_logout_redirect_uris"),
            ("homepage_url", json!("https://b.example/"), "client_uri"),
            ("icon", json!("https://b.example/logo.png"), "logo_uri"),
            ("scopes", json!(["openid"]), "scope"),
        ];
        for (member, value, fact) in facts {
            let party = owned(&app, &ada, Trust::Verified).await;
            let path = format!("/oidc/clients/{}", party.id);
            let other = json!({
                "description": "What it does", "access_token_lifetime_seconds": 60, "grant_types": ["authorization_code"],
                "scopes": ["contracts:read", "offline_access", "email", "profile", "openid"], "name": "Relying Party",
            });
            assert_eq!(key.put(&path, &other).await.status, 200);
            assert_eq!(client(&app, &party.id).await.trust, Trust::Verified, "nothing of it was reviewed, or it is the same");
            let reply = key.put(&path, &json!({member: value})).await;
            assert_eq!(reply.status, 200, "{member}: {}", reply.body);
            let changed = client(&app, &party.id).await;
            assert_eq!(changed.trust, Trust::Unverified, "{member}");
            assert!(changed.changed_since_review().iter().any(|one| one.member == fact), "{member}");
            // Changed further, it is held against what was reviewed; put back, the operator still has to look.
            key.put(&path, &json!({"name": "A Third Name"})).await;
            let name = client(&app, &party.id).await.changed_since_review();
            assert!(name.iter().any(|one| one.was == ["Relying Party"] && one.is == ["A Third Name"]), "{name:?}");
        }
        app.stop().await;
    })
    .await;
}

/// A client that was verified and then changed: what only the operator grants waits for the next review, and what it has in
/// its own name rested on their word.
#[tokio::test]
async fn point_2_2_with_the_operators_word_end_sensitive_scopes_and_machine_tokens() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let key = Api::key(&app, workspace, "admin", "").await;
        let party = Party::with(&app, Kind::Web, |new| {
            new.owner_workspace_id = Some(workspace);
            new.trust = Trust::Verified;
            new.config.grant_types.push(GrantType::ClientCredentials);
            new.config.scopes = ScopeSet::parse("openid contracts:read clients:write").unwrap();
        })
        .await;
        let mut browser = Browser::new(&app);
        party.tokens(&mut browser, &ada, &[("scope", "openid clients:write")]).await;
        let machine = async |scope: &str| party.token(&[MACHINE, ("scope", scope)]).await;
        let tokens = machine("contracts:read clients:write").await.json();
        let active =
            async |tokens: &Value| party.introspect(tokens["access_token"].as_str().unwrap()).await["active"].clone();
        assert_eq!(active(&tokens).await, true);

        let path = format!("/oidc/clients/{}", party.id);
        assert_eq!(key.put(&path, &json!({"description": "No fact that was reviewed"})).await.status, 200);
        assert_eq!(active(&tokens).await, true);
        assert_eq!(key.put(&path, &json!({"name": "Renamed"})).await.status, 200);
        assert_eq!(active(&tokens).await, false);
        // Also where the person allowed it before.
        let refused = browser.get(&party.authorize(&[("scope", "openid clients:write")])).await;
        assert_eq!(refused.answer("error").as_deref(), Some("invalid_scope"));
        assert!(refused.answer("error_description").unwrap().contains("clients:write"));
        assert_eq!(app.outcomes("authorize").await[0], "scope_awaits_review");
        assert!(
            browser.get(&party.authorize(&[("scope", "openid contracts:read")])).await.body.contains("consent-allow")
        );
        assert_eq!(machine("clients:write").await.error(), "invalid_scope");
        assert_eq!(machine("contracts:read").await.status, 200);

        // The operator looks again, and decides with or without a mark.
        applications::set_trust(&app.app, &app.ctx(), &party.id, Trust::Unverified).await.unwrap();
        assert!(browser.get(&party.authorize(&[("scope", "openid clients:write")])).await.answer("code").is_some());
        // Without a workspace and without the operator nobody vouches for it.
        let own = Party::with(&app, Kind::Machine, |new| {
            new.owner_user_id = Some(ada.user.id);
            new.trust = Trust::Verified;
        })
        .await;
        let tokens = own.token(&[MACHINE]).await.json();
        assert_eq!(own.introspect(tokens["access_token"].as_str().unwrap()).await["active"], true);
        applications::set_trust(&app.app, &app.ctx(), &own.id, Trust::Unverified).await.unwrap();
        assert_eq!(own.introspect(tokens["access_token"].as_str().unwrap()).await["active"], false);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_2_2_the_operator_vouches_for_what_they_have_seen() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let owns = app.principal(&ada, None).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let party = owned(&app, &ada, Trust::Verified).await;
        let of = [("sub_type", "workspace"), ("scope", "openid")];
        let tokens = party.tokens(&mut Browser::new(&app), &ada, &of).await;
        workspace::policy::set(&app.app, &app.ctx(), &owns, "verified").await.unwrap();
        let is_active = async |tokens: &Tokens| party.introspect(&tokens.access()).await["active"] == true;
        assert!(is_active(&tokens).await);

        // What is sensitive no owner adds, however trusted the client is.
        let path = format!("/oidc/clients/{}", party.id);
        let refused = key.put(&path, &json!({"scopes": ["openid", "admin"]})).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert_eq!(app.outcomes("client.updated").await[0], "scope_beyond_trust");
        let read = client(&app, &party.id).await;
        let body = json!({"scopes": ["openid", "admin"]});
        change::apply(&app.app, &app.ctx(), &SNAKE, read, body.as_object().unwrap(), true).await.unwrap();
        let granted = client(&app, &party.id).await;
        assert!(granted.config.scopes.contains("admin") && granted.trust == Trust::Unverified);
        assert!(!is_active(&tokens).await, "a workspace that allows verified apps only lost it");

        // The page was open while the owner changed the name: nobody vouches for that.
        let operator = Principal { operator: true, ..owns };
        key.put(&path, &json!({"name": "Another Name"})).await;
        let (app_, ctx, id) = (&app.app, app.ctx(), party.id.as_str());
        let seen = Some(granted.revision);
        let late = clients::set_trust_seen(app_, &ctx, &operator, id, Trust::Verified, seen).await;
        assert_eq!(late.unwrap_err().reason(), "changed_meanwhile");
        let now = client(&app, &party.id).await.revision;
        clients::set_trust_seen(app_, &ctx, &operator, id, Trust::Verified, Some(now)).await.unwrap();
        let reviewed = client(&app, &party.id).await;
        assert_eq!((reviewed.trust, reviewed.changed_since_review().len()), (Trust::Verified, 0));
        app.stop().await;
    })
    .await;
}

/// Checklist 131.
#[tokio::test]
async fn point_2_3_the_rule_of_a_workspace_holds_for_an_apps_user_tokens() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        at_home_in(&app, &ada, 0).await;
        let [here, there] = [ada.workspaces[0], ada.workspaces[1]];
        let party = Party::with(&app, Kind::Web, |new| {
            new.config.scopes = ScopeSet::parse("openid clients:read account:read").unwrap();
        })
        .await;
        let tokens = party.tokens(&mut Browser::new(&app), &ada, &[("scope", "openid clients:read")]).await;
        let program = Api::with(&app, &tokens.access());
        let list = async |workspace: domain::WorkspaceId| {
            let named = program.clone().header("countersign-workspace", &workspace.to_string());
            let reply = named.get("/oidc/clients").await;
            reply.status.as_u16()
        };
        assert_eq!((list(here).await, list(there).await), (200, 200));
        let owns = app.principal(&ada, Some(here)).await;
        workspace::policy::set(&app.app, &app.ctx(), &owns, "listed").await.unwrap();
        assert_eq!(list(here).await, 403);
        assert_eq!(app.outcomes("management").await[0], "workspace_policy_forbids_client");
        assert_eq!(list(there).await, 200, "the other workspace has no such rule");
        workspace::policy::allow(&app.app, &app.ctx(), &owns, party.id.as_str()).await.unwrap();
        assert_eq!(list(here).await, 200);
        app.stop().await;
    })
    .await;
}

async fn consent(api: &Api, body: &Value) -> Value {
    let reply = api.post("/api/oauth2/consent", body).await;
    let mut answer = reply.json();
    answer["status"] = reply.status.as_u16().into();
    answer
}

fn answered(answer: &Value, name: &str) -> Option<String> {
    let to = url::Url::parse(answer["redirect_to"].as_str()?).unwrap();
    to.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}

fn whole(party: &Party, scope: &str, more: &Value) -> Value {
    let mut body = json!({
        "client_id": party.id, "redirect_uri": party.redirect_uri, "scope": scope, "state": "x", "sub_type": "user",
        "code_challenge": domain::oauth::pkce::CodeChallenge::of(testkit::VERIFIER).text(), "code_challenge_method": "S256",
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// Checklist 132.
#[tokio::test]
async fn point_2_4_deny_is_deny() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let internal = Party::with(&app, Kind::Web, |new| new.config.internal = true).await;
        let mut browser = Browser::new(&app);
        let first = browser.get(&party.authorize(&[])).await;
        let first = browser.sign_in(&first, "ada@example.com").await;
        let second = browser.get(&party.authorize(&[])).await;
        let allowed = browser.submit(&first.form("consent-allow").set("action", "allow")).await;
        assert!(allowed.answer("code").is_some());
        let denied = browser.submit(&second.form("consent-allow").set("action", "deny")).await;
        assert_eq!(denied.answer("error").as_deref(), Some("access_denied"), "in a second tab");
        assert_eq!(denied.answer("code"), None);

        // An older interaction, after the sign-in has ended: no still is no, and yes is none.
        let old = browser.get(&party.authorize(&[("prompt", "consent")])).await.form("consent-allow");
        app.clock.advance(60);
        let out = browser.get("/account").await.form("logout-submit");
        browser.submit(&out).await;
        let yes = browser.submit(&old.clone().set("action", "allow")).await;
        assert_eq!((yes.status.as_u16(), yes.header("location")), (400, ""), "{}", yes.body);
        assert_eq!(app.outcomes("authorize").await[0], "interaction_without_session");
        let no = browser.submit(&old.set("action", "deny")).await;
        assert_eq!((no.status.as_u16(), no.answer("error").as_deref()), (303, Some("access_denied")), "{}", no.body);

        // In JSON, with the whole request; for a client that needs no consent, too.
        let api = Api::person(&app, &ada, "").await;
        for party in [&party, &internal] {
            let body = whole(party, "openid email", &json!({"decision": "deny"}));
            let denied = consent(&api, &body).await;
            assert_eq!(answered(&denied, "error").as_deref(), Some("access_denied"), "{denied}");
            assert_eq!(answered(&denied, "code"), None);
        }
        app.stop().await;
    })
    .await;
}

/// Checklist 132.
#[tokio::test]
async fn point_2_4_allow_grants_at_most_what_was_ticked() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let first = browser.get(&party.authorize(&[])).await;
        let first = browser.sign_in(&first, "ada@example.com").await;
        let second = browser.get(&party.authorize(&[])).await;
        let all = browser.submit(&first.form("consent-allow").set("action", "allow")).await;
        let few =
            second.form("consent-allow").set("action", "allow").untick("scope", "email").untick("scope", "profile");
        let few = browser.submit(&few).await;
        let scope = async |code: String| party.exchange(&code).await.json()["scope"].clone();
        assert_eq!(scope(few.answer("code").unwrap()).await, "openid");
        assert_eq!(scope(all.answer("code").unwrap()).await, "openid profile email");

        let api = Api::person(&app, &ada, "").await;
        let asked = api.get(&party.authorize(&[("prompt", "consent")]).replace("/oauth2", "/api/oauth2")).await.json();
        let body = json!({"interaction": asked["interaction"], "decision": "allow", "scope": "openid"});
        let code = answered(&consent(&api, &body).await, "code").unwrap();
        assert_eq!(scope(code).await, "openid");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_2_4_a_program_that_names_no_workspace_gets_the_default_one_or_an_error() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let party = Party::new(&app, Kind::Web).await;
        let api = Api::person(&app, &ada, "").await;
        let body = whole(&party, "openid", &json!({"decision": "allow", "sub_type": "workspace"}));
        let refused = consent(&api, &body).await;
        assert_eq!((&refused["status"], &refused["error"]), (&json!(400), &json!("invalid_request")), "{refused}");
        assert_eq!(app.outcomes("authorize").await[0], "workspace_not_chosen");
        at_home_in(&app, &ada, 0).await;
        let code = answered(&consent(&api, &body).await, "code").unwrap();
        let tokens = Tokens(party.exchange(&code).await.json());
        assert_eq!(party.introspect(&tokens.access()).await["tenant_id"], json!(ada.workspaces[0]));
        // Again, now that it was allowed.
        assert!(answered(&consent(&api, &body).await, "code").is_some());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_2_5_staying_connected_can_be_unticked() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let page = browser.get(&party.authorize(&[])).await;
        let page = browser.sign_in(&page, "ada@example.com").await;
        assert!(page.body.contains("Stay connected"), "{}", page.body);
        let tokens = async |reply: testkit::Reply| party.exchange(&reply.answer("code").unwrap()).await.json();
        let form = page.form("consent-allow").set("action", "allow");
        assert_eq!(form.get("stay_connected"), Some("1"), "ticked at first");
        let unticked = browser.submit(&form.clone().untick("stay_connected", "1")).await;
        let answer = tokens(unticked).await;
        assert!(answer["access_token"].is_string() && answer["refresh_token"].is_null(), "{answer}");
        let silent = browser.get(&party.authorize(&[])).await;
        assert!(tokens(silent).await["refresh_token"].is_null(), "the last answer stands");
        let again = browser.get(&party.authorize(&[("prompt", "consent")])).await;
        let form = again.form("consent-allow").set("action", "allow");
        assert_eq!(form.get("stay_connected"), None, "as it was left");
        let ticked = browser.submit(&form.set("stay_connected", "1")).await;
        assert!(tokens(ticked).await["refresh_token"].is_string());
        let offline = browser.get(&party.authorize(&[("scope", "openid offline_access")])).await;
        assert!(!offline.body.contains("stay-connected"), "the scope has a box of its own: {}", offline.body);

        // The same as data.
        let api = Api::person(&app, &ada, "").await;
        let other = Party::new(&app, Kind::Web).await;
        let asked = api.get(&other.authorize(&[]).replace("/oauth2", "/api/oauth2")).await.json();
        assert_eq!(asked["stay_connected"], true, "{asked}");
        let body = json!({"interaction": asked["interaction"], "decision": "allow", "stay_connected": false});
        let code = answered(&consent(&api, &body).await, "code").unwrap();
        assert!(other.exchange(&code).await.json()["refresh_token"].is_null());
        app.stop().await;
    })
    .await;
}

/// Checklist 71.
#[tokio::test]
async fn point_2_5_a_changed_password_ends_what_else_acts_for_the_person() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let tokens = party.tokens(&mut Browser::new(&app), &ada, &[]).await;
        let pat = Api::person(&app, &ada, "").await;
        let mut here = Browser::new(&app);
        here.sign_in_here("ada@example.com").await;
        let mut there = Browser::new(&app);
        there.sign_in_here("ada@example.com").await;
        let alive = async || {
            let token = party.introspect(&tokens.access()).await["active"] == true;
            let pat = pat.get("/oidc/user/consent").await.status == 200;
            (there.clone().get("/account").await.body.contains("ada@example.com"), pat, token)
        };
        let before = here.clone();
        let change = async |browser: &mut Browser, old: &str, new: &str, all: bool| {
            let form = browser.get("/account/security").await.form("password-save");
            assert_eq!(form.get("end_others"), Some("1"), "yes, unless it is unticked");
            let form = form.set("current_password", old).set("new_password", new);
            let reply = browser.submit(&if all { form } else { form.untick("end_others", "1") }).await;
            assert_eq!(reply.status, 303, "{}", reply.body);
        };
        change(&mut here, testkit::PASSWORD, "another long one", false).await;
        assert_eq!(alive().await, (true, true, true), "the person chose to keep all of it");
        assert!(here.get("/account").await.body.contains("ada@example.com"), "the session goes on");
        let mut old_secret = before.clone();
        assert!(!old_secret.get("/account").await.body.contains("ada@example.com"), "under a new secret");
        change(&mut here, "another long one", "a third long one", true).await;
        assert_eq!(alive().await, (false, false, false));
        assert!(here.get("/account").await.body.contains("ada@example.com"));

        // The same by the command line.
        let tokens = party.tokens(&mut here, &ada, &[]).await;
        let password = domain::Secret::new("a fourth long one");
        assert!(accounts::set_password(&app.app, &app.ctx(), ada.user.id, &password).await.unwrap());
        assert_eq!(party.introspect(&tokens.access()).await["active"], false);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_6_removing_all_users_ends_machine_tokens_too() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        let workspace = ada.workspaces[0];
        let party = Party::with(&app, Kind::Web, |new| {
            new.owner_workspace_id = Some(workspace);
            new.config.grant_types.push(GrantType::ClientCredentials);
        })
        .await;
        let user = party.tokens(&mut Browser::new(&app), &ada, &[("scope", "openid")]).await;
        let own = Tokens(party.token(&[MACHINE]).await.json());
        let active = async |tokens: &Tokens| party.introspect(&tokens.access()).await["active"].clone();
        assert_eq!((active(&user).await, active(&own).await), (json!(true), json!(true)));
        let removed = key.send(Method::DELETE, &format!("/oidc/clients/{}/users", party.id), None).await;
        assert!(removed.status.is_success(), "{}", removed.body);
        assert_eq!((active(&user).await, active(&own).await), (json!(false), json!(false)));
        assert_eq!(party.token(&[MACHINE]).await.status, 200, "the client itself goes on");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_2_2_the_owner_is_warned_and_the_operator_sees_what_changed() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, op) = (app.user("ada@example.com", 1).await, app.user("op@example.com", 0).await);
        assert!(flows::unguarded::profile::set_operator(&app.app, &app.ctx(), op.user.id, true).await.unwrap());
        let party = owned(&app, &ada, Trust::Verified).await;
        let mut owner = Browser::new(&app);
        owner.sign_in_here("ada@example.com").await;
        let path = format!("/workspaces/{}/applications/{}/settings", ada.workspaces[0], party.id);
        let page = owner.get(&path).await;
        assert!(page.text("settings-reviewed").unwrap().contains("becomes unverified"), "{}", page.body);
        let form = page.form("settings-save").set("client_name", "Another Name");
        let saved = owner.submit(&form).await;
        let saved = owner.follow(saved).await;
        assert!(saved.body.contains("unverified until the operator reviews"), "{}", saved.body);
        assert!(saved.text("settings-unreviewed").is_some());

        let mut operator = Browser::new(&app);
        operator.sign_in_here("op@example.com").await;
        let page = operator.get(&format!("/operator/clients/{}", party.id)).await;
        let said = page.text("client-reviewed").unwrap();
        assert!(said.contains("Relying Party") && said.contains("Another Name"), "{said}");
        let ask = format!("/operator/clients/{}/trust?trust=verified", party.id);
        let seen = page.form("client-trust").get("revision").unwrap().to_owned();
        let question = operator.get(&format!("{ask}&revision={seen}")).await;
        let key = Api::key(&app, ada.workspaces[0], "admin", "").await;
        key.put(&format!("/oidc/clients/{}", party.id), &json!({"name": "A Third Name"})).await;
        let late = operator.submit(&question.form("confirm")).await;
        assert_eq!(client(&app, &party.id).await.trust, Trust::Unverified, "{}", late.body);
        let page = operator.get(&format!("/operator/clients/{}", party.id)).await;
        let seen = page.form("client-trust").get("revision").unwrap().to_owned();
        let question = operator.get(&format!("{ask}&revision={seen}")).await;
        operator.submit(&question.form("confirm")).await;
        assert_eq!(client(&app, &party.id).await.trust, Trust::Verified);
        let page = operator.get(&format!("/operator/clients/{}", party.id)).await;
        assert!(page.text("client-reviewed").is_none());
        app.stop().await;
    })
    .await;
}
