use super::*;
use domain::access::{Operation, PermissionDenied};
use domain::account::{SetupLinkRefusal, SignInRefusal};
use domain::audit::KINDS;
use domain::diagnosis::{AUTHENTICATION, Advice, Endpoint, TABLES};
use domain::events::{Change, EventKind};
use domain::oauth::device_request::UserCodeRefusal;
use domain::platform::refusal::{FaultRefusal, Refusal};
use flows::oauth::authorize::InteractionRefusal;
use flows::platform::management_error::ManagementRefusal;
use flows::platform::outbound::NoReply;
use flows::webhooks::manage::WebhookRefusal;
use fluent_bundle::FluentResource;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The keys of all texts in some files, each with the names of its values.
fn texts(files: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts = BTreeMap::new();
    for file in files {
        if let Err((_, faults)) = FluentResource::try_new((*file).to_owned()) {
            panic!("a file does not read: {faults:?}");
        }
        let mut key = String::new();
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            let named = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()));
            if let Some((name, _)) = named {
                name.clone_into(&mut key);
                assert!(texts.insert(key.clone(), BTreeSet::new()).is_none(), "{key} is there twice");
            }
            for value in line.split('$').skip(1) {
                let name: String = value.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                texts.get_mut(&key).unwrap().insert(name);
            }
        }
    }
    texts
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found
}

/// The keys that templates use, and every string literal in the code that could be a key.
fn named_in_pages() -> (BTreeSet<String>, BTreeSet<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let literals = |text: &str| -> BTreeSet<String> {
        let is_name = |s: &&str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        text.split('"').filter(is_name).map(ToOwned::to_owned).collect()
    };
    let (mut said, mut literal) = (BTreeSet::new(), BTreeSet::new());
    for path in files(&root.join("templates"), "html") {
        let text = fs::read_to_string(&path).unwrap();
        for call in ["say(\"", "fill(\"", "rich(\"", "fill_two(\"", "rich_two(\""] {
            said.extend(text.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
        literal.extend(literals(&text));
    }
    for path in files(&root.join("src"), "rs") {
        literal.extend(literals(&fs::read_to_string(&path).unwrap()));
    }
    (said, literal)
}

/// Prefixes of texts whose English version is in the code instead of the files.
const OF_CODE: [&str; 6] = ["refusal-", "said-", "check-", "advice-", "event-", "operation-"];

fn of_code(key: &str) -> bool {
    OF_CODE.iter().any(|prefix| key.starts_with(prefix))
}

#[test]
fn both_languages_say_everything_with_the_same_values() {
    let (english, german) = (texts(ENGLISH), texts(GERMAN));
    let german: BTreeMap<_, _> = german.into_iter().filter(|(key, _)| !of_code(key)).collect();
    let names = |texts: &BTreeMap<String, BTreeSet<String>>| texts.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&english).symmetric_difference(&names(&german)).collect::<Vec<_>>(), Vec::<&String>::new());
    for (key, values) in &english {
        assert_eq!(values, &german[key], "{key}");
    }
}

#[test]
fn every_text_that_pages_say_is_there_and_every_text_is_said() {
    let (said, literal) = named_in_pages();
    let there: BTreeSet<String> = texts(ENGLISH).into_keys().collect();
    assert_eq!(said.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "missing");
    // Keys composed of a prefix and a word from a request or the code.
    let made = |key: &str| MADE.iter().any(|prefix| key.starts_with(prefix));
    let unsaid: Vec<_> = there.difference(&literal).filter(|key| !made(key)).collect();
    assert_eq!(unsaid, Vec::<&String>::new(), "never said");
}

/// Prefixes of keys that are only composed when a page is rendered.
const MADE: [&str; 2] = ["done-", "kind-"];

/// The kinds of events that the use cases record: those in calls or constants, and literals that look like them.
fn recorded() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flows/src");
    let is_kind = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b));
    let areas: BTreeSet<&str> = KINDS.iter().filter_map(|kind| kind.split_once('.')).map(|(area, _)| area).collect();
    let mut kinds: BTreeSet<String> = Endpoint::ALL.iter().map(|endpoint| endpoint.as_str().to_owned()).collect();
    kinds.insert(AUTHENTICATION.to_owned());
    kinds.extend(Change::ALL.iter().map(|change| change.as_str().to_owned()));
    for path in files(&folder, "rs").into_iter().filter(|path| !path.to_string_lossy().contains("tests")) {
        for line in fs::read_to_string(path).unwrap().lines() {
            let first_of_call = ["record(ctx, \"", "record_with(ctx, \"", "KIND: &str = \""]
                .iter()
                .find_map(|call| line.split_once(call))
                .and_then(|(_, rest)| rest.split('"').next());
            let of_an_area = line.split('"').skip(1).step_by(2);
            let of_an_area = of_an_area.filter(|s| s.split_once('.').is_some_and(|(area, _)| areas.contains(area)));
            kinds.extend(first_of_call.into_iter().chain(of_an_area).filter(|s| is_kind(s)).map(str::to_owned));
        }
    }
    kinds
}

#[test]
fn every_kind_of_event_is_known_and_has_a_text() {
    let known: BTreeSet<String> = KINDS.iter().map(ToString::to_string).collect();
    assert_eq!(known.len(), KINDS.len());
    let recorded = recorded();
    assert!(recorded.len() > 60, "{recorded:?}");
    assert_eq!(recorded.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
    let said: BTreeSet<String> = texts(ENGLISH).into_keys().filter(|key| key.starts_with("kind-")).collect();
    let expected: BTreeSet<String> = known.iter().map(|kind| format!("kind-{}", kind.replace('.', "-"))).collect();
    assert_eq!(said, expected);
    let texts = Texts(Language::German);
    assert_eq!(texts.kind("consent.revoked_all"), "Zugriff aller Personen widerrufen");
    assert_eq!(texts.kind("something.new"), "something.new");
}

#[test]
fn german_has_the_sentence_of_every_refusal_that_a_page_shows() {
    fn reasons<R: Refusal>(all: &[R]) -> impl Iterator<Item = &'static str> {
        all.iter().map(Refusal::reason)
    }
    let shown = reasons(SignInRefusal::ALL)
        .chain(reasons(InteractionRefusal::ALL))
        .chain(reasons(UserCodeRefusal::ALL))
        .chain(reasons(domain::oauth::authorize::AuthorizeRefusal::ALL))
        .chain(reasons(domain::oauth::end_session::LogoutRefusal::ALL))
        .chain(reasons(domain::clients::metadata::MetadataRefusal::ALL))
        .chain(reasons(ManagementRefusal::ALL))
        .chain(reasons(PermissionDenied::ALL))
        .chain(reasons(WebhookRefusal::ALL))
        .chain(NoReply::USUAL.map(NoReply::reason))
        .chain(reasons(SetupLinkRefusal::ALL))
        .chain(reasons(FaultRefusal::ALL));
    let there: BTreeSet<String> = texts(GERMAN).into_keys().collect();
    let missing: BTreeSet<_> = shown.filter(|reason| !there.contains(&format!("refusal-{reason}"))).collect();
    assert_eq!(missing, BTreeSet::new());
}

/// The sentences of each exact reason in the tables of refusals.
fn sentences() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for row in TABLES.iter().flat_map(|table| table.iter()) {
        all.entry(row.reason).or_default().insert(row.public);
    }
    all
}

/// Pages, point 6.2: a German page never shows a reason in English, whichever refusal it comes from.
#[test]
fn german_has_a_sentence_for_every_reason() {
    let all = sentences();
    let each = all.iter().flat_map(|(reason, sentences)| sentences.iter().map(move |sentence| (*reason, *sentence)));
    let untold: Vec<_> = each.filter(|(reason, said)| Texts(Language::German).reason(reason, said) == *said).collect();
    assert_eq!(untold, Vec::<(&str, &str)>::new());
}

/// Pages, point 6.2: where a reason has several sentences, German has one for each, and so agrees with English.
#[test]
fn both_languages_give_the_same_reason() {
    let (all, there) = (sentences(), texts(GERMAN));
    assert!(all.len() > 150, "{}", all.len());
    let several = all.values().filter(|sentences| sentences.len() > 1).flatten();
    let needed: BTreeSet<String> = several.map(|sentence| sentence_key(sentence)).collect();
    let said: BTreeSet<String> = there.into_keys().filter(|key| key.starts_with("said-")).collect();
    assert_eq!(needed.difference(&said).collect::<Vec<_>>(), Vec::<&String>::new(), "missing");
    let reason = |language, english| Texts(language).reason("client_disabled", english);
    let told = "Client authentication failed.";
    assert_eq!(reason(Language::English, told), told);
    assert_eq!(reason(Language::German, told), "Die Authentifizierung des Clients ist fehlgeschlagen.");
    assert_eq!(reason(Language::German, "This client is disabled."), "Dieser Client ist deaktiviert.");
}

#[test]
fn german_has_every_check_advice_kind_of_event_and_operation() {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for endpoint in Endpoint::ALL {
        shown.extend(endpoint.client_checks().iter().map(|check| check.key.to_owned()));
        shown.extend(endpoint.own_checks().map(|check| check.key.to_owned()));
    }
    shown.extend(Advice::all().map(|advice| advice.key.to_owned()));
    shown.extend(EventKind::ALL.iter().map(|kind| format!("event-{}", kind.as_str().replace(['.', '_'], "-"))));
    shown.extend(Operation::ALL.iter().map(|operation| operation_key(*operation)));
    let there = texts(GERMAN)
        .into_keys()
        .filter(|key| of_code(key) && !["refusal-", "said-"].iter().any(|of| key.starts_with(of)));
    let there: BTreeSet<String> = there.collect();
    assert_eq!(shown.symmetric_difference(&there).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn english_says_what_the_code_does_and_german_too_where_it_has_nothing() {
    let said = |language, key| Texts(language).of_code(key, "In the code");
    assert_eq!(said(Language::English, "check-client-known"), "In the code");
    assert_eq!(said(Language::German, "check-client-known"), "Der Client ist bekannt");
    assert_eq!(said(Language::German, "check-no-such"), "In the code");
}

#[test]
fn what_strangers_chose_is_escaped_and_set_apart() {
    let rich = Texts(Language::English).rich("signed-in-as", &[("who", "<b>\u{e000}&\"'")]);
    let expected = "Signed in as <strong><bdi>&#60;b&#62;\u{e000}&#38;&#34;&#39;</bdi></strong>";
    assert_eq!(rich.to_string(), expected);
    let filled = Texts(Language::German).fill("continue-as", &[("who", "Ada".into())]);
    assert_eq!(filled, "Weiter als Ada");
    assert_eq!(Texts(Language::German).known("done-no-such"), None);
}

/// The German word for each term in the glossary, and the words it replaced.
const GERMAN_WORDS: [(&str, &[&str]); 7] = [
    ("Secret", &["geheimnis", "geheimnisse", "geheimnissen", "geheimnisses"]),
    ("Status", &["zustand", "zustände", "zuständen"]),
    ("verwenden", &["benutzen", "benutzt", "benutzte", "nutzen", "nutzt", "genutzt", "ungenutzt", "nutzung"]),
    ("erstellen", &["anlegen", "angelegt", "anlegt", "anzulegen"]),
    ("ersetzen", &["rotieren", "rotiert", "rotation", "gewechselt", "erneuern", "erneuert"]),
    ("widerrufen", &["entziehen", "entzieht", "entzogen", "zurücknehmen", "zurückgenommen", "zurückzunehmen"]),
    ("Autorisierung", &["grant", "grants"]),
];

/// Texts that use these words with another meaning: the server's health, refreshing a token, and removing the operator role.
const OTHER_THINGS: [(&str, &str); 7] = [
    ("kind-token-refresh_token", "erneuert"),
    ("advice-token_expired", "erneuern"),
    ("nav-health", "zustand"),
    ("operation-read-server", "zustand"),
    ("user-end", "entziehen"),
    ("user-end-title", "entziehen"),
    ("done-user-ended", "entzogen"),
];

/// The words of each text in a file, in lower case, without the names of values.
fn words(file: &str) -> Vec<(String, String)> {
    let (mut key, mut found) = (String::new(), Vec::new());
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let named = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()));
        let said = named.map_or(line, |(name, said)| {
            name.clone_into(&mut key);
            said
        });
        let parts = said.split(|c: char| !c.is_alphanumeric() && !"-_$".contains(c));
        let words = parts.filter(|word| !word.is_empty() && !word.starts_with('$'));
        found.extend(words.map(|word| (key.clone(), word.to_lowercase())));
    }
    found
}

#[test]
fn german_has_one_word_for_each_thing_and_the_book_lists_it() {
    let said: Vec<_> = GERMAN.iter().flat_map(|file| words(file)).collect();
    let all: BTreeSet<&str> = said.iter().map(|(_, word)| word.as_str()).collect();
    let is_other = |key: &str, word: &str| OTHER_THINGS.contains(&(key, word));
    for (kept, given_up) in GERMAN_WORDS {
        assert!(all.contains(kept.to_lowercase().as_str()), "{kept} is said nowhere");
        let again: Vec<_> =
            said.iter().filter(|(key, word)| given_up.contains(&word.as_str()) && !is_other(key, word)).collect();
        assert!(again.is_empty(), "say {kept}: {again:?}");
    }
    for (key, word) in OTHER_THINGS {
        assert!(said.contains(&(key.to_owned(), word.to_owned())), "{key} does not say {word} any more");
    }
    let book = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/pages.md")).unwrap();
    for (kept, _) in GERMAN_WORDS {
        assert!(book.contains(&format!("| {kept} |")), "{kept} is not in the list of the book");
    }
}
