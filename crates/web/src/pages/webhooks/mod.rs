//! Webhooks of a workspace, and by the same pages those of the operator.
pub mod deliveries;
mod form;
pub mod list;
pub mod one;
mod place;
pub mod secret;
