//! Shared foundations: ids, times, texts, secrets, seals, and how refusals are written.

pub mod advice;
pub mod allowance;
pub mod challenge;
pub mod encoding;
pub mod error_code;
pub mod id;
pub mod json;
pub mod keys;
pub mod language;
pub mod outbound;
pub mod params;
pub mod refusal;
pub mod scope;
pub mod seal;
pub mod secret;
pub mod text;
pub mod time;
