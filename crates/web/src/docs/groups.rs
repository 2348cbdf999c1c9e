//! The groups of API operations.
use serde_json::Value;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::tag::{Tag, TagBuilder};

/// Each group's tag, its title, and its description.
const GROUPS: &[(&str, &str, &str)] = &[
    ("discovery", "Discovery", "What a client reads first."),
    ("authorization", "Authorization", "Authorization for programs. People are sent to the page `/oauth2/authorize`."),
    ("oauth", "Tokens", "Tokens, and what they are good for."),
    ("registration", "Registration", "Clients that register themselves (RFC 7591, RFC 7592)."),
    ("applications", "Applications", "Applications of a workspace: their secrets, their users, their activity."),
    ("applications-camel", "Applications in camel case", "The same applications in camel case."),
    ("consents", "Consents", "What the signed-in person allowed applications."),
    ("scopes", "Scopes", "What can be asked for."),
    ("members", "Members", "The people of a workspace."),
    ("credentials", "Keys and tokens", "API keys of a workspace, and personal access tokens."),
    ("users", "Users", "Accounts, for the operator."),
    ("webhooks", "Webhooks", "Where events are sent, and what became of them."),
    ("audit", "Audit log", "Who did what to whom, and from where."),
    ("keys", "Signing keys", "The signing keys of the server."),
];

/// The member for a group's display name. `OpenAPI` 3.1 does not define one, but tools look for this one.
pub const TITLE: &str = "x-displayName";

pub fn tags() -> Vec<Tag> {
    let tag = |(name, title, description): &(&str, &str, &str)| {
        let extensions = ExtensionsBuilder::new().add(TITLE, Value::from(*title)).build();
        TagBuilder::new().name(*name).description(Some(*description)).extensions(Some(extensions)).build()
    };
    GROUPS.iter().map(tag).collect()
}
