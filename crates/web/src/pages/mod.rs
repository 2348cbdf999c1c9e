//! The pages for people: server-rendered, whole without JavaScript, with a strict content policy.
pub mod account;
pub mod authorize;
pub mod back;
pub mod consent;
pub mod docs;
pub mod form;
pub mod frame;
pub mod home;
pub mod login;
pub mod logout;
pub mod nav;
pub mod problem;
pub mod refused;
pub mod setup;
pub mod signup;
pub mod time;
