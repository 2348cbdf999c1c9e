//! Changes are recorded in the transaction that makes them; only refusals are buffered in memory.
use super::modules;
use super::workspace::Workspace;
use anyhow::{Context, Result, ensure};

const USE_CASES: &str = "countersign-flows";
/// The outcome of a successful operation.
const DONE: &str = "ok";
/// Files that may contain it: they record changes, write the log, or read it.
const MAY: [&str; 3] = ["platform/changes.rs", "platform/audit_log.rs", "audit/search.rs"];

pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let flows = workspace.packages.iter().find(|package| package.name == USE_CASES);
    let roots = &flows.with_context(|| format!("there is no {USE_CASES}"))?.roots;
    let (mut problems, mut seen) = (vec![], 0);
    for root in roots {
        for file in modules::files(root)? {
            let said: Vec<_> = file.source.texts.iter().filter(|(text, _)| text == DONE).collect();
            if file.test || MAY.iter().any(|may| file.path.ends_with(may)) {
                seen += said.len();
                continue;
            }
            let one = |(_, line): &(String, usize)| {
                format!(
                    "{}:{line}: what was done is recorded by `platform::changes`, in its transaction",
                    file.path.display()
                )
            };
            problems.extend(said.into_iter().map(one));
        }
    }
    ensure!(seen > 0, "no outcome is called `{DONE}` any more: this looks for nothing");
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::workspace::Package;
    use std::fs;

    #[test]
    fn an_outcome_that_is_recorded_beside_its_change_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let root = write("lib.rs", "mod platform;\nmod users;\n");
        fs::create_dir(folder.path().join("platform")).unwrap();
        write("platform/mod.rs", "mod changes;\n");
        write("platform/changes.rs", "const OK: &str = \"ok\";\n");
        let users = write("users.rs", "fn f() {\n    app.record(\n        \"ok\",\n    );\n}\n");
        let package = |name: &str| Package { name: name.to_owned(), dependencies: vec![], roots: vec![root.clone()] };
        let found = |name: &str| check(&Workspace { packages: vec![package(name)] });
        let expected =
            format!("{}:3: what was done is recorded by `platform::changes`, in its transaction", users.display());
        assert_eq!(found("countersign-flows").unwrap(), [expected]);
        assert!(found("countersign-web").is_err(), "a check of nothing is no check");
        write("platform/changes.rs", "");
        assert!(found("countersign-flows").is_err());
    }
}
