//! PKCE and authorization codes (checklist 28-40).
use testkit::{Browser, Kind, Party, TestApp, Tokens, VERIFIER, for_each_database};

async fn refused(app: &TestApp, party: &Party, fields: &[(&str, &str)], error: &str, reason: &str) {
    let reply = party.token(fields).await;
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert_eq!(reply.error(), error);
    assert_eq!(app.outcomes("token.authorization_code").await[0], reason);
}

fn exchange<'f>(code: &'f str, verifier: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![("grant_type", "authorization_code"), ("code", code), ("code_verifier", verifier)]
}

#[tokio::test]
async fn checklist_28_29_30_a_challenge_is_required_of_every_client() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        for kind in [Kind::Web, Kind::Spa, Kind::Native] {
            let party = Party::with(&app, kind, |new| new.config.require_pkce = kind == Kind::Web).await;
            for more in [
                [("code_challenge", ""), ("code_challenge_method", "")],
                [("code_challenge_method", "plain"), ("x", "")],
                [("code_challenge_method", ""), ("x", "")],
            ] {
                assert_eq!(
                    Browser::new(&app).get(&party.authorize(&more)).await.answer("error").as_deref(),
                    Some("invalid_request")
                );
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_31_32_34_36_39_what_the_code_is_bound_to() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let (party, other) = (Party::new(&app, Kind::Web).await, Party::new(&app, Kind::Web).await);
        let mut browser = Browser::new(&app);
        let code = party.code(&mut browser, &user, &[]).await;
        let wrong = "another-verifier-of-at-least-forty-three-characters";
        refused(&app, &party, &exchange(&code, wrong), "invalid_grant", "code_verifier_mismatch").await;
        refused(&app, &party, &exchange(&code, ""), "invalid_grant", "code_verifier_missing").await;
        refused(&app, &party, &exchange(&code, "short"), "invalid_request", "code_verifier_malformed").await;
        refused(&app, &other, &exchange(&code, VERIFIER), "invalid_grant", "code_of_another_client").await;
        refused(&app, &party, &exchange("cs_ac_rubbish", VERIFIER), "invalid_grant", "code_unknown").await;
        refused(&app, &party, &exchange("", VERIFIER), "invalid_request", "code_missing").await;
        let mut elsewhere = exchange(&code, VERIFIER);
        elsewhere.push(("redirect_uri", "https://client.example/other"));
        refused(&app, &party, &elsewhere, "invalid_grant", "redirect_uri_mismatch").await;
        let mut here = exchange(&code, VERIFIER);
        here.push(("redirect_uri", &party.redirect_uri));
        assert_eq!(party.token(&here).await.status, 200, "after all those refusals the code is still good once");
        let free = Party::new(&app, Kind::Web).await;
        let code = free.code(&mut browser, &user, &[("code_challenge", ""), ("code_challenge_method", "")]).await;
        refused(&app, &free, &exchange(&code, VERIFIER), "invalid_grant", "code_verifier_unexpected").await;
        assert_eq!(free.token(&exchange(&code, "")).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_35_a_code_lives_sixty_seconds() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let mut browser = Browser::new(&app);
        let code = party.code(&mut browser, &user, &[]).await;
        app.clock.advance(60);
        refused(&app, &party, &exchange(&code, VERIFIER), "invalid_grant", "code_expired").await;
        let code = party.code(&mut browser, &user, &[]).await;
        app.clock.advance(59);
        assert_eq!(party.exchange(&code).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_38_a_second_valid_use_ends_the_grant_and_an_invalid_one_does_not() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let code = party.code(&mut Browser::new(&app), &user, &[]).await;
        let tokens = Tokens(party.exchange(&code).await.json());
        let wrong = "another-verifier-of-at-least-forty-three-characters";
        refused(&app, &party, &exchange(&code, wrong), "invalid_grant", "code_verifier_mismatch").await;
        assert_eq!(
            party.introspect(&tokens.access()).await["active"],
            true,
            "an outsider with half the secrets ends nothing"
        );
        refused(&app, &party, &exchange(&code, VERIFIER), "invalid_grant", "code_replayed").await;
        assert_eq!(party.introspect(&tokens.access()).await, serde_json::json!({"active": false}));
        assert_eq!(party.refresh(&tokens.refresh()).await.error(), "invalid_grant");
        assert_eq!(app.outcomes("grant.ended").await, ["code_replayed"]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_37_of_200_tasks_that_redeem_one_code_exactly_one_wins() {
    for_each_database(async |database| {
        let (app, second) = (TestApp::start(database).await, TestApp::second(database).await);
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let code = party.code(&mut Browser::new(&app), &user, &[]).await;
        let tasks: Vec<_> = (0..200)
            .map(|n| {
                // Two nodes on one database.
                let party = Party { app: if n % 2 == 0 { app.clone() } else { second.clone() }, ..party.clone() };
                let code = code.clone();
                tokio::spawn(async move { party.exchange(&code).await })
            })
            .collect();
        let (mut won, mut lost) = (0, 0);
        for task in tasks {
            let reply = task.await.unwrap();
            match reply.status.as_u16() {
                200 => won += 1,
                400 => {
                    assert_eq!(reply.error(), "invalid_grant");
                    lost += 1;
                }
                other => panic!("{other}: {}", reply.body),
            }
        }
        assert_eq!((won, lost), (1, 199));
        app.stop().await;
        second.stop().await;
    })
    .await;
}

#[tokio::test]
async fn checklist_40_the_challenge_never_comes_back() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let party = Party::new(&app, Kind::Web).await;
        let challenge = domain::oauth::pkce::CodeChallenge::of(VERIFIER).text();
        let mut browser = Browser::new(&app);
        let page = browser.get(&party.authorize(&[])).await;
        assert!(!page.body.contains(&challenge));
        let code = party.code(&mut browser, &user, &[]).await;
        assert!(!code.contains(&challenge) && !party.exchange(&code).await.body.contains(&challenge));
        app.stop().await;
    })
    .await;
}
