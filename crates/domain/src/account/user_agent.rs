//! A short description of a browser from its `User-Agent` header.

/// The browser and operating system named in a `User-Agent` header (RFC 9110 §10.1.5). Sent by the browser: useful for
/// recognising one's own devices, but no proof of anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// The browser's name without a version; `None` if unknown.
    pub browser: Option<&'static str>,
    /// The operating system's name without a version; `None` if unknown.
    pub system: Option<&'static str>,
}

/// The names of browsers in the header. Most browsers also name others for compatibility, so the more specific names
/// come first.
const BROWSERS: [(&str, &str); 18] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("curl/", "curl"),
    ("Wget/", "Wget"),
    ("Safari/", "Safari"),
];

/// The names of operating systems in the header.
const SYSTEMS: [(&str, &str); 10] = [
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("iPod", "iPod"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("OpenBSD", "OpenBSD"),
    ("FreeBSD", "FreeBSD"),
    ("Linux", "Linux"),
];

impl Device {
    /// Does not guess: anything that does not match a known name stays unknown.
    pub fn of(user_agent: &str) -> Self {
        let first = |names: &[(&str, &'static str)]| {
            names.iter().find(|(token, _)| user_agent.contains(token)).map(|(_, name)| *name)
        };
        Self { browser: first(&BROWSERS), system: first(&SYSTEMS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_and_systems_by_what_they_say() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let table = [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Some("Firefox"), Some("Linux")),
            (
                &format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/140.0.0.0 Safari/537.36"),
                Some("Chrome"),
                Some("Windows"),
            ),
            (
                &format!(
                    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
                ),
                Some("Edge"),
                Some("Windows"),
            ),
            (
                &format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {webkit} Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0"
                ),
                Some("Opera"),
                Some("macOS"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                Some("Safari"),
                Some("macOS"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                Some("Safari"),
                Some("iPhone"),
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1",
                Some("Chrome"),
                Some("iPad"),
            ),
            (
                &format!("Mozilla/5.0 (Linux; Android 10; K) {webkit} Chrome/140.0.0.0 Mobile Safari/537.36"),
                Some("Chrome"),
                Some("Android"),
            ),
            (
                &format!(
                    "Mozilla/5.0 (Linux; Android 13) {webkit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
                ),
                Some("Samsung Internet"),
                Some("Android"),
            ),
            (
                &format!("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {webkit} Chrome/140.0.0.0 Safari/537.36"),
                Some("Chrome"),
                Some("ChromeOS"),
            ),
            (
                &format!("Mozilla/5.0 (X11; Linux x86_64) {webkit} HeadlessChrome/140.0.0.0 Safari/537.36"),
                Some("Chrome"),
                Some("Linux"),
            ),
            ("curl/8.14.1", Some("curl"), None),
            ("Mozilla/5.0 (Linux; U) SomethingElse/1.0", None, Some("Linux")),
            ("firefox", None, None),
            ("<script>alert(1)</script>", None, None),
            ("", None, None),
        ];
        for (text, browser, system) in table {
            assert_eq!(Device::of(text), Device { browser, system }, "{text}");
        }
    }
}
