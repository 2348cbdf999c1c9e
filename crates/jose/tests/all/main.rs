//! Foreign keys and tokens: the vectors of the specifications, those of Wycheproof, and a table of what a policy refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
mod keys;
mod policies;
mod vectors;
