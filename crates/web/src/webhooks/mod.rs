//! Webhooks over HTTP.

pub mod api;
pub mod event_types;
pub mod pages;
