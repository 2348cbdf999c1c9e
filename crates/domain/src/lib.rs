//! The rules of Countersign: pure, so that each can be read and tested on its own.
//!
//! Nothing here is asynchronous, reads a clock, draws randomness or touches a network, a file or a database. Time and
//! random bytes are passed in as arguments.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod account;
pub mod clients;
pub mod diagnosis;
pub mod grants;
pub mod platform;
pub mod resources;
pub mod webhooks;
pub mod workspace;

pub mod access;
pub mod audit;
pub mod events;
pub mod oauth;

pub use crate::platform::id::{
    ApiKeyId, AuditId, ClientId, ClientSecretId, EventId, GrantId, InvitationId, PersonalAccessTokenId, SessionId,
    UserId, WebhookId, WorkspaceId,
};
pub use crate::platform::scope::ScopeSet;
pub use crate::platform::secret::{Pepper, Secret, SecretHash};
pub use crate::platform::time::{Day, Timestamp};
