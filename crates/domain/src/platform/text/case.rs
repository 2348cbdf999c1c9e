//! Case-insensitive comparison of texts.

/// Folds the case of a text in any script, as searches compare it: `ß` becomes `ss`, and all three sigmas are equal.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}
