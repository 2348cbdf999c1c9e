//! What applies to all operations of a kind, and to the server as a whole.
use crate::platform::answers::{
    self, OAuth500, OAuth503, Problem400, Problem401, Problem403, Problem404, Problem409, Problem412, Problem500,
    Problem503, refer,
};
use flows::Settings;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, Ref, RefOr, Required, ServerBuilder};

/// Tags of the operations that return OAuth errors; all others return problem details.
const OAUTH: [&str; 4] = ["oauth", "registration", "discovery", "authorization"];

/// Completes the descriptions that handlers provide.
pub fn complete(api: &mut OpenApi, settings: &Settings, secure: bool) {
    api.info.title.clone_from(&settings.brand.name);
    api.info.description = Some(
        "Sign-in, consent and tokens for applications, and their management. Errors of the management APIs are \
         `application/problem+json` (RFC 9457); OAuth endpoints answer `error` and `error_description`. Every answer \
         carries `x-request-id`."
            .to_owned(),
    );
    api.tags = Some(crate::docs::groups::tags());
    api.info.license = None;
    api.info.contact = None;
    api.servers = Some(vec![ServerBuilder::new().url(&settings.issuer).build()]);
    let components = api.components.get_or_insert_with(Components::new);
    components.responses.extend(answers::all().map(|(name, response)| (name.to_owned(), response)));
    for (name, scheme) in schemes(&crate::platform::cookie_prefix::prefix(&settings.issuer, secure)) {
        components.add_security_scheme(name, scheme);
    }
    if let Some(RefOr::T(Schema::Object(metadata))) = components.schemas.get("ClientMetadata").cloned() {
        components.schemas.insert(REPLACEMENT.to_owned(), replacement(metadata).into());
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            let is_oauth = operation.tags.iter().flatten().any(|tag| OAUTH.contains(&tag.as_str()));
            let is_oauth = is_oauth && path != "/api/oauth2/";
            conditions(operation, is_oauth);
            if path == "/oauth2/authorize" {
                hosted(operation);
            } else if is_oauth {
                refusals_of_oauth(operation);
                if path == "/oauth2/register/{client_id}" && method == HttpMethod::Put {
                    replaces(operation);
                }
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
    let session = crate::platform::cookies::Cookie::Session.name(cookies);
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
                "The client's id and secret, each form-encoded. The members `client_id` and `client_secret` of the body do the same, and so do `client_assertion` and `client_assertion_type` for clients with keys.",
            ),
        ),
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(session))),
    ]
}

/// The schema of a request to replace a registration.
const REPLACEMENT: &str = "ClientReplacement";

/// The replacement of a registration (RFC 7592 §2.2): the metadata, and the members that a client read along with it.
fn replacement(metadata: Object) -> Object {
    let text = |description: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    let read_only = |schema_type: Type| {
        let read = ObjectBuilder::new().schema_type(schema_type).read_only(true);
        read.description(Some("Only in responses; ignored in requests."))
    };
    ObjectBuilder::from(metadata)
        .description(Some("The metadata that replaces a client's (RFC 7592 §2.2)."))
        .property("client_id", text("The client's id. Another one is refused."))
        .property("client_secret", text("A secret of the client. Another one is refused."))
        .property("client_id_issued_at", read_only(Type::Integer))
        .property("client_secret_expires_at", read_only(Type::Integer))
        .property("registration_access_token", read_only(Type::String))
        .property("registration_client_uri", read_only(Type::String))
        .build()
}

fn replaces(operation: &mut Operation) {
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    for content in body.content.values_mut() {
        if let RefOr::T(content) = content {
            content.schema = Some(RefOr::Ref(Ref::from_schema_name(REPLACEMENT)));
        }
    }
}

/// The hosted pages require the response type: it has no default.
fn hosted(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && parameter.name == "response_type"
        {
            parameter.required = Required::True;
        }
    }
}

fn refusals_of_oauth(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    responses.insert("500".to_owned(), refer::<OAuth500>());
    responses.insert("503".to_owned(), refer::<OAuth503>());
}

/// The parameters and responses of every management API operation.
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

/// Describes the headers that a handler only names, and the responses that they add to a management API.
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
