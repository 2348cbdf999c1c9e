//! Marks that are stacked upon one letter until they cover the lines around it.
use super::invisible::is_invisible;
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// The most in a row: UTS #39 §5.4 takes more than four for a sign of abuse. No language needs more; `ộ` and `ที่` have two,
/// Hebrew with points and accents three or four.
const MOST: usize = 4;

/// Marks that take no room of their own, so that nothing but the height of the line holds them.
pub(super) fn stacks(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark)
}

/// More marks than any writing needs, or one at the beginning, where it would sit on what is written before. Letters with
/// marks of their own count as decomposed.
pub(super) fn are_stacked(text: &str) -> bool {
    let mut row = 0;
    text.chars().next().is_some_and(stacks)
        || text.nfd().any(|c| {
            // What is ignored in display interrupts no stack.
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
