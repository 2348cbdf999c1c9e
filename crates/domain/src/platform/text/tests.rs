//! Names from all over the world, and names that impersonate or hide something.
use super::*;
use proptest::prelude::*;

#[test]
fn the_case_of_no_letter_matters() {
    for (one, other) in [("ÜBER", "über"), ("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σίσυφος"), ("ДОМ", "дом"), ("ı", "I")]
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

#[test]
fn joiners_stand_where_a_script_or_an_emoji_needs_them() {
    let good = [
        // Persian: "I go", and a plural.
        "می\u{200c}روم",
        "کتاب\u{200c}ها",
        // Sinhala "Sri", and Malayalam with a final chillu of the older spelling.
        "ශ්\u{200d}රී",
        "രാജന്\u{200d}",
        // Devanagari: a half letter and a visible virama.
        "क्\u{200d}ष",
        "क्\u{200c}ष",
        // Bengali: ra with ya-phala.
        "র\u{200d}্যাম",
        // Families, professions with a skin tone, a red heart.
        "👩\u{200d}👩\u{200d}👧",
        "Ada 👩🏽\u{200d}💻",
        "👩\u{200d}❤\u{fe0f}\u{200d}👨",
        "🏳\u{fe0f}\u{200d}🌈",
        "♥\u{fe0f}",
    ];
    for name in good {
        assert_eq!(display_name(name).as_deref(), Ok(name), "{name}");
    }
    let bad = [
        "Goo\u{200d}gle",
        "Goo\u{200c}gle",
        "\u{200d}Ada",
        "Ada\u{200d}",
        "\u{200c}",
        "کتاب\u{200c}",
        "کتاب\u{200c} ها",
        "کتاب\u{200c}\u{200c}ها",
        "کتاب\u{200c}x",
        "क\u{200d}م",
        "12\u{200d}3",
        "٣\u{200c}٤",
        "1\u{fe0f}",
        "a\u{fe0f}",
        "👩\u{200d}",
        "👩\u{200c}👩",
        "👩\u{200d}x",
        "漢\u{200d}字",
        "❤\u{fe0e}",
    ];
    for name in bad {
        assert_eq!(display_name(name), Err(UnsafeName::Invisible), "{name:?}");
    }
}

#[test]
fn letters_carry_the_marks_of_their_writing_and_no_towers() {
    let good = [
        "Nguyễn Thị Mỹ Hạnh",
        "Nguye\u{302}\u{303}n",
        "ที่นี่",
        "น้ำ",
        "שָׁלוֹם",
        // Hebrew with dagesh, shin dot, vowel and accent.
        "ש\u{5bc}\u{5c1}\u{5b8}\u{591}",
        "مُحَمَّدٌ",
        "लक्ष्मी श्रृंगार",
        "བསྒྲུབས",
        "a\u{301}\u{302}\u{303}\u{304}",
        "Z\u{30c}elezny\u{301}",
    ];
    for name in good {
        assert_eq!(display_name(name).as_deref(), Ok(name), "{name}");
    }
    let tower = format!("Z{}algo", "\u{30d}\u{316}".repeat(20));
    let five = format!("a{}", "\u{301}".repeat(5));
    // The letter contributes two of its own.
    let composed = format!("ễ{}", "\u{301}".repeat(3));
    let enclosed = format!("a{}", "\u{20dd}".repeat(5));
    let joined = format!("क{}", "\u{94d}\u{200d}".repeat(5));
    for name in [
        &*tower,
        &five,
        &composed,
        &enclosed,
        &joined,
        "\u{301}Ada",
        " \u{301}Ada",
        " \u{301}\u{301}\u{301}\u{301}\u{301}",
    ] {
        assert_eq!(display_name(name), Err(UnsafeName::Marks), "{name:?}");
    }
    assert_eq!(description(&format!("fine\n{five}")), Err(UnsafeName::Marks));
    assert_eq!(description("one\n\ntwo ").as_deref(), Ok("one\n\ntwo"));
    assert_eq!(description("one\r\ntwo"), Err(UnsafeName::Invisible));
}

#[test]
fn what_looks_the_same_resembles_in_any_case_of_letters() {
    for (one, other) in [
        ("AppIe", "Apple"),
        ("APPlE", "APPLE"),
        ("apple", "APPLE"),
        ("Аррӏе", "Apple"),
        ("G00gle", "Google"),
        ("rnicrosoft", "Microsoft"),
        ("C\u{43e}untersign", "Countersign"),
        ("C0untersign", "Countersign"),
        ("COUNTERSlGN", "Countersign"),
        ("COUNTERSIGN", "countersign"),
        ("𝐂𝐨𝐮𝐧𝐭𝐞𝐫𝐬𝐢𝐠𝐧", "Countersign"),
    ] {
        assert!(resembles(one, other) && resembles(other, one), "{one} {other}");
    }
    for (one, other) in [("Google", "Apple"), ("Countersigned", "Countersign"), ("Uber", "Über"), ("", "Apple")] {
        assert!(!resembles(one, other), "{one} {other}");
    }
}

/// Checklist 108.
#[test]
fn nobody_else_bears_the_name_of_the_server() {
    for name in [
        "Countersign",
        "C0untersign",
        "Сountersign",
        "COUNTERSlGN",
        "Counter-sign",
        "C o u n t e r s i g n",
        "Countersign Support",
        "The C0untersign Team",
        "(countersign)",
        "Countersign™",
        "Countersígn",
        "C\u{30a}ountersign",
        "Count er-sign Support",
        "The C o u n t e r s i g n Team",
    ] {
        assert!(poses_as(name, "Countersign"), "{name}");
    }
    for name in ["Countersigned Letters", "Counter", "Ledger Sync", "!!!", "Sign"] {
        assert!(!poses_as(name, "Countersign"), "{name}");
    }
    assert!(poses_as("Acme ID login", "ACME id") && poses_as("AcmeID", "Acme ID") && !poses_as("Acme", "Acme ID"));
    assert!(!poses_as("Google", "Go"), "a word that only begins so");
    assert!(!poses_as("Anything", "—") && !poses_as("", ""), "a brand without letters is nobody's");
}

proptest! {
    /// An accepted name is not too long, contains no character that hides among Latin letters, and is accepted again.
    #[test]
    fn an_accepted_name_is_legible(text in "[a-zé0-9 \u{200b}-\u{200f}\u{300}-\u{304}\u{202a}-\u{202e}\u{fe0f}]{0,24}") {
        if let Ok(name) = display_name(&text) {
            prop_assert!(!name.chars().any(is_invisible), "{name:?}");
            prop_assert!((1..=100).contains(&name.chars().count()));
            prop_assert_eq!(display_name(&name), Ok(name.clone()));
        }
    }

    /// Joiners in any order and place never cause a panic, and no accepted text in any script has five marks in a row.
    #[test]
    fn no_text_of_any_script_is_a_tower(text in "\\PC{0,40}") {
        let _ = description(&text);
        if let Ok(name) = display_name(&text) {
            let mut row = 0;
            for c in name.chars() {
                row = if marks::stacks(c) { row + 1 } else { 0 };
                prop_assert!(row <= 4);
            }
        }
    }

    /// A text resembles itself in any letter case.
    #[test]
    fn everything_resembles_itself(text in "[a-zA-Zäöü0-9 ]{1,20}") {
        prop_assert!(resembles(&text, &text.to_uppercase()) && resembles(&text.to_lowercase(), &text));
    }
}
