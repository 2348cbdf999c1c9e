//! The languages that pages speak, and which one a visitor reads.
use crate::platform::text::LONGEST_NAME;

/// A language that every page speaks in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    German,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// As HTML and OpenID Connect name it (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What its speakers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// What a person's first workspace is called; as long as a name may be, whatever the person's.
    pub fn own_workspace(self, person: &str) -> String {
        let (before, behind) = match self {
            Self::English => ("", "'s workspace"),
            Self::German => ("Arbeitsbereich von ", ""),
        };
        let around = before.chars().count() + behind.chars().count();
        let short: String = person.chars().take(LONGEST_NAME.saturating_sub(around)).collect();
        // Cut off, a joiner joins nothing any more.
        format!("{before}{}{behind}", short.trim_end_matches(['\u{200c}', '\u{200d}', ' ']))
    }

    /// The language of a tag, whatever its region or script (BCP 47 §2.1).
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The first language of a list of tags, the most wanted one first (OpenID Connect Core §3.1.2.1, `ui_locales`).
    pub fn first_of<'t>(tags: impl IntoIterator<Item = &'t str>) -> Option<Self> {
        tags.into_iter().find_map(Self::of)
    }

    /// What a browser wants most (RFC 9110 §12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        let wish = |part: &str| {
            let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
            Some((Self::of(tag.trim())?, weight)).filter(|(_, weight)| *weight > 0.0)
        };
        // The first of equals, as `max_by` would not give.
        let better = |best: Option<(Self, f32)>, next: (Self, f32)| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        };
        header.split(',').take(20).filter_map(wish).fold(None, better).map(|(language, _)| language)
    }
}

/// What is known of a visitor's languages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Languages {
    /// By `ui_locales` of the request.
    pub asked: Option<Language>,
    /// By the person's own setting.
    pub set: Option<Language>,
    /// By the browser.
    pub accepted: Option<Language>,
}

impl Languages {
    /// The request's wish, then the person's setting, then the browser's; otherwise English.
    pub fn best(self) -> Language {
        self.asked.or(self.set).or(self.accepted).unwrap_or(Language::English)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, German};

    #[test]
    fn the_most_wanted_language_that_there_is() {
        let table = [
            ("de", Some(German)),
            ("de-AT,de;q=0.9,en;q=0.8", Some(German)),
            ("fr, en;q=0.5, de;q=0.7", Some(German)),
            ("en, de", Some(English)),
            ("EN-gb", Some(English)),
            ("de;q=0, en;q=0.1", Some(English)),
            ("den, fr", None),
            ("de;q=x", None),
            ("", None),
        ];
        for (header, expected) in table {
            assert_eq!(Language::accepted(header), expected, "{header}");
        }
    }

    #[test]
    fn a_workspace_is_called_after_its_person_and_not_too_long() {
        assert_eq!(English.own_workspace("Ada"), "Ada's workspace");
        assert_eq!(German.own_workspace("Jürgen"), "Arbeitsbereich von Jürgen");
        for language in Language::ALL {
            for joined in ["👩\u{200d}".repeat(49) + "👩", "می\u{200c}".repeat(33) + "م"] {
                assert!(crate::platform::text::display_name(&joined).is_ok());
                assert!(crate::platform::text::display_name(&language.own_workspace(&joined)).is_ok(), "{joined}");
            }
            let long = language.own_workspace(&"ü".repeat(LONGEST_NAME));
            assert_eq!(long.chars().count(), LONGEST_NAME, "{long}");
            assert!(crate::platform::text::display_name(&long).is_ok());
        }
    }

    #[test]
    fn the_request_goes_before_the_person_and_the_person_before_the_browser() {
        let all = Languages { asked: Some(German), set: Some(English), accepted: Some(English) };
        assert_eq!(all.best(), German);
        assert_eq!(Languages { asked: None, set: Some(German), ..all }.best(), German);
        assert_eq!(Languages { accepted: Some(German), ..Languages::default() }.best(), German);
        assert_eq!(Languages::default().best(), English);
        assert_eq!(Language::first_of(["xx", "de-CH", "en"]), Some(German));
    }
}
