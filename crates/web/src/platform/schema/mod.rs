//! The JSON of requests and responses that the code handles as maps or as types of other crates. The scenarios of the test kit
//! check every response against these schemas (`testkit::described`), so that none can drift.
#![expect(dead_code, reason = "they describe; nothing is built of them")]
pub mod applications;
pub mod authorize;
pub mod discovery;
pub mod error;
pub mod oauth;
pub mod permissions;
pub mod registration;
pub mod webhooks;
