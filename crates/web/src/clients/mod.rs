//! Clients over HTTP: the management APIs, registration, and the console of developers.

pub mod api_oidc;
pub mod api_v1;
pub mod pages;
pub mod registration;
