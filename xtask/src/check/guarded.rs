//! What answers requests reaches use cases only through those that check their caller.
use super::modules;
use super::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;

const ANSWERS_REQUESTS: &str = "countersign-web";
/// The module of the use cases without a caller.
const UNGUARDED: &str = "unguarded";

pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let web = workspace.packages.iter().find(|package| package.name == ANSWERS_REQUESTS);
    let roots = &web.with_context(|| format!("there is no {ANSWERS_REQUESTS}"))?.roots;
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
        let package = |name: &str| Package { name: name.to_owned(), dependencies: vec![], roots: vec![root.clone()] };
        let found = |name: &str| check(&Workspace { packages: vec![package(name)] });
        let expected = format!("{}:2: use cases without a caller are for the command line and tests", page.display());
        assert_eq!(found("countersign-web").unwrap(), [expected]);
        assert!(found("countersign-server").is_err(), "a check of nothing is no check");
    }
}
