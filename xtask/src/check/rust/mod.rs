//! As much of the Rust language as the rules about files need: modules, imports, and paths.
mod lexer;
mod parser;

pub use parser::{Source, parse};
