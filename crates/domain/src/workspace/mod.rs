//! Workspaces, their members and their policies.

mod invitation;
mod membership;
mod policy;

pub use invitation::{Invitation, InvitationState};
pub use membership::{InvalidRole, Member, MemberRoles, Role, Workspace, WorkspaceMembership};
pub use policy::AppPolicy;
