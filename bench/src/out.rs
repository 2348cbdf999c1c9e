//! What is printed.
use std::io::Write as _;

/// A line on standard output. A closed pipe is no fault of ours.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
