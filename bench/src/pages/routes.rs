//! The routes of the pages, read from the server's router source. A page or form without an example here, or without an entry
//! in the test of who may open and send which, is detected.
use serde_json::Value;
use std::collections::BTreeSet;

const TABLES: [&str; 2] =
    [include_str!("../../../crates/web/src/consoles.rs"), include_str!("../../../crates/web/src/router.rs")];
const DESCRIPTION: &str = include_str!("../../../tests/frozen/openapi.json");
/// The functions whose routes are pages.
const ROOTS: [&str; 5] = ["own", "workspaces", "server", "people", "documentation"];

/// The text from just after an opening parenthesis to the matching closing one.
fn inside(text: &str) -> &str {
    let mut depth = 1;
    let end = text.char_indices().find(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// The arguments of each occurrence of `call(` in a text.
fn calls<'t>(text: &'t str, call: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(call).map(move |(at, _)| inside(&text[at + call.len()..]))
}

/// The first string literal of the arguments, and the text after it.
fn path(arguments: &str) -> Option<(&str, &str)> {
    arguments.trim_start().strip_prefix('"')?.split_once('"')
}

fn body<'t>(table: &'t str, function: &str) -> Option<&'t str> {
    let from = table.split_once(&format!("fn {function}("))?.1;
    Some(from.split_once("\n}").map_or(from, |(body, _)| body))
}

fn collect(table: &str, function: &str, method: &str, before: &str, found: &mut BTreeSet<String>) {
    let Some(body) = body(table, function) else { return };
    for (path, handlers) in calls(body, ".route(").filter_map(path) {
        if handlers.contains(&format!("{method}(")) {
            let path = format!("{before}{path}");
            found.insert(if path == "/" { path } else { path.trim_end_matches('/').to_owned() });
        }
    }
    for (path, rest) in calls(body, ".nest(").filter_map(path) {
        let nested = rest.trim_start_matches([',', ' ', '\n']).split('(').next().unwrap_or_default();
        collect(table, nested, method, &format!("{before}{path}"), found);
    }
    for merged in calls(body, ".merge(").filter_map(|call| call.split('(').next()) {
        collect(table, merged, method, before, found);
    }
}

/// The endpoints that are described for programs, and answer with a page, too.
fn described(method: &str) -> BTreeSet<String> {
    let document: Value = serde_json::from_str(DESCRIPTION).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    let page = |item: &Value| !item[method]["responses"]["200"]["content"]["text/html"].is_null();
    paths.filter(|(_, item)| page(item)).map(|(path, _)| path.clone()).collect()
}

/// All routes with this method, `get` or `post`, such as `/operator/users/{user}`.
pub fn routes(method: &str) -> BTreeSet<String> {
    let mut found = described(method);
    for table in TABLES {
        for root in ROOTS {
            collect(table, root, method, "", &mut found);
        }
    }
    found
}

/// The route that serves a path: the one with the most literal segments in common.
pub fn route_of<'r>(routes: &'r BTreeSet<String>, path: &str) -> Option<&'r str> {
    let path = path.split('?').next().unwrap_or_default();
    let words: Vec<_> = path.split('/').collect();
    let serves = |route: &str| {
        let parts: Vec<_> = route.split('/').collect();
        let mut pairs = parts.iter().zip(&words);
        parts.len() == words.len() && pairs.all(|(part, word)| part.starts_with('{') || part == word)
    };
    let fitting = routes.iter().filter(|route| serves(route));
    fitting.min_by_key(|route| route.matches('{').count()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_nested_routes_and_leaves_out_those_of_forms_only() {
        let all = routes("get");
        for known in [
            "/",
            "/login",
            "/oauth2/authorize",
            "/account",
            "/workspaces/{workspace}/applications",
            "/workspaces/{workspace}/applications/{client}/secrets/{secret}/end",
            "/workspaces/{workspace}/access/policy/apps/{client}/remove",
            "/operator/webhooks/{id}/deliveries",
        ] {
            assert!(all.contains(known), "{known} is not among {all:?}");
        }
        assert!(!all.contains("/logout"), "answers no GET");
        assert!(!all.contains("/operator/webhooks/{id}/switch"), "answers no GET");
        let forms = routes("post");
        for known in [
            "/logout",
            "/oauth2/authorize",
            "/account",
            "/account/applications/{client}/delete",
            "/operator/webhooks/{id}/switch",
        ] {
            assert!(forms.contains(known), "{known} is not among {forms:?}");
        }
        assert!(!forms.contains("/workspaces"), "takes no form");
    }

    #[test]
    fn a_path_belongs_to_the_route_that_names_most_of_it() {
        let all = routes("get");
        let of = |path| route_of(&all, path).unwrap_or_default();
        assert_eq!(of("/workspaces/w/applications/new?x=/y"), "/workspaces/{workspace}/applications/new");
        assert_eq!(of("/workspaces/w/applications/c"), "/workspaces/{workspace}/applications/{client}");
        assert_eq!(of("/nothing/here"), "");
    }
}
