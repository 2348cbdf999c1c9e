//! The pages for webhooks, shared by workspaces and the operator.

pub(crate) mod owner;
pub mod webhook;

pub mod deliveries;
mod form;
pub mod list;
pub mod secret;
