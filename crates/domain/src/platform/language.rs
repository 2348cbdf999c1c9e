//! The languages of the pages, and which one a visitor gets.
use crate::platform::text::LONGEST_NAME;

/// A language in which every page is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `en`, the default.
    English,
    /// `de`, with formal address.
    German,
}

impl Language {
    /// In the order in which pages and discovery list them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The tag used by HTML and OpenID Connect (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Its name in the language itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The name of a user's first workspace. The user's name is shortened if the result would be too long.
    pub fn own_workspace(self, person: &str) -> String {
        let (before, behind) = match self {
            Self::English => ("", "'s workspace"),
            Self::German => ("Arbeitsbereich von ", ""),
        };
        let around = before.chars().count() + behind.chars().count();
        let short: String = person.chars().take(LONGEST_NAME.saturating_sub(around)).collect();
        // A joiner at the cut joins nothing.
        format!("{before}{}{behind}", short.trim_end_matches(['\u{200c}', '\u{200d}', ' ']))
    }

    /// The language of a tag, ignoring region and script (BCP 47 §2.1).
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// The first supported language in a list of tags, in order of preference (OpenID Connect Core §3.1.2.1,
    /// `ui_locales`).
    pub fn first_of<'t>(tags: impl IntoIterator<Item = &'t str>) -> Option<Self> {
        tags.into_iter().find_map(Self::of)
    }

    /// The language that a browser prefers (RFC 9110 §12.5.4).
    pub fn accepted(header: &str) -> Option<Self> {
        let wish = |part: &str| {
            let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
            Some((Self::of(tag.trim())?, weight)).filter(|(_, weight)| *weight > 0.0)
        };
        // The first of equals; `max_by` would return the last.
        let better = |best: Option<(Self, f32)>, next: (Self, f32)| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        };
        header.split(',').take(20).filter_map(wish).fold(None, better).map(|(language, _)| language)
    }
}

/// What is known about a visitor's languages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Languages {
    /// From the request's `ui_locales`.
    pub asked: Option<Language>,
    /// From the user's own setting.
    pub set: Option<Language>,
    /// From the browser.
    pub accepted: Option<Language>,
}

impl Languages {
    /// The request's language, then the user's setting, then the browser's; otherwise English.
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
