//! The two joiners (U+200C ZERO WIDTH NON-JOINER, U+200D ZERO WIDTH JOINER) and the emoji selector (U+FE0F). They are
//! invisible, but Persian, the scripts of India and sequences of emoji cannot be written without them.
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::UnicodeEmoji as _;
use unicode_script::{Script, UnicodeScript as _};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const EMOJI_SELECTOR: char = '\u{fe0f}';

/// Scripts whose letters change shape next to a joiner: cursive scripts, and those of India and its neighbours
/// (RFC 5892 Appendix A.1 and A.2, UAX #31 §2.3).
const JOINING: [Script; 24] = [
    Script::Arabic,
    Script::Syriac,
    Script::Mandaic,
    Script::Mongolian,
    Script::Phags_Pa,
    Script::Nko,
    Script::Adlam,
    Script::Hanifi_Rohingya,
    Script::Sogdian,
    Script::Manichaean,
    Script::Devanagari,
    Script::Bengali,
    Script::Gurmukhi,
    Script::Gujarati,
    Script::Oriya,
    Script::Tamil,
    Script::Telugu,
    Script::Kannada,
    Script::Malayalam,
    Script::Sinhala,
    Script::Tibetan,
    Script::Myanmar,
    Script::Khmer,
    Script::Balinese,
];

/// Canonical combining class of viramas, the signs that suppress a vowel.
const VIRAMA: u8 = 9;

/// A picture, or a part of one: digits and the like are emoji only in combination with what follows.
fn is_picture(c: char) -> bool {
    c.is_emoji_char() && !c.is_ascii()
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

/// The joining script of a letter or mark.
fn joining(c: char) -> Option<Script> {
    let script = c.script();
    (JOINING.contains(&script) && !c.is_numeric()).then_some(script)
}

/// Whether an invisible character between these two serves its purpose.
pub(super) fn belongs(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match c {
        EMOJI_SELECTOR => is_picture(before),
        JOINER | NON_JOINER if canonical_combining_class(before) == VIRAMA => joining(before).is_some(),
        JOINER if after.is_some_and(is_picture) => {
            is_picture(before) || is_skin_tone(before) || before == EMOJI_SELECTOR
        }
        JOINER | NON_JOINER => {
            let script = joining(before);
            script.is_some() && script == after.and_then(joining)
        }
        _ => false,
    }
}
