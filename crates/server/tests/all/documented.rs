//! What the documentation says works: its commands run, and its settings start a server.
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_countersign");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The blocks of this language in a page.
fn blocks(page: &Path, language: &str) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A server that has said that it serves; it ends with the test.
struct Serving {
    process: Child,
    /// Kept open: the server goes on to write.
    _said: BufReader<ChildStdout>,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (mut line, mut said) = (String::new(), BufReader::new(process.stdout.take().unwrap()));
        said.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "it ended before it served");
        Self { process, _said: said }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A shell command that calls `countersign` by its name, on a data folder and a port of its own.
fn shell(folder: &Path, command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-ec").arg(format!("countersign() {{ \"{BINARY}\" \"$@\"; }}\n{command}")).current_dir(folder);
    shell.env("COUNTERSIGN_LISTEN", "127.0.0.1:0");
    shell
}

/// The commands of a page in their order. What only a developer of Countersign runs is left out.
fn commands(page: &Path) -> Vec<String> {
    let lines = blocks(page, "sh").join("\n");
    let lines = lines.lines().map(|line| line.split('#').next().unwrap().trim().to_owned());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("cargo xtask"));
    lines.map(|line| line.replace("cargo run --release -- ", "countersign ")).collect()
}

/// Pages and commands, point 6.4.
#[test]
fn the_commands_of_the_first_pages_run_from_top_to_bottom() {
    for page in ["README.md", "docs/src/quick-start.md"] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let all = commands(&root().join(page));
        assert!(all.len() >= 4, "{page}: {all:?}");
        let (mut servers, mut workspace) = (Vec::new(), String::new());
        for command in all {
            let command = command.replace("wsp_\u{2026}", &workspace);
            if command == "countersign serve" {
                let mut serve = Command::new(BINARY);
                serve.arg("serve").current_dir(at).env("COUNTERSIGN_LISTEN", "127.0.0.1:0");
                servers.push(Serving::start(serve));
                continue;
            }
            let command = match command.as_str() {
                "countersign demo" => format!("{command} --check --port 0 --app-port 0"),
                _ => command,
            };
            let output = shell(at, &command).output().unwrap();
            let (said, error) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{page}: {command}: {error}");
            if let Some(id) = said.split_whitespace().find(|word| word.starts_with("wsp_")) {
                id.clone_into(&mut workspace);
            }
        }
        assert_eq!(servers.len(), 1, "{page}");
    }
}

/// Pages and commands, point 6.4.
#[test]
fn every_example_of_settings_starts_a_server() {
    let pages = pages(&root().join("docs")).into_iter().chain([root().join("README.md")]);
    let examples: Vec<_> =
        pages.flat_map(|page| blocks(&page, "toml").into_iter().map(move |b| (page.clone(), b))).collect();
    assert!(!examples.is_empty());
    for (page, example) in examples {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("countersign.toml");
        fs::write(&file, &example).unwrap();
        let command = || {
            let mut command = Command::new(BINARY);
            command.current_dir(folder.path()).arg("--config").arg(&file).env("COUNTERSIGN_LISTEN", "127.0.0.1:0");
            command
        };
        let checked = command().arg("check-config").output().unwrap();
        let said = String::from_utf8_lossy(&checked.stdout);
        assert!(checked.status.success(), "{}: {said}\n{example}", page.display());
        let mut serve = command();
        serve.arg("serve");
        Serving::start(serve);
    }
}

/// Pages and commands, point 6.4: the demo has the settings of its file, but for where it serves and what it fills.
#[test]
fn the_demo_honours_its_settings_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countersign.toml");
    fs::write(&file, "token_prefix = \"mine\"\ndatabase = \"sqlite:/nowhere/x.db\"\nissuer = \"https://id.example\"\n")
        .unwrap();
    let demo = |more: &[&str]| {
        let mut demo = Command::new(BINARY);
        demo.args(["demo", "--check", "--port", "0", "--app-port", "0"]).args(more).current_dir(folder.path());
        demo.output().unwrap()
    };
    let honoured = demo(&["--config", file.to_str().unwrap()]);
    assert!(honoured.status.success(), "{}", String::from_utf8_lossy(&honoured.stderr));
    let refused = demo(&["--issuer", "https://id.example"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--port"), "{refused:?}");
    let mut shown = Command::new(BINARY);
    shown.args(["demo", "--json", "--port", "0", "--app-port", "0", "--config"]).arg(&file).current_dir(folder.path());
    let mut process = shown.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let _ = process.kill();
    let _ = process.wait();
    assert!(line.contains("mine_ci_") && line.contains("http://localhost:"), "{line}");
}
