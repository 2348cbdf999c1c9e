//! The roles that a person has and gives in a workspace.
use crate::access::page_visitor::PageVisitor;
use domain::workspace::Role;

/// The roles that somebody with this one gives.
pub fn given_by(own: Option<Role>) -> &'static [Role] {
    if own == Some(Role::Owner) { &[Role::Member, Role::Admin, Role::Owner] } else { &[Role::Member, Role::Admin] }
}

/// The role of the person in the workspace that the page is about.
pub fn own_role(person: &PageVisitor) -> Option<Role> {
    person.principal.workspace.map(|(_, role)| role)
}
