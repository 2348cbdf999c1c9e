//! The scopes and permissions that there are: for everybody (reference 003), and with the tree of permissions
//! (reference 004).
use crate::WebState;
use crate::error::json_response;
use crate::manager::Manager;
use crate::problem::Answer;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::access::Operation;
use domain::catalogue::ScopeInfo;
use serde_json::{Value, json};

/// A scope with what it opens: operations of this server, and those that the operator declared for the API behind.
fn opened(scope: &ScopeInfo) -> Value {
    let ours = Operation::ALL.iter().filter(|operation| operation.scope() == scope.name).map(|o| o.says());
    let operations: Vec<&str> = ours.chain(scope.operations.iter().map(String::as_str)).collect();
    json!({
        "name": scope.name,
        "title": scope.consent_title,
        "description": scope.description,
        "operations": operations,
        "sensitive": scope.sensitive,
    })
}

/// Public: what a developer can ask for, and the APIs that tokens can be for (RFC 8707).
pub async fn public(State(state): State<WebState>) -> Response {
    let catalogue = &state.app().settings().catalogue;
    let scopes: Vec<_> = catalogue.scopes.iter().map(opened).collect();
    let mut response = json_response(StatusCode::OK, &json!({"scopes": scopes, "resources": catalogue.resources}));
    let headers = response.headers_mut();
    headers.remove(header::PRAGMA);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

fn described(scope: &ScopeInfo) -> Value {
    json!({
        "name": scope.name,
        "description": scope.description,
        "consent_title": scope.consent_title,
        "consent_description": scope.consent_description,
        "sensitive": scope.sensitive,
        "required": scope.required,
        "default": scope.default,
    })
}

pub async fn list(State(state): State<WebState>, _: Manager) -> Answer {
    let catalogue = &state.app().settings().catalogue;
    let scopes: Vec<_> = catalogue.scopes.iter().map(described).collect();
    Ok(json_response(StatusCode::OK, &json!({"scopes": scopes, "permissions": catalogue.permissions})))
}
