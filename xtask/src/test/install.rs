//! Installs what the tests need and the machine lacks. Nothing is installed twice.
use crate::process::{is_root, must_succeed, output, which};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

/// Debian packages, unless `present`.
pub fn debian(packages: &[&str], present: impl Fn() -> bool) -> Result<()> {
    static UPDATE: Once = Once::new();
    if present() {
        return Ok(());
    }
    println!("installing {}", packages.join(" "));
    let root = is_root()?;
    let apt = || {
        let mut command = Command::new(if root { "env" } else { "sudo" });
        command.args(if root { [].as_slice() } else { ["env"].as_slice() });
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes"]);
        command
    };
    let mut updated = Ok(());
    UPDATE.call_once(|| updated = must_succeed(apt().arg("update")));
    updated?;
    must_succeed(apt().args(["install", "--no-install-recommends"]).args(packages))?;
    ensure!(present(), "{} is installed, and still missing", packages.join(" "));
    Ok(())
}

pub fn chromium() -> Result<PathBuf> {
    let path = PathBuf::from("/usr/bin/chromium");
    debian(&["chromium"], || path.is_file())?;
    Ok(path)
}

/// Node.js, with the packages of `folder` by its lock file.
pub fn node(folder: &Path) -> Result<()> {
    debian(&["nodejs", "npm"], || which("node").is_some() && which("npm").is_some())?;
    let version = output(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    ensure!(major >= Some(20), "Node.js 20 or newer is needed, and this is {}", version.trim());
    let stamp = folder.join("node_modules/.installed");
    unless_done(&stamp, &folder.join("package-lock.json"), || {
        must_succeed(
            Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder),
        )
    })
}

/// A virtual environment with the packages of `requirements`; answers its Python.
pub fn python(venv: &Path, requirements: &Path) -> Result<PathBuf> {
    let has_venv =
        || Command::new("python3").args(["-c", "import ensurepip, venv"]).output().is_ok_and(|o| o.status.success());
    debian(&["python3", "python3-venv"], has_venv)?;
    let python = venv.join("bin/python");
    unless_done(&venv.join("installed"), requirements, || {
        must_succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
            "--require-hashes",
            "--requirement",
        ]);
        must_succeed(pip.arg(requirements))
    })?;
    Ok(python)
}

/// Does the work unless `stamp` says that it was done for this very `list`.
fn unless_done(stamp: &Path, list: &Path, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    if fs::read_to_string(stamp).is_ok_and(|done| done == wanted) {
        return Ok(());
    }
    work()?;
    fs::write(stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_again_only_for_another_list() {
        let folder = tempfile::tempdir().unwrap();
        let (stamp, list) = (folder.path().join("stamp"), folder.path().join("list"));
        let mut times = 0;
        for (text, expected) in [("a", 1), ("a", 1), ("b", 2)] {
            fs::write(&list, text).unwrap();
            unless_done(&stamp, &list, || {
                times += 1;
                Ok(())
            })
            .unwrap();
            assert_eq!(times, expected);
        }
        fs::write(&list, "c").unwrap();
        assert!(unless_done(&stamp, &list, || anyhow::bail!("no")).is_err());
        assert!(unless_done(&stamp, &list, || anyhow::bail!("no")).is_err());
    }
}
