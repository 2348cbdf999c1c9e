//! The roles that a user has and can assign in a workspace.
use crate::access::page_visitor::PageVisitor;
use domain::workspace::Role;

/// The roles that a user with this role can assign.
pub fn given_by(own: Option<Role>) -> &'static [Role] {
    if own == Some(Role::Owner) { &[Role::Member, Role::Admin, Role::Owner] } else { &[Role::Member, Role::Admin] }
}

/// The user's role in the page's workspace.
pub fn own_role(person: &PageVisitor) -> Option<Role> {
    person.principal.workspace.map(|(_, role)| role)
}
