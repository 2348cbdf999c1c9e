//! The pages of signed-in users: their account, their workspaces, and the server pages for operators.
use crate::webhooks::pages::{deliveries, list, secret, webhook};
use crate::workspace::pages::{api_keys, apps, invitations, join, members, policy};
use crate::{WebState, account, audit, clients, operator};
use axum::Router;
use axum::routing::{get, post};

pub fn consoles() -> Router<WebState> {
    Router::new().merge(own()).merge(workspaces()).merge(server())
}

/// The user's own pages.
fn own() -> Router<WebState> {
    Router::new()
        .route("/account", get(account::pages::profile::get).post(account::pages::profile::post))
        .route("/account/apps", get(account::pages::apps::get))
        .route(
            "/account/apps/{client}/disconnect",
            get(account::pages::apps::ask).post(account::pages::apps::disconnect),
        )
        .route("/account/security", get(account::pages::security::get).post(account::pages::security::post))
        .route(
            "/account/security/sessions/{session}/end",
            get(account::pages::sessions::ask).post(account::pages::sessions::end),
        )
        .route(
            "/account/security/others/end",
            get(account::pages::sessions::ask_others).post(account::pages::sessions::end_others),
        )
        .route("/account/tokens", get(account::pages::tokens::get))
        .route("/account/tokens/new", get(account::pages::new_token::get).post(account::pages::new_token::post))
        .route("/account/tokens/{token}/revoke", get(account::pages::tokens::ask).post(account::pages::tokens::revoke))
        .nest("/account/applications", own_applications())
        .route("/workspaces", get(account::pages::workspaces::get))
        .route("/invitations/accept", get(join::open))
        .route("/invitations/{invitation}", get(join::get).post(join::post))
}

/// The pages of a workspace.
fn workspaces() -> Router<WebState> {
    Router::new()
        .nest("/workspaces/{workspace}/applications", applications())
        .route("/workspaces/{workspace}/access", get(apps::get))
        .route("/workspaces/{workspace}/access/policy", get(policy::get).post(policy::post))
        .route("/workspaces/{workspace}/access/policy/change", get(policy::ask))
        .route("/workspaces/{workspace}/access/policy/apps", post(policy::allow))
        .route(
            "/workspaces/{workspace}/access/policy/apps/{client}/remove",
            get(policy::ask_disallow).post(policy::disallow),
        )
        .route("/workspaces/{workspace}/access/{client}", get(apps::app))
        .route("/workspaces/{workspace}/access/{client}/revoke", get(apps::ask_revoke).post(apps::revoke))
        .route(
            "/workspaces/{workspace}/access/{client}/people/{user}/revoke",
            get(apps::ask_revoke_person).post(apps::revoke_person),
        )
        .route("/workspaces/{workspace}/api-keys", get(api_keys::get).post(api_keys::create))
        .route("/workspaces/{workspace}/api-keys/new", get(api_keys::new))
        .route("/workspaces/{workspace}/api-keys/adopt", post(api_keys::adopt))
        .route("/workspaces/{workspace}/api-keys/{id}/revoke", get(api_keys::ask_revoke).post(api_keys::revoke))
        .route("/workspaces/{workspace}/members", get(members::get))
        .route("/workspaces/{workspace}/members/leave", get(members::ask_leave).post(members::leave))
        .route("/workspaces/{workspace}/members/{user}/role", post(members::role))
        .route("/workspaces/{workspace}/members/{user}/remove", get(members::ask_remove).post(members::remove))
        .route("/workspaces/{workspace}/invitations", get(invitations::get).post(invitations::create))
        .route("/workspaces/{workspace}/invitations/new", get(invitations::new))
        .route(
            "/workspaces/{workspace}/invitations/{id}/revoke",
            get(invitations::ask_revoke).post(invitations::revoke),
        )
        .nest("/workspaces/{workspace}/webhooks", webhooks())
        .route("/workspaces/{workspace}/audit", get(audit::pages::of_workspace))
}

/// The developer console of a workspace.
fn applications() -> Router<WebState> {
    use crate::clients::pages::{create, list};
    Router::new()
        .route("/", get(list::get))
        .route("/new", get(create::kind))
        .route("/new/about", get(create::about))
        .route("/new/permissions", get(create::permissions))
        .route("/new/review", get(create::review).post(create::post))
        .merge(console())
}

/// The apps that belong to a user rather than to a workspace.
fn own_applications() -> Router<WebState> {
    Router::new().route("/", get(clients::pages::list::get)).merge(console())
}

/// The pages of one app.
fn console() -> Router<WebState> {
    use crate::clients::pages::{activity, delete, failed_requests, overview, secrets, settings, try_it, users};
    Router::new()
        .route("/{client}", get(overview::get))
        .route("/{client}/settings", get(settings::get).post(settings::post))
        .route("/{client}/secrets", get(secrets::get).post(secrets::post))
        .route("/{client}/secrets/{secret}/end", get(secrets::ask).post(secrets::end))
        .route("/{client}/test", get(try_it::get).post(try_it::post))
        .route("/{client}/users", get(users::get))
        .route("/{client}/users/revoke", get(users::ask_all).post(users::revoke_all))
        .route("/{client}/users/{user}/revoke", get(users::ask).post(users::revoke))
        .route("/{client}/activity", get(activity::get))
        .route("/{client}/failures", get(failed_requests::get))
        .route("/{client}/delete", get(delete::get).post(delete::post))
}

/// The server pages, for operators.
fn server() -> Router<WebState> {
    Router::new()
        .route("/operator", get(operator::pages::health::get))
        .route("/operator/deliveries", get(operator::pages::deliveries::get))
        .route("/operator/users", get(operator::pages::users::get))
        .route("/operator/users/{user}", get(operator::pages::user::get))
        .route(
            "/operator/users/{user}/{change}",
            get(operator::pages::user_changes::ask).post(operator::pages::user_changes::post),
        )
        .route("/operator/workspaces", get(operator::pages::workspaces::get))
        .route("/operator/workspaces/{id}", get(operator::pages::workspace::members))
        .route("/operator/workspaces/{id}/applications", get(operator::pages::workspace::applications))
        .route("/operator/clients", get(operator::pages::clients::get))
        .route("/operator/clients/{client}", get(operator::pages::client::get))
        .route(
            "/operator/clients/{client}/trust",
            get(operator::pages::client_changes::ask_trust).post(operator::pages::client_changes::set_trust),
        )
        .route(
            "/operator/clients/{client}/owner",
            get(operator::pages::client_changes::ask_owner).post(operator::pages::client_changes::set_owner),
        )
        .route(
            "/operator/clients/{client}/disable",
            get(operator::pages::client_changes::ask_disable).post(operator::pages::client_changes::disable),
        )
        .route(
            "/operator/clients/{client}/enable",
            get(operator::pages::client_changes::ask_enable).post(operator::pages::client_changes::enable),
        )
        .route(
            "/operator/clients/{client}/pkce",
            get(operator::pages::client_changes::ask_pkce).post(operator::pages::client_changes::set_pkce),
        )
        .route("/operator/keys", get(operator::pages::keys::get))
        .route("/operator/keys/rotate", get(operator::pages::keys::ask).post(operator::pages::keys::rotate))
        .route("/operator/settings", get(operator::pages::settings::get))
        .nest("/operator/webhooks", webhooks())
        .route("/operator/audit", get(audit::pages::of_all))
}

/// Webhooks of a workspace or the operator.
fn webhooks() -> Router<WebState> {
    Router::new()
        .route("/", get(list::get).post(list::create))
        .route("/new", get(list::new))
        .route("/{id}", get(webhook::get).post(webhook::update))
        .route("/{id}/switch", post(webhook::switch))
        .route("/{id}/test", post(webhook::test))
        .route("/{id}/secret", get(secret::ask).post(secret::rotate))
        .route("/{id}/delete", get(webhook::ask_delete).post(webhook::delete))
        .route("/{id}/deliveries", get(deliveries::get))
        .route("/{id}/deliveries/{event}/replay", post(deliveries::replay))
}
