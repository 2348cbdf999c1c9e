//! The tree of permissions that the operator declares (`domain::catalogue`).
use utoipa::ToSchema;

/// A category of permissions.
#[derive(ToSchema)]
pub struct Category {
    id: String,
    label: String,
    groups: Vec<Group>,
}

/// A group of permissions with levels to choose from.
#[derive(ToSchema)]
pub struct Group {
    id: String,
    name: String,
    description: String,
    levels: Vec<Level>,
}

/// One level, and the scopes that it stands for.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct Level {
    label: String,
    value: String,
    scopes: Vec<String>,
    warning: bool,
    #[schema(nullable = false)]
    warning_title: Option<String>,
}
