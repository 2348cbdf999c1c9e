//! What a person gives away with a personal access token (who may do what, point 1.1): at most what the token may do itself,
//! and nothing that outlives it.
use domain::Timestamp;
use domain::clients::AccessTokenFormat;
use flows::unguarded::credentials::{self, NewCredential};
use flows::unguarded::profile::{self, ProfileChange};
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, Reply, TestApp, TestUser, claims, for_each_database};

/// A personal access token: its id and a caller who acts with it.
async fn token(app: &TestApp, user: &TestUser, scopes: &str, lives: Option<i64>) -> (String, Api) {
    let scopes = domain::ScopeSet::parse(scopes).unwrap();
    let new = NewCredential { name: "t".to_owned(), scopes, expires_at: lives.map(|s| app.ctx().now.plus(s)) };
    let made = credentials::create_personal_access_token(&app.app, &app.ctx(), user.user.id, new).await.unwrap();
    (made.0.id.to_string(), Api::with(app, made.1.expose()))
}

/// Asks as a program does, and answers what is to be decided.
async fn ask(party: &Party, caller: &Api, more: &[(&str, &str)]) -> Reply {
    caller.get(&party.authorize(more).replace("/oauth2", "/api/oauth2")).await
}

fn code_in(reply: &Reply) -> Option<String> {
    let to = reply.json()["redirect_to"].as_str().map(str::to_owned)?;
    let to = url::Url::parse(&to).unwrap();
    to.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
}

/// Asks, allows all that is offered if there is a question, and answers the code.
async fn allow(party: &Party, caller: &Api, more: &[(&str, &str)]) -> String {
    let asked = ask(party, caller, more).await;
    if let Some(code) = code_in(&asked) {
        return code;
    }
    let body = json!({"interaction": asked.json()["interaction"], "action": "allow"});
    code_in(&caller.post("/api/oauth2/consent", &body).await).unwrap()
}

fn offered(asked: &Value) -> Vec<&str> {
    asked["scopes"].as_array().unwrap().iter().map(|scope| scope["name"].as_str().unwrap()).collect()
}

/// All scopes of the test clients.
const ALL: &str = "openid profile email offline_access contracts:read";

/// Checklist 127.
#[tokio::test]
async fn point_1_1_consent_by_token_grants_at_most_the_scopes_of_the_token() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        let (_, openid) = token(&app, &ada, "openid", Some(3)).await;
        let named_claims = ("claims", r#"{"userinfo":{"email":{"essential":true}}}"#);
        let asked = ask(&party, &openid, &[("scope", ALL), named_claims]).await.json();
        assert_eq!(offered(&asked), ["openid"]);
        assert_eq!(asked["stay_connected"], Value::Null, "it cannot let the client stay");
        // Neither by what is ticked, nor by a request that comes along.
        let body = json!({"interaction": asked["interaction"], "action": "allow", "scopes": ALL.split(' ').collect::<Vec<_>>()});
        let code = code_in(&openid.post("/api/oauth2/consent", &body).await).unwrap();
        let tokens = party.exchange(&code).await.json();
        assert_eq!((&tokens["scope"], &tokens["refresh_token"]), (&json!("openid"), &Value::Null));
        assert_eq!(tokens["expires_in"], 3);
        let id = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(id["exp"], json!(app.ctx().now.plus(3).seconds()));
        assert_eq!(id.get("email"), None);
        let info = Api::with(&app, tokens["access_token"].as_str().unwrap()).get("/oauth2/userinfo").await.json();
        assert_eq!(info.get("email"), None);

        let request = json!({"client_id": party.id, "redirect_uri": party.redirect_uri, "scope": ALL, "state": "x",
            "sub_type": "user", "decision": "allow", "code_challenge_method": "S256",
            "code_challenge": domain::oauth::pkce::CodeChallenge::of(testkit::VERIFIER).text()});
        let code = code_in(&openid.post("/api/oauth2/consent", &request).await).unwrap();
        assert_eq!(party.exchange(&code).await.json()["scope"], "openid");

        // A token that has none of it gives nothing, on any path.
        let (_, other) = token(&app, &ada, "clients:read", None).await;
        let refused = [ask(&party, &other, &[("scope", ALL)]).await, other.post("/api/oauth2/consent", &request).await];
        for reply in refused {
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (403, "insufficient_scope"));
            assert!(reply.header("www-authenticate").contains("insufficient_scope"));
        }
        let body = json!({"interaction": asked["interaction"], "action": "allow"});
        assert_eq!(other.post("/api/oauth2/consent", &body).await.status, 403, "another token's question");
        assert_eq!(app.outcomes("authorize").await, ["scope_beyond_personal_token"; 3]);
        app.stop().await;
    })
    .await;
}

/// Checklist 127.
#[tokio::test]
async fn point_1_1_nothing_outlives_the_token() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        for format in [AccessTokenFormat::Opaque, AccessTokenFormat::Jwt] {
            let party = Party::with(&app, Kind::Web, |new| new.config.access_token_format = format).await;
            // It expires.
            let (_, short) = token(&app, &ada, ALL, Some(100)).await;
            let code = allow(&party, &short, &[("scope", ALL)]).await;
            let tokens = party.exchange(&code).await.json();
            assert_eq!((&tokens["scope"], &tokens["expires_in"]), (&json!(ALL), &json!(100)));
            let (access, refresh) =
                (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
            app.clock.advance(60);
            let renewed = party.refresh(refresh).await.json();
            assert_eq!(renewed["expires_in"], 40);
            let end = claims(renewed["id_token"].as_str().unwrap())["exp"].as_i64().map(Timestamp::from_seconds);
            assert_eq!(end, Some(app.ctx().now.plus(40)));
            app.clock.advance(40);
            assert_eq!(party.introspect(access).await, json!({"active": false}));
            let late = party.refresh(renewed["refresh_token"].as_str().unwrap()).await;
            assert_eq!((late.status.as_u16(), late.error().as_str()), (400, "invalid_grant"));
            // It is revoked, by itself or with all the person's tokens; another one's grants go on.
            let (id, revoked) = token(&app, &ada, ALL, None).await;
            let (_, kept) = token(&app, &ada, ALL, None).await;
            let ended = party.exchange(&allow(&party, &revoked, &[]).await).await.json();
            let other = party.exchange(&allow(&party, &kept, &[]).await).await.json();
            let code = allow(&party, &revoked, &[("prompt", "consent")]).await;
            assert!(
                flows::unguarded::credentials::end_token(&app.app, &app.ctx(), ada.user.id, id.parse().unwrap())
                    .await
                    .unwrap()
            );
            assert_eq!(party.introspect(ended["access_token"].as_str().unwrap()).await, json!({"active": false}));
            assert_eq!(party.introspect(other["access_token"].as_str().unwrap()).await["active"], true);
            let late = [party.refresh(ended["refresh_token"].as_str().unwrap()).await, party.exchange(&code).await];
            for reply in late {
                assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_grant"));
            }
        }
        let refused = app.outcomes("token.authorization_code").await;
        assert_eq!(refused.iter().filter(|why| *why == "personal_token_ended").count(), 2, "{refused:?}");
        app.stop().await;
    })
    .await;
}

/// What a token allows changes nothing of what its person allowed on the page, and stands for tokens where nothing else does.
/// Checklist 127.
#[tokio::test]
async fn point_3_2_a_token_does_not_change_the_workspace_that_the_person_agreed_to() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let [first, second] = [ada.workspaces[0], ada.workspaces[1]].map(Some);
        let default = async |to| {
            let change = ProfileChange { default_workspace: Some(to), ..ProfileChange::default() };
            profile::change(&app.app, &app.ctx(), ada.user.id, change).await.unwrap().unwrap();
        };
        let party = Party::new(&app, Kind::Web).await;
        let (_, program) = token(&app, &ada, ALL, None).await;
        let shown = async |code: &str| {
            let told = claims(party.exchange(code).await.json()["id_token"].as_str().unwrap());
            told.get("tenant_id").map(|id| id.as_str().unwrap().parse().unwrap())
        };
        let openid = [("scope", "openid")];
        let more = [("scope", "openid email")];
        default(first).await;
        assert_eq!(shown(&allow(&party, &program, &openid).await).await, first);
        default(second).await;
        assert_eq!(shown(&allow(&party, &program, &openid).await).await, first, "allowed before");
        let mut browser = Browser::new(&app);
        assert_eq!(shown(&party.code(&mut browser, &ada, &openid).await).await, second, "a page, and its word stands");
        default(first).await;
        assert_eq!(shown(&allow(&party, &program, &more).await).await, first, "asked for more, and was told this one");
        let code = browser.get(&party.authorize(&openid)).await.answer("code").expect("no page");
        assert_eq!(shown(&code).await, second);
        assert_eq!(shown(&allow(&party, &program, &more).await).await, second);
        app.stop().await;
    })
    .await;
}

/// A code that is on its way when the token expires.
/// Checklist 127.
#[tokio::test]
async fn point_1_1_a_code_ends_with_the_token() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        let (_, short) = token(&app, &ada, ALL, Some(10)).await;
        let code = allow(&party, &short, &[]).await;
        app.clock.advance(10);
        assert_eq!(party.exchange(&code).await.error(), "invalid_grant");
        assert_eq!(app.outcomes("token.authorization_code").await, ["personal_token_ended"]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_1_1_what_a_token_allowed_is_asked_again_of_the_person() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        party.tokens(&mut browser, &ada, &[("scope", "openid")]).await;
        let (_, short) = token(&app, &ada, ALL, Some(100)).await;
        // What the person allowed stands for the token, too.
        assert!(code_in(&ask(&party, &short, &[("scope", "openid")]).await).is_some());
        let code = allow(&party, &short, &[("scope", "openid email")]).await;
        assert_eq!(party.exchange(&code).await.json()["scope"], "openid email");
        // It stands for the person's tokens, each of which could allow it by itself.
        assert!(code_in(&ask(&party, &short, &[("scope", "openid email")]).await).is_some());
        // The person's browser does not grant it without a question.
        let silent = browser.get(&party.authorize(&[("scope", "openid email"), ("prompt", "none")])).await;
        assert_eq!(silent.answer("error").as_deref(), Some("consent_required"));
        assert!(browser.get(&party.authorize(&[("scope", "openid email")])).await.body.contains("consent-allow"));
        assert!(browser.get(&party.authorize(&[("scope", "openid")])).await.answer("code").is_some());
        app.stop().await;
    })
    .await;
}

/// The person sees the app, and can end it, as long as it has something by the token.
#[tokio::test]
async fn point_1_1_an_app_allowed_by_token_is_listed_until_it_has_nothing() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let party = Party::new(&app, Kind::Web).await;
        let day = 24 * 60 * 60;
        let (id, pat) = token(&app, &ada, ALL, Some(10 * day)).await;
        let tokens = party.exchange(&allow(&party, &pat, &[]).await).await.json();
        let access = tokens["access_token"].as_str().unwrap();
        let listed = async || flows::unguarded::consents::of_user(&app.app, ada.user.id).await.unwrap().len();
        let users = async || {
            flows::unguarded::consents::users_of_client(&app.app, &party.id, store::Page::default())
                .await
                .unwrap()
                .total
        };
        let later = async |seconds| {
            app.clock.advance(seconds);
            flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
            (listed().await, users().await)
        };
        assert_eq!(later(2 * day).await, (1, 1), "its grant lives");
        flows::unguarded::credentials::end_token(&app.app, &app.ctx(), ada.user.id, id.parse().unwrap()).await.unwrap();
        assert_eq!(later(0).await, (0, 0));
        // What is taken back ends at once.
        let (_, pat) = token(&app, &ada, ALL, None).await;
        let tokens_again = party.exchange(&allow(&party, &pat, &[]).await).await.json();
        assert_eq!(later(0).await, (1, 1));
        assert!(flows::unguarded::consents::revoke_user(&app.app, &app.ctx(), &party.id, ada.user.id).await.unwrap());
        for token in [access, tokens_again["access_token"].as_str().unwrap()] {
            assert_eq!(party.introspect(token).await, json!({"active": false}));
        }
        // A consent that a person gave stays, whatever came of it.
        let mut browser = Browser::new(&app);
        party.tokens(&mut browser, &ada, &[]).await;
        assert_eq!(later(400 * day).await, (1, 1));
        app.stop().await;
    })
    .await;
}
