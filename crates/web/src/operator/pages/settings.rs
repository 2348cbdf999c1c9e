//! The settings in force.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::platform::text::fold;
use flows::operator::server;
use flows::platform::effective_settings::{InForce, SettingValue};
use serde_json::{Map, Value};

#[derive(Template)]
#[template(path = "operator/settings.html")]
struct SettingsPage<'p> {
    frame: Frame,
    part: &'p str,
    groups: Vec<Group<'p>>,
    path: String,
}

/// The settings in one section of the configuration file.
struct Group<'p> {
    /// Empty for settings outside any section.
    name: &'p str,
    settings: Vec<Setting<'p>>,
}

/// A setting as shown.
struct Setting<'p> {
    key: &'p str,
    value: &'p SettingValue,
    list: Option<Entries>,
}

/// A list of objects.
#[derive(Debug, PartialEq, Eq)]
struct Entries {
    count: i64,
    /// All of them as indented JSON.
    all: String,
}

/// A list of objects is too long for one line and is shown on request.
fn list(value: &SettingValue) -> Option<Entries> {
    let SettingValue::Value(text) = value else { return None };
    let items: Vec<Map<String, Value>> = serde_json::from_str(text).ok()?;
    let all = serde_json::to_string_pretty(&items).ok()?;
    Some(Entries { count: i64::try_from(items.len()).ok()?, all })
}

/// The settings with `part` in their name or value, by section. Those outside any section come first.
fn grouped<'p>(settings: &'p [InForce], part: &str) -> Vec<Group<'p>> {
    let part = fold(part.trim());
    let shown = |one: &InForce| match &one.value {
        SettingValue::Value(value) => fold(value).contains(&part),
        SettingValue::Hidden | SettingValue::Nothing => false,
    };
    let mut groups = vec![Group { name: "", settings: Vec::new() }];
    for one in settings.iter().filter(|one| fold(&one.key).contains(&part) || shown(one)) {
        let name = one.key.split_once('.').map_or("", |(section, _)| section);
        let setting = Setting { key: &one.key, value: &one.value, list: list(&one.value) };
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.settings.push(setting),
            None => groups.push(Group { name, settings: vec![setting] }),
        }
    }
    groups.retain(|group| !group.settings.is_empty());
    groups
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let part = person.query("q");
    match server::settings(state.app(), &person.ctx, &person.principal) {
        Ok(settings) => {
            let frame = person.frame(&state, Section::Settings);
            let path = person.path(&state, Section::Settings);
            person.show(&state, &SettingsPage { frame, part, groups: grouped(settings, part), path })
        }
        Err(failure) => person.refused(&state, &failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_things_fold_and_lists_of_words_do_not() {
        let value = |text: &str| list(&SettingValue::Value(text.to_owned()));
        let all = "[\n  {\n    \"a\": 1\n  },\n  {}\n]".to_owned();
        assert_eq!(value("[{\"a\":1},{}]"), Some(Entries { count: 2, all }));
        assert_eq!(
            (value("[\"a\"]"), value("60"), value("plain"), list(&SettingValue::Hidden)),
            (None, None, None, None)
        );
    }

    #[test]
    fn settings_are_found_by_name_and_value_and_never_by_what_is_hidden() {
        let settings = serde_json::json!({
            "issuer": "https://a.example", "log": {"level": "Info"}, "listen": "x", "secret": "s3cret",
        });
        let settings = flows::platform::effective_settings::list(&settings, &["secret"]);
        let found = |part| {
            let groups = grouped(&settings, part).into_iter();
            groups.map(|group| (group.name, group.settings.len())).collect::<Vec<_>>()
        };
        assert_eq!(found(""), [("", 3), ("log", 1)]);
        assert_eq!(found(" LEVEL "), [("log", 1)]);
        assert_eq!(found("info"), [("log", 1)]);
        assert_eq!(found("a.example"), [("", 1)]);
        assert_eq!(found("s3cret"), []);
    }
}
