//! Text that strangers chose and that people here will read: client names, above all.
use unicode_security::GeneralSecurityProfile as _;

/// Why a name cannot be shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeName {
    #[error("a name has 1 to 100 characters")]
    Length,
    #[error("a name must not have control, formatting or direction characters")]
    Invisible,
}

/// Characters that change how the text around them is read: bidirectional controls, zero-width and tag characters,
/// line and paragraph separators, variation selectors and the like (Unicode TR 36 §2.5).
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00ad | 0x034f | 0x061c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
            | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
            | 0xe0000..=0xe0fff)
}

/// Characters of the longest name.
pub const LONGEST_NAME: usize = 100;

/// Accepts a name that can be shown beside the server's own words (OAuth 2.1 §7.12): no markup is possible, since pages
/// escape; no invisible or direction-changing character either. White space is folded.
pub fn display_name(text: &str) -> Result<String, UnsafeName> {
    if text.chars().any(is_invisible) {
        return Err(UnsafeName::Invisible);
    }
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.is_empty() || folded.chars().count() > LONGEST_NAME { Err(UnsafeName::Length) } else { Ok(folded) }
}

/// Accepts a description: like a name, but up to 1000 characters over several lines, and it may be empty.
pub fn description(text: &str) -> Result<String, UnsafeName> {
    if text.chars().any(|c| c != '\n' && is_invisible(c)) {
        return Err(UnsafeName::Invisible);
    }
    if text.chars().count() > 1000 { Err(UnsafeName::Length) } else { Ok(text.trim().to_owned()) }
}

/// A text in which the case of letters makes no difference, in any script, as searches compare: `ß` is `ss`, and all three
/// sigmas are one.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The name mixes scripts or uses characters outside the general profile: the page says so next to it.
pub fn looks_alike(text: &str) -> bool {
    use unicode_security::MixedScript as _;
    !text.is_single_script() || text.chars().any(|c| c.is_alphanumeric() && !c.identifier_allowed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_case_of_no_letter_matters() {
        for (one, other) in
            [("ÜBER", "über"), ("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ДОМ", "дом"), ("ı", "I")]
        {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("Uber"), fold("Über"), "other letters are others");
    }

    #[test]
    fn checklist_108_no_bidi_or_invisible_characters_in_names() {
        assert_eq!(display_name("  My \t App ").map_err(|_| ()), Err(()), "a tab is a control character");
        assert_eq!(display_name("  My  App ").unwrap(), "My App");
        assert_eq!(display_name("<b>x</b>").unwrap(), "<b>x</b>", "markup is the page's to escape");
        for bad in ["a\u{202e}b", "a\u{200b}b", "a\nb", "\u{2066}x", "a\u{feff}", "\u{e0041}"] {
            assert_eq!(display_name(bad), Err(UnsafeName::Invisible), "{bad:?}");
        }
        assert_eq!(display_name(" "), Err(UnsafeName::Length));
        assert_eq!(display_name(&"x".repeat(10_000)), Err(UnsafeName::Length));
        assert!(looks_alike("G\u{43e}\u{43e}gle") && !looks_alike("Google") && !looks_alike("Проводник"));
    }
}
