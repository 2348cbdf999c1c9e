//! The JSON of requests and answers that the code itself handles as maps or as another crate's types. The scenarios of
//! the test kit hold every answer they see against these (`testkit::described`), so that none can drift.
#![expect(dead_code, reason = "they describe; nothing is built of them")]
pub mod applications;
pub mod authorize;
pub mod discovery;
pub mod error;
pub mod oauth;
pub mod permissions;
pub mod registration;
pub mod webhooks;
