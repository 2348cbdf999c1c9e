//! What became of an app's requests.

pub mod charts;
pub mod failed_requests;
