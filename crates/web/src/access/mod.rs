//! Who is calling, and what forms and endpoints with a caller share.

pub(crate) mod api_caller;
pub mod api_input;
pub mod api_list;
pub(crate) mod body;
mod body_reader;
pub mod confirm;
pub mod create_once;
pub mod field_error;
pub(crate) mod idempotency;
pub(crate) mod page_visitor;
pub mod reveal;
