//! `countersign client`.
use crate::cli::{Client as Command, TrustName};
use crate::new_client::new_client;
use crate::output;
use crate::session::{Session, workspace_id};
use anyhow::bail;
use domain::client::{Client, ClientType, Trust};
use domain::{ClientId, ScopeSet};
use flows::applications::{self, Created};
use serde_json::{Value, json};
use store::Page;

fn shown(client: &Client) -> Value {
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

pub async fn run(session: Session, command: Command) -> anyhow::Result<()> {
    let (app, ctx) = (&session.app, &session.ctx);
    match command {
        Command::Create { name, kind, redirect_uris, scope, trust, workspace, internal, pkce_exempt } => {
            let catalogue = &app.settings().catalogue;
            let scopes = match scope {
                Some(text) => ScopeSet::parse(&text)?,
                None => catalogue.default_scopes(),
            };
            if let Some(unknown) = scopes.iter().find(|name| catalogue.scope(name).is_none()) {
                bail!("the scope `{unknown}` is not declared");
            }
            let trust = match trust {
                TrustName::FirstParty => Trust::FirstParty,
                TrustName::Verified => Trust::Verified,
                TrustName::Unverified => Trust::Unverified,
            };
            let mut client = new_client(&name, kind, redirect_uris, scopes, trust)?;
            client.config.default_sub_type = app.settings().default_sub_type;
            client.config.internal = internal;
            if pkce_exempt && client.client_type == ClientType::Public {
                bail!("a public client cannot go without PKCE");
            }
            client.config.pkce_exempt = pkce_exempt;
            client.owner_workspace_id = workspace.as_deref().map(workspace_id).transpose()?;
            let Created { client, secret, .. } = applications::create(app, ctx, client).await?;
            let mut value = shown(&client);
            value["client_secret"] = secret.as_ref().map(|s| s.expose().to_owned()).into();
            output::show(session.json, &value, |v| {
                let secret = v["client_secret"]
                    .as_str()
                    .map(|s| format!("\nclient_secret (shown once): {s}"))
                    .unwrap_or_default();
                format!("client_id: {}{secret}", client.id)
            })?;
        }
        Command::SetRedirectUris { client_id, redirect_uris } => {
            let id = ClientId::parse(&client_id)?;
            if !applications::set_redirect_uris(app, ctx, &id, redirect_uris.clone()).await? {
                bail!("no client has this id, or a redirect URI is not acceptable for it");
            }
            output::show(session.json, &json!({"client_id": id, "redirect_uris": redirect_uris}), |_| {
                "done".to_owned()
            })?;
        }
        Command::List => {
            let all = applications::list(app, ctx, Page::default()).await?;
            let items: Vec<_> = all.items.iter().map(shown).collect();
            output::show(session.json, &json!({"items": items, "total": all.total}), |_| {
                all.items.iter().map(|c| format!("{} {}", c.id, c.name)).collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::RotateSecret { client_id, overlap } => {
            let id = ClientId::parse(&client_id)?;
            let Some(secret) = applications::rotate_secret(app, ctx, &id, overlap).await? else {
                bail!("no confidential client has this id");
            };
            let value = json!({"client_id": id, "client_secret": secret.expose()});
            output::show(session.json, &value, |_| format!("client_secret (shown once): {}", secret.expose()))?;
        }
        Command::Delete { client_id } => {
            if !applications::delete(app, ctx, &ClientId::parse(&client_id)?).await? {
                bail!("no client has this id");
            }
            output::show(session.json, &json!({"deleted": true}), |_| "done".to_owned())?;
        }
    }
    session.close().await
}
