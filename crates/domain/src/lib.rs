//! The rules of Countersign: pure, so that every one of them can be read and tested on its own.
//!
//! Nothing here is asynchronous, reads a clock, draws randomness or touches a network, a file or a database.
//! Time and random bytes come in as arguments.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod allowance;
pub mod application;
pub mod audit;
pub mod catalogue;
pub mod client;
pub mod encoding;
pub mod events;
pub mod id;
pub mod identity;
pub mod json;
pub mod keys;
pub mod language;
pub mod oauth;
pub mod outbound;
pub mod review;
pub mod reviewed;
pub mod secret;
pub mod text;
pub mod time;
pub mod vouching;
pub mod webhook;

pub use id::{
    ApiKeyId, AuditId, ClientId, ClientSecretId, EventId, GrantId, InvitationId, PersonalAccessTokenId, SessionId,
    UserId, WebhookId, WorkspaceId,
};
pub use oauth::scope::ScopeSet;
pub use secret::{Pepper, Secret, SecretHash};
pub use time::{Day, Timestamp};
