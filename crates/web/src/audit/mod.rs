//! The audit log over HTTP.

pub mod api;
pub mod pages;
