//! A user's own pages and endpoints.

pub mod consents_api;
pub mod pages;
pub mod tokens_api;
