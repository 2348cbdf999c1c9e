//! Applications as their owners manage them, in the words of references 002 and 004. The members come from the tables
//! that the code itself reads and writes by.
use domain::clients::api::{CAMEL, ClientApiNames, LONGEST, Member, SNAKE};
use domain::clients::keys::AcceptedAlg;
use serde_json::json;
use std::borrow::Cow;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description))
}

fn number(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).description(Some(description))
}

fn url(description: &str) -> ObjectBuilder {
    text(description).max_length(Some(2048))
}

fn time(description: &str) -> ObjectBuilder {
    text(description).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
}

fn list(description: &str) -> Schema {
    let items = ObjectBuilder::new().schema_type(Type::String);
    ArrayBuilder::new().items(items).max_items(Some(32)).description(Some(description)).into()
}

/// A client's keys, with all that keys can have (RFC 7517 §4).
fn key_set() -> ObjectBuilder {
    let open = |said: &str| {
        let member = ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some(said));
        let members = AdditionalProperties::RefOr(RefOr::T(Schema::Object(member.build())));
        ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(members))
    };
    let key = open("A member of RFC 7517 §4 or RFC 7518 §6; none of a private or symmetric key.");
    open("Further members are kept.").property("keys", ArrayBuilder::new().items(key)).required("keys")
}

/// What the member called so by RFC 7591 says.
fn property(dialect: &ClientApiNames, rfc: &str) -> Schema {
    if let Some((_, longest)) = LONGEST.iter().find(|(name, _)| *name == rfc) {
        return number("Seconds; without it, as long as the server has it.")
            .minimum(Some(1))
            .maximum(Some(i32::try_from(*longest).unwrap_or(i32::MAX)))
            .into();
    }
    match rfc {
        "client_name" => text("None of its characters is invisible.").min_length(Some(1)).max_length(Some(100)).into(),
        "description" => text("None of its characters is invisible.").max_length(Some(1000)).into(),
        "client_uri" => url("The application's own page, an https URL.").into(),
        "logo_uri" => url("Its picture, an https URL.").into(),
        "tos_uri" => url("Its terms, an https URL.").into(),
        "policy_uri" => url("Its privacy policy, an https URL.").into(),
        "client_type" => {
            text("Whether it can keep a secret.").enum_values(Some(dialect.types().map(Cow::Borrowed))).into()
        }
        "redirect_uris" => list("Where authorization may end: https, or http on loopback, or a private-use scheme."),
        "post_logout_redirect_uris" => list("Where signing out may end."),
        "grant_types" => list(
            "`authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code`.",
        ),
        "response_types" => list("`code`, or nothing."),
        "scope" => {
            let items = ObjectBuilder::new().schema_type(Type::String);
            ArrayBuilder::new().items(items).description(Some("The scopes that it may ask for.")).into()
        }
        "project_id" => text("Whatever its owner files it under.").max_length(Some(2048)).into(),
        "allowed_user_ids" => list("The only users who may allow it anything; everybody where the list is empty."),
        "default_sub_type" => {
            text("What its tokens speak for when it does not say.").enum_values(Some(["workspace", "user"])).into()
        }
        "token_endpoint_auth_method" => text(
            "`client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`; null: its secret may come in the header or in the body.",
        )
        .into(),
        "jwks" => key_set().description(Some("For `private_key_jwt`: the public keys (RFC 7517 §5).")).into(),
        "jwks_uri" => url("For `private_key_jwt`, in place of the keys: an https URL that answers with them.").into(),
        "token_endpoint_auth_signing_alg" => {
            let algs = AcceptedAlg::KNOWN.map(AcceptedAlg::as_str).join(", ");
            text(&format!(
                "For `private_key_jwt`: the only algorithm that assertions may be signed with ({algs}); null: any that fits the key."
            ))
            .into()
        }
        "access_token_format" => text("The form of its access tokens.").enum_values(Some(["opaque", "jwt"])).into(),
        "id_token_claims" => ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Whether the ID token carries the claims of the scopes, too; null: as the server is set."))
            .into(),
        "require_pkce" => ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .description(Some("Whether it must use PKCE although it has a secret. Public clients always must."))
            .into(),
        _ => ObjectBuilder::new().schema_type(SchemaType::AnyValue).into(),
    }
}

/// The same, or `null`.
fn or_null(schema: Schema) -> Schema {
    let both = |schema_type: SchemaType| match schema_type {
        SchemaType::Type(one) => SchemaType::from_iter([one, Type::Null]),
        other => other,
    };
    match schema {
        Schema::Object(mut object) => {
            object.schema_type = both(object.schema_type);
            Schema::Object(object)
        }
        Schema::Array(mut array) => {
            array.schema_type = both(array.schema_type);
            Schema::Array(array)
        }
        other => other,
    }
}

/// What a request may say. `all_required` holds for a new one.
fn request(dialect: &ClientApiNames, is_new: bool, description: &str) -> ObjectBuilder {
    let mut object = ObjectBuilder::new().description(Some(description));
    for Member { name, rfc, nullable, required } in dialect.members() {
        let schema = property(dialect, rfc);
        object = object.property(name, if nullable { or_null(schema) } else { schema });
        if is_new && required {
            object = object.required(name);
        }
    }
    for name in dialect.echoed() {
        let echo = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
        object =
            object.property(*name, echo.read_only(true).description(Some("Only in responses; ignored in requests.")));
    }
    object.additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

fn snake(description: &str) -> ObjectBuilder {
    let mut object = ObjectBuilder::new().description(Some(description));
    object = object.property("id", text("The client id.")).required("id");
    for Member { name, rfc, .. } in SNAKE.members() {
        let schema = property(&SNAKE, rfc);
        let (nullable, required) = match name {
            "icon" => (true, true),
            "project_id"
            | "token_endpoint_auth_method"
            | "jwks"
            | "jwks_uri"
            | "token_endpoint_auth_signing_alg"
            | "id_token_claims" => (false, false),
            _ => (false, !name.ends_with("_seconds")),
        };
        object = object.property(name, if nullable { or_null(schema) } else { schema });
        if required {
            object = object.required(name);
        }
    }
    object
        .property("org_id", text("The workspace that it belongs to."))
        .property("internal", ObjectBuilder::new().schema_type(Type::Boolean).description(Some("It needs no consent.")))
        .required("internal")
        .property("created_at", time("When it was made."))
        .required("created_at")
        .property("updated_at", time("When it was last changed."))
        .required("updated_at")
}

fn camel() -> ObjectBuilder {
    let mut object = ObjectBuilder::new().description(Some("An application."));
    object = object.property("clientId", text("The client id.")).required("clientId");
    for Member { name, rfc, nullable, .. } in CAMEL.members() {
        let schema = property(&CAMEL, rfc);
        object = object.property(name, if nullable { or_null(schema) } else { schema }).required(name);
    }
    object
        .property("workspaceId", or_null(text("The workspace that it belongs to.").into()))
        .required("workspaceId")
        .property("createdAt", time("When it was made."))
        .required("createdAt")
        .property("updatedAt", time("When it was last changed."))
        .required("updatedAt")
        .property("clientSecret", text("Shown when it is made, and never again."))
}

macro_rules! schemas {
    ($($(#[$doc:meta])* $name:ident => $schema:expr;)*) => {
        $($(#[$doc])*
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                RefOr::T(Schema::Object($schema.build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        })*
    };
}

schemas! {
    ClientKeySet => key_set().description(Some("A client's public keys (RFC 7517 §5)."));
    NewApplication => request(&SNAKE, true, "A new application.").examples([json!({
        "name": "Ledger Sync", "description": "Keeps ledgers in step", "homepage_url": "https://ledger.example",
        "redirect_uris": ["https://ledger.example/callback"], "scopes": ["openid", "profile"]
    })]);
    ApplicationChange => request(&SNAKE, false, "What changes; everything else stays.")
        .examples([json!({"name": "Ledger Sync 2"})]);
    Application => snake("An application.");
    ApplicationInUse => snake("An application, and how it is used.")
        .property("user_count", number("People who allowed it something."))
        .required("user_count")
        .property("last_activity", or_null(time("When it last used a token.").into()))
        .required("last_activity")
        .property("link", url("Where to read it."))
        .required("link");
    NewClient => request(&CAMEL, true, "A new application.").examples([json!({
        "name": "Ledger Sync", "type": "CONFIDENTIAL", "redirectUris": ["https://ledger.example/callback"],
        "allowedScopes": ["openid", "profile"]
    })]);
    ClientChange => request(&CAMEL, false, "What changes; everything else stays.")
        .examples([json!({"name": "Ledger Sync 2"})]);
    Client => camel();
}

/// An application that was made or changed.
#[derive(ToSchema)]
pub struct ApplicationAnswer {
    client: Application,
    /// Where a new one was made; shown this once.
    #[schema(nullable = false)]
    client_secret: Option<String>,
}

/// A page of the workspace's applications.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct Clients {
    items: Vec<Client>,
    pagination: CamelPagination,
}

/// How many there are in all.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
pub struct CamelPagination {
    total_count: i64,
    max_page: i64,
}
