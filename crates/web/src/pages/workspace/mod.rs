//! What admins and owners see and change of a workspace, and what its members see of it.
pub mod invitations;
pub mod join;
pub mod members;
pub mod shown;
