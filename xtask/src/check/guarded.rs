//! Code that answers requests may only reach use cases that check their caller.
use super::modules::{self, File};
use super::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

const ANSWERS_REQUESTS: &str = "countersign-web";
const USE_CASES: &str = "countersign-flows";
/// The module of use cases without a caller.
const UNGUARDED: &str = "unguarded";

/// A use case's signature must name one of these: the caller, a credential, or what a gate has created or read.
const CALLERS: [&str; 14] = [
    "Principal",
    "Caller",
    "SessionView",
    "Registrar",
    "OpenedLink",
    "Here",
    "MayRead",
    "MayChange",
    "&Presented",
    "Live",
    "&Client",
    "&[Client]",
    "token: &str",
    "token: Option<&str>",
];

/// What the server runs on its own, and wrappers around a use case with a caller.
const BY_ITSELF: [&str; 6] = [
    "operator::jobs::before_serving",
    "operator::jobs::each_second",
    "operator::jobs::run_all",
    "platform::idempotency::begin",
    "platform::idempotency::once",
    "webhooks::deliver::run",
];

fn roots<'w>(workspace: &'w Workspace, name: &str) -> Result<&'w [PathBuf]> {
    let package = workspace.packages.iter().find(|package| package.name == name);
    Ok(&package.with_context(|| format!("there is no {name}"))?.roots)
}

pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut problems = names_unguarded(roots(workspace, ANSWERS_REQUESTS)?)?;
    for root in roots(workspace, USE_CASES)? {
        problems.extend(without_a_caller(root)?);
    }
    Ok(problems)
}

/// Whether the module is visible to other crates: it and all its ancestors are public.
fn is_public(files: &[File], module: &[String]) -> Result<bool> {
    let Some((name, around)) = module.split_last() else { return Ok(true) };
    let Some(parent) = files.iter().find(|file| file.module == around) else { return Ok(false) };
    let declared = fs::read_to_string(&parent.path)?.lines().any(|line| line == format!("pub mod {name};"));
    Ok(declared && is_public(files, around)?)
}

/// Public use cases, outside private modules, whose signature names no caller.
fn without_a_caller(root: &Path) -> Result<Vec<String>> {
    let files = modules::files(root)?;
    let mut problems = vec![];
    for file in &files {
        if !is_public(&files, &file.module)? {
            continue;
        }
        let text = fs::read_to_string(&file.path)?;
        for (start, _) in text.match_indices("\npub async fn ") {
            let signature = text[start..].split(['{', ';']).next().unwrap_or_default();
            let name = signature.trim_start().trim_start_matches("pub async fn ").split(['(', '<']).next();
            let name = format!("{}::{}", file.module.join("::"), name.unwrap_or_default());
            let guarded =
                !signature.contains("app: &Server") || CALLERS.iter().any(|caller| signature.contains(caller));
            if !guarded && !BY_ITSELF.contains(&name.as_str()) {
                problems.push(format!("{}: `{name}` can be called by anyone: take the caller", file.path.display()));
            }
        }
    }
    Ok(problems)
}

fn names_unguarded(roots: &[PathBuf]) -> Result<Vec<String>> {
    let mut problems = vec![];
    for root in roots {
        for file in modules::files(root)? {
            let text = fs::read_to_string(&file.path)?;
            let named = text.lines().enumerate().filter(|(_, line)| line.contains(UNGUARDED));
            problems.extend(named.map(|(n, _)| {
                format!(
                    "{}:{}: use cases without a caller are for the command line and tests",
                    file.path.display(),
                    n + 1
                )
            }));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::workspace::Package;

    #[test]
    fn a_handler_that_passes_the_gate_by_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let root = write("lib.rs", "mod page;\nuse flows::owned;\n");
        let page = write("page.rs", "use flows::owned;\nuse flows::unguarded::accounts;\n");
        let expected = format!("{}:2: use cases without a caller are for the command line and tests", page.display());
        assert_eq!(names_unguarded(&[root]).unwrap(), [expected]);
    }

    #[test]
    fn a_use_case_that_anyone_can_call_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let root = write("lib.rs", "pub mod open;\nmod raw;\npub mod room;\n");
        write("raw.rs", "\npub async fn delete(app: &Server, id: Id) {}\n");
        fs::create_dir(folder.path().join("room")).unwrap();
        write("room/mod.rs", "pub(crate) mod records;\n");
        write("room/records.rs", "\npub async fn delete(app: &Server, id: Id) {}\n");
        let open = write(
            "open.rs",
            "\npub async fn delete(app: &Server, id: Id) {}\npub async fn of(app: &Server, who: &Principal) {}\npub(crate) async fn f(app: &Server) {}\n",
        );
        let expected = format!("{}: `open::delete` can be called by anyone: take the caller", open.display());
        assert_eq!(without_a_caller(&root).unwrap(), [expected]);
    }

    #[test]
    fn a_check_of_nothing_is_no_check() {
        let package = Package { name: "countersign-server".to_owned(), dependencies: vec![], roots: vec![] };
        assert!(check(&Workspace { packages: vec![package] }).is_err());
    }
}
