//! Diagnosis of a client's requests.

pub mod charts;
pub mod failed_requests;
