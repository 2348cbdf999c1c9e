//! Reference 004: the members of the caller's workspace.
use super::list::array;
use crate::WebState;
use crate::manager::Manager;
use crate::problem::Answer;
use axum::extract::State;
use domain::identity::{Member, User};
use flows::members;
use serde_json::{Map, Value, json};

fn show((member, user): &(Member, User)) -> Map<String, Value> {
    // One name is kept, as people write it; its last word passes for the family name.
    let (first, last) = match user.name.rsplit_once(' ') {
        Some((first, last)) => (Some(first), Some(last)),
        None => (Some(user.name.as_str()).filter(|name| !name.is_empty()), None),
    };
    let mut all = Map::new();
    all.insert("id".to_owned(), json!(user.id));
    all.insert("first_name".to_owned(), json!(first));
    all.insert("last_name".to_owned(), json!(last));
    all.insert("email".to_owned(), user.email.as_str().into());
    all.insert("photo_url".to_owned(), json!(user.picture));
    all.insert("role".to_owned(), json!(member.roles.role));
    all
}

pub async fn list(State(state): State<WebState>, manager: Manager) -> Answer {
    let page = manager.page(100)?;
    let members = members::list(state.app(), &manager.ctx, &manager.principal, page.page()).await?;
    let items: Vec<_> = members.items.iter().map(show).collect();
    Ok(array(&state, "/oidc/org/members", &items, members.total, &page))
}
