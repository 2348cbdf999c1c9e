//! Installs what the tests need and the machine lacks. Nothing is installed twice.
use crate::process::{is_root, must_succeed, output, which};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Debian packages, unless `present`. Suites that run in parallel take turns.
pub fn debian(packages: &[&str], present: impl Fn() -> bool) -> Result<()> {
    static UPDATED: Mutex<bool> = Mutex::new(false);
    let mut updated = UPDATED.lock().unwrap_or_else(PoisonError::into_inner);
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
    if !*updated {
        must_succeed(apt().arg("update"))?;
        *updated = true;
    }
    must_succeed(apt().args(["install", "--no-install-recommends"]).args(packages))?;
    ensure!(present(), "{} is installed, and still missing", packages.join(" "));
    Ok(())
}

pub fn chromium() -> Result<PathBuf> {
    let path = PathBuf::from("/usr/bin/chromium");
    debian(&["chromium"], || path.is_file())?;
    Ok(path)
}

/// Node.js, with the packages in the lock file of `folder`.
pub fn node(folder: &Path) -> Result<()> {
    debian(&["nodejs", "npm"], || which("node").is_some() && which("npm").is_some())?;
    let version = output(Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    ensure!(major >= Some(20), "Node.js 20 or newer is needed, and this is {}", version.trim());
    let stamp = folder.join("node_modules/.installed");
    unless_done(&stamp, &[&folder.join("package-lock.json")], || {
        must_succeed(
            Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder),
        )
    })
}

/// A virtual environment with the packages of `requirements`. Returns its Python.
pub fn python(venv: &Path, requirements: &Path) -> Result<PathBuf> {
    let has_venv =
        || Command::new("python3").args(["-c", "import ensurepip, venv"]).output().is_ok_and(|o| o.status.success());
    debian(&["python3", "python3-venv"], has_venv)?;
    let python = venv.join("bin/python");
    unless_done(&venv.join("installed"), &[requirements], || {
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

/// Apache with `mod_auth_openidc`. The package `apache2` would start its own server, `apache2-bin` does not.
pub fn apache() -> Result<()> {
    let files = ["/usr/sbin/apache2", "/usr/lib/apache2/modules/mod_auth_openidc.so"];
    debian(&["apache2-bin", "libapache2-mod-auth-openidc"], || files.iter().all(|file| Path::new(file).is_file()))
}

/// Builds the Go program `package` into the file `into`, at the version in the `go.mod` of `folder`.
pub fn go_program(folder: &Path, package: &str, into: &Path) -> Result<()> {
    let installed = Path::new("/usr/local/go/bin/go");
    debian(&["golang-go"], || which("go").is_some() || installed.is_file())?;
    let go = which("go").unwrap_or_else(|| installed.to_path_buf());
    unless_done(&into.with_extension("built"), &[&folder.join("go.mod"), &folder.join("go.sum")], || {
        let mut build = Command::new(go);
        // Without debug symbols, linking takes half the time.
        build.args(["build", "-mod=readonly", "-ldflags=-s -w", "-o"]).arg(into).arg(package);
        must_succeed(build.current_dir(folder))
    })
}

/// Builds the Maven project in `folder`, whose `pom.xml` reads the property `into`; `sources` are its files.
pub fn maven_project(folder: &Path, sources: &[&Path], into: &Path) -> Result<()> {
    debian(&["default-jdk-headless", "maven"], || ["java", "javac", "mvn"].iter().all(|tool| which(tool).is_some()))?;
    fs::create_dir_all(into).with_context(|| format!("cannot make {}", into.display()))?;
    unless_done(&into.join("built"), sources, || {
        let mut build = Command::new("mvn");
        build.args(["--quiet", "--batch-mode", "package"]).arg(format!("-Dinto={}", into.display()));
        must_succeed(build.current_dir(folder))
    })
}

/// Does the work unless `stamp` shows that it was done for exactly these `lists`.
fn unless_done(stamp: &Path, lists: &[&Path], work: impl FnOnce() -> Result<()>) -> Result<()> {
    let mut wanted = String::new();
    for list in lists {
        wanted += &fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    }
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
            unless_done(&stamp, &[&list], || {
                times += 1;
                Ok(())
            })
            .unwrap();
            assert_eq!(times, expected);
        }
        fs::write(&list, "c").unwrap();
        assert!(unless_done(&stamp, &[&list], || anyhow::bail!("no")).is_err());
        assert!(unless_done(&stamp, &[&list], || anyhow::bail!("no")).is_err());
    }
}
