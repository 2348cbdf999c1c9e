//! The tests of the binary, as one program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod command_line;
mod documented;
mod lifecycle;
mod management;
mod power_cut;
mod process;
mod startup;
#[allow(dead_code)]
#[path = "../../../testkit/src/tunnel.rs"]
mod tunnel;
