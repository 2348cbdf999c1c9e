//! Merges a form with changes that others have saved since it was opened: takes over their changes, and reports the
//! fields that both changed.
use crate::platform::pages::frame::Frame;
use std::collections::BTreeMap;

/// The field with the values that the form was opened with.
pub const BASE: &str = "base";

/// A saved field.
#[derive(Debug)]
pub struct Saved {
    pub label: String,
    pub value: String,
}

/// What others have saved.
#[derive(Debug, Default)]
pub struct Meanwhile {
    /// Fields that the user left untouched: the form now has the saved values.
    pub taken: Vec<Saved>,
    /// Fields that the user changed, too: saving overwrites them.
    pub replaced: Vec<Saved>,
}

/// The values that a form is opened with, to be sent along: fields by name.
pub fn base(fields: &[(&str, &str)], value: impl Fn(&str) -> String) -> String {
    let all: BTreeMap<_, _> = fields.iter().map(|(name, _)| (*name, value(name))).collect();
    serde_json::to_string(&all).unwrap_or_default()
}

/// Compares the typed fields (each with the text key of its label) with what is saved and what the form was opened with.
/// Returns the names of the untouched fields, and what to report.
pub fn merge<'f>(
    frame: &Frame,
    fields: &[(&'f str, &str)],
    base: &str,
    saved: impl Fn(&str) -> String,
    typed: impl Fn(&str) -> String,
) -> (Vec<&'f str>, Meanwhile) {
    let base: BTreeMap<String, String> = serde_json::from_str(base).unwrap_or_default();
    let (mut names, mut meanwhile) = (Vec::new(), Meanwhile::default());
    for &(name, label) in fields {
        let (was, value, typed) = (base.get(name), saved(name), typed(name));
        if typed == value || was == Some(&value) {
            continue;
        }
        let untouched = was == Some(&typed);
        let told = Saved { label: frame.say(label), value };
        if untouched {
            names.push(name);
            meanwhile.taken.push(told);
        } else {
            meanwhile.replaced.push(told);
        }
    }
    (names, meanwhile)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::platform::language::Language;

    #[test]
    fn what_only_one_changed_is_nobodys_conflict() {
        let frame = Frame::bare(Language::English);
        let fields = [("a", "save")];
        // Values when opened, saved and typed; expected as taken over, and as replaced.
        let table = [
            (Some("1"), "1", "1", false, false),
            (Some("1"), "2", "1", true, false),
            (Some("1"), "1", "2", false, false),
            (Some("1"), "2", "2", false, false),
            (Some("1"), "2", "3", false, true),
            (None, "2", "3", false, true),
            (None, "2", "2", false, false),
        ];
        for (was, saved, typed, taken, replaced) in table {
            let base = was.map(|was| base(&fields, |_| was.to_owned())).unwrap_or_default();
            let (names, told) = merge(&frame, &fields, &base, |_| saved.to_owned(), |_| typed.to_owned());
            assert_eq!(
                (names.len(), told.taken.len()),
                (usize::from(taken), usize::from(taken)),
                "{was:?} {saved} {typed}"
            );
            assert_eq!(told.replaced.len(), usize::from(replaced), "{was:?} {saved} {typed}");
        }
    }
}
