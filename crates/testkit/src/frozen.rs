//! Interfaces that others rely on, recorded in files, so that a change shows up in the diff and is made on purpose.
use std::fs;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/frozen");

/// Compares `found` with the file of this name in `tests/frozen`. With `FROZEN=write` in the environment, writes it instead.
pub fn frozen(name: &str, found: &str) {
    let path = Path::new(FOLDER).join(name);
    let found = format!("{}\n", found.trim_end());
    if std::env::var("FROZEN").is_ok_and(|value| value == "write") {
        return fs::write(&path, found).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let lines = kept.lines().map(Some).chain(std::iter::repeat(None));
    let changed = found.lines().map(Some).chain([None]).zip(lines).enumerate().find(|(_, (new, old))| new != old);
    if let Some((line, (new, old))) = changed.or_else(|| (kept.len() > found.len()).then_some((0, (None, None)))) {
        panic!(
            "tests/frozen/{name}, line {}: {} instead of {}. If that is meant, run the test with FROZEN=write.",
            line + 1,
            new.unwrap_or("the end"),
            old.unwrap_or("the end")
        );
    }
}
