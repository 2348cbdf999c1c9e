//! The rooms of each crate: its top-level folders, and which of them may use which.
use super::cycles;
use super::modules;
use super::workspace::Workspace;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// A room, and the rooms that its files may name. Files of one room may name each other.
type Room = (&'static str, &'static [&'static str]);

/// The room that all rooms may use.
const FOUNDATION: &str = "platform";
/// Tables that name something in every room. Only the crate's root uses them.
const TABLES: [&str; 2] = ["consoles", "router"];

const DOMAIN: &[Room] = &[
    ("platform", &[]),
    ("account", &[]),
    ("workspace", &["account"]),
    ("clients", &[]),
    ("grants", &["account", "clients", "workspace"]),
    ("access", &["account", "clients", "workspace"]),
    ("resources", &["access", "clients"]),
    ("events", &["clients", "grants"]),
    ("webhooks", &["access", "events"]),
    ("audit", &[]),
    ("oauth", &["access", "account", "clients", "grants", "resources", "workspace"]),
    ("diagnosis", &["access", "account", "clients", "oauth", "webhooks"]),
];

const STORE: &[Room] = &[
    ("platform", &[]),
    ("account", &[]),
    ("audit", &[]),
    ("clients", &["audit"]),
    ("workspace", &["account", "clients"]),
    ("webhooks", &["workspace"]),
    ("oauth", &[]),
    ("grants", &["clients", "workspace"]),
    ("access", &["account", "workspace"]),
];

const FLOWS: &[Room] = &[
    ("platform", &[]),
    ("grants", &[]),
    ("access", &["grants"]),
    ("audit", &["access"]),
    ("webhooks", &["access"]),
    ("clients", &["access", "audit", "grants"]),
    ("workspace", &["access", "clients", "grants"]),
    ("account", &["access", "grants", "workspace"]),
    ("sign_in", &["access", "account"]),
    ("oauth", &["access", "clients", "grants", "sign_in"]),
    ("diagnosis", &["access", "audit", "clients", "grants", "oauth"]),
    ("operator", &["access", "account", "clients", "grants", "webhooks"]),
];

const WEB: &[Room] = &[
    ("platform", &[]),
    ("access", &[]),
    ("sign_in", &[]),
    ("resources", &["access"]),
    ("account", &["access", "resources"]),
    ("workspace", &["access"]),
    ("audit", &["access"]),
    ("clients", &["access", "audit"]),
    ("webhooks", &["access"]),
    ("operator", &["access"]),
    ("oauth", &["sign_in"]),
    ("docs", &[]),
];

const CRATES: &[(&str, &[Room])] = &[
    ("countersign-domain", DOMAIN),
    ("countersign-store", STORE),
    ("countersign-flows", FLOWS),
    ("countersign-web", WEB),
];

pub fn check(workspace: &Workspace) -> Result<Vec<String>> {
    let mut problems = vec![];
    for (package, rooms) in CRATES {
        let found = workspace.packages.iter().find(|found| found.name == *package);
        for root in found.into_iter().flat_map(|found| &found.roots) {
            problems.extend(check_target(package, root, rooms)?);
        }
    }
    Ok(problems)
}

fn check_target(package: &str, root: &Path, rooms: &[Room]) -> Result<Vec<String>> {
    let files = modules::files(root)?;
    let folder = root.parent().unwrap_or(root);
    let allowed: BTreeMap<_, _> = rooms.iter().copied().collect();
    let is_known = |room: &str| allowed.contains_key(room) || TABLES.contains(&room);
    let name = |index: usize| files[index].path.strip_prefix(folder).unwrap_or(&files[index].path).display();
    let mut problems = vec![];
    for file in &files {
        if let Some(room) = file.module.first().filter(|room| !is_known(room) && !file.test) {
            let path = file.path.strip_prefix(folder).unwrap_or(&file.path).display();
            problems.push(format!("{package}: {path} is in no room: `{room}` is not one of xtask's rooms.rs"));
        }
    }
    for (from, targets) in cycles::graph(&files) {
        // The crate's root may re-export from any room.
        let Some(room) = files[from].module.first().filter(|room| !TABLES.contains(&room.as_str())) else { continue };
        for (to, line) in targets {
            let Some(other) = files[to].module.first() else { continue };
            let may = allowed.get(room.as_str()).is_some_and(|may| may.contains(&other.as_str()));
            if room != other && other != FOUNDATION && !may {
                problems.push(format!(
                    "{package}: {}:{line} uses {}: `{room}` must not use `{other}`",
                    name(from),
                    name(to)
                ));
            }
        }
    }
    problems.sort();
    problems.dedup();
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const ROOMS: &[Room] = &[("platform", &[]), ("grants", &[]), ("clients", &["grants"])];

    fn problems(sources: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in sources {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        check_target("example", &folder.path().join("lib.rs"), ROOMS).unwrap()
    }

    #[test]
    fn a_room_may_use_the_foundation_and_what_the_table_says() {
        let found = problems(&[
            ("lib.rs", "pub mod clients; pub mod grants; pub mod platform; pub use platform::App;"),
            ("platform.rs", "pub struct App;"),
            ("grants.rs", "use crate::App; pub struct Grant(App);"),
            ("clients/mod.rs", "pub mod create; pub mod list;"),
            ("clients/create.rs", "use crate::clients::list::L; use crate::grants::Grant; pub struct C(L, Grant);"),
            ("clients/list.rs", "pub struct L;"),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_found() {
        let found = problems(&[
            ("lib.rs", "pub mod clients; pub mod grants; pub mod platform; pub use clients::C;"),
            ("platform.rs", "pub struct App(crate::grants::Grant);"),
            ("grants.rs", "\nuse crate::C;\npub struct Grant; fn f(_: C) {}"),
            ("clients.rs", "pub struct C;"),
        ]);
        let expected = [
            "example: grants.rs:2 uses clients.rs: `grants` must not use `clients`",
            "example: platform.rs:1 uses grants.rs: `platform` must not use `grants`",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_outside_of_the_rooms_is_found() {
        let found = problems(&[("lib.rs", "mod helper; mod platform;"), ("helper.rs", ""), ("platform.rs", "")]);
        assert_eq!(found, ["example: helper.rs is in no room: `helper` is not one of xtask's rooms.rs"]);
    }
}
