//! Figures of all webhooks lead to whose they are (pages, point 6.2); the other figures are tested with the pages.
use domain::webhooks::WebhookOwner;
use flows::unguarded::profile;
use flows::unguarded::webhooks::of;
use flows::webhooks;
use flows::webhooks::manage::NewWebhook;
use testkit::{Browser, Reply, TestApp, TestUser, for_each_database};

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

async fn webhook(app: &TestApp, owner: WebhookOwner, url: &str, deliveries: usize) -> String {
    let new = NewWebhook { url: url.to_owned(), description: String::new(), events: vec!["*".to_owned()] };
    let made = webhooks::manage::create(&app.app, &app.ctx(), of(owner), &new).await.unwrap().0;
    for _ in 0..deliveries {
        webhooks::manage::test(&app.app, &app.ctx(), of(owner), made.id).await.unwrap();
    }
    made.id.to_string()
}

#[tokio::test]
async fn point_6_2_deliveries_of_all_webhooks_lead_to_whose_they_are() {
    for_each_database(async |database| {
        let app = TestApp::with(database, |settings| settings.outbound_allow_private = true).await;
        let (ada, mut browser) = ada(&app).await;
        let workspace = ada.workspaces[0];
        let theirs = webhook(&app, WebhookOwner::Workspace(workspace), "https://hooks.example/secret-path", 3).await;
        let dead = app.store.write(|tx| {
            Box::pin(async move {
                tx.execute("UPDATE webhook_deliveries SET state = 'dead', next_attempt_at = NULL", store::params![])
                    .await
            })
        });
        let dead: Result<u64, store::StoreError> = dead.await;
        assert_eq!(dead.unwrap(), 3);
        let own = webhook(&app, WebhookOwner::Operator, "https://own.example/hook", 2).await;
        let health = get(&mut browser, "/operator").await;
        for (id, figure, state, host, shown, label) in [
            ("health-dead", "3", "dead", "hooks.example", &theirs, "Deliveries given up"),
            ("health-pending", "2", "pending", "https://own.example/hook", &own, "Deliveries on their way"),
        ] {
            let list = format!("/operator/deliveries?state={state}");
            assert_eq!(health.text(id).as_deref(), Some(figure));
            let link = format!("id=\"{id}\"><a href=\"{list}\" aria-label=\"{label}: {figure}\">{figure}</a>");
            assert!(health.body.contains(&link), "{}", health.body);
            let page = get(&mut browser, &list).await;
            assert!(
                page.body.contains(&format!("<bdi>{host}</bdi><small><code>{shown}</code></small>")),
                "{}",
                page.body
            );
            assert_eq!(rows(&page), 1, "{}", page.body);
            assert!(page.body.contains(&format!("<h1>{label}</h1>")) && !page.body.contains("secret-path"));
        }
        // Their own webhook leads on to the deliveries; a workspace's to the workspace.
        let page = get(&mut browser, "/operator/deliveries?state=pending").await;
        let deliveries = format!("/operator/webhooks/{own}/deliveries?state=pending");
        assert_eq!(links(&page, "2"), std::slice::from_ref(&deliveries));
        assert_eq!(rows(&get(&mut browser, &deliveries).await), 2);
        let page = get(&mut browser, "/operator/deliveries").await;
        assert_eq!(links(&page, "<bdi>Workspace 0</bdi>"), [format!("/operator/workspaces/{workspace}")]);
        app.stop().await;
    })
    .await;
}
