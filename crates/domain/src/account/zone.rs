use crate::platform::time::is_zone;
use std::fmt;
use std::str::FromStr;

/// A text that is not a time zone name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time zone is named as in the IANA database, such as `Europe/Berlin`")]
pub struct InvalidZone;

/// The name of a time zone in the IANA database, such as `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(String);

impl Zone {
    /// The name in the spelling with which it was set.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the text is a valid part between slashes. It must begin with a letter, so that no part can escape the folder
/// of zones.
fn is_part(part: &str) -> bool {
    part.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+-".contains(&b))
}

impl FromStr for Zone {
    type Err = InvalidZone;
    fn from_str(text: &str) -> Result<Self, InvalidZone> {
        let fits = (1..=64).contains(&text.len()) && text.split('/').count() <= 3 && text.split('/').all(is_part);
        if fits && is_zone(text) { Ok(Self(text.to_owned())) } else { Err(InvalidZone) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_the_shape_of_the_iana_database() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "America/Port-au-Prince"] {
            assert_eq!(good.parse::<Zone>().map(|zone| zone.to_string()), Ok(good.to_owned()));
        }
        let long = "A".repeat(65);
        for bad in ["", "/", "Europe/", "../etc/passwd", "Europe/Köln", "Europe Berlin", "+02:00", "a/b/c/d", &long] {
            assert!(bad.parse::<Zone>().is_err(), "{bad}");
        }
    }
}
