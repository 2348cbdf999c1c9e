//! `docs/src/security-checklist.md` and the tests that cite its numbers agree.
use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PAGE: &str = "docs/src/security-checklist.md";
/// Everything below this is generated.
const HEADING: &str = "\n| No. | Tests |\n|---|---|\n";
const FOLDERS: [&str; 2] = ["crates", "xtask"];
const SCENARIOS: &str = "xtask/src/faults/mod.rs";
/// Prefixes of citations; without the space, "checklist, settled 4" would count as one.
const WORDS: [&str; 2] = ["checklist_", "hecklist "];

type Citations = BTreeMap<u32, BTreeSet<String>>;

pub fn check(root: &Path) -> Result<Vec<String>> {
    let page = read(&root.join(PAGE))?;
    let cited = citations(root)?;
    ensure!(!cited.is_empty(), "no test cites the checklist any more: this looks for nothing");
    Ok(compare(&page, &cited))
}

/// Writes the list of tests to the page.
pub fn write(root: &Path) -> Result<()> {
    let path = root.join(PAGE);
    let page = read(&path)?;
    let above = page.split_once(HEADING).map_or(page.as_str(), |(above, _)| above);
    let text = format!("{}\n{}", above.trim_end(), list(&citations(root)?));
    fs::write(&path, text).with_context(|| format!("cannot write {PAGE}"))
}

fn compare(page: &str, cited: &Citations) -> Vec<String> {
    let mut problems = vec![];
    let statements = statements(page);
    for (number, names) in cited {
        if !statements.contains_key(number) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            problems.push(format!("{PAGE} has no statement {number}, which {} cites", names.join(", ")));
        }
    }
    for (number, holds) in &statements {
        let proved = cited.contains_key(number);
        if holds.starts_with("Yes") && !proved {
            problems.push(format!("{PAGE}: statement {number} holds, but no test cites it"));
        } else if !["Yes", "Partly: ", "Not yet: "].iter().any(|state| holds.starts_with(state)) {
            problems.push(format!("{PAGE}: statement {number} must be Yes, Partly: … or Not yet: …, not {holds:?}"));
        }
    }
    let expected = (1..).zip(statements.keys()).find(|(n, number)| n != *number);
    if let Some((n, number)) = expected {
        problems.push(format!("{PAGE}: statement {number} comes where {n} is missing"));
    }
    if !page.ends_with(&list(cited)) {
        problems.push(format!("{PAGE}: the list of tests is out of date; `cargo xtask checklist` writes it"));
    }
    problems
}

/// The numbers in the page's tables, with the last column of each.
fn statements(page: &str) -> BTreeMap<u32, String> {
    let above = page.split_once(HEADING).map_or(page, |(above, _)| above);
    let row = |line: &str| {
        let (number, rest) = line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | ")?;
        let (_, holds) = rest.rsplit_once(" | ")?;
        Some((number.parse().ok()?, holds.to_owned()))
    };
    above.lines().filter_map(row).collect()
}

fn list(cited: &Citations) -> String {
    cited.iter().fold(HEADING.to_owned(), |mut text, (number, names)| {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(text, "| {number} | {} |", names.join(", "));
        text
    })
}

fn citations(root: &Path) -> Result<Citations> {
    let mut cited = Citations::new();
    let mut files = vec![];
    for folder in FOLDERS {
        collect(&root.join(folder), &mut files)?;
    }
    for path in files {
        let text = read(&path)?;
        let found = if path.ends_with(SCENARIOS) { scenarios(&text) } else { tests(&text) };
        for (name, about) in found.with_context(|| format!("cannot read the tests of {}", path.display()))? {
            for number in numbers(&about) {
                cited.entry(number).or_default().insert(name.clone());
            }
        }
    }
    Ok(cited)
}

/// The tests in a file formatted by `rustfmt`: their names, and their source with the comment above.
fn tests(text: &str) -> Result<Vec<(String, String)>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = vec![];
    for (at, line) in lines.iter().enumerate() {
        let attribute = line.trim_start();
        if !(attribute.starts_with("#[test]") || attribute.starts_with("#[tokio::test")) {
            continue;
        }
        let is_above = |line: &&&str| ["///", "#["].iter().any(|start| line.trim_start().starts_with(start));
        let above = lines[..at].iter().rev().take_while(is_above).count();
        let signature = |line: &&str| line.trim_start().trim_start_matches("async ").starts_with("fn ");
        let start = at + lines[at..].iter().position(signature).context("an attribute without its test")?;
        let (indent, declared) = lines[start].split_once("fn ").context("a test without a name")?;
        let indent = &indent[..indent.len() - indent.trim_start().len()];
        let end = format!("{indent}}}");
        let Some(length) = lines[start..].iter().position(|line| *line == end) else { bail!("a test without an end") };
        let name = declared.split(['(', '<']).next().unwrap_or_default().to_owned();
        let about = [&lines[at - above..at], &lines[start..=start + length]].concat().join("\n");
        found.push((name, about));
    }
    Ok(found)
}

/// The scenarios of `cargo xtask faults`, with the comment above each.
fn scenarios(text: &str) -> Result<Vec<(String, String)>> {
    let mut found = vec![];
    let mut about = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("//") {
            line.clone_into(&mut about);
        } else if let Some(name) = line.strip_prefix("name: \"").and_then(|rest| rest.strip_suffix("\",")) {
            found.push((format!("faults: {name}"), std::mem::take(&mut about)));
        } else if line != "Scenario {" {
            about.clear();
        }
    }
    ensure!(!found.is_empty(), "no scenario is found");
    Ok(found)
}

/// The numbers in each citation: `checklist_12_to_17_22_…`, `Checklist 126, 127.`, `checklist 18`.
fn numbers(text: &str) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    for word in WORDS {
        for (at, _) in text.match_indices(word) {
            let mut rest = &text[at + word.len()..];
            let mut from = None;
            while let Some((number, after)) = number(rest) {
                numbers.extend(from.take().unwrap_or(number)..=number);
                let between = ["_to_", "-", "_and_", " and ", ", ", "_"].into_iter().find(|one| after.starts_with(one));
                let Some(between) = between else { break };
                if matches!(between, "_to_" | "-") {
                    from = Some(number);
                }
                rest = &after[between.len()..];
            }
        }
    }
    numbers
}

fn number(text: &str) -> Option<(u32, &str)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with("node_modules") {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("check/checklist.rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_stand_in_names_comments_and_bodies() {
        let all = |text: &str| numbers(text).into_iter().collect::<Vec<_>>();
        assert_eq!(all("fn checklist_12_to_15_22_and_30_errors_go_back"), [12, 13, 14, 15, 22, 30]);
        assert_eq!(all("/// Checklist 118 and 133: two people."), [118, 133]);
        assert_eq!(all("//! (checklist 1-3, 7)."), [1, 2, 3, 7]);
        assert_eq!(all("checklist, settled 4; the list of 2026"), [0; 0]);
        let text = "
fn helper() {
    // checklist 9
}

/// Words. Checklist 1.
#[tokio::test(flavor = \"multi_thread\")]
async fn one() {
    assert!(true, \"checklist 2\");
}

mod inside {
    #[test]
    #[ignore]
    fn checklist_3_two() {
        if true {
        }
    }
}
";
        let found: Vec<_> = tests(text).unwrap().iter().map(|(name, about)| (name.clone(), all(about))).collect();
        assert_eq!(found, [("one".to_owned(), vec![1, 2]), ("checklist_3_two".to_owned(), vec![3])]);
        let text = "[\n    // Checklist 4.\n    Scenario {\n        name: \"kill\",\n        // checklist 5\n        run: x,\n    },\n    Scenario {\n        name: \"log\",\n    },\n]";
        let found = scenarios(text).unwrap();
        assert_eq!(
            found,
            [("faults: kill".to_owned(), "// Checklist 4.".to_owned()), ("faults: log".to_owned(), String::new())]
        );
    }

    #[test]
    fn a_page_that_is_out_of_date_is_found() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let cited = Citations::from([(1, names(&["a", "b"])), (3, names(&["c"]))]);
        let table = "| No. | Statement | Source | Holds |\n|---|---|---|---|\n| 1 | A `x \\| y`. | RFC 1 | Yes |\n| 2 | B. | RFC 2 | Not yet: DPoP |\n| 3 | C. | RFC 3 | Partly: half. |\n";
        let good = format!("{table}{}", list(&cited));
        assert!(good.ends_with("| 1 | `a`, `b` |\n| 3 | `c` |\n"));
        assert_eq!(compare(&good, &cited), [""; 0]);
        let stale = "the list of tests is out of date; `cargo xtask checklist` writes it";
        let fewer = Citations::from([(3, names(&["c"])), (4, names(&["d"]))]);
        assert_eq!(
            compare(&good.replace("Partly: half.", "Half"), &fewer),
            [
                format!("{PAGE} has no statement 4, which d cites"),
                format!("{PAGE}: statement 1 holds, but no test cites it"),
                format!("{PAGE}: statement 3 must be Yes, Partly: … or Not yet: …, not \"Half\""),
                format!("{PAGE}: {stale}"),
            ]
        );
        let gap = good.replace("| 2 | B. | RFC 2 | Not yet: DPoP |\n", "");
        assert_eq!(compare(&gap, &cited), [format!("{PAGE}: statement 3 comes where 2 is missing")]);
    }
}
