//! The pages of people who are signed in: their account, their workspaces, and the server for whoever runs it.
use crate::WebState;
use crate::pages::webhooks::{deliveries, list, one, secret};
use crate::pages::workspace::{access, api_keys, invitations, join, members, policy};
use crate::pages::{account, audit, developer, operator};
use axum::Router;
use axum::routing::{get, post};

pub fn consoles() -> Router<WebState> {
    Router::new().merge(own()).merge(workspaces()).merge(server())
}

/// A person's own.
fn own() -> Router<WebState> {
    Router::new()
        .route("/account", get(account::profile::get).post(account::profile::post))
        .route("/account/apps", get(account::apps::get))
        .route("/account/apps/{client}/disconnect", get(account::apps::ask).post(account::apps::disconnect))
        .route("/account/security", get(account::security::get).post(account::security::post))
        .route("/account/security/sessions/{session}/end", get(account::sessions::ask).post(account::sessions::end))
        .route("/account/security/others/end", get(account::sessions::ask_others).post(account::sessions::end_others))
        .route("/account/tokens", get(account::tokens::get))
        .route("/account/tokens/new", get(account::new_token::get).post(account::new_token::post))
        .route("/account/tokens/{token}/revoke", get(account::tokens::ask).post(account::tokens::revoke))
        .nest("/account/applications", own_applications())
        .route("/workspaces", get(account::workspaces::get))
        .route("/invitations/accept", get(join::open))
        .route("/invitations/{invitation}", get(join::get).post(join::post))
}

/// A workspace's.
fn workspaces() -> Router<WebState> {
    Router::new()
        .nest("/workspaces/{workspace}/applications", applications())
        .route("/workspaces/{workspace}/access", get(access::get))
        .route("/workspaces/{workspace}/access/policy", get(policy::get).post(policy::post))
        .route("/workspaces/{workspace}/access/policy/change", get(policy::ask))
        .route("/workspaces/{workspace}/access/policy/apps", post(policy::allow))
        .route(
            "/workspaces/{workspace}/access/policy/apps/{client}/remove",
            get(policy::ask_disallow).post(policy::disallow),
        )
        .route("/workspaces/{workspace}/access/{client}", get(access::app))
        .route("/workspaces/{workspace}/access/{client}/revoke", get(access::ask_revoke).post(access::revoke))
        .route(
            "/workspaces/{workspace}/access/{client}/people/{user}/revoke",
            get(access::ask_revoke_person).post(access::revoke_person),
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
        .route("/workspaces/{workspace}/audit", get(audit::of_workspace))
}

/// The developer console of a workspace.
fn applications() -> Router<WebState> {
    use developer::{create, list};
    Router::new()
        .route("/", get(list::get))
        .route("/new", get(create::kind))
        .route("/new/about", get(create::about))
        .route("/new/permissions", get(create::permissions))
        .route("/new/review", get(create::review).post(create::post))
        .merge(console())
}

/// The apps that belong to a person rather than to a workspace.
fn own_applications() -> Router<WebState> {
    Router::new().route("/", get(developer::list::get)).merge(console())
}

/// The pages of one app.
fn console() -> Router<WebState> {
    use developer::{activity, delete, failures, overview, secrets, settings, trial, users};
    Router::new()
        .route("/{client}", get(overview::get))
        .route("/{client}/settings", get(settings::get).post(settings::post))
        .route("/{client}/secrets", get(secrets::get).post(secrets::post))
        .route("/{client}/secrets/{secret}/end", get(secrets::ask).post(secrets::end))
        .route("/{client}/test", get(trial::get).post(trial::post))
        .route("/{client}/users", get(users::get))
        .route("/{client}/users/revoke", get(users::ask_all).post(users::revoke_all))
        .route("/{client}/users/{user}/revoke", get(users::ask).post(users::revoke))
        .route("/{client}/activity", get(activity::get))
        .route("/{client}/failures", get(failures::get))
        .route("/{client}/delete", get(delete::get).post(delete::post))
}

/// The server's, for whoever runs it.
fn server() -> Router<WebState> {
    Router::new()
        .route("/operator", get(operator::health::get))
        .route("/operator/deliveries", get(operator::deliveries::get))
        .route("/operator/users", get(operator::users::get))
        .route("/operator/users/{user}", get(operator::user::get))
        .route("/operator/users/{user}/{change}", get(operator::user_changes::ask).post(operator::user_changes::post))
        .route("/operator/workspaces", get(operator::workspaces::get))
        .route("/operator/workspaces/{id}", get(operator::workspace::members))
        .route("/operator/workspaces/{id}/applications", get(operator::workspace::applications))
        .route("/operator/clients", get(operator::clients::get))
        .route("/operator/clients/{client}", get(operator::client::get))
        .route(
            "/operator/clients/{client}/trust",
            get(operator::client_changes::ask_trust).post(operator::client_changes::set_trust),
        )
        .route(
            "/operator/clients/{client}/owner",
            get(operator::client_changes::ask_owner).post(operator::client_changes::set_owner),
        )
        .route(
            "/operator/clients/{client}/disable",
            get(operator::client_changes::ask_disable).post(operator::client_changes::disable),
        )
        .route(
            "/operator/clients/{client}/enable",
            get(operator::client_changes::ask_enable).post(operator::client_changes::enable),
        )
        .route(
            "/operator/clients/{client}/pkce",
            get(operator::client_changes::ask_pkce).post(operator::client_changes::set_pkce),
        )
        .route("/operator/keys", get(operator::keys::get))
        .route("/operator/keys/rotate", get(operator::keys::ask).post(operator::keys::rotate))
        .route("/operator/settings", get(operator::settings::get))
        .nest("/operator/webhooks", webhooks())
        .route("/operator/audit", get(audit::of_all))
}

/// Of a workspace, or the operator's.
fn webhooks() -> Router<WebState> {
    Router::new()
        .route("/", get(list::get).post(list::create))
        .route("/new", get(list::new))
        .route("/{id}", get(one::get).post(one::update))
        .route("/{id}/switch", post(one::switch))
        .route("/{id}/test", post(one::test))
        .route("/{id}/secret", get(secret::ask).post(secret::rotate))
        .route("/{id}/delete", get(one::ask_delete).post(one::delete))
        .route("/{id}/deliveries", get(deliveries::get))
        .route("/{id}/deliveries/{event}/replay", post(deliveries::replay))
}
