//! Figures lead to what they count, and to as many of it (point 6.2).
use domain::clients::Trust;
use domain::workspace::{MemberRoles, Role};
use flows::unguarded::{members, profile};
use testkit::{Browser, Database, Kind, Party, Reply, TestApp, TestUser, VERIFIER, for_each_database};

/// Ada, who runs the server and owns a workspace, signed in.
async fn ada(app: &TestApp) -> (TestUser, Browser) {
    let ada = app.user("ada@example.com", 1).await;
    profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
    let mut browser = Browser::new(app);
    browser.sign_in_here("ada@example.com").await;
    (ada, browser)
}

async fn get(browser: &mut Browser, path: &str) -> Reply {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path} {}", page.body);
    page
}

/// Where the links of a page that say exactly this lead.
fn links(page: &Reply, said: &str) -> Vec<String> {
    let before = page.body.split(&format!(">{said}</a>")).collect::<Vec<_>>();
    let links = before[..before.len() - 1].iter().filter_map(|text| text.rsplit_once("<a href=\"")?.1.split_once('"'));
    links.map(|(href, _)| href.replace("&#38;", "&")).collect()
}

/// Rows of the table, or items of the list with this name.
fn rows(page: &Reply) -> usize {
    page.body.matches("<th scope=\"row\">").count()
}

#[tokio::test]
async fn point_6_2_what_the_operator_counts_leads_to_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, mut browser) = ada(&app).await;
        let workspace = ada.workspaces[0];
        let bob = app.user("bob@example.com", 2).await;
        let roles = MemberRoles::only(Role::Member);
        members::put_member(&app.app, &app.ctx(), bob.user.id, workspace, roles).await.unwrap();
        let mut parties = Vec::new();
        for name in ["One", "Two", "Three"] {
            let owned = Party::with(&app, Kind::Web, |new| {
                (new.owner_workspace_id, new.name, new.trust) = (Some(workspace), name.to_owned(), Trust::Verified);
            });
            parties.push(owned.await);
        }
        // Everybody's memberships and the apps of each workspace.
        let list = get(&mut browser, "/operator/workspaces").await;
        let page = format!("/operator/workspaces/{workspace}");
        assert!(links(&list, "2").contains(&page) && links(&list, "<bdi>Workspace 0</bdi>").contains(&page));
        assert!(links(&list, "3").contains(&format!("{page}/applications")), "{}", list.body);
        let members = get(&mut browser, &page).await;
        assert_eq!(rows(&members), 2, "{}", members.body);
        assert!(members.body.contains("ada@example.com") && members.body.contains("bob@example.com"));
        assert_eq!(links(&members, "Members (2)"), std::slice::from_ref(&page));
        let bobs = format!("/operator/users/{}", bob.user.id);
        assert!(links(&members, "<bdi>Test Person</bdi>").contains(&bobs));
        let apps = get(&mut browser, &format!("{page}/applications")).await;
        assert_eq!((rows(&apps), links(&apps, "Applications (3)").len()), (3, 1), "{}", apps.body);
        assert_eq!(links(&apps, "<bdi>Two</bdi>"), [format!("/operator/clients/{}", parties[1].id)]);
        let client = get(&mut browser, &format!("/operator/clients/{}", parties[1].id)).await;
        assert_eq!(links(&client, "<bdi>Workspace 0</bdi>"), std::slice::from_ref(&page));
        for unknown in ["wsp_01KDXZ0000000000000000000G", "rubbish"] {
            for tab in ["", "/applications"] {
                let gone = browser.get(&format!("/operator/workspaces/{unknown}{tab}")).await;
                assert_eq!(gone.status, 404, "{}", gone.body);
                assert!(
                    gone.body.contains("There is no such workspace.") && gone.body.contains("/operator/workspaces\"")
                );
            }
        }

        // The workspaces and the connected apps of a user.
        let more = [("sub_type", "workspace")];
        parties[0].approve(&mut Browser::new(&app), &bob, &more, Some(workspace)).await;
        parties[0].approve(&mut Browser::new(&app), &bob, &more, Some(bob.workspaces[0])).await;
        parties[2].approve(&mut Browser::new(&app), &bob, &[], None).await;
        let users = get(&mut browser, "/operator/users").await;
        assert_eq!(links(&users, "3"), [format!("{bobs}#workspaces")], "{}", users.body);
        let user = get(&mut browser, &bobs).await;
        let (_, memberships) = user.body.split_once("id=\"workspaces\"").unwrap();
        let (memberships, connections) = memberships.split_once("id=\"connections\"").unwrap();
        assert_eq!(memberships.matches("<li>").count(), 3, "{memberships}");
        assert!(memberships.contains(&format!("<a href=\"{page}\"><bdi>Workspace 0</bdi></a>")), "{memberships}");
        assert!(user.body.contains("id=\"user-connections\"><a href=\"#connections\">"), "{}", user.body);
        let (connections, _) = connections.split_once("</ul>").unwrap();
        assert_eq!(connections.matches("<li>").count(), 3, "{connections}");
        let one = format!("<a href=\"/operator/clients/{}\"><bdi>One</bdi></a>", parties[0].id);
        assert!(connections.matches(&one).count() == 2 && connections.contains("In their own name"), "{connections}");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_2_counted_errors_lead_to_those_requests() {
    const DAY: i64 = 24 * 60 * 60;
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, mut browser) = ada(&app).await;
    let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(ada.workspaces[0])).await;
    let wrong = async |n: usize| {
        for _ in 0..n {
            party.exchange("cs_ac_rubbish").await;
        }
    };
    wrong(11).await;
    party.token(&[("grant_type", "authorization_code"), ("code_verifier", VERIFIER)]).await;
    app.clock.advance(DAY);
    browser.sign_in_here("ada@example.com").await;
    wrong(2).await;
    let console = format!("/workspaces/{}/applications/{}", ada.workspaces[0], party.id);
    let page = get(&mut browser, &format!("{console}/activity?days=7")).await;
    let failures = format!("{console}/failures");
    assert_eq!(links(&page, "14 in all"), std::slice::from_ref(&failures), "{}", page.body);
    let count = async |browser: &mut Browser, path: &str| {
        let (mut path, mut all) = (path.to_owned(), 0);
        loop {
            let page = get(browser, &path).await;
            all += page.body.matches("<article").count();
            match page.body.split_once("\" rel=\"next\"").and_then(|(before, _)| before.rsplit_once("href=\"")) {
                Some((_, next)) => path = next.replace("&#38;", "&"),
                None => return all,
            }
        }
    };
    assert_eq!(count(&mut browser, &failures).await, 14);
    for (figure, query) in
        [("13", "reason=code_unknown"), ("1", "reason=code_missing"), ("12", "day=2026-01-01"), ("2", "day=2026-01-02")]
    {
        let list = format!("{failures}?{query}");
        assert!(links(&page, figure).contains(&list), "{figure} {:?}", links(&page, figure));
        assert_eq!(count(&mut browser, &list).await.to_string(), figure, "{list}");
    }
    let both = get(&mut browser, &format!("{failures}?reason=code_unknown&day=2026-01-02")).await;
    assert_eq!(both.body.matches("<article").count(), 2);
    let narrowed = both.text("narrowed").unwrap();
    assert_eq!(narrowed, "Only those of 2 Jan 2026 (UTC). Only those for the reason code_unknown. Show all");
    assert_eq!(links(&both, "Show all"), std::slice::from_ref(&failures));
    // What no page of ours wrote.
    assert_eq!(count(&mut browser, &format!("{failures}?day=2026-01-32&reason=")).await, 14);
    let evil = get(&mut browser, &format!("{failures}?reason=%3Cb%3E")).await;
    assert!(!evil.body.contains("<b>") && evil.text("narrowed").unwrap().contains("<b>"), "{}", evil.body);
    app.stop().await;
}

/// The cells, facts and large figures of a page that are a number without a link, with what they are called.
fn unlinked(page: &Reply) -> Vec<String> {
    let mut found = Vec::new();
    for (begin, end) in [("<td", "</td>"), ("<dd", "</dd>"), ("<p class=\"figure\"", "</p>")] {
        for cell in page.body.split(begin).skip(1).filter_map(|rest| rest.split_once(end)).map(|(cell, _)| cell) {
            let (tag, inside) = cell.split_once('>').unwrap();
            let text: String =
                inside.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
            let is_figure = !text.trim().is_empty() && text.trim().bytes().all(|b| b.is_ascii_digit());
            if is_figure && !inside.contains("<a ") {
                let name = tag.split_once("data-label=\"").or(tag.split_once("id=\"")).map(|(_, rest)| rest);
                found
                    .push(name.and_then(|rest| rest.split_once('"')).map_or(text.clone(), |(name, _)| name.to_owned()));
            }
        }
    }
    found
}

/// Every figure leads to a list, except where there is none: what is counted and not kept.
#[tokio::test]
async fn point_6_2_no_page_has_a_figure_that_leads_nowhere() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let (ada, mut browser) = ada(&app).await;
    let workspace = ada.workspaces[0];
    let party = Party::with(&app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
    party.tokens(&mut browser, &ada, &[("sub_type", "workspace")]).await;
    party.exchange("cs_ac_rubbish").await;
    let (here, client) = (format!("/workspaces/{workspace}"), &party.id);
    let paths = [
        "/account",
        "/account/apps",
        "/account/security",
        "/account/tokens",
        "/account/applications",
        "/workspaces",
        "{here}/applications",
        "{here}/applications/{client}",
        "{here}/applications/{client}/settings",
        "{here}/applications/{client}/secrets",
        "{here}/applications/{client}/users",
        "{here}/applications/{client}/failures",
        "{here}/access",
        "{here}/access/{client}",
        "{here}/access/policy",
        "{here}/api-keys",
        "{here}/members",
        "{here}/invitations",
        "{here}/webhooks",
        "{here}/audit",
        "/operator/deliveries",
        "/operator/users",
        "/operator/users/{user}",
        "/operator/workspaces",
        "/operator{here}",
        "/operator{here}/applications",
        "/operator/clients",
        "/operator/clients/{client}",
        "/operator/keys",
        "/operator/webhooks",
        "/operator/audit",
    ];
    for path in paths {
        let path = path.replace("{here}", &here).replace("{client}", client.as_str());
        let path = path.replace("{user}", &ada.user.id.to_string());
        assert_eq!(unlinked(&get(&mut browser, &path).await), Vec::<String>::new(), "{path}");
    }
    // Tokens issued and people of a day are counted and not kept; a day without errors has nothing to show.
    let activity = get(&mut browser, &format!("{here}/applications/{client}/activity?days=7")).await;
    let left: std::collections::BTreeSet<_> = unlinked(&activity).into_iter().collect();
    assert_eq!(left.iter().map(String::as_str).collect::<Vec<_>>(), ["Errors", "People", "Requests"]);
    app.app.standing().count_lost_lines(|| 7);
    let page = get(&mut browser, "/operator").await;
    assert_eq!(page.text("health-lost-lines").as_deref(), Some("7"), "bounds, point 3.4");
    let health = unlinked(&page);
    let measures =
        ["health-schema", "health-waiting", "health-left-out", "health-lost-lines", "health-commits", "health-jobs"];
    assert_eq!(health, measures, "memory and measures have no list");
    app.stop().await;
}
