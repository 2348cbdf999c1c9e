//! A client's registration, shown and changed.
use crate::cli::{Changes, Lifetime, Protocol, Switch, TypeName};
use crate::output;
use crate::session::{Session, said_of};
use anyhow::bail;
use domain::Timestamp;
use domain::clients::api::SNAKE;
use domain::clients::{Client, ClientSecret};
use flows::unguarded::activity::ClientStats;
use flows::unguarded::{applications, change};
use serde_json::{Map, Value, json};

/// A client as shown in lists.
pub fn shown(client: &Client) -> Value {
    json!({
        "client_id": client.id,
        "name": client.name,
        "client_type": client.client_type,
        "token_endpoint_auth_method": client.auth_method,
        "trust": client.trust,
        "redirect_uris": client.config.redirect_uris,
        "scope": client.config.scopes,
        "disabled": client.disabled_at.is_some(),
        "deleted": client.deleted_at.is_some(),
        "created_at": client.created_at.rfc3339(),
    })
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::rfc3339)
}

/// A client secret's metadata, without the secret.
fn secret(secret: &ClientSecret) -> Value {
    json!({
        "id": secret.id,
        "hint": secret.hint,
        "created_at": secret.created_at.rfc3339(),
        "expires_at": time(secret.expires_at),
        "last_used_at": time(secret.last_used_at),
    })
}

/// Everything about a client, using the names of the management API.
pub fn everything(client: &Client, stats: &ClientStats) -> anyhow::Result<Value> {
    let mut all = shown(client);
    if let (Value::Object(members), Value::Object(config)) = (&mut all, serde_json::to_value(&client.config)?) {
        members.extend(config);
        for name in ["client_uri", "logo_uri", "keys"] {
            // Already included as `homepage_url`, `icon` and `jwks`.
            members.remove(name);
        }
        members.extend(SNAKE.show(client));
    }
    all["owner_workspace_id"] = json!(client.owner_workspace_id);
    all["owner_user_id"] = json!(client.owner_user_id);
    all["self_managed"] = client.registration_token_hash.is_some().into();
    all["revision"] = client.revision.into();
    all["updated_at"] = client.updated_at.rfc3339().into();
    all["last_used_at"] = json!(time(client.last_used_at));
    all["disabled_at"] = json!(time(client.disabled_at));
    all["deleted_at"] = json!(time(client.deleted_at));
    all["user_count"] = stats.user_count.into();
    all["last_activity"] = json!(time(stats.last_access_at));
    all["secrets"] = client.secrets.iter().map(secret).collect();
    Ok(all)
}

/// A list without empty strings: a single empty string clears it.
fn list(mut items: Vec<String>) -> Value {
    items.retain(|item| !item.is_empty());
    json!(items)
}

/// A string, or null if it is empty, which clears the value.
fn text(text: String) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

/// The changes as a request body of the management API.
async fn body(session: &Session, changes: Changes) -> anyhow::Result<Map<String, Value>> {
    let allowed = match changes.allowed_users {
        None => None,
        Some(users) => {
            let mut ids = Vec::new();
            for user in users.iter().filter(|user| !user.is_empty()) {
                ids.push(session.user_id(user).await?);
            }
            Some(json!(ids))
        }
    };
    let given = [
        ("name", changes.name.map(Value::from)),
        ("description", changes.description.map(Value::from)),
        ("homepage_url", changes.homepage.map(Value::from)),
        ("icon", changes.icon.map(text)),
        (
            "client_type",
            changes.client_type.map(|name| match name {
                TypeName::Confidential => "confidential".into(),
                TypeName::Public => "public".into(),
            }),
        ),
        ("redirect_uris", changes.redirect_uris.map(list)),
        ("post_logout_redirect_uris", changes.post_logout_redirect_uris.map(list)),
        ("grant_types", changes.grant_types.map(list)),
        ("scopes", changes.scope.map(|names| json!(names.split_whitespace().collect::<Vec<_>>()))),
        ("allowed_user_ids", allowed),
        ("project_id", changes.project.map(text)),
    ];
    Ok(named(given).chain(protocol(changes.protocol)).collect())
}

fn named<const N: usize>(given: [(&'static str, Option<Value>); N]) -> impl Iterator<Item = (String, Value)> {
    given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

/// The client authentication and token settings, using the names of the management API.
pub fn protocol(protocol: Protocol) -> impl Iterator<Item = (String, Value)> {
    let lifetime = |Lifetime(seconds)| json!(seconds);
    let method = |name: String| if name == "any" { Value::Null } else { name.into() };
    named([
        ("token_endpoint_auth_method", protocol.auth_method.map(method)),
        ("jwks", protocol.jwks),
        ("jwks_uri", protocol.jwks_uri.map(Value::from)),
        ("token_endpoint_auth_signing_alg", protocol.auth_signing_alg.map(method)),
        ("default_sub_type", protocol.sub_type.map(|name| name.as_str().into())),
        ("access_token_format", protocol.token_format.map(|name| name.as_str().into())),
        ("require_pkce", protocol.require_pkce.map(Value::from)),
        ("id_token_claims", protocol.id_token_claims.map(|Switch(on)| json!(on))),
        ("access_token_lifetime_seconds", protocol.access_token_lifetime.map(lifetime)),
        ("refresh_token_lifetime_seconds", protocol.refresh_token_lifetime.map(lifetime)),
        ("id_token_lifetime_seconds", protocol.id_token_lifetime.map(lifetime)),
    ])
}

/// `client update`.
pub async fn update(session: &Session, id: &str, changes: Changes) -> anyhow::Result<()> {
    let (client, internal) = (session.client(id).await?, changes.internal);
    let body = body(session, changes).await?;
    if body.is_empty() && internal.is_none() {
        bail!("nothing to change: see `countersign client update --help`");
    }
    let mut changed = change::apply(&session.app, &session.ctx, &SNAKE, client, &body, true).await.map_err(said_of)?;
    if let Some(internal) = internal {
        if !applications::set_internal(&session.app, &session.ctx, &changed.client.id, internal).await? {
            bail!("the client was changed meanwhile; try again");
        }
        changed.client.config.internal = internal;
    }
    let mut value = shown(&changed.client);
    if let Value::Object(members) = &mut value {
        members.extend(SNAKE.show(&changed.client));
    }
    let secret = changed.secret.as_ref().map(|secret| secret.expose().to_owned());
    if let Some(secret) = &secret {
        value["client_secret"] = secret.as_str().into();
    }
    output::show(session.json, &value, |_| match secret {
        Some(secret) => format!("client_secret (shown once): {secret}"),
        None => "done".to_owned(),
    })
}
