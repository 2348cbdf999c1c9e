//! Output.
use std::io::Write as _;

/// Prints a line on standard output. Ignores a closed pipe.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
