//! Reference 004: the members of the caller's workspace.
use crate::WebState;
use crate::access::api_caller::ApiCaller;
use crate::access::api_list::{ArrayQuery, array};
use crate::platform::problem::ApiResult;
use axum::extract::State;
use domain::UserId;
use domain::account::User;
use domain::workspace::{Member, Role};
use flows::workspace::members;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<WebState> {
    OpenApiRouter::default().routes(routes!(list))
}

/// A member of the workspace.
#[derive(Serialize, ToSchema)]
pub struct WorkspaceMember<'m> {
    #[schema(value_type = String)]
    id: UserId,
    #[schema(required = true)]
    first_name: Option<&'m str>,
    #[schema(required = true)]
    last_name: Option<&'m str>,
    email: &'m str,
    #[schema(required = true)]
    photo_url: Option<&'m str>,
    /// `owner`, `admin` or `member`.
    #[schema(value_type = String)]
    role: Role,
}

impl<'m> From<&'m (Member, User)> for WorkspaceMember<'m> {
    fn from((member, user): &'m (Member, User)) -> Self {
        // One name is kept, as people write it; its last word passes for the family name.
        let (first_name, last_name) = match user.name.rsplit_once(' ') {
            Some((first, last)) => (Some(first), Some(last)),
            None => (Some(user.name.as_str()).filter(|name| !name.is_empty()), None),
        };
        let (id, role) = (user.id, member.roles.role);
        Self { id, first_name, last_name, email: user.email.as_str(), photo_url: user.picture.as_deref(), role }
    }
}

/// List the members of the workspace
#[utoipa::path(get, path = "/oidc/org/members", operation_id = "list_members", tag = "members", params(ArrayQuery),
    responses((status = 200, description = "All of them, up to 1000; more come page by page",
        body = Vec<WorkspaceMember>, headers(("x-total-count" = i64, description = "How many there are in all"),
            ("link" = String, description = "The next page, where there is one (RFC 8288)")))),
    security(("bearer" = []), ("session" = [])))]
pub async fn list(State(state): State<WebState>, manager: ApiCaller) -> ApiResult {
    let page = manager.array_page()?;
    let members = members::list(state.app(), &manager.ctx, &manager.principal, page.of_array()).await?;
    let items: Vec<_> = members.items.iter().map(WorkspaceMember::from).collect();
    Ok(array(&state, "/oidc/org/members", &items, members.total, &page))
}
