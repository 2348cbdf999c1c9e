//! A program that calls the management APIs with a credential, like `curl`.
use crate::app::{TestApp, TestUser};
use crate::browser::{Browser, Reply};
use axum::http::Method;
use domain::workspace::MemberRoles;
use domain::{ScopeSet, WorkspaceId};
use flows::unguarded::credentials::{self, NewCredential};
use serde_json::Value;

/// A caller with `Authorization: Bearer`, or without a credential.
#[derive(Clone)]
pub struct Api {
    app: TestApp,
    pub credential: Option<String>,
    headers: Vec<(String, String)>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

fn named(app: &TestApp, scopes: &str, operator: bool) -> NewCredential {
    let all = || flows::access::credential_request::every_scope(&app.app, operator);
    let scopes = if scopes.is_empty() { all() } else { ScopeSet::parse(scopes).unwrap() };
    NewCredential { name: "test".to_owned(), scopes, expires_at: None }
}

impl Api {
    pub fn with(app: &TestApp, credential: &str) -> Self {
        Self { app: app.clone(), credential: Some(credential.to_owned()), headers: Vec::new() }
    }

    pub fn nobody(app: &TestApp) -> Self {
        Self { app: app.clone(), credential: None, headers: Vec::new() }
    }

    /// Uses an API key of the workspace with this role. If `scopes` is empty, it has all scopes except the operator's.
    pub async fn key(app: &TestApp, workspace: WorkspaceId, role: &str, scopes: &str) -> Self {
        let roles = MemberRoles::parse([role]).unwrap();
        let made =
            credentials::create_api_key(&app.app, &app.ctx(), workspace, roles, None, named(app, scopes, false)).await;
        Self::with(app, made.unwrap().1.expose())
    }

    /// Uses a personal access token. If `scopes` is empty, it has all scopes.
    pub async fn person(app: &TestApp, user: &TestUser, scopes: &str) -> Self {
        let new = named(app, scopes, true);
        let made = credentials::create_personal_access_token(&app.app, &app.ctx(), user.user.id, new).await;
        Self::with(app, made.unwrap().1.expose())
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        match body {
            Some(body) => self.raw(method, path, "application/json", &body.to_string()).await,
            None => self.raw(method, path, "", "").await,
        }
    }

    /// Sends a body of any media type, or none if that is empty.
    pub async fn raw(&self, method: Method, path: &str, media_type: &str, body: &str) -> Reply {
        let bearer = self.credential.as_ref().map(|c| format!("Bearer {c}"));
        let mut headers: Vec<(&str, &str)> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        headers.extend((!media_type.is_empty()).then_some(("content-type", media_type)));
        Browser::new(&self.app).call(method, path, &headers, body).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }
    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }
}
