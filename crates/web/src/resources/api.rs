//! The scopes and permissions that there are: for everybody (reference 003), and with the tree of permissions
//! (reference 004).
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::platform::mounts::{AlsoAt as _, PROTOCOL};
use crate::platform::problem::ApiResult;
use crate::platform::respond::json_response;
use crate::platform::schema::permissions::Category;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use domain::access::Operation;
use domain::resources::{PermissionCategory, ScopeInfo};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn programs() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes_also_at(PROTOCOL, routes!(public))
}

pub fn managers() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(list))
}

/// A scope with what it opens: operations of this server, and those that the operator declared for the API behind.
#[derive(Serialize, ToSchema)]
pub struct OpenScope<'s> {
    name: &'s str,
    title: &'s str,
    description: &'s str,
    operations: Vec<&'s str>,
    sensitive: bool,
    /// Open to clients that act in their own name (`client_credentials`) and belong to a workspace.
    machine: bool,
}

impl<'s> From<&'s ScopeInfo> for OpenScope<'s> {
    fn from(scope: &'s ScopeInfo) -> Self {
        let ours = Operation::ALL.iter().filter(|operation| operation.scope() == scope.name).map(|o| o.says());
        Self {
            name: &scope.name,
            title: &scope.consent_title,
            description: &scope.description,
            operations: ours.chain(scope.operations.iter().map(String::as_str)).collect(),
            sensitive: scope.sensitive,
            machine: scope.machine,
        }
    }
}

/// All scopes and resources, for developers.
#[derive(Serialize, ToSchema)]
pub struct OpenScopes<'s> {
    scopes: Vec<OpenScope<'s>>,
    /// The APIs that tokens can be for (RFC 8707).
    resources: &'s [String],
}

/// List what can be asked for
///
/// Public: every scope and what it opens, and the APIs that tokens can be for.
#[utoipa::path(get, path = "/oauth2/scopes", operation_id = "public_scopes", tag = "oauth",
    responses((status = 200, description = "All scopes", body = OpenScopes)))]
pub async fn public(State(state): State<WebState>) -> Response {
    let catalogue = &state.app().settings().catalogue;
    let scopes = catalogue.scopes.iter().map(OpenScope::from).collect();
    let mut response = json_response(StatusCode::OK, &OpenScopes { scopes, resources: &catalogue.resources });
    let headers = response.headers_mut();
    headers.remove(header::PRAGMA);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// A scope, and the words in which the consent page shows it.
#[derive(Serialize, ToSchema)]
pub struct DescribedScope<'s> {
    name: &'s str,
    description: &'s str,
    consent_title: &'s str,
    consent_description: &'s str,
    sensitive: bool,
    required: bool,
    default: bool,
}

impl<'s> From<&'s ScopeInfo> for DescribedScope<'s> {
    fn from(scope: &'s ScopeInfo) -> Self {
        Self {
            name: &scope.name,
            description: &scope.description,
            consent_title: &scope.consent_title,
            consent_description: &scope.consent_description,
            sensitive: scope.sensitive,
            required: scope.required,
            default: scope.default,
        }
    }
}

/// All scopes, and the permissions that they make up.
#[derive(Serialize, ToSchema)]
pub struct Scopes<'s> {
    scopes: Vec<DescribedScope<'s>>,
    #[schema(value_type = Vec<Category>)]
    permissions: &'s [PermissionCategory],
}

/// List scopes and permissions
#[utoipa::path(get, path = "/oidc/scopes", operation_id = "list_scopes", tag = "scopes",
    responses((status = 200, description = "All scopes, and the tree of permissions", body = Scopes)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(State(state): State<WebState>, _: ApiCaller) -> ApiResult {
    let catalogue = &state.app().settings().catalogue;
    let scopes = catalogue.scopes.iter().map(DescribedScope::from).collect();
    Ok(json_response(StatusCode::OK, &Scopes { scopes, permissions: &catalogue.permissions }))
}
