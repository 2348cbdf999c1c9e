//! The pages for people: server-rendered, whole without JavaScript, with a strict content policy.

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
