//! Texts without regard to the case of their letters.

/// A text in which the case of letters makes no difference, in any script, as searches compare: `ß` is `ss`, and all three
/// sigmas are one.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
