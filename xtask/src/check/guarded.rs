//! Code that answers requests may only reach use cases that check their caller.
use super::modules::{self, File};
use super::rust::Function;
use super::workspace::Workspace;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

const ANSWERS_REQUESTS: &str = "countersign-web";
const USE_CASES: &str = "countersign-flows";
/// The module of use cases without a caller.
const UNGUARDED: &str = "unguarded";

/// The types in a use case's signature must name one of these: the caller, or what a gate has created or read.
const CALLERS: [&str; 10] = [
    "Principal",
    "Caller",
    "SessionView",
    "Registrar",
    "OpenedLink",
    "Here",
    "MayRead",
    "MayChange",
    "Presented",
    "Live",
];

/// Or one of its parameters is a client that was resolved.
const CLIENTS: [&str; 2] = ["&Client", "&[Client]"];

/// Or a credential.
const CREDENTIALS: [(&str, &str); 2] = [("token", "&str"), ("token", "Option<&str>")];

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
fn is_public(files: &[File], module: &[String]) -> bool {
    let Some((name, around)) = module.split_last() else { return true };
    let Some(parent) = files.iter().find(|file| file.module == around) else { return false };
    let declared = parent.source.declared.iter().any(|known| known.name == *name && known.public);
    declared && is_public(files, around)
}

fn has_caller(function: &Function) -> bool {
    let is_one = |(name, kind): &(String, String)| {
        CLIENTS.contains(&kind.as_str()) || CREDENTIALS.contains(&(name.as_str(), kind.as_str()))
    };
    function.types.iter().any(|name| CALLERS.contains(&name.as_str())) || function.parameters.iter().any(is_one)
}

/// Public use cases, outside private modules, whose signature names no caller.
fn without_a_caller(root: &Path) -> Result<Vec<String>> {
    let files = modules::files(root)?;
    let mut problems = vec![];
    for file in files.iter().filter(|file| is_public(&files, &file.module)) {
        for function in file.source.functions.iter().filter(|function| function.public && function.asynchronous) {
            let name = format!("{}::{}", file.module.join("::"), function.name);
            let acts = function.parameters.iter().any(|(name, kind)| name == "app" && kind == "&Server");
            if acts && !has_caller(function) && !BY_ITSELF.contains(&name.as_str()) {
                problems.push(format!("{}: `{name}` can be called by anyone: take the caller", file.path.display()));
            }
        }
    }
    Ok(problems)
}

fn names_unguarded(roots: &[PathBuf]) -> Result<Vec<String>> {
    let mut problems = vec![];
    for root in roots {
        for file in modules::files(root)?.iter().filter(|file| !file.test) {
            let imports = file.source.imports.iter().map(|import| (&import.path, import.line));
            let references = file.source.references.iter().map(|reference| (&reference.path, reference.line));
            let named = imports.chain(references).filter(|(path, _)| path.iter().any(|word| word == UNGUARDED));
            problems.extend(named.map(|(_, line)| {
                format!("{}:{line}: use cases without a caller are for the command line and tests", file.path.display())
            }));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::workspace::Package;
    use std::fs;

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
