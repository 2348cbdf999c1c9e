//! A workspace is found among many on the consent page, without a script.
use flows::unguarded::members;
use flows::unguarded::profile;
use flows::unguarded::workspaces;
use testkit::{Browser, Database, Form, Kind, Party, Reply, TestApp, TestUser, for_each_database};

const ASKED: [(&str, &str); 2] = [("sub_type", "workspace"), ("scope", "openid profile email offline_access")];

struct Scene {
    app: TestApp,
    ada: TestUser,
    party: Party,
    browser: Browser,
}

async fn scene(database: &Database, workspaces: usize) -> Scene {
    let app = TestApp::start(database).await;
    let ada = app.user("ada@example.com", workspaces).await;
    let party = Party::new(&app, Kind::Web).await;
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    Scene { app, ada, party, browser }
}

impl Scene {
    async fn consent(&mut self) -> Reply {
        let page = self.browser.get(&self.party.authorize(&ASKED)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page
    }

    /// Presses the button of the search.
    async fn search(&mut self, form: Form, wanted: &str) -> Reply {
        let reply = self.browser.submit(&form.set("q", wanted).set("action", "search")).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.form("workspace-find").get("q"), Some(wanted.trim()));
        reply
    }

    /// The ids of the workspaces that a page lists, by their number.
    fn listed(&self, page: &Reply) -> Vec<usize> {
        let form = page.form("consent-allow");
        let ids = form.radios.iter().filter(|(name, _)| name == "workspace").map(|(_, value)| value.as_str());
        ids.map(|id| self.ada.workspaces.iter().position(|one| one.to_string() == id).unwrap()).collect()
    }
}

fn ticked(form: &Form) -> Vec<&str> {
    form.fields.iter().filter(|(name, _)| name == "scope").map(|(_, value)| value.as_str()).collect()
}

#[tokio::test]
async fn a_workspace_is_found_among_200_and_nothing_chosen_is_lost() {
    for_each_database(async |database| {
        let mut s = scene(database, 200).await;
        let page = s.consent().await;
        assert_eq!(s.listed(&page).len(), 50);
        assert!(page.text("workspaces-found").unwrap().contains("50 of 200 are listed"), "{}", page.body);
        assert!(page.body.len() < 40_000, "a page, not a catalogue: {}", page.body.len());
        let form =
            page.form("consent-allow").untick("scope", "email").set("workspace", &s.ada.workspaces[7].to_string());
        assert_eq!(ticked(&form), ["profile", "offline_access"]);
        let found = s.search(form, "  wORKSPACE 19 ").await;
        let found_again = s.search(found.form("consent-allow"), "workspace 19").await;
        for page in [&found, &found_again] {
            let mut listed = s.listed(page);
            assert_eq!(listed.remove(0), 7, "what is chosen stays listed");
            listed.sort_unstable();
            assert_eq!(listed, [19, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199]);
            let form = page.form("consent-allow");
            assert_eq!(form.get("workspace").unwrap(), s.ada.workspaces[7].to_string(), "and chosen");
            assert_eq!(ticked(&form), ["profile", "offline_access"], "what was unticked stays so");
            assert!(page.text("workspaces-found").unwrap().contains("11 workspaces have this name"));
        }
        let all_off = found.form("consent-allow").untick("scope", "profile").untick("scope", "offline_access");
        let none = s.search(all_off, "no such").await;
        assert_eq!((s.listed(&none), ticked(&none.form("consent-allow")).len()), (vec![7], 0));
        assert!(none.text("workspaces-found").unwrap().contains("No workspace has this name."));
        // Another is chosen, and the application gets just that.
        let chosen = found.form("consent-allow").set("workspace", &s.ada.workspaces[191].to_string());
        let answer = s.browser.submit(&chosen.set("action", "allow")).await;
        let tokens = s.party.exchange(&answer.answer("code").unwrap()).await.json();
        assert_eq!(tokens["scope"], "openid profile offline_access");
        let seen = s.party.introspect(tokens["access_token"].as_str().unwrap()).await;
        assert_eq!(seen["sub"], s.ada.workspaces[191].to_string());
        s.app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_search_speaks_both_languages_and_is_there_for_many_only() {
    for (workspaces, searched) in [(8, false), (9, true)] {
        let database = Database::sqlite();
        let mut s = scene(&database, workspaces).await;
        for (language, label) in [("en", "Search workspaces"), ("de", "Arbeitsbereiche durchsuchen")] {
            let change = profile::ProfileChange { locale: Some(Some(language)), ..Default::default() };
            profile::change(&s.app.app, &s.app.ctx(), s.ada.user.id, change).await.unwrap();
            let page = s.consent().await;
            assert_eq!(s.listed(&page).len(), workspaces);
            assert_eq!(page.body.contains(label), searched, "{language} {workspaces}");
            assert_eq!(page.body.contains("data-whole"), searched);
            if searched {
                let found = s.search(page.form("consent-allow"), "space 3").await;
                let said = if language == "en" { "1 workspace has this name." } else { "1 Arbeitsbereich heißt so." };
                assert_eq!(found.text("workspaces-found").as_deref(), Some(said));
                assert!(
                    found.body.contains(&format!("<html lang=\"{language}\"")) && !found.body.contains("data-whole")
                );
            }
        }
        s.app.stop().await;
    }
}

#[tokio::test]
async fn whatever_is_searched_for_is_text() {
    let database = Database::sqlite();
    let mut s = scene(&database, 9).await;
    let odd = workspaces::create_workspace(&s.app.app, &s.app.ctx(), "<b>100%_</b> Straße", None).await.unwrap();
    let roles = domain::workspace::MemberRoles::parse(["owner"]).unwrap();
    members::put_member(&s.app.app, &s.app.ctx(), s.ada.user.id, odd.id, roles).await.unwrap();
    s.ada.workspaces.push(odd.id);
    let page = s.consent().await;
    for (wanted, found) in [
        ("\"><script>alert(1)</script>", 0),
        ("%", 1),
        ("_", 1),
        ("<b>", 1),
        // As every other search folds it.
        ("STRASSE", 1),
        ("\u{202e}evil", 0),
        ("'; DROP TABLE users; --", 0),
        ("", 10),
    ] {
        let reply = s.search(page.form("consent-allow"), wanted).await;
        assert_eq!(s.listed(&reply).len(), found, "{wanted}");
        assert!(!reply.body.contains("<script>") && !reply.body.contains("<b>"), "{wanted}");
    }
    let long = page.form("consent-allow").set("q", &"ä".repeat(10_000)).set("action", "search");
    let long = s.browser.submit(&long).await;
    assert_eq!(long.form("workspace-find").get("q").unwrap().chars().count(), 100);
    // What is no workspace of theirs is not chosen, and a search of elsewhere is none.
    let stranger = s.app.user("eve@example.com", 1).await.workspaces[0].to_string();
    for chosen in [stranger.as_str(), "rubbish"] {
        let reply = s.search(page.form("consent-allow").set("workspace", chosen), "space").await;
        assert_eq!(reply.form("consent-allow").get("workspace"), None, "{chosen}");
    }
    let forged = page.form("consent-allow").set("action", "search").set("csrf", "AAAA");
    assert_eq!(s.browser.submit(&forged).await.status, 400);
    let mut other = Browser::new(&s.app);
    let theirs = other.get("/login").await.form("login-submit").get("csrf").unwrap().to_owned();
    let stolen = page.form("consent-allow").set("action", "search").set("csrf", &theirs);
    assert_eq!(other.submit(&stolen).await.status, 400, "the page belongs to its browser");
    assert_eq!(s.app.outcomes("consent.granted").await.len(), 0, "a search allows nothing");
    s.app.stop().await;
}
