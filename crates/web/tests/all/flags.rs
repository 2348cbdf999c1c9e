//! What the console flags of an app: requests that nothing protects, and what registration dropped.
use axum::http::Method;
use domain::clients::Client;
use flows::operator::clients;
use flows::unguarded::profile;
use serde_json::json;
use testkit::{Api, Browser, Database, Kind, Party, Reply, TestApp, TestUser, for_each_database};

const DAY: i64 = 24 * 60 * 60;
const BARE: [(&str, &str); 3] = [("code_challenge", ""), ("code_challenge_method", ""), ("nonce", "")];
const NOTHING_WRONG: Option<String> = None;

/// Ada, who runs the server and owns a workspace, signed in.
async fn ada(app: &TestApp) -> (TestUser, Browser) {
    let ada = app.user("ada@example.com", 1).await;
    profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
    let mut browser = Browser::new(app);
    browser.sign_in_here("ada@example.com").await;
    (ada, browser)
}

async fn owned(app: &TestApp, ada: &TestUser, kind: Kind) -> Party {
    Party::with(app, kind, |new| new.owner_workspace_id = Some(ada.workspaces[0])).await
}

fn console(ada: &TestUser, party: &Party) -> String {
    format!("/workspaces/{}/applications/{}", ada.workspaces[0], party.id)
}

async fn read(browser: &mut Browser, path: &str, language: &str) -> Reply {
    let page = browser.call(Method::GET, path, &[("accept", "text/html"), ("accept-language", language)], "").await;
    assert_eq!(page.status, 200, "{path} {}", page.body);
    page
}

/// What the flag of a page says, with single spaces.
async fn flag(browser: &mut Browser, path: &str, language: &str) -> Option<String> {
    let said = read(browser, path, language).await.text("unprotected");
    said.map(|said| said.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[tokio::test]
async fn point_4_3_the_console_flags_requests_with_neither_pkce_nor_nonce() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = ada(&app).await;
        let party = owned(&app, &ada, Kind::Web).await;
        let console = console(&ada, &party);
        let pages = [console.clone(), format!("{console}/failures"), format!("/operator/clients/{}", party.id)];

        // One of both is enough, and another app's requests are its own.
        party.code(&mut Browser::new(&app), &ada, &[]).await;
        party.code(&mut Browser::new(&app), &ada, &BARE[..2]).await;
        party.code(&mut Browser::new(&app), &ada, &BARE[2..]).await;
        let (public, other) = (owned(&app, &ada, Kind::Spa).await, owned(&app, &ada, Kind::Web).await);
        let refused = browser.get(&public.authorize(&BARE)).await;
        assert_eq!(refused.answer("error").as_deref(), Some("invalid_request"), "it is refused, and listed as such");
        browser.get(&other.authorize(&BARE)).await;
        for path in &pages {
            assert_eq!(flag(&mut browser, path, "en").await, NOTHING_WRONG, "{path}");
        }

        // Whether it succeeds, fails, or comes as JSON.
        party.code(&mut Browser::new(&app), &ada, &BARE).await;
        let said = "One authorization request in the last 7 days had neither PKCE nor a nonce. \
                    The last one: 1 Jan 2026, 00:00 UTC \
                    Anyone who gets hold of a user’s authorization code can use it to sign in to the app as that user. \
                    Turn on PKCE in the app’s library, or at least send a nonce. \
                    Once the app uses PKCE, require it in the settings.";
        assert_eq!(flag(&mut browser, &console, "en").await.as_deref(), Some(said));
        app.clock.advance(DAY + 60);
        let failed = [BARE[0], BARE[1], BARE[2], ("max_age", "x")];
        assert_eq!(browser.get(&party.authorize(&failed)).await.answer("error").as_deref(), Some("invalid_request"));
        let person = Api::person(&app, &ada, "openid profile email").await;
        let asked = person.get(&party.authorize(&BARE).replace("/oauth2/", "/api/oauth2/")).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        let [request, fix] = ["3 authorization requests in the last 7 days had neither PKCE nor a nonce. \
                               The last one: 2 Jan 2026, 00:01 UTC", "Turn on PKCE in the app’s library"];
        for path in &pages[..2] {
            let said = flag(&mut browser, path, "en").await.unwrap();
            assert!(said.starts_with(request) && said.contains(fix), "{path} {said}");
        }
        let said = flag(&mut browser, &pages[2], "en").await.unwrap();
        assert!(said.starts_with(request) && said.ends_with("Ask the app’s developer to turn on PKCE, or at least to send a nonce."), "{said}");
        let said = "3 Autorisierungsanfragen der letzten 7 Tage enthielten weder PKCE noch eine nonce. \
                    Die letzte: 02.01.2026, 00:01 UTC \
                    Wer an den Autorisierungscode eines Benutzers gelangt, kann sich damit als dieser Benutzer bei der App anmelden. \
                    Schalten Sie PKCE in der Bibliothek der App ein, oder senden Sie zumindest eine nonce. \
                    Sobald die App PKCE verwendet, verlangen Sie es in den Einstellungen.";
        assert_eq!(flag(&mut browser, &console, "de").await.as_deref(), Some(said));
        assert_eq!(flag(&mut browser, &format!("{console}/failures?of=changes"), "en").await, NOTHING_WRONG);
        assert_eq!(flag(&mut browser, &self::console(&ada, &public), "en").await, NOTHING_WRONG);

        // Another node sees what this one counted; a week after the last one the flag is gone.
        let second = TestApp::second(database).await;
        second.clock.advance(DAY + 60);
        let mut there = Browser { app: second.clone(), cookies: browser.cookies.clone() };
        assert!(flag(&mut there, &console, "en").await.unwrap().starts_with("3 "));
        app.clock.advance(6 * DAY);
        assert!(flag(&mut browser, &console, "en").await.unwrap().starts_with("2 "), "the first one is too old");
        app.clock.advance(DAY);
        assert_eq!(flag(&mut browser, &console, "en").await, NOTHING_WRONG);
        second.stop().await;
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_3_what_is_flagged_links_to_the_setting_that_ends_it() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, mut browser) = ada(&app).await;
    let party = owned(&app, &ada, Kind::Web).await;
    browser.get(&party.authorize(&BARE)).await;
    let console = console(&ada, &party);
    let link = format!("href=\"{console}/settings#require_pkce\"");
    assert!(read(&mut browser, &console, "en").await.body.contains(&link));
    let form = read(&mut browser, &format!("{console}/settings"), "en").await.form("require_pkce");
    assert_eq!(browser.submit(&form.set("require_pkce", "true")).await.status, 303);
    let page = read(&mut browser, &console, "en").await;
    assert!(page.text("unprotected").is_some() && !page.body.contains(&link), "it is required already");
    // Those who may not change the app are not sent there.
    let bob = app.user("bob@example.com", 0).await;
    let roles = domain::workspace::MemberRoles::only(domain::workspace::Role::Member);
    flows::unguarded::members::put_member(&app.app, &app.ctx(), bob.user.id, ada.workspaces[0], roles).await.unwrap();
    let other = owned(&app, &ada, Kind::Web).await;
    let mut bobs = Browser::new(&app);
    bobs.sign_in_here("bob@example.com").await;
    bobs.get(&other.authorize(&BARE)).await;
    let page = read(&mut bobs, &self::console(&ada, &other), "en").await;
    assert!(page.text("unprotected").is_some() && !page.body.contains("require_pkce"), "{}", page.body);
    app.stop().await;
}

async fn client(app: &TestApp, ada: &TestUser, party: &Party) -> Client {
    let operator = app.acting(ada, None, true);
    clients::find(&app.app, &app.ctx(), &operator, party.id.as_str()).await.unwrap()
}

/// What the client gets that leaves PKCE out.
async fn without_pkce(browser: &mut Browser, party: &Party) -> Option<String> {
    let reply = browser.get(&party.authorize(&BARE[..2])).await;
    (reply.status == 303).then(|| reply.answer("error")).flatten()
}

#[tokio::test]
async fn point_4_3_the_operator_requires_pkce_of_a_client_and_stops_requiring_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = ada(&app).await;
        let party = Party::new(&app, Kind::Web).await;
        let path = format!("/operator/clients/{}", party.id);
        for (require, language, before, title, done, after) in [
            (true, "en", "Not required", "Require PKCE from Relying Party?", "PKCE is now required.", "Required"),
            (
                false,
                "de",
                "Erforderlich",
                "PKCE von Relying Party nicht mehr verlangen?",
                "PKCE ist nicht mehr erforderlich.",
                "Nicht erforderlich",
            ),
        ] {
            let page = read(&mut browser, &path, language).await;
            let ask = format!("{path}/pkce?require={require}");
            assert_eq!(page.text("client-pkce").as_deref(), Some(before));
            assert!(page.body.contains(&format!("id=\"client-pkce-change\" href=\"{ask}\"")), "{}", page.body);
            let ask = read(&mut browser, &ask, language).await;
            assert!(ask.body.contains(&format!("<h1>{title}</h1>")), "{}", ask.body);
            assert_eq!(client(&app, &ada, &party).await.config.requires_pkce(), !require, "a question changes nothing");
            let saved = browser.submit(&ask.form("confirm")).await;
            assert_eq!((saved.status.as_u16(), saved.location().path()), (303, path.as_str()));
            let page = read(&mut browser, &path, language).await;
            assert!(page.body.contains(done), "{}", page.body);
            assert_eq!(page.text("client-pkce").as_deref(), Some(after));
            let expected = require.then_some("invalid_request");
            assert_eq!(without_pkce(&mut browser, &party).await.as_deref(), expected);
            // The notice takes it back, and again.
            let undone = browser.submit(&page.form("undo")).await;
            let page = browser.follow(undone).await;
            assert_eq!(client(&app, &ada, &party).await.config.requires_pkce(), !require);
            let again = browser.submit(&page.form("undo")).await;
            browser.follow(again).await;
            assert_eq!(client(&app, &ada, &party).await.config.requires_pkce(), require);
        }
        assert_eq!(app.outcomes("client.updated").await, vec!["ok"; 6]);
        for wrong in ["", "maybe"] {
            let page = browser.get(&format!("{path}/pkce?require={wrong}")).await;
            assert_eq!(page.status, 422, "{wrong} {}", page.body);
        }
        // Public clients always need it: there is nothing to change.
        let public = Party::new(&app, Kind::Spa).await;
        let page = read(&mut browser, &format!("/operator/clients/{}", public.id), "en").await;
        assert_eq!(page.text("client-pkce").as_deref(), Some("Required"));
        assert!(!page.body.contains("client-pkce-change"), "{}", page.body);
        app.user("bob@example.com", 1).await;
        let mut bobs = Browser::new(&app);
        bobs.sign_in_here("bob@example.com").await;
        assert_eq!(bobs.get(&format!("{path}/pkce?require=true")).await.status, 403);
        app.stop().await;
    })
    .await;
}

/// What the list of a page names, line by line.
fn dropped(page: &Reply) -> Option<Vec<String>> {
    let (_, list) = page.body.split_once("<dd id=\"dropped\">")?;
    let (list, _) = list.split_once("</dd>")?;
    let lines = list.split("<code>").skip(1).filter_map(|line| line.split_once("</code>"));
    Some(lines.map(|(line, _)| line.to_owned()).collect())
}

#[tokio::test]
async fn point_5_4_the_console_shows_what_registration_dropped() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = ada(&app).await;
        let asked = json!({
            "client_name": "Narrowed", "redirect_uris": ["https://a.example/cb"], "scope": "openid email",
            "backchannel_logout_uri": "https://a.example/logout", "backchannel_logout_session_required": true,
            "software_statement": "x.y.z", "grant_types": ["authorization_code", "implicit"],
        });
        let lines = [
            "grant_types: implicit",
            "backchannel_logout_session_required",
            "backchannel_logout_uri",
            "software_statement",
        ];
        let workspace = ada.workspaces[0];
        let (key, person) = (Api::key(&app, workspace, "admin", "").await, Api::person(&app, &ada, "clients:write").await);
        let consoles = [
            (key, format!("/workspaces/{workspace}/applications")),
            (person, "/account/applications".to_owned()),
            (Api::nobody(&app), "/operator/clients".to_owned()),
        ];
        for (by, console) in consoles {
            let made = by.post("/oauth2/register", &asked).await;
            assert_eq!(made.status, 201, "{}", made.body);
            let answer = made.json();
            for member in ["backchannel_logout_uri", "backchannel_logout_session_required", "software_statement"] {
                assert!(answer.get(member).is_none(), "{answer}");
            }
            assert_eq!(answer["grant_types"], json!(["authorization_code"]));
            let id = answer["client_id"].as_str().unwrap();
            for (language, label) in [("en", "Not registered"), ("de", "Nicht registriert")] {
                for path in [format!("{console}/{id}"), format!("/operator/clients/{id}")] {
                    let page = read(&mut browser, &path, language).await;
                    assert_eq!(dropped(&page).unwrap(), lines, "{path}");
                    assert!(page.body.contains(&format!("<dt>{label}</dt>")), "{path}");
                }
            }
            // A change of the registration says anew what it asked for.
            let uri = answer["registration_client_uri"].as_str().unwrap();
            let uri = uri.strip_prefix("http://localhost:8080").unwrap();
            let token = Api::with(&app, answer["registration_access_token"].as_str().unwrap());
            let put = json!({"client_id": id, "redirect_uris": ["https://a.example/cb"], "frontchannel_logout_uri": "https://a.example/"});
            assert_eq!(token.put(uri, &put).await.status, 200);
            let path = format!("{console}/{id}");
            assert_eq!(dropped(&read(&mut browser, &path, "en").await).unwrap(), ["frontchannel_logout_uri"]);
            let put = json!({"client_id": id, "redirect_uris": ["https://a.example/cb"]});
            assert_eq!(token.put(uri, &put).await.status, 200);
            assert_eq!(dropped(&read(&mut browser, &path, "en").await), None, "nothing was dropped");
        }
        app.stop().await;
    })
    .await;
}
