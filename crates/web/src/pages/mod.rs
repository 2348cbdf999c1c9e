//! The pages for people: server-rendered, without JavaScript, with a strict content policy.
pub mod authorize;
pub mod consent;
pub mod docs;
pub mod form;
pub mod frame;
pub mod home;
pub mod login;
pub mod logout;
pub mod refused;
pub mod setup;
pub mod signup;
