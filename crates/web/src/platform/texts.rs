//! What pages say in each language: the Fluent files of `texts/`, in the binary.
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
    // Pages isolate what strangers wrote by themselves, with `bdi`.
    bundle.set_use_isolating(false);
    for file in files {
        // What does not read is left out here, and is a failed test.
        let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Text that holds markup of our own, with everything else escaped.
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

    /// What is known to be markup of ours.
    pub fn of(markup: &impl HtmlSafe) -> Self {
        Self(markup.to_string())
    }
}

impl askama::FastWritable for Rich {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

/// Says things in one language.
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

    /// A text, if there is one by this name: for names that came with a request.
    pub fn known(self, key: &str) -> Option<String> {
        self.find(key, None)
    }

    /// A text as it stands.
    pub fn say(self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text with values, by name.
    pub fn fill(self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        self.format(key, Some(&values.iter().map(|(name, value)| (*name, value.0.clone())).collect()))
    }

    /// A text with values that strangers may have chosen: each escaped, set apart in its direction, and strong.
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

    /// What a kind of event of the audit log tells of; one that is not known, by its name.
    pub fn kind(self, kind: &str) -> String {
        self.known(&format!("kind-{}", kind.replace('.', "-"))).unwrap_or_else(|| kind.to_owned())
    }

    /// What an operation does.
    pub fn operation(self, operation: Operation) -> String {
        self.of_code(&operation_key(operation), operation.says())
    }

    /// What a refusal says. English sentences stand beside the rules; other languages have theirs by exact reason.
    pub fn refusal(self, refusal: &(impl Refusal + ?Sized)) -> String {
        self.reason(refusal.reason(), refusal.public())
    }

    /// The same of what may be done later, with when that is.
    pub fn refusal_for_now(self, refusal: &(impl Refusal + ?Sized), later: &Later) -> String {
        let said = self.refusal(refusal);
        match later.seconds() {
            None => said,
            // Whole minutes, when it is too long to count seconds.
            Some(seconds @ ..=120) => format!("{said} {}", self.fill("wait-seconds", &[("count", seconds.into())])),
            Some(seconds) => {
                let minutes = seconds.saturating_add(59) / 60;
                format!("{said} {}", self.fill("wait-minutes", &[("count", minutes.into())]))
            }
        }
    }

    /// The same where only the reason and the English sentence are known. One reason is told in different sentences where
    /// different people read it: then the sentence has a text of its own.
    pub fn reason(self, reason: &str, english: &str) -> String {
        let by_sentence = match self.0 {
            Language::English => None,
            Language::German => self.find(&sentence_key(english), None),
        };
        by_sentence.unwrap_or_else(|| self.of_code(&format!("refusal-{reason}"), english))
    }

    /// What the code says. English sentences stand beside the rules; other languages have theirs by key, or else the
    /// English one.
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

/// A value of a text: a word, or a number that the text may count by.
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
