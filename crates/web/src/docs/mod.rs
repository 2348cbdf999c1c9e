//! The API description and its pages.

pub(crate) mod groups;
pub(crate) mod mounts;
pub(crate) mod openapi;
pub mod pages;
pub mod view;
