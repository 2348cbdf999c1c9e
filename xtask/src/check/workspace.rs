//! The packages of the workspace, as cargo sees them.
use crate::process;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct Workspace {
    pub packages: Vec<Package>,
}

#[derive(Debug)]
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
    /// The root files of its library and binaries.
    pub roots: Vec<PathBuf>,
}

#[derive(Debug)]
pub struct Dependency {
    pub name: String,
    /// Only for tests, examples and benchmarks.
    pub dev: bool,
}

impl Workspace {
    pub fn load(root: &Path) -> Result<Self> {
        let json = process::output(process::cargo(root).args(["metadata", "--format-version", "1", "--no-deps"]))?;
        Self::parse(&json)
    }

    pub fn parse(json: &str) -> Result<Self> {
        let metadata: Value = serde_json::from_str(json).context("cargo metadata is not JSON")?;
        let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
        Ok(Self { packages: packages.iter().map(package).collect::<Result<_>>()? })
    }
}

fn package(value: &Value) -> Result<Package> {
    let text = |value: &Value| value.as_str().map(str::to_owned).context("cargo metadata lacks a text");
    let dependencies = value["dependencies"].as_array().context("a package without dependencies")?;
    let targets = value["targets"].as_array().context("a package without targets")?;
    let is_source = |target: &&Value| {
        target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "lib" || kind == "bin"))
    };
    Ok(Package {
        name: text(&value["name"])?,
        dependencies: dependencies
            .iter()
            .map(|d| Ok(Dependency { name: text(&d["name"])?, dev: d["kind"] == "dev" }))
            .collect::<Result<_>>()?,
        roots: targets
            .iter()
            .filter(is_source)
            .map(|t| Ok(PathBuf::from(text(&t["src_path"])?)))
            .collect::<Result<_>>()?,
    })
}
