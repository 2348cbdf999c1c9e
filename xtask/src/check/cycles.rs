//! Checks that the files of a crate have no circular dependencies, so that a file can be read after the ones it depends on.
//!
//! `mod child;` and `pub use child::Name;` are not dependencies. A path through a re-export leads to the file with the definition.
use super::modules::{self, File, Resolver};
use super::workspace::Workspace;
use anyhow::Result;
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

/// From each file to the files that it names, with the line where it does.
pub type Graph = BTreeMap<usize, BTreeMap<usize, usize>>;

pub fn check(workspace: &Workspace) -> Vec<String> {
    let mut problems = vec![];
    for package in &workspace.packages {
        for root in &package.roots {
            problems.extend(check_target(&package.name, root).unwrap_or_else(|error| vec![format!("{error:#}")]));
        }
    }
    problems
}

fn check_target(package: &str, root: &Path) -> Result<Vec<String>> {
    let files = modules::files(root)?;
    let graph = graph(&files);
    let folder = root.parent().unwrap_or(root);
    let name = |index: usize| files[index].path.strip_prefix(folder).unwrap_or(&files[index].path).display();
    let circles = circles(&graph);
    let described = circles.iter().map(|circle| {
        let next = circle.iter().cycle().skip(1);
        let steps = circle.iter().zip(next).map(|(from, to)| format!("{}:{}", name(*from), graph[from][to]));
        let steps: Vec<_> = steps.chain(circle.first().map(|first| name(*first).to_string())).collect();
        format!("{package}: a circle of files: {}", steps.join(" → "))
    });
    Ok(described.collect())
}

pub fn graph(files: &[File]) -> Graph {
    let resolver = Resolver::new(files);
    let mut graph = Graph::new();
    for (index, file) in files.iter().enumerate().filter(|(_, file)| !file.test) {
        let mut uses = |inside: &[String], path: &[String], line: usize, import: bool| {
            let module = [&file.module[..], inside].concat();
            let Some(path) = resolver.absolute(&module, path) else { return };
            // Importing a module is not a dependency yet; what is named through it is.
            if import && resolver.is_module(&path) {
                return;
            }
            if let Some(target) = resolver.file(&path).filter(|target| *target != index && !files[*target].test) {
                graph.entry(index).or_default().entry(target).or_insert(line);
            }
        };
        for import in file.source.imports.iter().filter(|import| !import.public) {
            uses(&import.inside, &import.path, import.line, import.name.is_some());
        }
        for reference in &file.source.references {
            uses(&reference.inside, &reference.path, reference.line, false);
        }
    }
    graph
}

/// A shortest circle for each file on one, unless the file is on a circle that was already found.
fn circles(graph: &Graph) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = vec![];
    for start in graph.keys() {
        if found.iter().any(|circle| circle.contains(start)) {
            continue;
        }
        if let Some(circle) = shortest(graph, *start) {
            found.push(circle);
        }
    }
    found
}

fn shortest(graph: &Graph, start: usize) -> Option<Vec<usize>> {
    let mut before = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in graph.get(&at).into_iter().flat_map(BTreeMap::keys) {
            if *next == start {
                let mut circle = vec![at];
                while let Some(previous) = circle.last().and_then(|last| before.get(last)) {
                    circle.push(*previous);
                }
                circle.reverse();
                return Some(circle);
            }
            if !before.contains_key(next) {
                before.insert(*next, at);
                queue.push_back(*next);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn problems(sources: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in sources {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        check_target("example", &folder.path().join("lib.rs")).unwrap()
    }

    #[test]
    fn files_in_a_line_pass() {
        let found = problems(&[
            ("lib.rs", "mod a; mod b; mod c; pub use a::A; pub use b::*;"),
            ("a.rs", "use crate::b::B; pub struct A; #[cfg(test)] mod tests { use crate::c::C; }"),
            ("b.rs", "use crate::c; pub struct B(c::C);"),
            ("c.rs", "// use crate::a::A;\npub struct C;"),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_circle_of_three_is_told_with_its_lines() {
        let found = problems(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", "use crate::b::B;\npub struct A(B);"),
            ("b.rs", "\nuse super::c::{self, C};\npub struct B(c::C);"),
            ("c.rs", "pub struct C;\nfn f(_: &crate::a::A) {}"),
        ]);
        assert_eq!(found, ["example: a circle of files: a.rs:1 → b.rs:2 → c.rs:2 → a.rs"]);
    }

    #[test]
    fn a_re_export_leads_to_the_file_that_defines() {
        let found = problems(&[
            ("lib.rs", "mod a; mod b; pub use a::A; pub use b::*;"),
            ("a.rs", "use crate::B; pub struct A(B);"),
            ("b.rs", "use crate::A; pub struct B(A);"),
        ]);
        assert_eq!(found, ["example: a circle of files: a.rs:1 → b.rs:1 → a.rs"]);
    }

    #[test]
    fn a_parent_and_its_child_are_files_like_others() {
        let found = problems(&[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b;\npub struct A;\nfn f() { b::g() }"),
            ("a/b.rs", "use super::A;\npub fn g() {}"),
        ]);
        assert_eq!(found, ["example: a circle of files: a/mod.rs:3 → a/b.rs:1 → a/mod.rs"]);
        let found =
            problems(&[("lib.rs", "mod a; pub struct R; fn f() { a::g() }"), ("a.rs", "use crate::*; pub fn g() {}")]);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_macro_leads_to_the_file_that_exports_it() {
        let found = problems(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "#[macro_export] macro_rules! m { () => { $crate::b::f() } }"),
            ("b.rs", "pub fn f() {}\nfn g() { crate::m!() }"),
        ]);
        assert_eq!(found, ["example: a circle of files: a.rs:1 → b.rs:2 → a.rs"]);
    }

    #[test]
    fn files_of_tests_may_look_back() {
        let found = problems(&[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A(B); #[cfg(test)] #[path = \"a_tests.rs\"] mod tests;"),
            ("a_tests.rs", "use super::*; use crate::b::B;"),
            ("b.rs", "pub struct B;"),
        ]);
        assert_eq!(found, Vec::<String>::new());
    }
}
