//! Starts other programs, and stops exactly those.
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// The cargo that runs us, in the root of the workspace.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    // Cargo sets these for us; the programs we start are not part of this package.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        command.env_remove(name);
    }
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_MANIFEST_PATH").current_dir(root);
    command
}

/// Builds the server for tests, and returns its path.
///
/// `cargo test --workspace` has built exactly this. Building the package alone would give its dependencies other features, so that tokio
/// and all that depends on it, a good half of the work, would be compiled again. A test target is named because only then the features
/// that tests need count.
pub fn build_server(root: &Path) -> Result<PathBuf> {
    must_succeed(cargo(root).args(["build", "--workspace", "--bin", "countersign", "--test", "alone"]))?;
    Ok(root.join("target/debug/countersign"))
}

pub fn succeeds(command: &mut Command) -> Result<bool> {
    Ok(command.status().with_context(|| format!("cannot start {}", name(command)))?.success())
}

pub fn must_succeed(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", name(command)))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

pub fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", name(command)))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}", output.status);
    }
    String::from_utf8(output.stdout).context("output is not UTF-8")
}

/// Runs a command and passes each line of its standard output to `line`. Returns whether the command succeeded.
pub fn stream(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", name(command)))?;
    let stdout = child.stdout.take().context("no standard output")?;
    for text in BufReader::new(stdout).split(b'\n') {
        let text = text.context("cannot read output")?;
        line(&String::from_utf8_lossy(&text));
    }
    Ok(child.wait().context("cannot wait")?.success())
}

pub fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

pub fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Finds a program in the search path.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A port of 127.0.0.1 that was just free.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// The user that a program runs as, if we are root.
pub struct User {
    pub uid: u32,
    pub gid: u32,
}

impl User {
    pub fn find(name: &str) -> Result<Self> {
        let id = |flag| -> Result<u32> { Ok(output(Command::new("id").arg(flag).arg(name))?.trim().parse()?) };
        Ok(Self { uid: id("-u")?, gid: id("-g")? })
    }

    fn arguments(&self) -> [String; 3] {
        [format!("--reuid={}", self.uid), format!("--regid={}", self.gid), "--clear-groups".to_owned()]
    }

    pub fn command(user: Option<&Self>, program: &Path) -> Command {
        let Some(user) = user else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.args(user.arguments()).arg(program);
        command
    }
}

/// A program that runs in the background until dropped. If we are killed, the kernel kills it.
pub struct Background {
    child: Child,
    signal: &'static str,
    lines: Receiver<String>,
}

impl Background {
    /// Starts a program. `signal` makes it exit cleanly. Both outputs are read line by line and kept in `log`.
    pub fn start(command: &mut Command, user: Option<&User>, signal: &'static str, log: &Path) -> Result<Self> {
        let mut watched = Command::new("setpriv");
        watched.arg("--pdeathsig").arg(signal).args(user.map(User::arguments).into_iter().flatten());
        if let Some(folder) = command.get_current_dir() {
            watched.current_dir(folder);
        }
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => watched.env(key, value),
                None => watched.env_remove(key),
            };
        }
        watched.arg(command.get_program()).args(command.get_args());
        let log = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut child = watched
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", name(command)))?;
        let (sender, lines) = channel();
        let outputs: [Option<Box<dyn Read + Send>>; 2] =
            [child.stdout.take().map(|s| Box::new(s) as _), child.stderr.take().map(|s| Box::new(s) as _)];
        for output in outputs.into_iter().flatten() {
            let (sender, mut log) = (sender.clone(), log.try_clone()?);
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    // A full disk or a closed receiver must not block the program.
                    let _ = writeln!(log, "{line}");
                    let _ = sender.send(line);
                }
            });
        }
        Ok(Self { child, signal, lines })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the first line that `is` accepts.
    pub fn wait_for(&self, what: &str, is: impl Fn(&str) -> bool) -> Result<String> {
        loop {
            let line = self.lines.recv_timeout(Duration::from_mins(2));
            let line = line.with_context(|| format!("{what} did not come"))?;
            if is(&line) {
                return Ok(line);
            }
        }
    }

    /// Asks the program to exit, and waits for it. Returns whether it exited successfully.
    pub fn stop(&mut self) -> Result<bool> {
        self.end(self.signal)
    }

    /// Like [`Self::stop`], with another signal.
    pub fn end(&mut self, signal: &str) -> Result<bool> {
        if let Some(status) = self.child.try_wait()? {
            return Ok(status.success());
        }
        succeeds(Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()))?;
        Ok(self.child.wait()?.success())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("cannot end {}: {error:#}", self.child.id());
        }
    }
}
