//! What an app receives of people and workspaces: said in full on the consent page, in connected apps and among a workspace's
//! apps, and held against the tokens that it gets (point 3.1).
use axum::http::Method;
use domain::WorkspaceId;
use domain::clients::AccessTokenFormat;
use domain::workspace::{AppPolicy, MemberRoles, Role};
use flows::unguarded::members;
use flows::unguarded::profile::{self, ProfileChange};
use flows::{Page, Settings, UserCursor, workspace};
use serde_json::Value;
use testkit::{Api, Browser, Kind, Party, Reply, TestApp, TestUser, Tokens, claims, for_each_database};

const OPENID: &str = "openid contracts:read";
const BARE: &str = "contracts:read";

/// What connected apps say of an app that acts in the person's own name and receives no workspace, in English and German.
const NO_WORKSPACE: (&str, &str) = (
    "The app receives your user ID, but no workspace and no roles.",
    "Die App erhält Ihre Benutzer-ID, aber keinen Arbeitsbereich und keine Rollen.",
);
/// And of the time after, where it is not known what the consent page named.
const NEXT: (&str, &str) = (
    "The next time you sign in to the app, it receives your default workspace at that time, if you have one.",
    "Melden Sie sich erneut bei der App an, erhält sie Ihren Standardarbeitsbereich zu diesem Zeitpunkt, falls Sie einen haben.",
);

async fn read(browser: &mut Browser, path: &str, language: &str) -> Reply {
    let page = browser.call(Method::GET, path, &[("accept", "text/html"), ("accept-language", language)], "").await;
    assert_eq!(page.status, 200, "{path} {}", page.body);
    page
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the consent page says in a language.
async fn asked(browser: &mut Browser, party: &Party, more: &[(&str, &str)], language: &str) -> String {
    let path = party.authorize(&[more, &[("prompt", "consent")]].concat());
    squeezed(&read(browser, &path, language).await.text("consent-receives").unwrap())
}

/// What each place of the connected apps is said to receive.
async fn allowed(browser: &mut Browser, language: &str) -> Vec<String> {
    let page = read(browser, "/account/apps", language).await;
    page.texts("receives").iter().map(|said| squeezed(said)).collect()
}

async fn in_workspace(browser: &mut Browser, workspace: WorkspaceId, party: &Party, language: &str) -> String {
    let page = read(browser, &format!("/workspaces/{workspace}/access/{}", party.id), language).await;
    squeezed(&page.text("receives").unwrap())
}

/// Which of these the app reads in its tokens, at userinfo and by introspection.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that an app reads or does not")]
struct Handed {
    user_id: bool,
    workspace_id: bool,
    workspace_name: bool,
    roles: bool,
}

const ALL: Handed = Handed { user_id: true, workspace_id: true, workspace_name: true, roles: true };

async fn handed(party: &Party, user: &TestUser, workspace: WorkspaceId, name: &str, tokens: &Tokens) -> Handed {
    let access = tokens.access();
    let mut all = vec![party.introspect(&access).await, claims(&access)];
    all.extend(tokens.0.get("id_token").map(|_| tokens.id_claims()));
    let info = Api::with(&party.app, &access).get("/oauth2/userinfo").await;
    all.extend((info.status == 200).then(|| info.json()));
    let text = Value::from(all).to_string();
    Handed {
        user_id: text.contains(&user.user.id.to_string()),
        workspace_id: text.contains(&workspace.to_string()),
        workspace_name: text.contains(name),
        roles: text.contains("compliance_officer"),
    }
}

async fn tokens(party: &Party, user: &TestUser, workspace: Option<WorkspaceId>, more: &[(&str, &str)]) -> Tokens {
    let answer = party.approve(&mut Browser::new(&party.app), user, more, workspace).await;
    Tokens(party.exchange(&answer.answer("code").unwrap()).await.json())
}

async fn reader(app: &TestApp) -> (TestUser, Browser) {
    let ada = app.user("ada@example.com", 2).await;
    let mut browser = Browser::new(app);
    browser.sign_in_here("ada@example.com").await;
    (ada, browser)
}

async fn jwt_party(app: &TestApp) -> Party {
    Party::with(app, Kind::Web, |new| new.config.access_token_format = AccessTokenFormat::Jwt).await
}

async fn set_default(app: &TestApp, user: &TestUser, workspace: Option<WorkspaceId>) {
    let change = ProfileChange { default_workspace: Some(workspace), ..ProfileChange::default() };
    profile::change(&app.app, &app.ctx(), user.user.id, change).await.unwrap().unwrap();
}

#[tokio::test]
async fn point_3_1_pages_say_what_an_app_receives_that_acts_for_a_workspace() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let workspace = ada.workspaces[0];
        for (scope, expected, english, german, people, leute) in [
            (
                OPENID,
                ALL,
                "The app receives your user ID, the ID and name of the workspace, and your roles in it.",
                "Die App erhält Ihre Benutzer-ID, ID und Name des Arbeitsbereichs und Ihre Rollen darin.",
                "The app receives the user IDs of these people, the ID and name of this workspace, and their roles in it.",
                "Die App erhält die Benutzer-IDs dieser Personen, ID und Name dieses Arbeitsbereichs und die Rollen der Personen darin.",
            ),
            (
                BARE,
                Handed { user_id: false, workspace_name: false, ..ALL },
                "The app receives the ID of the workspace and your roles in it.",
                "Die App erhält die ID des Arbeitsbereichs und Ihre Rollen darin.",
                "The app receives the ID of this workspace and the roles of these people.",
                "Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Personen.",
            ),
        ] {
            let party = jwt_party(&app).await;
            let more = [("sub_type", "workspace"), ("scope", scope)];
            assert_eq!(asked(&mut browser, &party, &more, "en").await, english);
            assert_eq!(asked(&mut browser, &party, &more, "de").await, german);
            let tokens = tokens(&party, &ada, Some(workspace), &more).await;
            assert_eq!(handed(&party, &ada, workspace, "Workspace 0", &tokens).await, expected, "{scope}");
            assert_eq!(allowed(&mut browser, "en").await, [english]);
            assert_eq!(allowed(&mut browser, "de").await, [german]);
            assert_eq!(in_workspace(&mut browser, workspace, &party, "en").await, people);
            assert_eq!(in_workspace(&mut browser, workspace, &party, "de").await, leute);
            let who = app.principal(&ada, None).await;
            flows::account::apps::revoke(&app.app, &app.ctx(), &who, party.id.as_str()).await.unwrap();
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_1_pages_say_what_an_app_receives_that_acts_in_a_persons_own_name() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let home = ada.workspaces[1];
        let none = Handed { workspace_id: false, workspace_name: false, roles: false, ..ALL };
        for (default, scope, expected, english, german) in [
            (None, OPENID, &none, "The app receives your user ID.", "Die App erhält Ihre Benutzer-ID."),
            (None, BARE, &none, "The app receives your user ID.", "Die App erhält Ihre Benutzer-ID."),
            (
                Some(home),
                OPENID,
                &ALL,
                "The app receives your user ID, the ID and name of Workspace 1, and your roles in it.",
                "Die App erhält Ihre Benutzer-ID, ID und Name von Workspace 1 und Ihre Rollen darin.",
            ),
            (
                Some(home),
                BARE,
                &Handed { workspace_name: false, ..ALL },
                "The app receives your user ID, the ID of Workspace 1, and your roles in it.",
                "Die App erhält Ihre Benutzer-ID, die ID von Workspace 1 und Ihre Rollen darin.",
            ),
        ] {
            set_default(&app, &ada, default).await;
            let party = jwt_party(&app).await;
            let more = [("sub_type", "user"), ("scope", scope)];
            assert_eq!(asked(&mut browser, &party, &more, "en").await, english);
            assert_eq!(asked(&mut browser, &party, &more, "de").await, german);
            let tokens = tokens(&party, &ada, None, &more).await;
            assert_eq!(&handed(&party, &ada, home, "Workspace 1", &tokens).await, expected, "{default:?} {scope}");
            let (english, german) = if default.is_some() { (english, german) } else { NO_WORKSPACE };
            assert_eq!(allowed(&mut browser, "en").await, [english]);
            assert_eq!(allowed(&mut browser, "de").await, [german]);
            let who = app.principal(&ada, None).await;
            flows::account::apps::revoke(&app.app, &app.ctx(), &who, party.id.as_str()).await.unwrap();
        }
        app.stop().await;
    })
    .await;
}

/// Each authorization in the person's own name keeps the workspace that its consent page named, and shows it as long as the person
/// belongs to it and it lets the app in.
#[tokio::test]
async fn point_3_1_connected_apps_name_each_workspace_that_an_app_receives_in_the_persons_own_name() {
    const FIRST: &str = "The app receives your user ID, the ID and name of Workspace 0, and your roles in it.";
    const SECOND: &str = "The app receives your user ID, the ID and name of Workspace 1, and your roles in it.";
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let party = jwt_party(&app).await;
        let more = [("sub_type", "user"), ("scope", OPENID)];
        let says = async |browser: &mut Browser, english: &str| assert_eq!(allowed(browser, "en").await, [english]);
        let mut all = Vec::new();
        set_default(&app, &ada, Some(ada.workspaces[0])).await;
        all.push(tokens(&party, &ada, None, &more).await);
        // Nobody is asked the next time, so that it is the same workspace.
        set_default(&app, &ada, Some(ada.workspaces[1])).await;
        let next = tokens(&party, &ada, None, &more).await;
        assert_eq!(handed(&party, &ada, ada.workspaces[0], "Workspace 0", &next).await, ALL);
        says(&mut browser, FIRST).await;
        all.push(tokens(&party, &ada, None, &[&more[..], &[("prompt", "consent")]].concat()).await);
        let receives = async |at: usize| {
            let name = format!("Workspace {at}");
            let tokens = party.refresh(&all[at].refresh()).await;
            assert_eq!(tokens.status, 200, "{}", tokens.body);
            handed(&party, &ada, ada.workspaces[at], &name, &Tokens(tokens.json())).await == ALL
        };
        says(&mut browser, "The app receives your user ID. It also receives the ID and name of Workspace 0 and your roles in it. It also receives the ID and name of Workspace 1 and your roles in it.").await;
        assert_eq!(
            allowed(&mut browser, "de").await,
            ["Die App erhält Ihre Benutzer-ID. Sie erhält auch ID und Name von Workspace 0 und Ihre Rollen darin. Sie erhält auch ID und Name von Workspace 1 und Ihre Rollen darin."]
        );
        // A rule that keeps the app out.
        let who = app.principal(&ada, Some(ada.workspaces[0])).await;
        let rule =
            async |policy: AppPolicy| workspace::policy::set(&app.app, &app.ctx(), &who, policy.as_str()).await.unwrap();
        rule(AppPolicy::Verified).await;
        says(&mut browser, SECOND).await;
        rule(AppPolicy::All).await;
        // A membership that ended.
        let bob = app.user("bob@example.com", 0).await;
        let roles = MemberRoles::only(Role::Owner);
        members::put_member(&app.app, &app.ctx(), bob.user.id, ada.workspaces[1], roles).await.unwrap();
        let there = app.principal(&bob, Some(ada.workspaces[1])).await;
        flows::workspace::members::remove(&app.app, &app.ctx(), &there, &ada.user.id.to_string()).await.unwrap();
        says(&mut browser, FIRST).await;
        assert_eq!((receives(0).await, receives(1).await), (true, false));
        // None is left of the first, either.
        rule(AppPolicy::Verified).await;
        says(&mut browser, NO_WORKSPACE.0).await;
        assert!(!receives(0).await);
        app.stop().await;
    })
    .await;
}

/// The next sign-in without a page shows what the last page named, also when no authorization is left. Of consents from before it is
/// not known what their page named, and the page says what comes then.
#[tokio::test]
async fn point_3_2_connected_apps_say_which_workspace_the_next_sign_in_hands_over() {
    const ENGLISH: &str = "The app receives your user ID, the ID and name of Workspace 0, and your roles in it.";
    const GERMAN: &str = "Die App erhält Ihre Benutzer-ID, ID und Name von Workspace 0 und Ihre Rollen darin.";
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let party = jwt_party(&app).await;
        let more = [("sub_type", "user"), ("scope", OPENID)];
        set_default(&app, &ada, Some(ada.workspaces[0])).await;
        let before = tokens(&party, &ada, None, &more).await;
        set_default(&app, &ada, Some(ada.workspaces[1])).await;
        assert_eq!(party.post("/oauth2/revoke", &[("token", &before.refresh())]).await.status, 200);
        assert_eq!(allowed(&mut browser, "en").await, [ENGLISH]);
        assert_eq!(allowed(&mut browser, "de").await, [GERMAN]);
        let next = tokens(&party, &ada, None, &more).await;
        assert_eq!(handed(&party, &ada, ada.workspaces[0], "Workspace 0", &next).await, ALL);
        assert_eq!(allowed(&mut browser, "en").await, [ENGLISH]);

        assert_eq!(app.execute("UPDATE consents SET home_workspace_id = NULL").await, 1);
        assert_eq!(allowed(&mut browser, "en").await, [format!("{ENGLISH} {}", NEXT.0)]);
        assert_eq!(allowed(&mut browser, "de").await, [format!("{GERMAN} {}", NEXT.1)]);
        assert_eq!(party.post("/oauth2/revoke", &[("token", &next.refresh())]).await.status, 200);
        assert_eq!(allowed(&mut browser, "en").await, [format!("{} {}", NO_WORKSPACE.0, NEXT.0)]);
        let next = tokens(&party, &ada, None, &more).await;
        assert_eq!(handed(&party, &ada, ada.workspaces[1], "Workspace 1", &next).await, ALL);
        app.stop().await;
    })
    .await;
}

async fn page_of_own_names(browser: &mut Browser, path: &str, language: &str) -> Vec<String> {
    let page = read(browser, path, language).await;
    let said = ["receives-own", "own-names-end"].map(|id| squeezed(&page.text(id).unwrap()));
    assert!(!page.body.contains("Read contracts") && !page.body.contains("Verträge"), "theirs alone: {}", page.body);
    said.into()
}

/// Who looks after a workspace sees that an app receives its ID and whose roles, and nothing else of what they allowed it.
#[tokio::test]
async fn point_3_1_a_workspace_reads_which_apps_receive_it_in_peoples_own_names() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let workspace = ada.workspaces[0];
        let (bob, cy) = (app.user("bob@example.com", 0).await, app.user("cy@example.com", 0).await);
        for (user, role) in [(&bob, Role::Member), (&cy, Role::Admin)] {
            let roles = MemberRoles::only(role);
            members::put_member(&app.app, &app.ctx(), user.user.id, workspace, roles).await.unwrap();
        }
        let party = jwt_party(&app).await;
        let more = [("sub_type", "user"), ("scope", OPENID)];
        let list = format!("/workspaces/{workspace}/access");
        let path = format!("{list}/{}", party.id);
        assert!(read(&mut browser, &list, "en").await.body.contains("No app has access"));
        let of_bob = tokens(&party, &bob, None, &more).await;
        assert_eq!(party.introspect(&of_bob.access()).await["tenant_id"], workspace.to_string());

        for (language, count, said) in [
            ("en", "Used by 1 person in their own name", "From people who use it in their own names, the app receives this workspace’s ID and these people’s roles."),
            ("de", "Von 1 Person im eigenen Namen verwendet", "Verwenden Personen die App im eigenen Namen, erhält sie die ID dieses Arbeitsbereichs und die Rollen dieser Personen."),
        ] {
            for path in [list.clone(), format!("{list}?q=relying")] {
                let page = read(&mut browser, &path, language).await.body;
                assert!(page.contains(count) && page.contains(said), "{page}");
                assert!(!page.contains("Allowed by") && !page.contains("erlaubt</a>"), "{page}");
            }
        }
        let english = "These people use the app in their own names. It receives their user IDs, the ID of this workspace, and their roles in it. It receives the workspace's name only from people who allowed Know who you are here.";
        let german = "Diese Personen verwenden die App im eigenen Namen. Die App erhält ihre Benutzer-IDs, die ID dieses Arbeitsbereichs und ihre Rollen darin. Den Namen des Arbeitsbereichs erhält sie nur von Personen, die Wissen, wer Sie hier sind erlaubt haben.";
        let rule = "An app that this workspace does not let in receives neither its ID nor these roles.";
        let regel = "Eine App, die dieser Arbeitsbereich nicht zulässt, erhält weder seine ID noch diese Rollen.";
        assert_eq!(page_of_own_names(&mut browser, &path, "en").await, [english.to_owned(), format!("{rule} Change the rule here: Allowed apps")]);
        assert_eq!(page_of_own_names(&mut browser, &path, "de").await, [german.to_owned(), format!("{regel} Die Regel ändern Sie hier: Zugelassene Apps")]);
        let page = read(&mut browser, &path, "en").await;
        assert!(page.body.contains("bob@example.com") && !page.body.contains("/revoke\""), "{}", page.body);
        // An admin sees the same and is told who may change the rule; nothing is there to be revoked.
        let mut admin = Browser::new(&app);
        admin.sign_in_here("cy@example.com").await;
        assert_eq!(page_of_own_names(&mut admin, &path, "en").await[1], format!("{rule} Owners decide which apps it lets in."));
        let revoke = admin.get(&format!("{path}/revoke")).await;
        assert_eq!((revoke.status.as_u16(), revoke.location().path()), (303, path.as_str()));

        // The rule says beforehand what it ends, and ends it.
        let preview = read(&mut browser, &format!("{list}/policy/change?policy=listed"), "en").await.body;
        let ends = "1 app that people use in their own names would no longer receive this workspace’s ID and these people’s roles.";
        assert!(preview.contains(ends) && !preview.contains("Nobody loses access"), "{preview}");
        let who = app.principal(&ada, Some(workspace)).await;
        let set = async |policy: AppPolicy| workspace::policy::set(&app.app, &app.ctx(), &who, policy.as_str()).await.unwrap();
        workspace::policy::allow(&app.app, &app.ctx(), &who, party.id.as_str()).await.unwrap();
        set(AppPolicy::Listed).await;
        let remove = read(&mut browser, &format!("{list}/policy/apps/{}/remove", party.id), "en").await.body;
        let ends = "1 person uses the app in their own name: it no longer receives this workspace’s ID and that person’s roles.";
        assert!(remove.contains(ends) && !remove.contains("Nobody loses access"), "{remove}");
        workspace::policy::disallow(&app.app, &app.ctx(), &who, party.id.as_str()).await.unwrap();
        let now = party.introspect(&of_bob.access()).await;
        assert_eq!((now["active"].as_bool(), now.get("tenant_id"), now.get("roles")), (Some(true), None, None));
        let page = browser.call(Method::GET, &path, &[("accept", "text/html")], "").await;
        assert_eq!(page.status, 404, "it receives nothing");
        assert!(read(&mut browser, &list, "en").await.body.contains("No app has access"));

        // Beside what was allowed in the workspace, each is listed by itself.
        set(AppPolicy::All).await;
        let for_workspace = [("sub_type", "workspace"), ("scope", BARE)];
        party.approve(&mut Browser::new(&app), &cy, &for_workspace, Some(workspace)).await;
        let page = read(&mut browser, &list, "en").await.body;
        assert!(page.contains("Allowed by 1 person") && page.contains("Used by 1 person in their own name"), "{page}");
        let page = read(&mut browser, &path, "en").await;
        assert_eq!(squeezed(&page.text("receives").unwrap()), "The app receives the ID of this workspace and the roles of these people.");
        assert_eq!(squeezed(&page.text("receives-own").unwrap()), english);
        app.stop().await;
    })
    .await;
}

/// A workspace that keeps the app out is not named, and not shown either once it lets the app in: nobody agreed to that.
/// Checklist 131.
#[tokio::test]
async fn point_3_1_a_default_workspace_that_keeps_the_app_out_is_never_handed_over() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let home = ada.workspaces[1];
        set_default(&app, &ada, Some(home)).await;
        let who = app.principal(&ada, Some(home)).await;
        let rule = async |policy: AppPolicy| {
            workspace::policy::set(&app.app, &app.ctx(), &who, policy.as_str()).await.unwrap()
        };
        rule(AppPolicy::Verified).await;
        let party = jwt_party(&app).await;
        let more = [("sub_type", "user"), ("scope", OPENID)];
        assert_eq!(asked(&mut browser, &party, &more, "en").await, "The app receives your user ID.");
        let before = tokens(&party, &ada, None, &more).await;
        let none = Handed { workspace_id: false, workspace_name: false, roles: false, ..ALL };
        assert_eq!(handed(&party, &ada, home, "Workspace 1", &before).await, none);
        rule(AppPolicy::All).await;
        assert_eq!(handed(&party, &ada, home, "Workspace 1", &before).await, none, "what was allowed is not widened");
        let now = "The app receives your user ID, the ID and name of Workspace 1, and your roles in it.";
        assert_eq!(asked(&mut browser, &party, &more, "en").await, now);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_3_1_pages_name_the_apis_that_see_who_authorized_a_workspaces_token() {
    const ASKS: &str = "https://api.example/";
    const ALSO: &str = "https://also.example/";
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings: &mut Settings| {
            settings.catalogue.resources = [ASKS, ALSO, "https://other.example/"].map(str::to_owned).into();
            settings.catalogue.authorized_by_resources = vec![ASKS.to_owned(), ALSO.to_owned()];
        })
        .await;
        let (ada, mut browser) = reader(&app).await;
        let workspace = ada.workspaces[0];
        let party = jwt_party(&app).await;
        let spelled = "HTTPS://API.example:443";
        for (scope, resources, english, german) in [
            (
                OPENID,
                vec![spelled, ALSO],
                "your roles in it. HTTPS://API.example:443 also receives your user ID. https://also.example/ also receives your user ID.",
                "Ihre Rollen darin. Auch HTTPS://API.example:443 erhält Ihre Benutzer-ID. Auch https://also.example/ erhält Ihre Benutzer-ID.",
            ),
            (
                BARE,
                vec![spelled],
                "your roles in it. The app and HTTPS://API.example:443 also receive your user ID.",
                "Ihre Rollen darin. Die App und HTTPS://API.example:443 erhalten außerdem Ihre Benutzer-ID.",
            ),
            (BARE, vec!["https://other.example/"], "your roles in it.", "Ihre Rollen darin."),
            (BARE, vec![], "your roles in it.", "Ihre Rollen darin."),
        ] {
            let mut more = vec![("sub_type", "workspace"), ("scope", scope)];
            more.extend(resources.iter().map(|resource| ("resource", *resource)));
            for (language, end) in [("en", english), ("de", german)] {
                let said = asked(&mut browser, &party, &more, language).await;
                assert!(said.ends_with(end) && said.matches("ID").count() >= end.matches("ID").count(), "{said}");
            }
            let own = [more.clone(), vec![("sub_type", "user")]].concat();
            let own: Vec<_> = own.into_iter().filter(|one| *one != ("sub_type", "workspace")).collect();
            assert_eq!(asked(&mut browser, &party, &own, "en").await, "The app receives your user ID.");
        }
        let more = [("sub_type", "workspace"), ("scope", BARE), ("resource", spelled)];
        let tokens = tokens(&party, &ada, Some(workspace), &more).await;
        let expected = Handed { workspace_name: false, ..ALL };
        assert_eq!(handed(&party, &ada, workspace, "Workspace 0", &tokens).await, expected);
        assert_eq!(
            allowed(&mut browser, "en").await,
            ["The app receives the ID of the workspace and your roles in it. If the app uses https://api.example/, the app and that API also receive your user ID. If the app uses https://also.example/, the app and that API also receive your user ID."]
        );
        assert_eq!(
            allowed(&mut browser, "de").await,
            ["Die App erhält die ID des Arbeitsbereichs und Ihre Rollen darin. Verwendet die App https://api.example/, erhalten die App und diese API auch Ihre Benutzer-ID. Verwendet die App https://also.example/, erhalten die App und diese API auch Ihre Benutzer-ID."]
        );
        assert_eq!(
            in_workspace(&mut browser, workspace, &party, "en").await,
            "The app receives the ID of this workspace and the roles of these people. If the app uses https://api.example/, the app and that API also receive the user IDs of these people. If the app uses https://also.example/, the app and that API also receive the user IDs of these people."
        );
        assert_eq!(
            in_workspace(&mut browser, workspace, &party, "de").await,
            "Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Personen. Verwendet die App https://api.example/, erhalten die App und diese API auch die Benutzer-IDs dieser Personen. Verwendet die App https://also.example/, erhalten die App und diese API auch die Benutzer-IDs dieser Personen."
        );
        let more = [("sub_type", "workspace"), ("scope", OPENID)];
        party.approve(&mut Browser::new(&app), &ada, &more, Some(workspace)).await;
        assert!(allowed(&mut browser, "en").await[0].ends_with("your roles in it. If the app uses https://api.example/, that API also receives your user ID. If the app uses https://also.example/, that API also receives your user ID."));
        assert!(allowed(&mut browser, "de").await[0].ends_with("Verwendet die App https://also.example/, erhält auch diese API Ihre Benutzer-ID."));
        assert!(in_workspace(&mut browser, workspace, &party, "en").await.ends_with("If the app uses https://also.example/, that API also receives these user IDs."));
        assert!(in_workspace(&mut browser, workspace, &party, "de").await.ends_with("Verwendet die App https://also.example/, erhält auch diese API diese Benutzer-IDs."));
        app.stop().await;
    })
    .await;
}

/// The members of one workspace allowed different things: the page says who gave what.
#[tokio::test]
async fn point_3_1_a_workspace_reads_that_an_app_knows_some_of_its_people() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let workspace = ada.workspaces[0];
        let bob = app.user("bob@example.com", 0).await;
        let roles = MemberRoles::only(Role::Member);
        members::put_member(&app.app, &app.ctx(), bob.user.id, workspace, roles).await.unwrap();
        let party = jwt_party(&app).await;
        let approve = async |user: &TestUser, scope: &str| {
            let more = [("sub_type", "workspace"), ("scope", scope)];
            party.approve(&mut Browser::new(&app), user, &more, Some(workspace)).await;
        };
        approve(&ada, BARE).await;
        approve(&bob, OPENID).await;
        for (language, said) in [
            (
                "en",
                "The app receives the ID of this workspace and the roles of these people. It receives the workspace's name and a user ID only from people who allowed Know who you are here.",
            ),
            (
                "de",
                "Die App erhält die ID dieses Arbeitsbereichs und die Rollen dieser Personen. Den Namen des Arbeitsbereichs und eine Benutzer-ID erhält sie nur von Personen, die Wissen, wer Sie hier sind erlaubt haben.",
            ),
        ] {
            assert_eq!(in_workspace(&mut browser, workspace, &party, language).await, said);
        }
        approve(&ada, OPENID).await;
        let all =
            "The app receives the user IDs of these people, the ID and name of this workspace, and their roles in it.";
        assert_eq!(in_workspace(&mut browser, workspace, &party, "en").await, all);
        app.stop().await;
    })
    .await;
}

/// An app's owner sees the ids of its people whatever they allowed, and they read that before they allow anything.
#[tokio::test]
async fn point_3_1_people_read_that_an_apps_developer_sees_their_id() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = reader(&app).await;
        let workspace = ada.workspaces[0];
        let dev = app.user("dev@example.com", 1).await;
        let owned = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(dev.workspaces[0])).await;
        let own = Party::with(&app, Kind::Web, |new| new.owner_user_id = Some(dev.user.id)).await;
        let nobodys = Party::with(&app, Kind::Web, |_| ()).await;
        for (party, developer) in [(&owned, true), (&own, true), (&nobodys, false)] {
            let more = [("sub_type", "workspace"), ("scope", BARE)];
            for (language, said, people) in [
                (
                    "en",
                    " The app's developer can see your user ID.",
                    " The app's developer can see the user IDs of these people.",
                ),
                (
                    "de",
                    " Wer die App entwickelt, kann Ihre Benutzer-ID sehen.",
                    " Wer die App entwickelt, kann die Benutzer-IDs dieser Personen sehen.",
                ),
            ] {
                let before = asked(&mut browser, party, &more, language).await;
                assert_eq!(before.ends_with(said), developer, "{before}");
                party.approve(&mut Browser::new(&app), &ada, &more, Some(workspace)).await;
                assert_eq!(allowed(&mut browser, language).await[0].ends_with(said), developer, "{language}");
                let seen = in_workspace(&mut browser, workspace, party, language).await;
                assert_eq!(seen.ends_with(people), developer, "{language} {seen}");
            }
            // It already says so where the app itself receives the id.
            let named = [("sub_type", "workspace"), ("scope", OPENID)];
            assert!(asked(&mut browser, party, &named, "en").await.ends_with("your roles in it."));
            let who = app.principal(&ada, None).await;
            flows::account::apps::revoke(&app.app, &app.ctx(), &who, party.id.as_str()).await.unwrap();
        }
        let client = owned.id.as_str();
        let more = [("sub_type", "workspace"), ("scope", BARE)];
        owned.approve(&mut Browser::new(&app), &ada, &more, Some(workspace)).await;
        let developer = app.principal(&dev, Some(dev.workspaces[0])).await;
        let ctx = app.ctx();
        let people =
            flows::clients::people::list(&app.app, &ctx, &developer, client, Page::default(), UserCursor::PageNumber);
        let people = people.await.unwrap().items;
        assert_eq!(
            (people[0].user_id, people[0].name.as_deref(), people[0].email.as_deref()),
            (ada.user.id, None, None)
        );
        app.stop().await;
    })
    .await;
}
