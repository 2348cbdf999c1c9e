//! Handlers served at several paths.
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

/// The additional paths of an endpoint, each with a suffix for its operation ids.
const ALSO: &[(&str, &[(&str, &str)])] = &[
    ("/oauth2/token", PROTOCOL),
    ("/oauth2/device_authorization", PROTOCOL),
    ("/oauth2/revoke", PROTOCOL),
    ("/oauth2/introspect", PROTOCOL),
    ("/oauth2/userinfo", &[("/api/v1/oauth2", "v1")]),
    ("/oauth2/scopes", PROTOCOL),
    ("/oauth2/register", PROTOCOL),
    ("/oauth2/register/{client_id}", PROTOCOL),
    (
        "/.well-known/jwks.json",
        &[("/oauth2/jwks", "oauth2"), ("/api/oauth2/jwks", "api"), ("/api/v1/oauth2/jwks", "v1")],
    ),
    ("/.well-known/openid-configuration", &[("/.well-known/oauth-authorization-server", "oauth2")]),
    ("/api/oauth2/", &[("/api/oauth2", "api")]),
    ("/api/oauth2/authorize", &[("/api/v1/oauth2/authorize", "v1")]),
    ("/api/oauth2/consent", &[("/api/v1/oauth2/consent", "v1")]),
];

/// The prefixes that replace `/oauth2`.
const PROTOCOL: &[(&str, &str)] = &[("/api/oauth2", "api"), ("/api/v1/oauth2", "v1")];

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// Gives an operation and the targets of its links the suffix, and refers to the first.
fn rename(operation: &mut Operation, first: &str, suffix: &str) {
    let named = |id: &str| format!("{id}_{suffix}");
    operation.operation_id = operation.operation_id.as_deref().map(named);
    operation.description = Some(format!("The same as `{first}`."));
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        for link in response.links.values_mut() {
            if let RefOr::T(link) = link {
                link.operation_id = named(&link.operation_id);
            }
        }
    }
}

/// The additional paths of an endpoint.
pub fn places(path: &str) -> impl Iterator<Item = (String, &'static str)> {
    let found = ALSO.iter().find(|(first, _)| *first == path);
    found.into_iter().flat_map(|(first, others)| {
        others.iter().map(|(place, suffix)| match first.strip_prefix("/oauth2") {
            Some(rest) => (format!("{place}{rest}"), *suffix),
            None => ((*place).to_owned(), *suffix),
        })
    })
}

/// Adds the additional paths of each endpoint.
pub fn mount(api: &mut OpenApi) {
    for (first, _) in ALSO {
        let Some(item) = api.paths.paths.get(*first).cloned() else { continue };
        for (path, suffix) in places(first) {
            let mut item = item.clone();
            operations(&mut item).for_each(|operation| rename(operation, first, suffix));
            api.paths.paths.insert(path, item);
        }
    }
}
