//! The pages: rendered on the server, fully usable without JavaScript, with a strict content security policy.

pub mod error;
pub mod merge;
pub mod return_to;

pub mod form;
pub mod frame;
pub mod initial;
pub mod nav;
pub mod notice;
pub mod pager;
pub mod receives;
pub mod time;
pub mod undo;
