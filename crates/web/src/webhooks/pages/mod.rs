//! Webhooks of a workspace, and by the same pages those of the operator.

pub(crate) mod owner;
pub mod webhook;

pub mod deliveries;
mod form;
pub mod list;
pub mod secret;
