//! Reference 004: what the signed-in person allowed applications.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::api_list::{Deleted, deleted};
use crate::platform::path::Path;
use crate::platform::problem::ApiResult;
use crate::platform::respond::json_response;
use axum::extract::State;
use axum::http::StatusCode;
use flows::account;
use flows::account::apps::AllowedApp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(list)).routes(routes!(revoke))
}

/// An application that the person allowed something.
#[derive(Serialize, ToSchema)]
pub struct ConnectedApplication<'a> {
    client_id: &'a str,
    scopes: Vec<&'a str>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    client_name: &'a str,
    client_description: &'a str,
    #[schema(required = true)]
    client_icon: Option<&'a str>,
    client_homepage_url: &'a str,
}

impl<'a> From<&'a AllowedApp> for ConnectedApplication<'a> {
    fn from(app: &'a AllowedApp) -> Self {
        Self {
            client_id: app.client_id.as_str(),
            scopes: app.scopes.iter().collect(),
            created_at: app.created_at.rfc3339(),
            updated_at: app.updated_at.rfc3339(),
            client_name: &app.client_name,
            client_description: &app.client_description,
            client_icon: app.client_icon.as_deref(),
            client_homepage_url: app.client_homepage_url.as_deref().unwrap_or_default(),
        }
    }
}

/// List what the person allowed applications
#[utoipa::path(get, path = "/oidc/user/consent", operation_id = "list_consents", tag = "consents",
    responses((status = 200, description = "By application, the latest first", body = Vec<ConnectedApplication>)),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let connections = account::apps::list(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(StatusCode::OK, &connections.iter().map(ConnectedApplication::from).collect::<Vec<_>>()))
}

/// Take back what the person allowed an application
#[utoipa::path(delete, path = "/oidc/user/consent/{client_id}", operation_id = "revoke_consent", tag = "consents",
    params(("client_id" = String, Path, description = "The application")),
    responses((status = 200, description = "Its tokens for the person are dead", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn revoke(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    account::apps::revoke(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}
