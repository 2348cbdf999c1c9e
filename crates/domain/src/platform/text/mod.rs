//! Text chosen by strangers and read by people here, above all client names.
mod alike;
mod case;
mod invisible;
mod joiner;
mod marks;

pub use alike::{looks_alike, poses_as, resembles};
pub use case::fold;
use invisible::is_invisible;

/// Maximum length of a name in characters.
pub const LONGEST_NAME: usize = 100;

/// Why a name cannot be displayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeName {
    /// It is empty, or longer than a name may be.
    #[error("a name has 1 to 100 characters")]
    Length,
    /// A character that is not visible, or that changes the direction of other text.
    #[error("a name must not have control, formatting or direction characters")]
    Invisible,
    /// Marks that would cover the text around them, or that have no letter.
    #[error("a letter of a name has at most four marks, and a name does not begin with one")]
    Marks,
}

/// Refuses text that cannot be read as it is written: invisible characters in places where they do not belong, and
/// stacked marks.
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

/// Whether an unchecked text can be shown to people.
pub fn is_legible(text: &str) -> bool {
    check(text).is_ok()
}

/// Accepts a name that can be displayed next to the server's own text (OAuth 2.1 §7.12): no invisible or
/// direction-changing characters, and no stacked marks. Markup is no concern, since pages escape. White space is
/// folded.
pub fn display_name(text: &str) -> Result<String, UnsafeName> {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Counts no further than needed, so that a long name is refused quickly.
    if folded.chars().take(LONGEST_NAME + 1).count() > LONGEST_NAME {
        return Err(UnsafeName::Length);
    }
    // Folding removes white space at the edges, so a character it preceded may now be at the beginning.
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
