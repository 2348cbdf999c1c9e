//! Text that strangers chose and that people here will read: client names, above all.
mod alike;
mod case;
mod invisible;
mod joiner;
mod marks;

pub use alike::{looks_alike, poses_as, resembles};
pub use case::fold;
use invisible::is_invisible;

/// Characters of the longest name.
pub const LONGEST_NAME: usize = 100;

/// Why a name cannot be shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeName {
    #[error("a name has 1 to 100 characters")]
    Length,
    #[error("a name must not have control, formatting or direction characters")]
    Invisible,
    #[error("a letter of a name has at most four marks, and a name does not begin with one")]
    Marks,
}

/// Refuses what cannot be read as it is written: invisible characters that do not belong where they stand, and marks
/// stacked upon each other.
fn check(text: &str) -> Result<(), UnsafeName> {
    let (mut before, mut rest) = (None, text.chars().peekable());
    while let Some(c) = rest.next() {
        if is_invisible(c) && !joiner::belongs(before, c, rest.peek().copied()) {
            return Err(UnsafeName::Invisible);
        }
        before = Some(c);
    }
    if marks::are_stacked(text) { Err(UnsafeName::Marks) } else { Ok(()) }
}

/// Whether a text that nobody checked can be shown to people.
pub fn is_legible(text: &str) -> bool {
    check(text).is_ok()
}

/// Accepts a name that can be shown beside the server's own words (OAuth 2.1 §7.12): no markup is possible, since pages
/// escape; no invisible or direction-changing character either, and no tower of marks. White space is folded.
pub fn display_name(text: &str) -> Result<String, UnsafeName> {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A name of any length is a short answer.
    if folded.chars().take(LONGEST_NAME + 1).count() > LONGEST_NAME {
        return Err(UnsafeName::Length);
    }
    // What stood at the edges is gone from what is kept, and what it hid is at the beginning now.
    check(text).and_then(|()| check(&folded))?;
    if folded.is_empty() { Err(UnsafeName::Length) } else { Ok(folded) }
}

/// Accepts a description: like a name, but up to 1000 characters over several lines, and it may be empty.
pub fn description(text: &str) -> Result<String, UnsafeName> {
    if text.chars().count() > 1000 {
        return Err(UnsafeName::Length);
    }
    let text = text.trim();
    text.split('\n').try_for_each(check)?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
