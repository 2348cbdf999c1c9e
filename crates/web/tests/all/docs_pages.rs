//! The pages of the documentation: each is small, and every link in them leads to what it names.
use axum::http::Method;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use testkit::{Browser, Database, TestApp};

/// Of a page with its stylesheet, script and icon.
const MOST_BYTES: usize = 60 * 1024;

/// For programs: no page.
const OPENAPI: &str = "/openapi.json";

/// The values of an attribute.
fn all<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

struct Site {
    browser: Browser,
    base: &'static str,
    /// What is at each path.
    found: BTreeMap<String, String>,
}

impl Site {
    async fn open(&mut self, path: &str) -> String {
        if !self.found.contains_key(path) {
            let reply = self.browser.get(path).await;
            assert_eq!(reply.status, 200, "{path}");
            self.found.insert(path.to_owned(), reply.body);
        }
        self.found[path].clone()
    }

    /// Opens all pages of the documentation, by their links.
    async fn follow(app: &TestApp, base: &'static str) -> Self {
        let mut site = Self { browser: Browser::new(app), base, found: BTreeMap::new() };
        let mut waiting = vec![format!("{base}/docs")];
        let mut links = 0;
        while let Some(path) = waiting.pop() {
            let page = site.open(&path).await;
            if !path.starts_with(&format!("{base}/docs")) || path.ends_with(OPENAPI) {
                continue;
            }
            for link in all(&page, "href") {
                assert!(link.starts_with(base) || link.starts_with('#'), "{path} leads away, to {link}");
                let (to, anchor) = link.split_once('#').unwrap_or((link, ""));
                let to = if to.is_empty() { path.clone() } else { to.to_owned() };
                if !site.found.contains_key(&to) {
                    waiting.push(to.clone());
                }
                if !anchor.is_empty() {
                    let target = site.open(&to).await;
                    assert!(all(&target, "id").contains(&anchor), "{path} leads to {link}, which is not there");
                }
                links += 1;
            }
        }
        assert!(links > 500, "only {links} links");
        site
    }

    /// The pages by what follows the base.
    fn pages(&self) -> impl Iterator<Item = (&str, &str)> {
        let below = |path: &str| path.starts_with("/docs") && !path.ends_with(OPENAPI);
        let pages = self.found.iter().map(|(path, page)| (path.strip_prefix(self.base).unwrap(), page.as_str()));
        pages.filter(move |(path, _)| below(path))
    }
}

async fn described(app: &TestApp) -> Value {
    Browser::new(app).call(Method::GET, "/docs/openapi.json", &[], "").await.json()
}

#[tokio::test]
async fn every_link_leads_to_what_it_names_and_every_page_is_small() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let site = Site::follow(&app, "").await;
    let mut titles = BTreeSet::new();
    for (path, page) in site.pages() {
        let ids = all(page, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path} has an id twice");
        let assets = all(page, "href").into_iter().chain(all(page, "src")).filter(|link| link.starts_with("/assets/"));
        let mut weight = page.len();
        for asset in assets {
            weight += Browser::new(&app).get(asset).await.body.len();
        }
        assert!((20_000..MOST_BYTES).contains(&weight), "{path} weighs {weight} bytes");
        let (title, _) = page.split_once("<title>").unwrap().1.split_once("</title>").unwrap();
        assert!(titles.insert(title), "{path} is called like another page: {title}");
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
    }
    let mut pages: BTreeSet<_> = site.pages().map(|(path, _)| path.to_owned()).collect();
    for tag in described(&app).await["tags"].as_array().unwrap() {
        assert!(tag["x-displayName"].is_string(), "{tag}");
        assert!(pages.remove(&format!("/docs/{}", tag["name"].as_str().unwrap())), "no page of {tag}");
    }
    assert_eq!(pages.into_iter().collect::<Vec<_>>(), ["/docs", "/docs/objects", "/docs/problems"]);
    app.stop().await;
}

#[tokio::test]
async fn every_operation_and_every_object_is_on_the_page_of_its_group() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let site = Site::follow(&app, "").await;
    let document = described(&app).await;
    let overview = all(&site.found["/docs"], "id");
    let (mut told, mut operations) = (BTreeSet::new(), 0);
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let again = operation["description"].as_str().is_some_and(|text| text.starts_with("The same as `/"));
            if again {
                continue;
            }
            operations += 1;
            let id = operation["operationId"].as_str().unwrap();
            // Links of long ago lead to the list, and from there to all of it.
            assert!(overview.contains(&id), "{id} is not on the overview");
            let page = &site.found[&format!("/docs/{}", operation["tags"][0].as_str().unwrap())];
            assert!(all(page, "id").contains(&id), "{id} is not told of");
            told.extend(all(page, "id").into_iter().filter_map(|id| id.strip_prefix("object-")));
            for status in operation["responses"].as_object().unwrap().keys() {
                assert!(page.contains(&format!("<code>{status}</code>")), "{id} does not tell of {status}");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().unwrap();
                assert!(page.contains(&format!("<dt><code>{name}</code>")), "{id} does not tell of {name}");
            }
        }
    }
    assert!(operations > 50, "{operations}");
    let objects: BTreeSet<_> =
        document["components"]["schemas"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(told, objects);
    // What all operations of a page have in common is told once.
    let page = &site.found["/docs/webhooks"];
    assert_eq!(page.matches("<code>503</code>").count(), 1);
    assert_eq!(page.matches("Countersign-Workspace").count(), 1);
    assert!(page.matches("<code>404</code>").count() > 5, "not every one of them answers it");
    app.stop().await;
}

#[tokio::test]
async fn below_a_path_the_links_hold_too_and_what_there_is_not_is_told() {
    let database = Database::sqlite();
    let app = TestApp::with(&database, |s| s.issuer = "http://localhost:8080/tenant".to_owned()).await;
    let site = Site::follow(&app, "/tenant").await;
    assert!(site.pages().count() > 10);
    for nowhere in ["/tenant/docs/nothing", "/tenant/docs/applications/x", "/tenant/docs/", "/tenant/docs/%3Cb%3E"] {
        let page = Browser::new(&app).get(nowhere).await;
        assert_eq!(page.status, 404, "{nowhere}");
        assert!(page.body.contains("That did not work") && !page.body.contains("<b>"), "{nowhere}");
    }
    app.stop().await;
}
