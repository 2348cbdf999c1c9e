//! `docs/src/security-checklist.md` and the tests that cite its numbers agree.
use anyhow::{Context, Result, ensure};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, ExprStruct, ItemFn, Lit, Macro, Member};

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

/// The tests in a file: their names, and their source with the comment above.
fn tests(text: &str) -> Result<Vec<(String, String)>> {
    struct Tests<'t>(Vec<&'t str>, Vec<(String, String)>);
    impl<'a> Visit<'a> for Tests<'_> {
        fn visit_item_fn(&mut self, item: &'a ItemFn) {
            let is_test =
                |attribute: &Attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "test");
            if item.attrs.iter().any(is_test) {
                let (start, end) = (item.span().start().line, item.span().end().line);
                self.1.push((item.sig.ident.to_string(), self.0[start - 1..end].join("\n")));
            }
            visit::visit_item_fn(self, item);
        }

        fn visit_macro(&mut self, call: &'a Macro) {
            for (name, start, end) in tests_of_macro(call.tokens.clone()) {
                self.1.push((name, self.0[start - 1..end].join("\n")));
            }
        }
    }
    let mut tests = Tests(text.lines().collect(), vec![]);
    tests.visit_file(&syn::parse_file(text)?);
    Ok(tests.1)
}

/// The tests in `proptest! { … }`, whose parameters are no Rust: their names, and the first and last line of each.
fn tests_of_macro(tokens: TokenStream) -> Vec<(String, usize, usize)> {
    let (mut found, mut tokens) = (vec![], tokens.into_iter().peekable());
    let (mut start, mut is_test) = (None, false);
    while let Some(token) = tokens.next() {
        match (token, tokens.peek()) {
            (TokenTree::Punct(sign), Some(TokenTree::Group(attribute))) if sign.as_char() == '#' => {
                start.get_or_insert(sign.span().start().line);
                is_test |= attribute.stream().to_string() == "test";
                tokens.next();
            }
            (TokenTree::Ident(word), Some(TokenTree::Ident(name))) if word == "fn" => {
                let name = name.to_string();
                let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
                let body = tokens.by_ref().find(is_body);
                if let (Some(start), Some(body), true) = (start, body, is_test) {
                    found.push((name, start, body.span().end().line));
                }
                (start, is_test) = (None, false);
            }
            _ => {}
        }
    }
    found
}

/// The scenarios of `cargo xtask faults`, with the comment above each.
fn scenarios(text: &str) -> Result<Vec<(String, String)>> {
    struct Scenarios<'t>(Vec<&'t str>, Vec<(String, String)>);
    impl<'a> Visit<'a> for Scenarios<'_> {
        fn visit_expr_struct(&mut self, scenario: &'a ExprStruct) {
            let name = scenario.fields.iter().find_map(|field| match (&field.member, &field.expr) {
                (Member::Named(member), Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) if member == "name" => {
                    Some(text.value())
                }
                _ => None,
            });
            if let Some(name) = name.filter(|_| scenario.path.is_ident("Scenario")) {
                let above = self.0[..scenario.span().start().line - 1].iter().rev();
                let mut about: Vec<_> =
                    above.map(|line| line.trim()).take_while(|line| line.starts_with("//")).collect();
                about.reverse();
                self.1.push((format!("faults: {name}"), about.join("\n")));
            }
            visit::visit_expr_struct(self, scenario);
        }
    }
    let mut scenarios = Scenarios(text.lines().collect(), vec![]);
    scenarios.visit_file(&syn::parse_file(text)?);
    ensure!(!scenarios.1.is_empty(), "no scenario is found");
    Ok(scenarios.1)
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

proptest! {
    /// Checklist 4.
    #[test]
    fn three(a in 0..5) {
        // checklist 5
    }
    fn helper() { /* checklist 6 */ }
}
";
        let found: Vec<_> = tests(text).unwrap().iter().map(|(name, about)| (name.clone(), all(about))).collect();
        assert_eq!(
            found,
            [("one".to_owned(), vec![1, 2]), ("checklist_3_two".to_owned(), vec![3]), ("three".to_owned(), vec![4, 5])]
        );
        let text = "const ALL: [Scenario; 2] = [\n    // Checklist 4.\n    Scenario {\n        name: \"kill\",\n        // checklist 5\n        run: x,\n    },\n    Scenario {\n        name: \"log\",\n    },\n];";
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
