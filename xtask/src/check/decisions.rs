//! The decision records in `docs/decisions` share one format and are listed in its index.
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

const FOLDER: &str = "docs/decisions";
const INDEX: &str = "README.md";
const SECTIONS: [&str; 3] = ["Context", "Decision", "Consequences"];
/// The optional last section.
const OPTIONAL: &str = "Alternatives";

/// The header of a record.
struct Record<'t> {
    title: &'t str,
    date: &'t str,
    status: &'t str,
}

pub fn check(root: &Path) -> Result<Vec<String>> {
    let folder = root.join(FOLDER);
    let listed = fs::read_dir(&folder).with_context(|| format!("cannot list {FOLDER}"))?;
    let mut files = vec![];
    for entry in listed {
        files.push(entry?.file_name().to_string_lossy().into_owned());
    }
    files.sort();
    files.retain(|file| file != INDEX);
    ensure!(!files.is_empty(), "{FOLDER} has no records: this looks for nothing");
    let read = |file: &str| fs::read_to_string(folder.join(file)).with_context(|| format!("cannot read {file}"));
    let index = read(INDEX)?;
    let (mut problems, mut rows) = (vec![], vec![]);
    let mut before = String::new();
    for file in &files {
        let number = file.get(..4).unwrap_or_default().to_owned();
        match record(file, &read(file)?, &files) {
            Ok(Record { title, date, status }) => {
                rows.push(format!("| [{number}]({file}) | {title} | {date} | {status} |"));
            }
            Err(problem) => problems.push(format!("{FOLDER}/{file}: {problem:#}")),
        }
        if number == before {
            problems.push(format!("{FOLDER}/{file}: another record has the number {number}"));
        }
        before = number;
    }
    let present: Vec<_> = index.lines().filter(|line| line.starts_with("| [")).collect();
    for row in rows.iter().filter(|row| !present.contains(&row.as_str())) {
        problems.push(format!("{FOLDER}/{INDEX} lacks the line {row}"));
    }
    if present.len() > files.len() {
        problems.push(format!("{FOLDER}/{INDEX} lists {} records, and there are {}", present.len(), files.len()));
    }
    Ok(problems)
}

fn record<'t>(file: &str, text: &'t str, files: &[String]) -> Result<Record<'t>> {
    let (number, rest) = file.split_once('-').context("the name must be NNNN-topic.md")?;
    let digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    ensure!(digits && rest.strip_suffix(".md").is_some(), "the name must be NNNN-topic.md");
    let mut lines = text.lines();
    let title = lines.next().and_then(|line| line.strip_prefix(&format!("# {number}: ")));
    let title = title.with_context(|| format!("the first line must be `# {number}: ` and the title"))?;
    ensure!(lines.next() == Some(""), "an empty line must follow the title");
    let date = lines.next().and_then(|line| line.strip_prefix("- Date: ")).filter(|date| is_date(date));
    let date = date.context("the third line must be `- Date: YYYY-MM-DD`")?;
    let status =
        lines.next().and_then(|line| line.strip_prefix("- Status: ")).context("the fourth line must be the status")?;
    ensure!(
        is_status(status, files),
        "the status must be Accepted, `Accepted, amended YYYY-MM-DD` or `Superseded by [NNNN](NNNN-topic.md)`"
    );
    let sections: Vec<_> = lines.filter_map(|line| line.strip_prefix("## ")).collect();
    let required = sections.strip_suffix(&[OPTIONAL]).unwrap_or(&sections);
    ensure!(required == SECTIONS, "the sections must be {}, and {OPTIONAL} if there were any", SECTIONS.join(", "));
    Ok(Record { title, date, status })
}

fn is_status(status: &str, files: &[String]) -> bool {
    let later = status
        .strip_prefix("Superseded by [")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|rest| rest.split_once("]("));
    let superseded = later
        .is_some_and(|(number, file)| file.starts_with(&format!("{number}-")) && files.iter().any(|one| one == file));
    status == "Accepted" || status.strip_prefix("Accepted, amended ").is_some_and(is_date) || superseded
}

fn is_date(text: &str) -> bool {
    let form = |(n, byte): (usize, u8)| if matches!(n, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    text.len() == 10
        && text.bytes().enumerate().all(form)
        && (1..=12).contains(&part(5, 7))
        && (1..=31).contains(&part(8, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "\n## Context\n\na\n\n## Decision\n\nb\n\n## Consequences\n\nc\n";

    #[test]
    fn every_record_has_a_date_a_status_and_a_line_in_the_index() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(FOLDER);
        fs::create_dir_all(&folder).unwrap();
        let write = |file: &str, text: &str| fs::write(folder.join(file), text).unwrap();
        let later = "Superseded by [0002](0002-b.md)";
        write("0001-a.md", &format!("# 0001: A\n\n- Date: 2026-11-21\n- Status: {later}\n{BODY}"));
        write("0002-b.md", &format!("# 0002: B\n\n- Date: 2026-11-30\n- Status: Accepted\n{BODY}\n## Alternatives\n"));
        let index = format!(
            "| [0001](0001-a.md) | A | 2026-11-21 | {later} |\n| [0002](0002-b.md) | B | 2026-11-30 | Accepted |\n"
        );
        write(INDEX, &index);
        assert_eq!(check(root.path()).unwrap(), [""; 0]);
        let faults = [
            ("# 0002: B", "# 2: B", "the first line must be `# 0002: ` and the title"),
            ("2026-11-30", "2026-13-30", "the third line must be `- Date: YYYY-MM-DD`"),
            ("Status: Accepted", "Status: Agreed", "the status must be"),
            ("Status: Accepted", "Status: Superseded by [0003](0003-c.md)", "the status must be"),
            ("## Decision", "## Decided", "the sections must be"),
        ];
        let good = fs::read_to_string(folder.join("0002-b.md")).unwrap();
        for (part, wrong, problem) in faults {
            write("0002-b.md", &good.replace(part, wrong));
            let found = check(root.path()).unwrap();
            assert!(found.len() == 1 && found[0].contains(problem), "{found:?}");
        }
        write("0002-b.md", &good);
        write("0002-c.md", &good.replace("2026-11-30", "2026-12-01"));
        let found = check(root.path()).unwrap();
        assert_eq!(found[0], "docs/decisions/0002-c.md: another record has the number 0002");
        assert!(found[1].starts_with("docs/decisions/README.md lacks the line | [0002](0002-c.md) |"), "{found:?}");
    }
}
