//! The pages of people who are signed in: their account, their workspaces, and the server for whoever runs it.
use crate::WebState;
use crate::pages::account;
use axum::Router;
use axum::routing::get;

pub fn consoles() -> Router<WebState> {
    Router::new()
        // The account.
        .route("/account", get(account::profile::get).post(account::profile::post))
}
