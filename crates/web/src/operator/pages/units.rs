//! Formats durations and sizes for people.
use crate::platform::pages::frame::Frame;
use domain::platform::language::Language;
use std::time::Duration;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A duration in the largest unit of which it contains at least two.
pub fn span(frame: &Frame, seconds: i64) -> String {
    let (key, unit) = match seconds {
        s if s >= 2 * DAY => ("span-days", DAY),
        s if s >= 2 * HOUR => ("span-hours", HOUR),
        s if s >= 2 * MINUTE => ("span-minutes", MINUTE),
        _ => ("span-seconds", 1),
    };
    frame.fill(key, "n", seconds / unit)
}

/// A number of tenths, with the language's decimal separator.
fn tenths(language: Language, tenths: i64) -> String {
    let point = match language {
        Language::English => '.',
        Language::German => ',',
    };
    format!("{}{point}{}", tenths / 10, tenths % 10)
}

/// A size in the unit that needs few digits.
pub fn size(language: Language, bytes: i64) -> String {
    let units = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    let fits = units.into_iter().find(|(unit, _)| bytes >= *unit);
    fits.map_or_else(
        || format!("{bytes} B"),
        |(unit, name)| format!("{} {name}", tenths(language, bytes.saturating_mul(10) / unit)),
    )
}

/// Milliseconds with one decimal.
pub fn milliseconds(language: Language, took: Duration) -> String {
    let many = i64::try_from(took.as_micros() / 100).unwrap_or(i64::MAX);
    let less = if many == 0 { "< " } else { "" };
    format!("{less}{} ms", tenths(language, many.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_have_few_digits() {
        let (english, german) = (Frame::bare(Language::English), Frame::bare(Language::German));
        let spans = [0, 1, 119, 120, 7199, 7200, 172_799, 172_800, 864_000].map(|seconds| span(&english, seconds));
        let expected = [
            "0 seconds",
            "1 second",
            "119 seconds",
            "2 minutes",
            "119 minutes",
            "2 hours",
            "47 hours",
            "2 days",
            "10 days",
        ];
        assert_eq!(spans, expected);
        assert_eq!(span(&german, 172_800), "2 Tage");
        let sizes = [0, 1023, 1024, 1_572_864, 5 << 30].map(|bytes| size(Language::English, bytes));
        assert_eq!(sizes, ["0 B", "1023 B", "1.0 KB", "1.5 MB", "5.0 GB"]);
        assert_eq!(size(Language::German, 1_572_864), "1,5 MB");
        assert_eq!(milliseconds(Language::German, Duration::from_micros(1250)), "1,2 ms");
        assert_eq!(milliseconds(Language::English, Duration::from_micros(40)), "< 0.1 ms");
    }
}
