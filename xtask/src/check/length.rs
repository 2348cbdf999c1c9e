//! Limits the length of files, so that each can be kept in mind, and the width of templates, so that they fit in one window.
use super::modules;
use super::workspace::Workspace;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LIMIT: usize = 500;
const COLUMNS: usize = 140;
const FOLDERS: [&str; 3] = ["crates", "xtask", "bench"];
const KINDS: [&str; 6] = ["rs", "html", "css", "js", "mjs", "sql"];
const NOT_OURS: [&str; 3] = ["target", "node_modules", "tests"];

pub fn check(root: &Path, workspace: &Workspace) -> Result<Vec<String>> {
    let mut tests = BTreeMap::new();
    for target in workspace.packages.iter().flat_map(|package| &package.roots) {
        // The check for circles reports a crate with a missing module.
        for file in modules::files(target).unwrap_or_default() {
            tests.insert(file.path, if file.test { usize::MAX } else { file.source.test_lines });
        }
    }
    let mut problems = vec![];
    for folder in FOLDERS.map(|folder| root.join(folder)) {
        visit(&folder, &mut |path| {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            if path.extension().is_some_and(|kind| kind == "html") {
                problems.extend(wide(path.strip_prefix(root).unwrap_or(path), &text));
            }
            let lines = text.lines().count().saturating_sub(tests.get(path).copied().unwrap_or(0));
            if lines > LIMIT {
                let name = path.strip_prefix(root).unwrap_or(path).display();
                problems.push(format!("{name} has {lines} lines; {LIMIT} are allowed"));
            }
            Ok(())
        })?;
    }
    problems.sort();
    Ok(problems)
}

/// The lines of a template that are too wide to read beside another window. `rustfmt` does not wrap templates.
fn wide(name: &Path, text: &str) -> Vec<String> {
    let columns = text.lines().map(|line| line.chars().count()).enumerate();
    let describe = |(n, columns): (usize, usize)| {
        format!("{}:{} has {columns} columns; templates stay under {COLUMNS}", name.display(), n + 1)
    };
    columns.filter(|(_, columns)| *columns >= COLUMNS).map(describe).collect()
}

fn visit(folder: &Path, each: &mut impl FnMut(&PathBuf) -> Result<()>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !NOT_OURS.contains(&name) {
                visit(&path, each)?;
            }
        } else if name != "tests.rs" && KINDS.iter().any(|kind| path.extension().is_some_and(|e| e == *kind)) {
            each(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::workspace::Package;

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: String| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let lines = |count: usize| "// line\n".repeat(count);
        let root = write("crates/a/src/lib.rs", format!("mod long;\n#[cfg(test)]\nmod more_tests;\n{}", lines(497)));
        write("crates/a/src/long.rs", lines(501));
        write("crates/a/src/more_tests.rs", lines(900));
        write("crates/a/src/tests.rs", lines(900));
        write("crates/a/tests/all.rs", lines(900));
        write("crates/a/templates/page.html", lines(600));
        write("crates/a/templates/wide.html", format!("{}\n{}\n", "ß".repeat(139), "ß".repeat(140)));
        write("xtask/src/main.rs", format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(400), lines(400)));
        let package =
            |root: &Path| Package { name: String::new(), dependencies: vec![], roots: vec![root.to_path_buf()] };
        let packages = vec![package(&root), package(&folder.path().join("xtask/src/main.rs"))];
        assert_eq!(
            check(folder.path(), &Workspace { packages }).unwrap(),
            [
                "crates/a/src/long.rs has 501 lines; 500 are allowed",
                "crates/a/templates/page.html has 600 lines; 500 are allowed",
                "crates/a/templates/wide.html:2 has 140 columns; templates stay under 140",
            ]
        );
    }
}
