//! Use cases find a client by its id in one place, so that a new way of describing clients needs one change.
use super::modules;
use super::workspace::Workspace;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

const USE_CASES: &str = "countersign-flows";
const QUERY: &str = "clients::by_id(";
const RESOLVE: [&str; 2] = ["clients", "resolve"];

pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let package = workspace.packages.iter().find(|package| package.name == USE_CASES);
    passing_it_by(&package.with_context(|| format!("there is no {USE_CASES}"))?.roots)
}

fn passing_it_by(roots: &[PathBuf]) -> Result<Vec<String>> {
    let mut problems = vec![];
    for root in roots {
        for file in modules::files(root)?.iter().filter(|file| file.module != RESOLVE && !file.test) {
            let text = fs::read_to_string(&file.path)?;
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains(QUERY));
            problems.extend(lines.map(|(n, _)| {
                format!("{}:{}: find the client with `clients::resolve::client`", file.path.display(), n + 1)
            }));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_3_a_use_case_that_reads_a_client_itself_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            path
        };
        let root = write("lib.rs", "mod clients;\nmod token;\n");
        write("clients/mod.rs", "mod resolve;\n");
        let find = "fn find() {\n    store::clients::by_id(tx, id, now);\n}\n";
        write("clients/resolve.rs", find);
        let token = write("token.rs", find);
        let expected = format!("{}:2: find the client with `clients::resolve::client`", token.display());
        assert_eq!(passing_it_by(&[root]).unwrap(), [expected]);
    }
}
