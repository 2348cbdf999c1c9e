//! The person and the workspace behind a token: who the ID token, userinfo and access tokens are about.
use domain::clients::{AccessTokenFormat, SubType};
use domain::workspace::{AppPolicy, MemberRoles, Role};
use domain::{UserId, WorkspaceId};
use flows::unguarded::members;
use flows::unguarded::profile::{self, ProfileChange};
use serde_json::{Value, json};
use testkit::{Api, Browser, Database, Kind, Party, TestApp, TestUser, Tokens, claims, for_each_database};

const FOR_WORKSPACE: [(&str, &str); 1] = [("sub_type", "workspace")];

async fn join(app: &TestApp, user: &TestUser, workspace: WorkspaceId, role: Role) {
    let roles = MemberRoles::only(role);
    members::put_member(&app.app, &app.ctx(), user.user.id, workspace, roles).await.unwrap();
}

async fn change(app: &TestApp, user: UserId, change: ProfileChange<'_>) {
    profile::change(&app.app, &app.ctx(), user, change).await.unwrap().unwrap();
}

async fn userinfo(app: &TestApp, token: &str, path: &str) -> Value {
    let reply = Api::with(app, token).get(path).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

/// Checklist 118 and 133: two people of one workspace are two accounts, although their access tokens speak for the same workspace.
#[tokio::test]
async fn point_3_1_the_id_token_and_userinfo_describe_the_person() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let bob = app.user("bob@example.com", 0).await;
        let workspace = ada.workspaces[0];
        join(&app, &bob, workspace, Role::Member).await;
        let party = Party::new(&app, Kind::Web).await;
        let jwt = Party::with(&app, Kind::Web, |new| new.config.access_token_format = AccessTokenFormat::Jwt).await;
        for (user, roles) in [(&ada, json!(["owner", "compliance_officer"])), (&bob, json!(["member"]))] {
            let tokens = party.tokens(&mut Browser::new(&app), user, &FOR_WORKSPACE).await;
            let again = Tokens(party.refresh(&tokens.refresh()).await.json());
            for id in [tokens.id_claims(), again.id_claims()] {
                assert_eq!(id["sub"], json!(user.user.id));
                assert_eq!((&id["tenant_id"], &id["roles"]), (&json!(workspace), &roles));
                assert_eq!((&id["sub_type"], &id["amr"]), (&json!("workspace"), &json!(["pwd"])));
                assert!(id.get("email").is_none() && id.get("acr").is_none(), "{id}");
            }
            for path in ["/oauth2/userinfo", "/api/v1/oauth2/userinfo"] {
                let info = userinfo(&app, &tokens.access(), path).await;
                assert_eq!((&info["sub"], &info["email"]), (&json!(user.user.id), &json!(user.user.email.as_str())));
                assert_eq!((&info["name"], &info["sub_type"]), (&json!("Test Person"), &json!("workspace")));
                assert_eq!((&info["tenant_id"], &info["roles"]), (&json!(workspace), &roles));
                assert_eq!(info["workspace"], json!({"id": workspace, "name": "Workspace 0"}));
            }
            // Reference 000 has its own answer for a workspace's credential.
            let info = userinfo(&app, &tokens.access(), "/api/oauth2/userinfo").await;
            let documented = json!({
                "sub": workspace, "name": "Workspace 0", "sub_type": "workspace", "tenant_id": workspace, "roles": roles,
            });
            assert_eq!(info, documented);
            // The access token follows `sub_type`.
            let told = party.introspect(&tokens.access()).await;
            assert_eq!((&told["sub"], &told["tenant_id"]), (&json!(workspace), &json!(workspace)));
            assert_eq!((&told["sub_type"], told.get("act")), (&json!("workspace"), None));
            let told = claims(&jwt.tokens(&mut Browser::new(&app), user, &FOR_WORKSPACE).await.access());
            assert_eq!((&told["sub"], &told["sub_type"]), (&json!(workspace), &json!("workspace")));
            // In the person's own name, every mount answers the person.
            let own = party.tokens(&mut Browser::new(&app), user, &[]).await;
            assert_eq!(own.id_claims()["sub"], json!(user.user.id));
            for path in ["/oauth2/userinfo", "/api/oauth2/userinfo"] {
                let info = userinfo(&app, &own.access(), path).await;
                assert_eq!((&info["sub"], &info["sub_type"]), (&json!(user.user.id), &json!("user")));
                assert_eq!(info["workspace"]["id"], json!(workspace));
            }
            assert_eq!(party.introspect(&own.access()).await["sub"], json!(user.user.id));
        }
        let key = Api::key(&app, workspace, "member", "").await;
        for path in ["/oauth2/userinfo", "/api/oauth2/userinfo", "/api/v1/oauth2/userinfo"] {
            let info = key.get(path).await.json();
            assert_eq!((&info["sub"], &info["name"]), (&json!(workspace), &json!("Workspace 0")), "no person");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_1_hints_compare_the_person_and_select_the_workspace() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let bob = app.user("bob@example.com", 0).await;
        for workspace in &ada.workspaces {
            join(&app, &bob, *workspace, Role::Member).await;
        }
        let party = Party::new(&app, Kind::Web).await;
        let (mut adas, mut bobs) = (Browser::new(&app), Browser::new(&app));
        let mut hints = Vec::new();
        for workspace in &ada.workspaces {
            let answer = party.approve(&mut adas, &ada, &FOR_WORKSPACE, Some(*workspace)).await;
            let tokens = Tokens(party.exchange(&answer.answer("code").unwrap()).await.json());
            hints.push((*workspace, tokens.0["id_token"].as_str().unwrap().to_owned()));
            party.approve(&mut bobs, &bob, &FOR_WORKSPACE, Some(*workspace)).await;
        }
        for (workspace, hint) in &hints {
            let silent = party.authorize(&[FOR_WORKSPACE[0], ("prompt", "none"), ("id_token_hint", hint)]);
            let code = adas.get(&silent).await.answer("code").unwrap();
            let id = Tokens(party.exchange(&code).await.json()).id_claims();
            assert_eq!((&id["sub"], &id["tenant_id"]), (&json!(ada.user.id), &json!(workspace)));
            let other = bobs.get(&silent).await;
            assert_eq!(other.answer("error").as_deref(), Some("login_required"), "another member of the workspace");
        }
        for (sub, error) in [(ada.user.id.to_string(), None), (ada.workspaces[0].to_string(), Some("login_required"))] {
            let asked = json!({"id_token": {"sub": {"value": sub}}}).to_string();
            let workspace = ada.workspaces[0].to_string();
            let more = [FOR_WORKSPACE[0], ("prompt", "none"), ("claims", &asked), ("workspace", &workspace)];
            assert_eq!(adas.get(&party.authorize(&more)).await.answer("error").as_deref(), error, "{sub}");
        }
        // Signing out with a workspace's ID token needs no question: it names this session.
        let done = adas.get(&format!("/oauth2/end_session?id_token_hint={}", hints[0].1)).await;
        assert!(!done.body.contains("logout-submit"), "{}", done.body);
        assert_eq!(adas.get("/account").await.location().path(), "/login");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_1_a_resource_that_asks_sees_who_authorized_a_workspaces_token() {
    for_each_database(async |database| {
        let (asks, other) = ("https://api.example/", "https://other.example/");
        let app = TestApp::with(database, |settings| {
            settings.catalogue.resources = vec![asks.to_owned(), other.to_owned()];
            settings.catalogue.authorized_by_resources = vec![asks.to_owned()];
        })
        .await;
        let ada = app.user("ada@example.com", 1).await;
        for format in [AccessTokenFormat::Opaque, AccessTokenFormat::Jwt] {
            let party = Party::with(&app, Kind::Web, |new| new.config.access_token_format = format).await;
            let person = json!(ada.user.id);
            for (resource, sub_type, expected) in [
                (asks, SubType::Workspace, Some(&person)),
                ("HTTPS://API.example:443", SubType::Workspace, Some(&person)),
                (asks, SubType::User, None),
                (other, SubType::Workspace, None),
                ("", SubType::Workspace, None),
            ] {
                let more = [("sub_type", sub_type.as_str()), ("resource", resource)];
                let token = party.tokens(&mut Browser::new(&app), &ada, &more).await.access();
                let told = party.introspect(&token).await;
                assert_eq!(told.get("authorized_by"), expected, "{resource} {sub_type:?}");
                assert_eq!(told.get("act"), None, "reserved for token exchange");
                if format == AccessTokenFormat::Jwt {
                    assert_eq!(claims(&token).get("authorized_by"), expected, "{resource} {sub_type:?}");
                }
            }
        }
        app.stop().await;
    })
    .await;
}

/// OpenID Connect Core §12.2: the `sub` of an ID token at refresh is that of the first one.
#[tokio::test]
async fn point_3_1_a_grant_from_before_gets_no_id_token_at_refresh() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        let old = party.tokens(&mut Browser::new(&app), &ada, &FOR_WORKSPACE).await;
        let own = party.tokens(&mut Browser::new(&app), &ada, &[]).await;
        let work = app.store.write(|tx| {
            Box::pin(async move { tx.execute("UPDATE grants SET names_person = 0", store::params![]).await })
        });
        work.await.map_err(|error: store::StoreError| error).unwrap();
        let new = party.tokens(&mut Browser::new(&app), &ada, &FOR_WORKSPACE).await;
        let refreshed = party.refresh(&old.refresh()).await.json();
        assert!(refreshed.get("id_token").is_none() && refreshed["access_token"].is_string(), "{refreshed}");
        for tokens in [own, new] {
            let id = Tokens(party.refresh(&tokens.refresh()).await.json()).id_claims();
            assert_eq!(id["sub"], json!(ada.user.id), "its sub is the one of before");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_2_user_tokens_keep_the_workspace_of_their_consent() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let [first, second] = [ada.workspaces[0], ada.workspaces[1]];
        let default = |to| ProfileChange { default_workspace: Some(Some(to)), ..ProfileChange::default() };
        let party = Party::new(&app, Kind::Web).await;
        let jwt = Party::with(&app, Kind::Web, |new| new.config.access_token_format = AccessTokenFormat::Jwt).await;
        let none = party.tokens(&mut Browser::new(&app), &ada, &[]).await;
        change(&app, ada.user.id, default(first)).await;
        let tokens = party.tokens(&mut Browser::new(&app), &ada, &[("prompt", "consent")]).await;
        let jwts = jwt.tokens(&mut Browser::new(&app), &ada, &[]).await;
        change(&app, ada.user.id, default(second)).await;
        let look = async || {
            let refreshed = Tokens(party.refresh(&tokens.refresh()).await.json());
            let told = [
                party.introspect(&refreshed.access()).await,
                refreshed.id_claims(),
                userinfo(&app, &refreshed.access(), "/oauth2/userinfo").await,
                claims(&Tokens(jwt.refresh(&jwts.refresh()).await.json()).access()),
            ];
            assert!(told.iter().all(|one| one["sub"] == json!(ada.user.id)));
            told.map(|one| (one.get("tenant_id").cloned(), one.get("roles").cloned()))
        };
        let of_first = (Some(json!(first)), Some(json!(["owner", "compliance_officer"])));
        assert!(look().await.iter().all(|one| *one == of_first), "the default one at consent, not today's");
        let told = party.introspect(&none.access()).await;
        assert_eq!((told.get("tenant_id"), told.get("roles")), (None, None), "none was the default");
        // The workspace's rule holds for what is said of it.
        let policy = async |to| {
            let work = app.store.write(move |tx| {
                Box::pin(
                    async move { store::grants::app_policy::set(tx, first, to, domain::Timestamp::default()).await },
                )
            });
            assert!(work.await.map_err(|error: store::StoreError| error).unwrap());
        };
        policy(AppPolicy::Listed).await;
        assert!(look().await.iter().all(|one| *one == (None, None)));
        policy(AppPolicy::All).await;
        assert!(look().await.iter().all(|one| *one == of_first));
        members::remove_member(&app.app, &app.ctx(), ada.user.id, first).await.unwrap();
        assert!(look().await.iter().all(|one| *one == (None, None)), "no member any more");
        app.stop().await;
    })
    .await;
}

/// The workspace that a token shows, with the roles there, in every place that says so.
async fn shown(party: &Party, code: &str) -> Option<Value> {
    let tokens = Tokens(party.exchange(code).await.json());
    let told = [
        claims(&tokens.access()),
        party.introspect(&tokens.access()).await,
        tokens.id_claims(),
        userinfo(&party.app, &tokens.access(), "/oauth2/userinfo").await,
    ]
    .map(|one| (one.get("tenant_id").cloned(), one.get("roles").cloned()));
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    let [(workspace, roles), ..] = told;
    assert_eq!(roles, workspace.is_some().then(|| json!(["owner", "compliance_officer"])));
    workspace
}

/// Nobody named the default workspace of now to the person, who agreed to another or to none.
/// Checklist 131.
#[tokio::test]
async fn point_3_2_a_sign_in_that_asks_nothing_shows_the_workspace_that_the_consent_page_named() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let [first, second] = [ada.workspaces[0], ada.workspaces[1]];
        let default = async |to| {
            change(&app, ada.user.id, ProfileChange { default_workspace: Some(to), ..ProfileChange::default() }).await;
        };
        let party = Party::with(&app, Kind::Web, |new| new.config.access_token_format = AccessTokenFormat::Jwt).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        // Without a page: the answer comes at once.
        let mut again = browser.clone();
        let mut silent = async |more: &[(&str, &str)]| {
            shown(&party, &again.get(&party.authorize(more)).await.answer("code").expect("no page")).await
        };
        let mut named = async |name: Option<&str>, meanwhile| {
            let page = browser.get(&party.authorize(&[("prompt", "consent")])).await;
            let says = page.text("consent-receives").unwrap();
            for workspace in ["Workspace 0", "Workspace 1"] {
                assert_eq!(says.contains(workspace), name == Some(workspace), "{says}");
            }
            if let Some(meanwhile) = meanwhile {
                default(Some(meanwhile)).await;
            }
            let done = browser.submit(&page.form("consent-allow").set("action", "allow")).await;
            shown(&party, &done.answer("code").unwrap()).await
        };
        let (of_first, of_second) = (Some(json!(first)), Some(json!(second)));

        assert_eq!(named(None, None).await, None);
        default(Some(first)).await;
        assert_eq!(silent(&[]).await, None, "the page named none");
        assert_eq!(named(Some("Workspace 0"), None).await, of_first);
        default(Some(second)).await;
        for more in [&[][..], &[("prompt", "none")], &[("scope", "openid")]] {
            assert_eq!(silent(more).await, of_first, "{more:?}");
        }
        // The page says what the answer to it is about, although the default changes while it is open.
        assert_eq!(named(Some("Workspace 1"), Some(first)).await, of_second);
        assert_eq!(silent(&[]).await, of_second);
        // The workspace's rule and the membership are looked at when the token is made, and no other takes its place.
        let who = app.principal(&ada, Some(second)).await;
        for (policy, expected) in [(AppPolicy::Listed, None), (AppPolicy::All, of_second.clone())] {
            flows::workspace::policy::set(&app.app, &app.ctx(), &who, policy.as_str()).await.unwrap();
            assert_eq!(silent(&[]).await, expected, "{policy:?}");
        }
        members::remove_member(&app.app, &app.ctx(), ada.user.id, second).await.unwrap();
        assert_eq!(silent(&[]).await, None, "no member any more");
        assert_eq!(named(Some("Workspace 0"), None).await, of_first);
        app.stop().await;
    })
    .await;
}

/// What the page named is not known of consents from before, and a client that asks nobody has no page.
#[tokio::test]
async fn point_3_2_without_a_page_that_named_one_it_is_the_default_workspace_of_now() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let jwt = AccessTokenFormat::Jwt;
        let party = Party::with(&app, Kind::Web, |new| new.config.access_token_format = jwt).await;
        let internal = Party::with(&app, Kind::Web, |new| {
            new.config.access_token_format = jwt;
            new.config.internal = true;
        })
        .await;
        let mut browser = Browser::new(&app);
        for party in [&party, &internal] {
            party.approve(&mut browser, &ada, &[("prompt", "consent")], None).await;
        }
        assert_eq!(app.execute("UPDATE consents SET home_workspace_id = NULL").await, 2);
        for workspace in &ada.workspaces {
            let default = ProfileChange { default_workspace: Some(Some(*workspace)), ..ProfileChange::default() };
            change(&app, ada.user.id, default).await;
            for party in [&party, &internal] {
                let code = browser.get(&party.authorize(&[])).await.answer("code").expect("no page");
                assert_eq!(shown(party, &code).await, Some(json!(workspace)));
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_2_a_setting_puts_the_claims_of_the_scopes_into_the_id_token() {
    for server in [false, true] {
        for_each_database(async |database| {
            let app = TestApp::with(database, |settings| settings.id_token_claims = server).await;
            let ada = app.user("ada@example.com", 0).await;
            for (client, expected) in [(None, server), (Some(true), true), (Some(false), false)] {
                let party = Party::with(&app, Kind::Web, |new| new.config.id_token_claims = client).await;
                let id = party.tokens(&mut Browser::new(&app), &ada, &[]).await.id_claims();
                let told = [id.get("email"), id.get("email_verified"), id.get("name"), id.get("updated_at")];
                assert!(told.iter().all(|claim| claim.is_some() == expected), "{server} {client:?}: {id}");
                let narrow = [("scope", "openid email")];
                let id = party.tokens(&mut Browser::new(&app), &ada, &narrow).await.id_claims();
                assert!(id.get("name").is_none(), "not allowed");
            }
            app.stop().await;
        })
        .await;
    }
}

#[tokio::test]
async fn point_3_3_an_address_is_verified_until_it_changes() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let root = app.user("root@example.com", 0).await;
        profile::set_operator(&app.app, &app.ctx(), root.user.id, true).await.unwrap();
        let party = Party::new(&app, Kind::Web).await;
        let token = party.tokens(&mut Browser::new(&app), &ada, &[]).await.access();
        let verified = async || userinfo(&app, &token, "/oauth2/userinfo").await["email_verified"].clone();
        assert_eq!(verified().await, json!(false));
        let operator = Api::person(&app, &root, "").await;
        let path = format!("/api/v1/users/{}", ada.user.id);
        let set = format!("{path}/email-verification");
        let body = |email: &str, verified: bool| json!({"email": email, "verified": verified});
        let reply = operator.put(&set, &body("ada@example.com", true)).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["email_verified"]), (200, &json!(true)), "{}", reply.body);
        assert_eq!(
            (verified().await, &operator.get(&path).await.json()["email_verified"]),
            (json!(true), &json!(true))
        );
        // Another address was not verified with it, and nobody verifies one that they have not seen.
        change(&app, ada.user.id, ProfileChange { email: Some("ada@new.example"), ..ProfileChange::default() }).await;
        assert_eq!(verified().await, json!(false));
        let stale = operator.put(&set, &body("ada@example.com", true)).await;
        assert_eq!(
            (stale.status.as_u16(), stale.json()["type"].clone()),
            (412, json!("urn:countersign:problem:changed_meanwhile"))
        );
        assert_eq!(verified().await, json!(false));
        for (body, reason) in [
            (json!({"email": "rubbish", "verified": true}), "email_invalid"),
            (json!({"verified": true}), "member_of_wrong_type"),
            (json!({"email": "ada@new.example"}), "member_of_wrong_type"),
            (json!({"email": "ada@new.example", "verified": 1}), "member_of_wrong_type"),
            (json!({"email": "ada@new.example", "verified": true, "x": 1}), "member_unknown"),
        ] {
            let reply = operator.put(&set, &body).await;
            let expected = (400, json!(format!("urn:countersign:problem:{reason}")));
            assert_eq!((reply.status.as_u16(), reply.json()["type"].clone()), expected);
        }
        // The account as it was read, with the new fact in it: its other members say nothing.
        let mut read = operator.get(&path).await.json();
        read["verified"] = json!(true);
        read["name"] = json!("Somebody else");
        let sent_back = operator.put(&set, &read).await;
        assert_eq!(sent_back.status, 200, "{}", sent_back.body);
        assert_eq!(
            (&sent_back.json()["email_verified"], &sent_back.json()["name"]),
            (&json!(true), &operator.get(&path).await.json()["name"])
        );
        assert_ne!(sent_back.json()["name"], "Somebody else");
        assert_eq!(operator.put(&set, &body("ada@new.example", false)).await.status, 200);
        assert_eq!(verified().await, json!(false));
        assert_eq!(app.outcomes("user.email_verified").await, ["ok", "email_invalid", "changed_meanwhile", "ok"]);
        assert_eq!(app.outcomes("user.email_unverified").await, ["ok"]);
        let narrow = Api::person(&app, &root, "operator:users:read").await;
        assert_eq!(narrow.put(&set, &body("ada@new.example", true)).await.status, 403);
        app.stop().await;
    })
    .await;
}

/// Principle 5 of the design: metadata tells the truth.
#[tokio::test]
async fn point_3_3_every_claim_of_discovery_appears_and_email_verified_has_both_values() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let zone = "Europe/Berlin".parse::<domain::account::Zone>().unwrap();
        let more = ProfileChange { locale: Some(Some("de")), zone: Some(Some(&zone)), ..ProfileChange::default() };
        change(&app, ada.user.id, more).await;
        let party = Party::new(&app, Kind::Web).await;
        let discovery = Api::nobody(&app).get("/.well-known/openid-configuration").await.json();
        let advertised: Vec<_> =
            discovery["claims_supported"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        let mut seen = Vec::new();
        for verified in [false, true] {
            let email = &ada.user.email;
            profile::set_email_verified(&app.app, &app.ctx(), ada.user.id, email, verified).await.unwrap();
            let tokens = party.tokens(&mut Browser::new(&app), &ada, &[]).await;
            let info = userinfo(&app, &tokens.access(), "/oauth2/userinfo").await;
            assert_eq!(info["email_verified"], json!(verified));
            assert_eq!((&info["locale"], &info["zoneinfo"]), (&json!("de"), &json!("Europe/Berlin")), "point 5.3");
            let told = [info, tokens.id_claims()];
            seen.extend(told.iter().flat_map(|one| one.as_object().unwrap().keys().cloned()));
        }
        for name in &advertised {
            assert!(seen.iter().any(|one| one == name), "{name} never appears");
        }
        for name in &seen {
            assert!(advertised.contains(&name.as_str()), "{name} is not advertised");
        }
        // Each of them can be asked for by name, too.
        let names: serde_json::Map<_, _> = advertised.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        let asked = json!({"id_token": names, "userinfo": names}).to_string();
        let id = party.tokens(&mut Browser::new(&app), &ada, &[("claims", &asked)]).await.id_claims();
        for name in &advertised {
            assert!(id.get(*name).is_some(), "{name}: {id}");
        }
        app.stop().await;
    })
    .await;
}

/// OpenID Connect Core §5.5: naming a claim asks for the permission behind it, and for no more than that claim.
#[tokio::test]
async fn point_5_2_claims_that_are_named_are_asked_for_and_delivered() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let asked = json!({"userinfo": {"name": {"essential": true}}, "id_token": {"email": null}}).to_string();
        let more = [("scope", "openid"), ("claims", asked.as_str())];
        let silent = [more[0], more[1], ("prompt", "none")];
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let page = browser.get(&party.authorize(&more)).await;
        let form = page.form("consent-allow").set("action", "allow");
        assert!(page.text("scope-profile").is_some() && page.text("scope-email").is_some(), "{}", page.body);
        // What is unticked is not delivered, and lacking it is no error.
        let answer = browser.submit(&form.clone().untick("scope", "email")).await;
        let tokens = Tokens(party.exchange(&answer.answer("code").unwrap()).await.json());
        assert_eq!(tokens.0["scope"], "openid", "the scope that was asked for");
        let told = async |tokens: &Tokens| {
            let info = userinfo(&app, &tokens.access(), "/oauth2/userinfo").await;
            let id = tokens.id_claims();
            (
                info.get("name").cloned(),
                info.get("locale").or(info.get("updated_at")).cloned(),
                id.get("email").cloned(),
            )
        };
        let name = Some(json!("Test Person"));
        assert_eq!(told(&tokens).await, (name.clone(), None, None), "the claim alone, not all of its scope");
        let code = browser.get(&party.authorize(&silent)).await.answer("code").unwrap();
        assert_eq!(told(&Tokens(party.exchange(&code).await.json())).await, (name.clone(), None, None));
        // The rest is asked for, and what was allowed lasts.
        let page = browser.get(&party.authorize(&more)).await;
        let answer = browser.submit(&page.form("consent-allow").set("action", "allow")).await;
        let tokens = Tokens(party.exchange(&answer.answer("code").unwrap()).await.json());
        let all = (name, None, Some(json!("ada@example.com")));
        assert_eq!(told(&tokens).await, all);
        assert_eq!(told(&Tokens(party.refresh(&tokens.refresh()).await.json())).await, all);
        let code = browser.get(&party.authorize(&more)).await.answer("code").unwrap();
        assert_eq!(told(&Tokens(party.exchange(&code).await.json())).await, all, "remembered");
        // A client gets no claims of scopes that it may not have.
        let narrow = Party::with(&app, Kind::Web, |new| new.config.scopes = domain::ScopeSet::parse("openid").unwrap());
        let narrow = narrow.await;
        let page = browser.get(&narrow.authorize(&more)).await;
        assert!(page.text("scope-profile").is_none(), "{}", page.body);
        let answer = browser.submit(&page.form("consent-allow").set("action", "allow")).await;
        let tokens = Tokens(narrow.exchange(&answer.answer("code").unwrap()).await.json());
        assert_eq!(told(&tokens).await, (None, None, None));
        app.stop().await;
    })
    .await;
}

/// Browsers share the cookies of all ports of a host.
#[tokio::test]
async fn point_3_4_two_servers_on_one_host_do_not_sign_each_other_out() {
    let (one, two) = (Database::sqlite(), Database::sqlite());
    let one = TestApp::start(&one).await;
    let two = TestApp::with(&two, |settings| settings.issuer = "http://localhost:9090".to_owned()).await;
    for app in [&one, &two] {
        app.user("ada@example.com", 0).await;
    }
    let mut browser = Browser::new(&one);
    browser.sign_in_here("ada@example.com").await;
    browser.app = two.clone();
    let page = browser.get("/login").await;
    let form = page.form("login-submit").set("username", "ada@example.com").set("password", testkit::PASSWORD);
    assert_eq!(browser.submit(&form).await.status, 303);
    for app in [&two, &one, &two] {
        browser.app = app.clone();
        assert!(browser.get("/account").await.body.contains("ada@example.com"), "{}", app.app.settings().issuer);
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn point_5_3_userinfo_takes_the_token_in_a_form() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let token = party.tokens(&mut Browser::new(&app), &ada, &[]).await.access();
        let mut browser = Browser::new(&app);
        for path in ["/oauth2/userinfo", "/api/oauth2/userinfo", "/api/v1/oauth2/userinfo"] {
            let reply = browser.post(path, &[("access_token", &token)]).await;
            assert_eq!((reply.status.as_u16(), &reply.json()["sub"]), (200, &json!(ada.user.id)), "{path}");
            let twice = browser.post(path, &[("access_token", &token), ("access_token", &token)]).await;
            assert_eq!((twice.status.as_u16(), twice.error().as_str()), (400, "invalid_request"), "{path}");
            let bearer = format!("Bearer {token}");
            let form = [("content-type", "application/x-www-form-urlencoded"), ("authorization", &bearer)];
            let both = browser.call(axum::http::Method::POST, path, &form, &format!("access_token={token}")).await;
            let told = (both.status.as_u16(), both.error());
            assert_eq!(told, (400, "invalid_request".to_owned()), "RFC 6750 §2: one method a request");
            let wrong = browser.post(path, &[("access_token", "cs_at_rubbish")]).await;
            assert_eq!((wrong.status.as_u16(), wrong.error().as_str()), (401, "invalid_token"));
            let challenge = "Bearer error=\"invalid_token\", error_description=\"The access token is not valid.\"";
            assert_eq!(wrong.header("www-authenticate"), challenge, "point 6.5: there was a credential");
            let in_url = browser.get(&format!("{path}?access_token={token}")).await;
            assert_eq!((in_url.status.as_u16(), in_url.error().as_str()), (400, "invalid_request"), "never in a URL");
            for none in [&[][..], &[("access_token", "")]] {
                let none = browser.post(path, none).await;
                assert_eq!((none.status.as_u16(), none.header("www-authenticate")), (401, "Bearer"), "{path}");
            }
        }
        app.stop().await;
    })
    .await;
}
