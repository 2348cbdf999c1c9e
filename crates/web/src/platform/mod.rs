//! The basis of all handlers and pages: requests, responses, cookies, texts, and the frame of pages.

pub mod answers;
pub(crate) mod assets;
pub(crate) mod body;
pub(crate) mod cookie_prefix;
pub(crate) mod cookies;
pub(crate) mod faults;
pub(crate) mod headers;
pub(crate) mod mounts;
pub(crate) mod pages;
pub(crate) mod path;
pub(crate) mod peer;
pub(crate) mod problem;
pub(crate) mod request;
pub(crate) mod respond;
pub mod schema;
pub(crate) mod state;
pub(crate) mod texts;
