//! The server of a release has few dependencies, and none that only the demo needs.
use crate::process;
use anyhow::{Result, ensure};
use std::collections::BTreeSet;
use std::path::Path;

/// Crates of the server without the demo, ours included. Each more is code that someone has to trust and wait for.
const MOST: usize = 250;

/// Crates that have no place in it.
const NEVER: [(&str, &str); 1] = [("rsa", "its private keys leak by timing (RUSTSEC-2023-0071)")];

pub fn check(root: &Path) -> Result<Vec<String>> {
    let mut tree = process::cargo(root);
    tree.args(["tree", "--package", "countersign", "--no-default-features", "--edges", "normal"]);
    tree.args(["--prefix", "none", "--format", "{p}", "--locked"]);
    // Otherwise the features of one crate are those that any crate of the workspace asks for.
    tree.env("CARGO_RESOLVER_FEATURE_UNIFICATION", "selected");
    compare(&process::output(&mut tree)?)
}

fn compare(tree: &str) -> Result<Vec<String>> {
    // A line is `name v1.2.3 (*)`; the end says what it is, or that it has been seen.
    let crates: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?))
        })
        .collect();
    ensure!(crates.iter().any(|(name, _)| *name == "countersign"), "cargo tree does not name the server");
    let mut problems = vec![];
    if crates.len() > MOST {
        problems.push(format!("the server without the demo has {} crates, more than {MOST}", crates.len()));
    }
    for (name, why) in NEVER {
        if crates.iter().any(|(known, _)| *known == name) {
            problems.push(format!("the server without the demo depends on {name}: {why}"));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn too_many_crates_and_those_without_a_place_are_found() {
        let mut tree = "countersign v0.1.0 (/w/crates/server)\nrsa v0.9.10\n".to_owned();
        assert_eq!(
            compare(&tree).unwrap(),
            ["the server without the demo depends on rsa: its private keys leak by timing (RUSTSEC-2023-0071)"]
        );
        tree = tree.replace("rsa", "rsa-like");
        for n in 3..=MOST {
            let _ = write!(tree, "a{n} v1.0.0 (proc-macro)\na{n} v1.0.0 (proc-macro) (*)\n");
        }
        assert_eq!(compare(&tree).unwrap(), Vec::<String>::new());
        tree += "a3 v2.0.0\n";
        assert_eq!(compare(&tree).unwrap(), ["the server without the demo has 251 crates, more than 250"]);
        assert!(compare("").is_err());
    }
}
