//! The served description is complete, and nothing in it leads nowhere.
use super::Description;
use flows::Settings;
use serde_json::Value;
use std::collections::BTreeSet;

fn described() -> Value {
    let description = Description::new(crate::router::described(), &Settings::new("https://id.example"), true);
    serde_json::from_slice(&description.json).unwrap()
}

#[test]
fn an_endpoint_at_several_paths_is_described_at_each() {
    let document = described();
    let paths = document["paths"].as_object().unwrap();
    for (first, others) in [
        (
            "/oauth2/register/{client_id}",
            ["/api/oauth2/register/{client_id}", "/api/v1/oauth2/register/{client_id}"].as_slice(),
        ),
        ("/.well-known/jwks.json", &["/oauth2/jwks", "/api/oauth2/jwks", "/api/v1/oauth2/jwks"]),
        ("/api/oauth2/consent", &["/api/v1/oauth2/consent"]),
    ] {
        for other in others {
            assert!(paths[first].as_object().unwrap().keys().eq(paths[*other].as_object().unwrap().keys()), "{other}");
            for operation in paths[*other].as_object().unwrap().values() {
                assert_eq!(operation["description"], format!("The same as `{first}`."));
            }
        }
    }
    assert!(!document.to_string().contains(crate::platform::mounts::ALSO_AT), "only for the server itself");
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
    let document = described();
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
    let document = described();
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
    let document = described();
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
