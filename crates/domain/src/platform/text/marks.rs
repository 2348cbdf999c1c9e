//! Marks stacked on one letter until they cover the lines around it.
use super::invisible::is_invisible;
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Maximum number in a row: UTS #39 §5.4 treats more than four as a sign of abuse. No language needs more; `ộ` and
/// `ที่` have two, Hebrew with points and accents three or four.
const MOST: usize = 4;

/// Marks that take up no space of their own, so that only the line height limits them.
pub(super) fn stacks(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// Whether there are more marks than any writing system needs, or one at the beginning, where it would attach to the
/// preceding text. Letters with built-in marks count as decomposed.
pub(super) fn are_stacked(text: &str) -> bool {
    let mut row = 0;
    text.chars().next().is_some_and(stacks)
        || text.nfd().any(|c| {
            // A character ignored in display does not interrupt a stack.
            row = if stacks(c) {
                row + 1
            } else if is_invisible(c) {
                row
            } else {
                0
            };
            row > MOST
        })
}
