//! The router and the description agree: no route without a description, no description without a route.
use super::Description;
use flows::Settings;
use serde_json::Value;
use std::collections::BTreeSet;

const ROUTER: &str = include_str!("../../router.rs");

/// Opened by people or probed by operators; not part of the API.
const NOT_DESCRIBED: &[&str] = &[
    "/",
    "/login",
    "/signup",
    "/logout",
    "/setup",
    "/oauth2/end_session",
    "/oauth2/interaction",
    "/oauth2/account",
    "/oauth2/consent",
    "/device",
    "/docs",
    "/docs/{group}",
    "/docs/objects",
    "/docs/problems",
    "/docs/openapi.json",
    "/healthz",
    "/readyz",
    "/assets/{name}",
];

/// The argument list that starts here, up to the matching closing parenthesis.
fn arguments(text: &str) -> &str {
    let mut depth = 0;
    let end = text.char_indices().find(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth < 0
    });
    &text[..end.unwrap().0]
}

fn first_text(arguments: &str) -> Option<&str> {
    arguments.trim_start().strip_prefix('"')?.split('"').next()
}

/// Each `METHOD /path` in the router's table.
fn routes() -> BTreeSet<String> {
    let table = ROUTER.split("#[cfg(test)]").next().unwrap();
    let (start, end) = (table.find("let protocol").unwrap(), table.find(".nest(\"/oauth2\"").unwrap());
    let mounts: Vec<_> =
        table.match_indices(".nest(").filter_map(|(at, call)| first_text(&table[at + call.len()..])).collect();
    assert_eq!(mounts.len(), 3, "the protocol has three mounts");
    let mut routes = BTreeSet::new();
    for (at, call) in table.match_indices(".route(") {
        let arguments = arguments(&table[at + call.len()..]);
        // A computed path is an alias of one that is in the table, too.
        let Some(path) = first_text(arguments) else { continue };
        let prefixes = if (start..end).contains(&at) { mounts.as_slice() } else { &[""] };
        let methods: Vec<_> = ["get", "post", "put", "patch", "delete"]
            .into_iter()
            .filter(|method| {
                let call = format!("{method}(");
                arguments
                    .match_indices(&call)
                    .any(|(at, _)| matches!(arguments.as_bytes()[at - 1], b' ' | b'.' | b'\n'))
            })
            .collect();
        assert!(!methods.is_empty(), "no method in {arguments}");
        for prefix in prefixes {
            for method in &methods {
                routes.insert(format!("{} {prefix}{path}", method.to_uppercase()));
            }
        }
    }
    routes
}

fn described() -> (Value, BTreeSet<String>) {
    let document: Value =
        serde_json::from_slice(&Description::new(&Settings::new("https://id.example"), true).json).unwrap();
    let mut all = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        all.extend(item.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    (document, all)
}

#[test]
fn every_route_that_programs_call_is_described_and_every_description_has_its_route() {
    let mut routes = routes();
    routes.retain(|route| NOT_DESCRIBED.iter().all(|path| route.split(' ').nth(1) != Some(path)));
    assert!(routes.contains("PATCH /api/v1/oauth2/clients/{id}") && routes.contains("POST /api/oauth2/token"));
    // Parameters may have different names.
    let unnamed = |all: BTreeSet<String>| -> BTreeSet<String> {
        all.into_iter()
            .map(|route| {
                route
                    .split('/')
                    .map(|part| if part.starts_with('{') { "{}" } else { part })
                    .collect::<Vec<_>>()
                    .join("/")
            })
            .collect()
    };
    assert_eq!(unnamed(routes), unnamed(described().1));
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
        match value {
            Value::Object(all) => {
                into.extend(all.get("$ref").and_then(Value::as_str));
                all.values().for_each(|one| references(one, into));
            }
            Value::Array(all) => all.iter().for_each(|one| references(one, into)),
            _ => {}
        }
    }
    let (document, _) = described();
    let mut all = Vec::new();
    references(&document, &mut all);
    assert!(all.len() > 100);
    for reference in all {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
}

/// Pages, point 6.7.
#[test]
fn requests_list_what_is_accepted_and_mark_what_is_only_read() {
    let (document, _) = described();
    let schema = |name: &str| document["components"]["schemas"][name]["properties"].as_object().unwrap().clone();
    let put = &document["paths"]["/oauth2/register/{client_id}"]["put"]["requestBody"]["content"]["application/json"];
    assert_eq!(put["schema"]["$ref"], "#/components/schemas/ClientReplacement");
    let (new, replaced) = (schema("ClientMetadata"), schema("ClientReplacement"));
    assert!(new.keys().all(|name| replaced.contains_key(name)));
    for name in ["client_id", "client_secret"] {
        assert!(!new.contains_key(name) && replaced.contains_key(name), "{name}");
    }
    for name in
        ["client_id_issued_at", "client_secret_expires_at", "registration_access_token", "registration_client_uri"]
    {
        assert_eq!(replaced[name]["readOnly"], true, "{name}");
        assert_eq!(schema("RegisteredClient")[name]["readOnly"], true, "{name}");
    }
    let decision = schema("ConsentDecision");
    let authorize = &document["paths"]["/oauth2/authorize"]["get"]["parameters"];
    for parameter in authorize.as_array().unwrap() {
        assert!(decision.contains_key(parameter["name"].as_str().unwrap()), "{parameter}");
    }
    let required =
        |name: &str| authorize.as_array().unwrap().iter().find(|p| p["name"] == name).unwrap()["required"].clone();
    assert_eq!((&required("response_type"), &required("scope")), (&true.into(), &false.into()));
    for (name, member) in [("NewApplication", "link"), ("ApplicationChange", "created_at")] {
        assert_eq!(schema(name)[member]["readOnly"], true, "{name}");
    }
}

#[test]
fn operations_are_named_once_and_links_lead_to_them() {
    let (document, _) = described();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let operations: Vec<_> = operations.collect();
    let ids: BTreeSet<_> = operations.iter().map(|one| one["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), operations.len());
    for operation in operations {
        assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{operation}");
        for response in operation["responses"].as_object().unwrap().values() {
            for link in response["links"].as_object().into_iter().flat_map(|links| links.values()) {
                assert!(ids.contains(link["operationId"].as_str().unwrap()), "{link}");
            }
        }
    }
}
