//! The texts of the pages in each language: the Fluent files of `texts/`, compiled into the binary.
use askama::filters::HtmlSafe;
use domain::access::Operation;
use domain::platform::language::Language;
use domain::platform::refusal::Refusal;
use flows::Later;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::LazyLock;

type Bundle = FluentBundle<FluentResource>;

macro_rules! files {
    ($language:literal: $($area:literal)*) => {
        &[$(include_str!(concat!("../../texts/", $language, "/", $area, ".ftl"))),*]
    };
}

const ENGLISH: &[&str] = files!("en": "common" "entry" "account" "audit" "developer" "workspace" "operator");
const GERMAN: &[&str] = files!("de": "common" "entry" "account" "audit" "developer" "workspace" "operator"
    "refusals" "diagnosis" "events" "operations");

static OF_ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English, ENGLISH));
static OF_GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::German, GERMAN));

fn bundle(language: Language, files: &[&str]) -> Bundle {
    let tag = language.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // The pages isolate untrusted values themselves, with `bdi`.
    bundle.set_use_isolating(false);
    for file in files {
        // Lines that do not parse are dropped here, and fail a test.
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Text with our own markup; everything else is escaped.
#[derive(Debug, Clone)]
pub struct Rich(String);

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Rich {}

impl Rich {
    /// A text without any markup.
    pub fn text(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        text.chars().for_each(|c| escape(c, &mut html));
        Self(html)
    }

    /// Text that is known to be our own markup.
    pub fn of(markup: &impl HtmlSafe) -> Self {
        Self(markup.to_string())
    }
}

impl askama::FastWritable for Rich {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

/// The texts of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts(pub Language);

impl Texts {
    fn bundle(self) -> &'static Bundle {
        match self.0 {
            Language::English => &OF_ENGLISH,
            Language::German => &OF_GERMAN,
        }
    }

    fn find(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = self.bundle();
        let pattern = bundle.get_message(key)?.value()?;
        Some(bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.find(key, args).unwrap_or_else(|| {
            tracing::error!(key, language = self.0.tag(), "a text is missing");
            key.to_owned()
        })
    }

    /// A text, if one with this key exists: for keys taken from a request.
    pub fn known(self, key: &str) -> Option<String> {
        self.find(key, None)
    }

    /// A text without values.
    pub fn say(self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text with named values.
    pub fn fill(self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        self.format(key, Some(&values.iter().map(|(name, value)| (*name, value.0.clone())).collect()))
    }

    /// A text with values that may be untrusted: each is escaped, isolated from the surrounding text direction, and bold.
    pub fn rich(self, key: &str, values: &[(&str, &str)]) -> Rich {
        const FIRST: u32 = 0xe000;
        let mark = |at: usize| char::from_u32(FIRST + u32::try_from(at).unwrap_or_default()).unwrap_or_default();
        let marks = values.iter().enumerate().map(|(at, (name, _))| (*name, mark(at).to_string()));
        let text = self.format(key, Some(&marks.collect()));
        let mut html = String::with_capacity(text.len() + 64);
        for c in text.chars() {
            let value = (u32::from(c) >= FIRST).then(|| values.get((u32::from(c) - FIRST) as usize)).flatten();
            match value {
                Some((_, value)) => {
                    html.push_str("<strong><bdi>");
                    value.chars().for_each(|c| escape(c, &mut html));
                    html.push_str("</bdi></strong>");
                }
                None => escape(c, &mut html),
            }
        }
        Rich(html)
    }

    /// The description of a kind of audit event; an unknown kind is shown by name.
    pub fn kind(self, kind: &str) -> String {
        self.known(&format!("kind-{}", kind.replace('.', "-"))).unwrap_or_else(|| kind.to_owned())
    }

    /// The description of an operation.
    pub fn operation(self, operation: Operation) -> String {
        self.of_code(&operation_key(operation), operation.says())
    }

    /// The sentence of a refusal. English sentences are defined with the rules; other languages have theirs under the exact reason.
    pub fn refusal(self, refusal: &(impl Refusal + ?Sized)) -> String {
        self.reason(refusal.reason(), refusal.public())
    }

    /// Like [`Self::refusal`], adding when to retry if it is temporary.
    pub fn refusal_for_now(self, refusal: &(impl Refusal + ?Sized), later: &Later) -> String {
        let said = self.refusal(refusal);
        match later.seconds() {
            None => said,
            // Above two minutes, whole minutes are more readable.
            Some(seconds @ ..=120) => format!("{said} {}", self.fill("wait-seconds", &[("count", seconds.into())])),
            Some(seconds) => {
                let minutes = seconds.saturating_add(59) / 60;
                format!("{said} {}", self.fill("wait-minutes", &[("count", minutes.into())]))
            }
        }
    }

    /// The sentence of a refusal, given only its reason and its English sentence. If a reason has several sentences for
    /// different readers, each has a text of its own.
    pub fn reason(self, reason: &str, english: &str) -> String {
        let by_sentence = match self.0 {
            Language::English => None,
            Language::German => self.find(&sentence_key(english), None),
        };
        by_sentence.unwrap_or_else(|| self.of_code(&format!("refusal-{reason}"), english))
    }

    /// The translation of a text defined in the code. English texts are defined with the rules; other languages have theirs
    /// under the key, falling back to English.
    pub fn of_code(self, key: &str, english: &str) -> String {
        match self.0 {
            Language::English => english.to_owned(),
            Language::German => self.find(key, None).unwrap_or_else(|| english.to_owned()),
        }
    }
}

/// `said-this-client-is-disabled` of `This client is disabled.`
fn sentence_key(english: &str) -> String {
    let words = english.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.fold("said".to_owned(), |key, word| key + "-" + &word.to_ascii_lowercase())
}

/// `operation-read-clients` of `ReadClients`.
fn operation_key(operation: Operation) -> String {
    let mut key = "operation".to_owned();
    for c in format!("{operation:?}").chars() {
        if c.is_ascii_uppercase() {
            key.push('-');
        }
        key.push(c.to_ascii_lowercase());
    }
    key
}

fn escape(c: char, html: &mut String) {
    match c {
        '<' | '>' | '&' | '"' | '\'' => {
            let _ = write!(html, "&#{};", u32::from(c));
        }
        c => html.push(c),
    }
}

/// A value in a text: a string, or a number that the text can depend on.
#[derive(Debug, Clone)]
pub struct Value<'v>(FluentValue<'v>);

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self(FluentValue::String(Cow::Borrowed(text)))
    }
}

impl<'v> From<&&'v str> for Value<'v> {
    fn from(text: &&'v str) -> Self {
        (*text).into()
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self(FluentValue::String(Cow::Owned(text)))
    }
}

impl From<&&i64> for Value<'_> {
    fn from(number: &&i64) -> Self {
        (**number).into()
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self(FluentValue::from(number))
    }
}

impl From<&i64> for Value<'_> {
    fn from(number: &i64) -> Self {
        (*number).into()
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        i64::try_from(number).unwrap_or(i64::MAX).into()
    }
}

impl From<&usize> for Value<'_> {
    fn from(number: &usize) -> Self {
        (*number).into()
    }
}

#[cfg(test)]
#[path = "texts_tests.rs"]
mod tests;
