//! API keys and personal access tokens.

pub mod bearers;
pub mod credentials;
