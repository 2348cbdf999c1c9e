//! What holds for all operations of a kind, and for the server as a whole.
use super::answers::{self, OAuth500, OAuth503, refer};
use super::answers::{Problem400, Problem401, Problem403, Problem404, Problem409, Problem412, Problem500, Problem503};
use flows::Settings;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr, Required, ServerBuilder};

/// Tags of the operations that answer OAuth errors; all others answer problems.
const OAUTH: [&str; 4] = ["oauth", "registration", "discovery", "authorization"];

/// Completes what the handlers say of themselves.
pub fn complete(api: &mut OpenApi, settings: &Settings, secure: bool) {
    api.info.title.clone_from(&settings.brand.name);
    api.info.description = Some(
        "Sign-in, consent and tokens for applications, and their management. Errors of the management APIs are \
         `application/problem+json` (RFC 9457); OAuth endpoints answer `error` and `error_description`. Every answer \
         carries `x-request-id`."
            .to_owned(),
    );
    api.tags = Some(super::groups::tags());
    api.info.license = None;
    api.info.contact = None;
    api.servers = Some(vec![ServerBuilder::new().url(&settings.issuer).build()]);
    let components = api.components.get_or_insert_with(Components::new);
    components.responses.extend(answers::all().map(|(name, response)| (name.to_owned(), response)));
    for (name, scheme) in schemes(&crate::cookies::prefix(&settings.issuer, secure)) {
        components.add_security_scheme(name, scheme);
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            let is_oauth = operation.tags.iter().flatten().any(|tag| OAUTH.contains(&tag.as_str()));
            let is_oauth = is_oauth && path != "/api/oauth2/";
            conditions(operation, is_oauth);
            if is_oauth {
                refusals_of_oauth(operation);
            } else {
                manage(path, operation);
            }
            if path.ends_with("/userinfo") && method == HttpMethod::Post {
                operation.operation_id = operation.operation_id.as_deref().map(|id| format!("{id}_post"));
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let all = [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Delete, &mut item.delete),
        (HttpMethod::Patch, &mut item.patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn schemes(cookies: &str) -> [(&'static str, SecurityScheme); 3] {
    let http = |scheme, description: &str| {
        SecurityScheme::Http(HttpBuilder::new().scheme(scheme).description(Some(description)).build())
    };
    let session = crate::cookies::Cookie::Session.name(cookies);
    let session = ApiKeyValue::with_description(
        session,
        "A signed-in browser. Whatever changes something must come from a page of this server.".to_owned(),
    );
    [
        (
            "bearer",
            http(HttpAuthScheme::Bearer, "An API key, a personal access token, or an access token with the scopes."),
        ),
        (
            "client",
            http(
                HttpAuthScheme::Basic,
                "The client's id and secret, each form-encoded. The members `client_id` and `client_secret` of the body do the same.",
            ),
        ),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(session))),
    ]
}

fn refusals_of_oauth(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    responses.insert("500".to_owned(), refer::<OAuth500>());
    responses.insert("503".to_owned(), refer::<OAuth503>());
}

/// What every operation of the management APIs takes and answers.
fn manage(path: &str, operation: &mut Operation) {
    let mut put = |status: &str, response| {
        operation.responses.responses.insert(status.to_owned(), response);
    };
    put("400", refer::<Problem400>());
    put("401", refer::<Problem401>());
    put("403", refer::<Problem403>());
    put("500", refer::<Problem500>());
    put("503", refer::<Problem503>());
    if path.contains('{') {
        put("404", refer::<Problem404>());
    }
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(RefOr::T(header(
        "Countersign-Workspace",
        "The workspace to act in, for people who belong to several. The query parameter `workspace` does the same.",
        "^wsp_[0-9a-z]{26}$",
    )));
}

/// Describes the headers that a handler only names, and what a management API answers because of them.
fn conditions(operation: &mut Operation, is_oauth: bool) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        match parameter.name.as_str() {
            "Idempotency-Key" => {
                *parameter = header(
                    "Idempotency-Key",
                    "Names this very request: sent again within a day, it is answered as before and not done again.",
                    "^[!-~]{1,255}$",
                );
                operation.responses.responses.insert("409".to_owned(), refer::<Problem409>());
            }
            "If-Match" => {
                *parameter =
                    header("If-Match", "The `ETag` that was read: change nothing else.", "^(\\*|\"r[0-9]{1,18}\")$");
                if !is_oauth {
                    operation.responses.responses.insert("412".to_owned(), refer::<Problem412>());
                }
            }
            _ => {}
        }
    }
}

fn header(name: &str, description: &str, pattern: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}
