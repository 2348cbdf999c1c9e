//! The pages and endpoints of a workspace.

pub mod members_api;
pub mod pages;
