//! Which crate may depend on which: server → web → flows → store → domain → jose, and server → demo → flows.
use super::workspace::Workspace;

struct Layer {
    package: &'static str,
    /// Packages of this workspace that it may depend on.
    may_use: &'static [&'static str],
    /// Packages of this workspace that only its tests may depend on.
    tests_may_use: &'static [&'static str],
    /// External crates that would contradict the layer's purpose.
    never: &'static [&'static str],
}

const JOSE: &str = "countersign-jose";
const DOMAIN: &str = "countersign-domain";
const STORE: &str = "countersign-store";
const FLOWS: &str = "countersign-flows";
const WEB: &str = "countersign-web";
const DEMO: &str = "countersign-demo";
const SERVER: &str = "countersign";
const TESTKIT: &str = "countersign-testkit";

const DATABASES: &[&str] = &["rusqlite", "sqlx", "tokio-postgres"];
/// What only the demo needs: clients for HTTP and OpenID Connect, and a reader of HTML.
const NOT_OF_THE_SERVER: &[&str] = &["openidconnect", "reqwest", "rusqlite", "scraper", "sqlx", "tokio-postgres"];
const HTTP: &[&str] = &["axum", "http", "hyper", "reqwest", "tower", "tower-http"];
/// The use cases do not serve requests; their own requests go through hyper's client, in one file.
const SERVING: &[&str] = &["axum", "reqwest", "tower", "tower-http"];
const ASYNC_AND_IO: &[&str] = &[
    "axum",
    "futures-util",
    "http",
    "hyper",
    "reqwest",
    "rusqlite",
    "sqlx",
    "tokio",
    "tokio-postgres",
    "tower",
    "tower-http",
    "tracing",
];

const LAYERS: &[Layer] = &[
    Layer { package: JOSE, may_use: &[], tests_may_use: &[], never: ASYNC_AND_IO },
    Layer { package: DOMAIN, may_use: &[JOSE], tests_may_use: &[], never: ASYNC_AND_IO },
    Layer { package: STORE, may_use: &[DOMAIN, JOSE], tests_may_use: &[], never: HTTP },
    Layer { package: FLOWS, may_use: &[STORE, DOMAIN, JOSE], tests_may_use: &[TESTKIT], never: SERVING },
    Layer { package: WEB, may_use: &[FLOWS, DOMAIN], tests_may_use: &[TESTKIT], never: DATABASES },
    Layer { package: DEMO, may_use: &[FLOWS, DOMAIN], tests_may_use: &[], never: DATABASES },
    Layer {
        package: SERVER,
        may_use: &[WEB, DEMO, FLOWS, STORE, DOMAIN],
        tests_may_use: &[TESTKIT],
        never: NOT_OF_THE_SERVER,
    },
    Layer { package: TESTKIT, may_use: &[WEB, FLOWS, STORE, DOMAIN, JOSE], tests_may_use: &[], never: &[] },
    Layer { package: "xtask", may_use: &[], tests_may_use: &[], never: &[] },
    Layer { package: "countersign-bench", may_use: &[STORE, DOMAIN], tests_may_use: &[], never: &[] },
];

pub fn check(workspace: &Workspace) -> Vec<String> {
    let members: Vec<&str> = workspace.packages.iter().map(|p| p.name.as_str()).collect();
    let mut problems = vec![];
    for package in &workspace.packages {
        let Some(layer) = LAYERS.iter().find(|layer| layer.package == package.name) else {
            problems.push(format!("{} has no place among the layers: give it one in xtask's layers.rs", package.name));
            continue;
        };
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let allowed = if members.contains(&name) {
                layer.may_use.contains(&name) || (dependency.dev && layer.tests_may_use.contains(&name))
            } else {
                dependency.dev || !layer.never.contains(&name)
            };
            if !allowed {
                problems.push(format!("{} must not depend on {name}", package.name));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::workspace::{Dependency, Package};

    fn problems(packages: &[(&str, &[(&str, bool)])]) -> Vec<String> {
        let packages = packages.iter().map(|(name, dependencies)| Package {
            name: (*name).to_owned(),
            dependencies: dependencies.iter().map(|(n, dev)| Dependency { name: (*n).to_owned(), dev: *dev }).collect(),
            roots: vec![],
        });
        check(&Workspace { packages: packages.collect() })
    }

    #[test]
    fn the_agreed_lines_pass() {
        assert_eq!(
            problems(&[
                (
                    SERVER,
                    &[(WEB, false), (DEMO, false), (FLOWS, false), (STORE, false), (DOMAIN, false), (TESTKIT, true)]
                ),
                (WEB, &[(FLOWS, false), (DOMAIN, false), ("axum", false), (TESTKIT, true)]),
                (FLOWS, &[(STORE, false), (DOMAIN, false), ("tokio", false), ("hyper", false)]),
                (DEMO, &[(FLOWS, false), (DOMAIN, false), ("openidconnect", false), ("axum", false)]),
                (STORE, &[(DOMAIN, false), ("sqlx", false)]),
                (DOMAIN, &[("url", false)]),
                (TESTKIT, &[(WEB, false), (STORE, false)]),
            ]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_wrong_way_is_found() {
        let found = problems(&[
            (SERVER, &[("reqwest", false), (TESTKIT, true)]),
            (DEMO, &[(WEB, false)]),
            (WEB, &[(STORE, false)]),
            (FLOWS, &[(WEB, true), ("axum", false)]),
            (STORE, &[(TESTKIT, true)]),
            (DOMAIN, &[(STORE, false), ("tokio", false)]),
            (TESTKIT, &[(SERVER, false)]),
        ]);
        assert_eq!(
            found,
            [
                "countersign must not depend on reqwest",
                "countersign-demo must not depend on countersign-web",
                "countersign-web must not depend on countersign-store",
                "countersign-flows must not depend on countersign-web",
                "countersign-flows must not depend on axum",
                "countersign-store must not depend on countersign-testkit",
                "countersign-domain must not depend on countersign-store",
                "countersign-domain must not depend on tokio",
                "countersign-testkit must not depend on countersign",
            ]
        );
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        assert_eq!(problems(&[("countersign-extra", &[])]).len(), 1);
    }

    #[test]
    fn a_renamed_dependency_counts_by_its_package() {
        let json = r#"{"packages":[
            {"name":"countersign-store","dependencies":[],"targets":[]},
            {"name":"countersign-web","dependencies":[{"name":"countersign-store","rename":"harmless","kind":null}],
             "targets":[{"kind":["lib"],"src_path":"/w/src/lib.rs"},{"kind":["test"],"src_path":"/w/tests/a.rs"}]}]}"#;
        let workspace = Workspace::parse(json).unwrap();
        assert_eq!(check(&workspace), ["countersign-web must not depend on countersign-store"]);
        assert_eq!(workspace.packages[1].roots, [std::path::Path::new("/w/src/lib.rs")]);
    }
}
