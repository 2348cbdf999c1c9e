//! Points in time, in whole seconds since 1970-01-01T00:00:00Z everywhere, as in OAuth and JWT (RFC 7519 §2).
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// Seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z; negative before.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z; negative before.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// This time plus `seconds` (or minus, if negative); never overflows.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Parses RFC 3339, or a date, which means its first second in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let midnight;
        let text = if text.len() == "2026-01-31".len() {
            midnight = format!("{text}T00:00:00Z");
            &midnight
        } else {
            text
        };
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_second()))
    }

    /// The first second of a date such as `2026-01-31` in a time zone of the IANA database (UTC if none is given), and
    /// that of the following day.
    pub fn day_in(date: &str, zone: Option<&str>) -> Option<(Self, Self)> {
        let date: jiff::civil::Date = date.parse().ok()?;
        let zone = zone.and_then(|name| jiff::tz::TimeZone::get(name).ok()).unwrap_or(jiff::tz::TimeZone::UTC);
        let first = |date: jiff::civil::Date| {
            date.to_zoned_datetime(zone.clone()).ok().map(|t| Self(t.timestamp().as_second()))
        };
        Some((first(date)?, first(date.tomorrow().ok()?)?))
    }

    /// RFC 3339 in UTC, as shown by the management APIs.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_second(self.0).map_or_else(|_| self.0.to_string(), |t| t.to_string())
    }
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Of the Gregorian calendar.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl Date {
    /// 0 to 11.
    pub fn month_index(self) -> usize {
        usize::try_from(self.month - 1).unwrap_or_default().min(11)
    }
}

/// A time as shown by a wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Civil {
    /// The calendar day in the zone that was used.
    pub date: Date,
    /// `HH:MM`.
    pub clock: String,
    /// Whether it is in the requested zone; otherwise it is in UTC.
    pub known_zone: bool,
}

impl Timestamp {
    /// This time in a time zone of the IANA database.
    pub fn civil(self, zone: Option<&str>) -> Civil {
        let moment = jiff::Timestamp::from_second(self.0).unwrap_or_default();
        let zone = zone.and_then(|name| jiff::tz::TimeZone::get(name).ok());
        let known_zone = zone.is_some();
        let here = moment.to_zoned_datetime(zone.unwrap_or(jiff::tz::TimeZone::UTC));
        Civil {
            date: Date { year: here.year(), month: here.month(), day: here.day() },
            clock: format!("{:02}:{:02}", here.hour(), here.minute()),
            known_zone,
        }
    }
}

/// Whether the IANA database has a time zone with this name.
pub fn is_zone(name: &str) -> bool {
    jiff::tz::TimeZone::get(name).is_ok()
}

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// A day in UTC, counted from 1970-01-01. In JSON, `2026-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The number of days since 1970-01-01.
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The day that contains a time.
    pub const fn of(moment: Timestamp) -> Self {
        Self(moment.0.div_euclid(SECONDS_OF_DAY))
    }

    /// The number of days since 1970-01-01.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// Its first second.
    pub const fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(SECONDS_OF_DAY))
    }

    /// The day this many days later (or earlier, if negative); never overflows.
    #[must_use]
    pub const fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.start().rfc3339();
        f.write_str(text.split_once('T').map_or(text.as_str(), |(date, _)| date))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_where_its_reader_is() {
        let day = |date, zone| Timestamp::day_in(date, zone).map(|(first, next)| (first.rfc3339(), next.rfc3339()));
        let of = |first: &str, next: &str| Some((first.to_owned(), next.to_owned()));
        assert_eq!(day("2026-01-31", None), of("2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z"));
        let short = of("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        assert_eq!(day("2026-03-29", Some("Europe/Berlin")), short, "23 hours");
        for bad in ["", "2026-02-30", "yesterday", "31.01.2026"] {
            assert_eq!(day(bad, None), None, "{bad}");
        }
    }

    #[test]
    fn days_begin_at_midnight_utc_before_and_after_1970() {
        let day = |seconds| Day::of(Timestamp::from_seconds(seconds));
        assert_eq!((day(0), day(86_399), day(86_400)), (Day(0), Day(0), Day(1)));
        assert_eq!((day(-1), day(-86_400), day(-86_401)), (Day(-1), Day(-1), Day(-2)));
        assert_eq!(day(1_767_225_600).to_string(), "2026-01-01");
        assert_eq!(day(1_767_225_599).to_string(), "2025-12-31");
        assert_eq!(serde_json::to_string(&day(1_709_164_800)).unwrap(), "\"2024-02-29\"");
        assert_eq!(day(1_767_225_600).plus(-1).start().seconds(), 1_767_225_600 - 86_400);
    }

    #[test]
    fn moments_are_read_as_they_are_written_and_as_dates() {
        let read = |text| Timestamp::parse(text).map(Timestamp::seconds);
        assert_eq!(read("2026-01-01T00:00:00Z"), Some(1_767_225_600));
        assert_eq!(read("2026-01-01T01:00:00+01:00"), Some(1_767_225_600));
        assert_eq!(read("2026-01-01"), Some(1_767_225_600));
        for wrong in ["", "yesterday", "2026-13-01", "2026-02-30", "2026-01-01T00:00:00"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
