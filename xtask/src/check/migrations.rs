//! What a migration of the past does in Rust depends on nothing that may change: only on how statements are run.
use super::modules;
use super::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::path::Path;

const STORE: &str = "countersign-store";
/// The module whose children are such steps.
const STEPS: [&str; 2] = ["platform", "migrate"];
const MAY_USE: [&str; 4] = ["Row", "StoreError", "Tx", "params"];
/// What paths to living code begin with.
const OURS: [&str; 4] = ["crate", "super", "domain", "jose"];

pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let store = workspace.packages.iter().find(|package| package.name == STORE);
    let roots = &store.with_context(|| format!("there is no {STORE}"))?.roots;
    let mut problems = vec![];
    for root in roots {
        problems.extend(check_target(root)?);
    }
    Ok(problems)
}

fn check_target(root: &Path) -> Result<Vec<String>> {
    let (mut problems, mut seen) = (vec![], 0);
    for file in modules::files(root)? {
        if file.module.len() <= STEPS.len() || !file.module.iter().zip(STEPS).all(|(name, step)| name == step) {
            continue;
        }
        seen += 1;
        let imports = file.source.imports.iter().map(|import| (&import.path, import.line));
        let references = file.source.references.iter().map(|reference| (&reference.path, reference.line));
        for (path, line) in imports.chain(references) {
            let (first, rest) = (path.first().map_or("", String::as_str), path.get(1).map_or("", String::as_str));
            if OURS.contains(&first) && !(first == "crate" && MAY_USE.contains(&rest)) {
                let path = path.join("::");
                problems.push(format!(
                    "{}:{line}: a migration is frozen and must not use `{path}`; copy what it needs",
                    file.path.display()
                ));
            }
        }
    }
    ensure!(seen > 0, "no migration does anything in Rust any more: this looks for nothing");
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_migration_that_uses_living_code_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let root = write("lib.rs", "mod platform;");
        write("platform/mod.rs", "mod migrate;");
        write("platform/migrate/mod.rs", "mod names; use domain::Living;");
        let names = write(
            "platform/migrate/names.rs",
            "use crate::{StoreError, Tx, params};\nuse crate::platform::search::Index;\nfn f() { domain::platform::text::fold() }\nfn g() -> std::io::Result<()> {}",
        );
        let problem = |line: usize, path: &str| {
            format!("{}:{line}: a migration is frozen and must not use `{path}`; copy what it needs", names.display())
        };
        assert_eq!(
            check_target(&root).unwrap(),
            [problem(2, "crate::platform::search::Index"), problem(3, "domain::platform::text::fold")]
        );
        write("platform/migrate/mod.rs", "");
        assert!(check_target(&root).is_err());
    }
}
