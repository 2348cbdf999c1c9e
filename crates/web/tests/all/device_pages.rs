//! The pages for devices: entering a code, deciding, and going back.
use axum::http::Method;
use domain::clients::GrantType;
use testkit::{Browser, Database, Kind, Party, Reply, TestApp};

async fn app() -> (Database, TestApp, Party) {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    app.user("ada@example.com", 1).await;
    let party = Party::with(&app, Kind::Spa, |new| {
        "Set-top <b>box</b>".clone_into(&mut new.name);
        new.config.grant_types.push(GrantType::DeviceCode);
    })
    .await;
    (database, app, party)
}

async fn code(party: &Party) -> String {
    let reply = party.post("/oauth2/device_authorization", &[("scope", "openid"), ("sub_type", "user")]).await;
    reply.json()["user_code"].as_str().unwrap().to_owned()
}

async fn read(browser: &mut Browser, path: &str, language: &str) -> Reply {
    let headers = [("accept", "text/html"), ("accept-language", language)];
    browser.call(Method::GET, path, &headers, "").await
}

#[tokio::test]
async fn the_pages_speak_both_languages_from_the_code_to_the_end() {
    let (_database, app, party) = app().await;
    for (language, title, compare, end, refused) in [
        ("en", "Connect a device", "shows exactly", "go back to your device", "Access denied"),
        ("de", "Gerät verbinden", "genau", "zu Ihrem Gerät zurückkehren", "Zugriff verweigert"),
    ] {
        let mut browser = Browser::new(&app);
        assert!(read(&mut browser, "/device", language).await.body.contains(title));
        for (action, said) in [("allow", end), ("deny", refused)] {
            let code = code(&party).await;
            let path = format!("/device?user_code={code}&ui_locales={language}");
            let page = read(&mut browser, &path, language).await;
            assert_eq!(page.status, 200, "the link alone does nothing");
            let text = page.text("device-compare").unwrap();
            assert!(text.contains(compare) && text.contains(&code), "{text}");
            let form = page.form("device-submit");
            assert_eq!(form.get("user_code"), Some(code.as_str()));
            let sent = browser.submit(&form).await;
            assert_eq!(sent.status, 303);
            let to = sent.location();
            let place = format!("{}&ui_locales={language}", &to[url::Position::BeforePath..]);
            let mut page = read(&mut browser, &place, language).await;
            if page.body.contains("login-submit") {
                let form = page.form("login-submit").set("username", "ada@example.com");
                let signed_in = browser.submit(&form.set("password", testkit::PASSWORD)).await;
                let to = signed_in.location();
                page = read(&mut browser, &to[url::Position::BeforePath..], language).await;
            }
            assert!(page.text("consent-device").unwrap().contains(&code), "{}", page.body);
            assert!(!page.body.contains("<b>box</b>"));
            let csp = page.header("content-security-policy");
            assert!(csp.contains("frame-ancestors 'none'") && csp.contains("form-action 'self';"), "{csp}");
            let form = page.form("consent-allow").set("action", action);
            let fields: Vec<_> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let headers = [("accept-language", language), ("content-type", "application/x-www-form-urlencoded")];
            let done = browser.call(Method::POST, &form.action, &headers, &body).await;
            assert!(done.text("device-done").unwrap().contains(said), "{}", done.body);
            assert!(!done.body.contains("<b>box</b>"));
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn a_wrong_code_keeps_what_was_typed_and_nobody_else_sends_the_form() {
    let (_database, app, party) = app().await;
    let mut browser = Browser::new(&app);
    let mut enter = async |typed: &str| {
        let form = browser.get("/device").await.form("device-submit").set("user_code", typed);
        let reply = browser.submit(&form).await;
        if reply.status == 422 {
            assert_eq!(reply.form("device-submit").get("user_code"), Some(typed));
        }
        (reply.status.as_u16(), reply.text("problem").unwrap_or_default())
    };
    let (status, said) = enter("\"><script>x</script>").await;
    assert!(status == 422 && said.contains("No device waits"), "{said}");
    assert!(enter("").await.1.contains("Enter the code"));
    let late = code(&party).await;
    app.clock.advance(600);
    assert!(enter(&late).await.1.contains("expired"));
    let used = code(&party).await;
    assert_eq!(enter(&used).await.0, 303);
    assert_eq!(enter(&used.replace('-', " ")).await.0, 303, "nobody has decided yet");

    let mut ada = Browser::new(&app);
    let page = ada.get("/device").await;
    let form = page.form("device-submit").set("user_code", &used);
    let sent = ada.submit(&form).await;
    let login = ada.follow(sent).await;
    let consent = ada.sign_in(&login, "ada@example.com").await;
    let done = ada.submit(&consent.form("consent-allow").set("action", "allow")).await;
    assert!(done.body.contains("device-done"), "{}", done.body);
    assert!(enter(&used).await.1.contains("used already"));
    assert_eq!(ada.submit(&form.clone().set("csrf", "wrong")).await.status, 400);
    // What a link says goes into the page only where it is a code.
    let odd = ada.get("/device?user_code=Call+0900-555").await;
    assert_eq!(odd.form("device-submit").get("user_code"), Some(""));
    assert!(!odd.body.contains("0900"));
    app.stop().await;
}
