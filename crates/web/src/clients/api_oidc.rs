//! Reference 004: applications of the caller's workspace, their users and their activity.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::api_input::Overlap;
use crate::access::api_list::{ArrayQuery, Deleted, array, deleted, link_next};
use crate::access::body::Body;
use crate::access::idempotency::{Made, again, once};
use crate::platform::answers::Problem409;
use crate::platform::path::Path;
use crate::platform::problem::{ApiResult, Problem};
use crate::platform::request::tagged;
use crate::platform::respond::json_response;
use crate::platform::schema::applications::{ApplicationAnswer, ApplicationChange, ApplicationInUse, NewApplication};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::Operation;
use domain::clients::Client;
use domain::clients::api::SNAKE;
use domain::{Secret, Timestamp, UserId};
use flows::clients;
use flows::clients::manage::{ClientStats, ClientUser};
use flows::clients::ownership::{self, OwnerFilter};
use flows::platform::idempotency::Keeper;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default()
        .routes(routes!(list, create))
        .routes(routes!(read, update, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(users, revoke_all_users))
        .routes(routes!(revoke_user))
        .routes(routes!(activity))
        .routes(routes!(all_activity))
}

/// The members that every answer shows.
fn show(client: &Client) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("id".to_owned(), client.id.as_str().into());
    all.extend(SNAKE.show(client));
    // Texts are never null, and what is optional is absent.
    all.retain(|name, value| !value.is_null() || name == "icon");
    all.entry("homepage_url").or_insert_with(|| "".into());
    if let Some(workspace) = client.owner_workspace_id {
        all.insert("org_id".to_owned(), workspace.to_string().into());
    }
    all.insert("internal".to_owned(), client.config.internal.into());
    all.insert("created_at".to_owned(), client.created_at.rfc3339().into());
    all.insert("updated_at".to_owned(), client.updated_at.rfc3339().into());
    all
}

/// The same with how it is used.
fn show_used(state: &WebState, client: &Client, stats: &ClientStats) -> Map<String, Value> {
    let mut all = show(client);
    all.insert("user_count".to_owned(), stats.user_count.into());
    all.insert("last_activity".to_owned(), json!(stats.last_access_at.map(Timestamp::rfc3339)));
    let link = state.app().settings().url(&format!("/oidc/clients/{}", client.id));
    all.insert("link".to_owned(), link.into());
    all
}

/// A client that was made or changed, with a secret that is shown this once.
fn answer(client: &Client, secret: Option<&Secret>) -> Response {
    let mut body = json!({"client": show(client)});
    if let Some(secret) = secret {
        body["client_secret"] = secret.expose().into();
    }
    tagged(json_response(StatusCode::OK, &body), client.revision)
}

/// List applications
///
/// Those of the caller's workspace, newest first, with how they are used.
#[utoipa::path(get, path = "/oidc/clients", operation_id = "list_applications", tag = "applications", params(ArrayQuery),
    responses((status = 200, description = "All of them, up to 1000; more come page by page", body = Vec<ApplicationInUse>,
        headers(("x-total-count" = i64, description = "How many there are in all"),
            ("link" = String, description = "The next page, where there is one (RFC 8288)")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let page = manager.array_page()?;
    let clients =
        clients::manage::list(state.app(), &manager.ctx, &manager.principal, OwnerFilter::Workspace, page.of_array())
            .await?;
    let stats = clients::manage::stats(state.app(), &clients.items).await?;
    let items: Vec<_> = clients.items.iter().zip(&stats).map(|(c, used)| show_used(&state, c, used)).collect();
    Ok(array(&state, "/oidc/clients", &items, clients.total, &page))
}

/// Read an application
#[utoipa::path(get, path = "/oidc/clients/{id}", operation_id = "read_application", tag = "applications",
    params(("id" = String, Path, description = "The client id")),
    responses((status = 200, description = "The application", body = ApplicationInUse,
        headers(("etag" = String, description = "Its revision, for `If-Match`")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn read(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let client = ownership::find(state.app(), &manager.ctx, &manager.principal, Operation::ReadClients, &id).await?;
    let stats = clients::manage::stats_of(state.app(), &client).await?;
    Ok(tagged(json_response(StatusCode::OK, &show_used(&state, &client, &stats)), client.revision))
}

/// Create an application
///
/// It belongs to the caller's workspace.
#[utoipa::path(post, path = "/oidc/clients", operation_id = "create_application", tag = "applications", request_body = NewApplication,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses((status = 200, description = "The application, and its secret this once", body = ApplicationAnswer,
        headers(("etag" = String, description = "Its revision, for `If-Match`")),
        links(("read" = (operation_id = "read_application", parameters(("id" = "$response.body#/client/id")))),
            ("update" = (operation_id = "update_application", parameters(("id" = "$response.body#/client/id")))),
            ("rotate" = (operation_id = "rotate_application_secret", parameters(("id" = "$response.body#/client/id")))),
            ("users" = (operation_id = "list_users", parameters(("id" = "$response.body#/client/id")))),
            ("revoke_users" = (operation_id = "revoke_all_users", parameters(("id" = "$response.body#/client/id")))),
            ("activity" = (operation_id = "activity", parameters(("id" = "$response.body#/client/id")))),
            ("delete" = (operation_id = "delete_application", parameters(("id" = "$response.body#/client/id"))))))),
    security(("bearer" = []), ("session" = [])))]
pub async fn create(State(state): State<WebState>, manager: ApiCaller, body: Body<Map<String, Value>>) -> ApiResult {
    once(state, manager, "POST /oidc/clients", Operation::WriteClients, body, make).await
}

async fn make(state: WebState, manager: ApiCaller, body: Body<Map<String, Value>>, keeper: Keeper) -> Made {
    let keep = keeper.keep(|made: clients::manage::CreatedClient| again(answer(&made.client, made.secret.as_ref())));
    Ok(clients::manage::create_kept(state.app(), &manager.ctx, &manager.principal, &SNAKE, body.members(), keep)
        .await?)
}

/// Change an application
///
/// What the body does not name stays as it is. An application whose authentication method changes to one with a secret
/// gets one.
///
/// Where the operator verified the application, a change of its name, redirect URIs, type, authentication method, keys,
/// logo, links or scopes makes it unverified until the operator reviews it again.
#[utoipa::path(put, path = "/oidc/clients/{id}", operation_id = "update_application", tag = "applications", request_body = Option<ApplicationChange>,
    params(("id" = String, Path, description = "The client id"), ("If-Match" = Option<String>, Header)),
    responses((status = 200, description = "The application as it is now", body = ApplicationAnswer,
        headers(("etag" = String, description = "Its revision, for `If-Match`")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn update(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: ApiCaller,
    body: Body<Map<String, Value>>,
) -> ApiResult {
    let expected = manager.expected();
    let updated =
        clients::manage::change(state.app(), &manager.ctx, &manager.principal, &SNAKE, &id, expected, body.members())
            .await?;
    Ok(answer(&updated.client, updated.secret.as_ref()))
}

/// Delete an application
///
/// Its tokens and what people allowed it end at once.
#[utoipa::path(delete, path = "/oidc/clients/{id}", operation_id = "delete_application", tag = "applications",
    params(("id" = String, Path, description = "The client id")),
    responses((status = 200, description = "It is gone", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn delete(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    clients::manage::delete(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}

/// A new secret, shown this once.
#[derive(Serialize, ToSchema)]
pub struct NewSecret<'s> {
    client_id: &'s str,
    client_secret: Option<&'s str>,
}

/// Rotate an application's secret
///
/// The old one dies now, or after an overlap.
#[utoipa::path(post, path = "/oidc/clients/{id}/rotate-secret", operation_id = "rotate_application_secret", tag = "applications",
    params(("id" = String, Path, description = "The client id")), request_body = Option<Overlap>,
    responses((status = 200, description = "The new secret", body = NewSecret),
        (status = 409, response = Problem409)),
    security(("bearer" = []), ("session" = [])))]
pub async fn rotate_secret(
    State(state): State<WebState>,
    Path(id): Path<String>,
    manager: ApiCaller,
    body: Body<Overlap>,
) -> ApiResult {
    let overlap = body.read()?.seconds()?;
    let made = clients::manage::rotate_secret(state.app(), &manager.ctx, &manager.principal, &id, overlap).await?;
    let secret = made.secret.as_ref().map(Secret::expose);
    Ok(json_response(StatusCode::OK, &NewSecret { client_id: made.client.id.as_str(), client_secret: secret }))
}

/// A person who allowed the application something.
#[derive(Serialize, ToSchema)]
pub struct UserOfClient {
    #[schema(value_type = String)]
    user_id: UserId,
    scopes: Vec<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<&ClientUser> for UserOfClient {
    fn from(user: &ClientUser) -> Self {
        Self {
            user_id: user.user_id,
            scopes: user.scopes.iter().map(str::to_owned).collect(),
            created_at: user.created_at.rfc3339(),
            updated_at: user.updated_at.rfc3339(),
        }
    }
}

/// List the people who use an application
#[utoipa::path(get, path = "/oidc/clients/{id}/users", operation_id = "list_users", tag = "applications",
    params(("id" = String, Path, description = "The client id"), ArrayQuery),
    responses((status = 200, description = "All of them, up to 1000; more come page by page", body = Vec<UserOfClient>,
        headers(("x-total-count" = i64, description = "How many there are in all"),
            ("link" = String, description = "The next page, where there is one (RFC 8288)")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn users(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let page = manager.array_page()?;
    let users = clients::manage::users(state.app(), &manager.ctx, &manager.principal, &id, page.of_array()).await?;
    let items: Vec<_> = users.items.iter().map(UserOfClient::from).collect();
    Ok(array(&state, &format!("/oidc/clients/{id}/users"), &items, users.total, &page))
}

/// Revoke the access that one person gave an application
#[utoipa::path(delete, path = "/oidc/clients/{id}/users/{user_id}", tag = "applications",
    params(("id" = String, Path, description = "The client id"), ("user_id" = String, Path, description = "The person")),
    responses((status = 200, description = "The person's tokens for it are dead", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn revoke_user(
    State(state): State<WebState>,
    Path((id, user)): Path<(String, String)>,
    manager: ApiCaller,
) -> ApiResult {
    clients::manage::revoke_user(state.app(), &manager.ctx, &manager.principal, &id, &user).await?;
    Ok(deleted())
}

/// Revoke the access that everybody gave an application
///
/// Ends all active tokens of the application, those in its own name too.
#[utoipa::path(delete, path = "/oidc/clients/{id}/users", tag = "applications",
    params(("id" = String, Path, description = "The client id")),
    responses((status = 200, description = "All tokens are revoked", body = Deleted)),
    security(("bearer" = []), ("session" = [])))]
pub async fn revoke_all_users(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    clients::manage::revoke_all_users(state.app(), &manager.ctx, &manager.principal, &id).await?;
    Ok(deleted())
}

/// How far back.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `days` reads")]
pub struct DaysQuery {
    /// Days, today among them; 30 unless something else is said.
    #[param(nullable = false, minimum = 1, maximum = 400)]
    days: Option<i64>,
}

/// One day of an application. Days are of UTC.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes `flows::clients::activity::Activity`")]
pub struct DayOfActivity {
    #[schema(format = Date)]
    activity_date: String,
    /// Tokens issued, tokens found active by introspection, and answers of userinfo.
    total_access: i64,
    /// People in whose name that was, each once.
    unique_users: i64,
}

/// One day of one of many applications.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes `flows::clients::activity::ActivityOf`")]
pub struct DayOfActivityOf {
    client_id: String,
    #[schema(format = Date)]
    activity_date: String,
    total_access: i64,
    unique_users: i64,
}

/// How many days are asked for.
fn days(manager: &ApiCaller) -> Result<i64, Problem> {
    manager.number("days", clients::manage::DEFAULT_DAYS, clients::manage::RETENTION_DAYS)
}

/// Read an application's activity by day
#[utoipa::path(get, path = "/oidc/clients/{id}/activity", tag = "applications",
    params(("id" = String, Path, description = "The client id"), DaysQuery),
    responses((status = 200, description = "One entry a day, oldest first, zeros where nothing happened",
        body = Vec<DayOfActivity>)),
    security(("bearer" = []), ("session" = [])))]
pub async fn activity(State(state): State<WebState>, Path(id): Path<String>, manager: ApiCaller) -> ApiResult {
    let days = days(&manager)?;
    let activity = clients::manage::activity(state.app(), &manager.ctx, &manager.principal, &id, days).await?;
    Ok(json_response(StatusCode::OK, &activity))
}

/// Read the activity of all applications by day
#[utoipa::path(get, path = "/oidc/clients/activity", tag = "applications",
    params(DaysQuery, ("after" = Option<String>, Query, description = "Go on behind this client id")),
    responses((status = 200, description = "One entry an application and day", body = Vec<DayOfActivityOf>,
        headers(("link" = String, description = "Where it goes on, if it does (RFC 8288)")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn all_activity(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let days = days(&manager)?;
    let after = manager.query("after");
    let activity = clients::manage::all_activity(state.app(), &manager.ctx, &manager.principal, days, after).await?;
    let mut response = json_response(StatusCode::OK, &activity.days);
    if let Some(last) = activity.next {
        let next = format!("/oidc/clients/activity?days={days}&after={last}");
        link_next(&state, &mut response, &next);
    }
    Ok(response)
}
