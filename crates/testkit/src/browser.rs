//! A browser without scripts: cookies, forms, and redirects that are followed only on request.
use crate::TestApp;
use crate::app::PASSWORD;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use scraper::{Html, Selector};
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

/// A complete response.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The target of a redirect. Panics if there is none.
    pub fn location(&self) -> Url {
        let location = self.header("location");
        assert!(!location.is_empty(), "no redirect: {} {}", self.status, self.body);
        Url::parse(crate::app::ISSUER).unwrap().join(location).unwrap()
    }

    /// A parameter of the redirect's query.
    pub fn answer(&self, name: &str) -> Option<String> {
        self.location().query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }

    /// The error of a JSON body.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// The form that contains the element with this id.
    pub fn form(&self, id: &str) -> Form {
        Form::read(&self.body, id).unwrap_or_else(|| panic!("no form with #{id}: {} {}", self.status, self.body))
    }

    /// The text of the element with this id.
    pub fn text(&self, id: &str) -> Option<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(&format!("[id=\"{id}\"]")).unwrap();
        page.select(&selector).next().map(|e| e.text().collect())
    }

    /// The text of each element with this class.
    pub fn texts(&self, class: &str) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let selector = Selector::parse(&format!(".{class}")).unwrap();
        page.select(&selector).map(|e| e.text().collect()).collect()
    }
}

/// A form of a page.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
    pub radios: Vec<(String, String)>,
}

impl Form {
    fn read(html: &str, id: &str) -> Option<Self> {
        let page = Html::parse_document(html);
        let (forms, inputs) = (Selector::parse("form").unwrap(), Selector::parse("input, textarea, select").unwrap());
        let (options, wanted) =
            (Selector::parse("option").unwrap(), Selector::parse(&format!("[id=\"{id}\"]")).unwrap());
        let form = page.select(&forms).find(|form| form.select(&wanted).next().is_some())?;
        let (mut fields, mut radios) = (Vec::new(), Vec::new());
        for element in form.select(&inputs).filter(|e| e.attr("name").is_some() && e.attr("disabled").is_none()) {
            let name = element.attr("name").unwrap().to_owned();
            let value = match element.value().name() {
                "textarea" => element.text().collect(),
                "select" => {
                    let all: Vec<_> = element.select(&options).collect();
                    let chosen = all.iter().find(|option| option.attr("selected").is_some()).or(all.first());
                    let text = |o: &scraper::ElementRef<'_>| o.text().collect::<String>().trim().to_owned();
                    chosen.map(|o| o.attr("value").map_or_else(|| text(o), ToOwned::to_owned)).unwrap_or_default()
                }
                _ => element.attr("value").unwrap_or_default().to_owned(),
            };
            let kind = element.attr("type").unwrap_or_default();
            if kind == "radio" {
                radios.push((name.clone(), value.clone()));
            }
            if !matches!(kind, "radio" | "checkbox") || element.attr("checked").is_some() {
                fields.push((name, value));
            }
        }
        Some(Self { action: form.value().attr("action").unwrap_or_default().to_owned(), fields, radios })
    }

    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Unticks one value of a group of checkboxes.
    #[must_use]
    pub fn untick(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(n, v)| n != name || v != value);
        self
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// The name of a cookie of the server under test, such as `session`.
pub fn cookie(kind: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, crate::app::ISSUER.as_bytes());
    format!("cs_{}_{kind}", domain::platform::encoding::base64url(&digest.as_ref()[..6]))
}

/// A user's browser.
#[derive(Clone)]
pub struct Browser {
    pub app: TestApp,
    pub cookies: BTreeMap<String, String>,
}

/// Asserts that links within a page lead to an element on it.
fn leads_somewhere(page: &str) {
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "nothing is at #{link}: {page}");
    }
}

impl Browser {
    pub fn new(app: &TestApp) -> Self {
        Self { app: app.clone(), cookies: BTreeMap::new() }
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Reply {
        if !self.cookies.is_empty() {
            let line: Vec<_> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            request.headers_mut().insert(header::COOKIE, line.join("; ").parse().unwrap());
        }
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let (parts, body) = self.app.wire.send(request).await.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8(body.to_vec()).unwrap();
        self.app.check_description(&method, uri.path(), &parts, &body).await;
        leads_somewhere(&body);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap()).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn submit(&mut self, form: &Form) -> Reply {
        let fields: Vec<_> = form.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(&form.action, &fields).await
    }

    /// Sends a program's request with headers and a body of this type.
    pub async fn call(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Follows redirects as long as they stay on the server.
    pub async fn follow(&mut self, mut reply: Reply) -> Reply {
        for _ in 0..10 {
            if !reply.status.is_redirection() || !reply.location().as_str().starts_with(crate::app::ISSUER) {
                return reply;
            }
            let to = reply.location();
            reply = self.get(&to[url::Position::BeforePath..]).await;
        }
        panic!("too many redirects");
    }

    /// Fills in the sign-in form of `page` and sends it.
    pub async fn sign_in(&mut self, page: &Reply, email: &str) -> Reply {
        let form = page.form("login-submit").set("username", email).set("password", PASSWORD);
        let reply = self.submit(&form).await;
        self.follow(reply).await
    }

    /// Signs in directly, without a client's request.
    pub async fn sign_in_here(&mut self, email: &str) {
        let page = self.get("/login").await;
        let reply = self.sign_in(&page, email).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    }
}
