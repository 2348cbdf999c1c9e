//! A workspace: its members, invitations, apps, policy and API keys.

pub(crate) mod api_key_records;
pub mod api_keys;
pub mod apps;
pub mod invitations;
pub(crate) mod member_records;
pub mod members;
pub mod membership;
pub mod policy;
pub(crate) mod records;
