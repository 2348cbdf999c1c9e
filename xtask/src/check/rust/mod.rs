//! The parts of Rust's syntax that the rules about files need: modules, imports and paths.
mod lexer;
mod parser;

pub use parser::{Source, parse};
