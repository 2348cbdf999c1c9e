//! People, workspaces, and the credentials that speak for them.
mod app_policy;
mod credential;
mod device;
mod email;
mod invitation;
mod session;
mod user;
mod workspace;
mod zone;

pub use app_policy::AppPolicy;
pub use credential::{ApiKey, AuthorizingToken, Creator, KeyRights, PersonalAccessToken};
pub use device::Device;
pub use email::{Email, InvalidEmail};
pub use invitation::{Invitation, InvitationState};
pub use session::Session;
pub use user::User;
pub use workspace::{InvalidRole, Member, MemberRoles, Role, Workspace, WorkspaceMembership};
pub use zone::{InvalidZone, Zone};
