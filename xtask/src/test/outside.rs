//! Third-party clients and a browser against the real binary.
use super::demo::Demo;
use super::install;
use super::postgres::Postgres;
use crate::process;
use crate::tally::Tally;
use anyhow::{Context, Result};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// No suite takes longer unless it hangs.
const LIMIT_SECONDS: &str = "900";
/// Number of suites that run in parallel, each against its own server: client and server take turns on one processor.
const AT_ONCE: usize = 2;

struct Suite {
    name: &'static str,
    program: PathBuf,
    script: PathBuf,
    env: Vec<(&'static str, OsString)>,
    /// The URL of a database other than SQLite.
    database: Option<String>,
    /// Settings for an empty server, instead of the demo.
    config: Option<PathBuf>,
    /// Installs or builds what only this suite needs, while the other suites run.
    prepare: Option<Prepare>,
}

type Prepare = Box<dyn FnOnce() -> Result<()> + Send>;

impl Suite {
    fn new(name: &'static str, program: &Path, script: PathBuf, env: Vec<(&'static str, OsString)>) -> Self {
        Self { name, program: program.to_path_buf(), script, env, database: None, config: None, prepare: None }
    }

    fn after(self, prepare: impl FnOnce() -> Result<()> + Send + 'static) -> Self {
        Self { prepare: Some(Box::new(prepare)), ..self }
    }
}

/// What every browser suite needs.
struct Ground {
    node: PathBuf,
    chromium: PathBuf,
    target: PathBuf,
    logs: PathBuf,
    binary: PathBuf,
}

fn prepare(root: &Path) -> Result<Ground> {
    let node = root.join("tests/outside/node");
    install::node(&node)?;
    let chromium = install::chromium()?;
    let target = root.join("target");
    let logs = target.join("outside");
    fs::create_dir_all(&logs)?;
    let binary = process::build_server(root)?;
    Ok(Ground { node, chromium, target, logs, binary })
}

/// Takes the screenshots of the pages.
pub fn screenshots(root: &Path, tally: &mut Tally) -> Result<()> {
    let Ground { node, chromium, logs, binary, .. } = prepare(root)?;
    let pictures = root.join("docs/screenshots").into_os_string();
    let env = vec![("CHROMIUM", chromium.into_os_string()), ("SCREENSHOTS", pictures)];
    let suite = Suite::new("screenshots", Path::new("node"), node.join("screenshots.mjs"), env);
    tally.add(run_suite(suite, &binary, &logs, None));
    Ok(())
}

pub fn run(root: &Path, filter: Option<&str>, tally: &mut Tally) -> Result<()> {
    let python = root.join("tests/outside/python");
    let Ground { node, chromium, target, logs, binary } = prepare(root)?;
    let venv = install::python(&root.join("target/outside-venv"), &python.join("requirements.txt"))?;
    let in_node = |name, script: &str| Suite::new(name, Path::new("node"), node.join(script), vec![]);
    let in_python = |name, script: &str| Suite::new(name, &venv, python.join(script), vec![]);
    let browser = |name, javascript: &str, script: &str| {
        let screenshots = target.join("screenshots").into_os_string();
        let env = vec![
            ("CHROMIUM", chromium.clone().into_os_string()),
            ("SCREENSHOTS", screenshots),
            ("JAVASCRIPT", javascript.into()),
        ];
        Suite { env, ..in_node(name, script) }
    };
    let configured = |name, javascript| Suite {
        config: Some(node.join("configured.toml")),
        ..browser(name, javascript, "configured.mjs")
    };
    let postgres = Postgres::start(root)?;
    let suites = [
        // The slowest comes first.
        oauth2_proxy(root, in_python("oauth2-proxy", "oauth2_proxy.py")),
        in_python("schemathesis", "described_api.py"),
        spring_security(root, in_python("spring-security", "spring_security.py")),
        in_node("openid-client", "openid-client.mjs"),
        in_node("auth-js", "auth-js.mjs"),
        browser("oidc-client-ts", "on", "oidc-client-ts.mjs"),
        in_node("mcp-typescript", "mcp.mjs"),
        in_python("mcp-python", "mcp_client.py"),
        in_python("authlib", "authlib_client.py"),
        in_python("requests-oauthlib", "requests_oauthlib_client.py"),
        in_python("mozilla-django-oidc", "mozilla_django_oidc_client.py"),
        in_python("social-auth", "social_auth_client.py"),
        in_python("mod-auth-openidc", "mod_auth_openidc.py").after(install::apache),
        browser("browser", "on", "browser.mjs"),
        browser("browser-no-script", "off", "browser.mjs"),
        browser("cross-origin", "on", "cross-origin.mjs"),
        browser("pages", "on", "pages.mjs"),
        browser("pages-no-script", "off", "pages.mjs"),
        browser("consoles", "on", "consoles.mjs"),
        browser("consoles-no-script", "off", "consoles.mjs"),
        configured("configured", "on"),
        configured("configured-no-script", "off"),
        Suite {
            database: Some(postgres.url()),
            // A few examples of each operation are enough to show differences between databases.
            env: vec![("EXAMPLES", "4".into())],
            ..in_python("schemathesis-postgres", "described_api.py")
        },
    ];
    if filter.is_none() {
        demo_check(&binary, tally)?;
    }
    let (waiting, tally) = (Mutex::new(suites.into_iter()), Mutex::new(tally));
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(suite) = next() {
                    let result = run_suite(suite, &binary, &logs, filter);
                    tally.lock().unwrap_or_else(PoisonError::into_inner).add(result);
                }
            });
        }
    });
    Ok(())
}

fn oauth2_proxy(root: &Path, suite: Suite) -> Suite {
    let (folder, program) = (root.join("tests/outside/go"), root.join("target/outside-go/oauth2-proxy"));
    let env = vec![("OAUTH2_PROXY", program.clone().into_os_string())];
    let build = move || install::go_program(&folder, "github.com/oauth2-proxy/oauth2-proxy/v7", &program);
    Suite { env, ..suite }.after(build)
}

fn spring_security(root: &Path, suite: Suite) -> Suite {
    let (folder, into) = (root.join("tests/outside/java"), root.join("target/outside-java"));
    let env = vec![("SPRING_APPLICATION", into.join("signed-in.jar").into_os_string())];
    let sources = ["pom.xml", "src/main/java/example/SignedIn.java"].map(|file| folder.join(file));
    let build = move || install::maven_project(&folder, &sources.each_ref().map(PathBuf::as_path), &into);
    Suite { env, ..suite }.after(build)
}

/// The binary runs its own flow.
fn demo_check(binary: &Path, tally: &mut Tally) -> Result<()> {
    let (port, app_port) = (process::free_port()?.to_string(), process::free_port()?.to_string());
    let mut command = Command::new("timeout");
    command.arg(LIMIT_SECONDS).arg(binary);
    command.args(["demo", "--check", "--port", &port, "--app-port", &app_port]);
    let good = process::stream(&mut command, |line| println!("{line}"))?;
    outcome(&format!("{} - demo --check", if good { "ok" } else { "not ok" }), "binary", tally);
    Ok(())
}

/// Runs a suite and then prints its output in one piece.
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn run_suite(mut suite: Suite, binary: &Path, logs: &Path, filter: Option<&str>) -> Tally {
    let (started, mut tally, mut said) = (Instant::now(), Tally::default(), String::new());
    let mut hear = |line: &str| {
        said.push_str(line);
        said.push('\n');
        outcome(line, suite.name, &mut tally);
    };
    let prepared = suite.prepare.take().map_or(Ok(()), |prepare| prepare());
    match prepared.and_then(|()| drive(&suite, binary, logs, filter, &mut hear)) {
        Ok(true) => (),
        Ok(false) if tally.failures() > 0 => (),
        Ok(false) => tally.fail(format!("{}: ended badly, see its output", suite.name)),
        Err(error) => tally.fail(format!("{}: {error:#}", suite.name)),
    }
    println!("\n{}, {} s\n{said}", suite.name, started.elapsed().as_secs());
    tally
}

/// Runs the suite. Returns whether it succeeded.
fn drive(suite: &Suite, binary: &Path, logs: &Path, filter: Option<&str>, hear: &mut impl FnMut(&str)) -> Result<bool> {
    let log = logs.join(format!("{}.log", suite.name));
    let demo = match &suite.config {
        Some(config) => Demo::serve(binary, &log, config)?,
        None => Demo::start(binary, &log, suite.database.as_deref())?,
    };
    let mut command = Command::new("timeout");
    command
        .arg(LIMIT_SECONDS)
        .arg(&suite.program)
        .arg(&suite.script)
        .current_dir(suite.script.parent().context("a script without a folder")?);
    command.env("DEMO_JSON", &demo.json).env("SCENARIOS", filter.unwrap_or_default());
    command.envs(suite.env.iter().map(|(key, value)| (key, value)));
    let good = process::stream(&mut command, hear)?;
    demo.stop()?;
    Ok(good)
}

/// Parses the lines `ok - name` and `not ok - name: why`.
fn outcome(line: &str, suite: &str, tally: &mut Tally) {
    if line.starts_with("ok - ") {
        tally.pass(1);
    } else if let Some(name) = line.strip_prefix("not ok - ") {
        tally.fail(format!("{suite}: {name}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_scenarios_count() {
        let mut tally = Tally::default();
        for line in ["ok - a", "not ok - b: because", "  ok - inside a trace", "okay", "ok - c"] {
            outcome(line, "suite", &mut tally);
        }
        assert_eq!(format!("{tally:?}"), "Tally { passed: 2, failed: [\"suite: b: because\"] }");
    }
}
