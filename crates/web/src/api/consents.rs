//! Reference 004: what the signed-in person allowed applications.
use crate::WebState;
use crate::error::json_response;
use crate::manager::Manager;
use crate::problem::Answer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use flows::connections;
use flows::consents::AllowedApp;
use serde_json::{Value, json};

fn show(app: &AllowedApp) -> Value {
    json!({
        "client_id": app.client_id,
        "scopes": app.scopes.iter().collect::<Vec<_>>(),
        "created_at": app.created_at.rfc3339(),
        "updated_at": app.updated_at.rfc3339(),
        "client_name": app.client_name,
        "client_description": app.client_description,
        "client_icon": app.client_icon,
        "client_homepage_url": app.client_homepage_url.as_deref().unwrap_or_default(),
    })
}

pub async fn list(State(state): State<WebState>, manager: Manager) -> Answer {
    let connections = connections::list(state.app(), &manager.ctx, &manager.principal).await?;
    Ok(json_response(StatusCode::OK, &connections.iter().map(show).collect::<Vec<_>>()))
}

pub async fn revoke(State(state): State<WebState>, Path(id): Path<String>, manager: Manager) -> Answer {
    connections::revoke(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(json_response(StatusCode::OK, &json!({"deleted": true})))
}
