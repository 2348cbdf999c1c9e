//! Formats times for people.
use askama::filters::HtmlSafe;
use domain::platform::language::Language;
use domain::platform::time::Date;
use domain::{Day, Timestamp};
use std::fmt;

/// A time in an element that programs can read, too. If the user has no time zone set, the pages' script shows it in the browser's.
#[derive(Debug)]
pub struct Time {
    moment: Timestamp,
    text: String,
    known_zone: bool,
}

impl Time {
    /// The end of something. Midnight UTC means that it was set as a date without a time, so only the date is shown.
    pub fn end(moment: Timestamp, language: Language, zone: Option<&str>) -> Self {
        let day = Day::of(moment);
        if day.start() == moment {
            Self { moment, text: self::day(day, language), known_zone: true }
        } else {
            Self::new(moment, language, zone)
        }
    }

    pub fn new(moment: Timestamp, language: Language, zone: Option<&str>) -> Self {
        let civil = moment.civil(zone);
        let (date, clock) = (civil.date, civil.clock);
        let text = format!("{}, {clock}", written(date, language));
        let known_zone = civil.known_zone;
        Self { moment, text: if known_zone { text } else { format!("{text} UTC") }, known_zone }
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn written(date: Date, language: Language) -> String {
    match language {
        Language::English => format!("{} {} {}", date.day, MONTHS[date.month_index()], date.year),
        Language::German => format!("{:02}.{:02}.{}", date.day, date.month, date.year),
    }
}

/// A UTC day in the user's language.
pub fn day(day: Day, language: Language) -> String {
    written(day.start().civil(None).date, language)
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = if self.known_zone { "" } else { " data-local" };
        write!(f, "<time datetime=\"{}\"{local}>{}</time>", self.moment.rfc3339(), self.text)
    }
}

impl HtmlSafe for Time {}

impl askama::FastWritable for Time {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(write!(dest, "{self}")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_the_readers_words_and_zone() {
        let moment = Timestamp::parse("2026-07-01T22:30:00Z").unwrap();
        let said = |language, zone| Time::new(moment, language, zone).to_string();
        let utc = "<time datetime=\"2026-07-01T22:30:00Z\" data-local>1 Jul 2026, 22:30 UTC</time>";
        assert_eq!(said(Language::English, None), utc);
        assert_eq!(said(Language::English, Some("Mars/Olympus")), utc, "a zone that there is not");
        let berlin = "<time datetime=\"2026-07-01T22:30:00Z\">02.07.2026, 00:30</time>";
        assert_eq!(said(Language::German, Some("Europe/Berlin")), berlin);
        assert_eq!(day(Day::of(moment), Language::English), "1 Jul 2026");
        let end =
            |text| Time::end(Timestamp::parse(text).unwrap(), Language::English, Some("Europe/Berlin")).to_string();
        assert_eq!(end("2027-01-31"), "<time datetime=\"2027-01-31T00:00:00Z\">31 Jan 2027</time>");
        assert_eq!(end("2027-01-31T00:00:01Z"), "<time datetime=\"2027-01-31T00:00:01Z\">31 Jan 2027, 01:00</time>");
        assert_eq!(day(Day::of(moment), Language::German), "01.07.2026");
    }
}
