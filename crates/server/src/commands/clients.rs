//! `countersign client`: create, inspect and delete clients.
use super::registration::{everything, protocol as protocol_members, shown, update};
use super::usage;
use crate::cli::{Client as Command, Kind, OwnerName, Pages, TrustName};
use crate::output;
use crate::session::{NO_CLIENT, Session, client_id, said_of, workspace_id};
use anyhow::{Context as _, bail};
use domain::clients::Trust;
use domain::clients::api::SNAKE;
use domain::{ScopeSet, Secret};
use flows::Failure;
use flows::unguarded::activity::{self, ClientOwner};
use flows::unguarded::applications::{self, Created, NewClient};
use flows::unguarded::change;
use serde_json::{Value, json};

const fn trust_of(name: TrustName) -> Trust {
    match name {
        TrustName::FirstParty => Trust::FirstParty,
        TrustName::Verified => Trust::Verified,
        TrustName::Unverified => Trust::Unverified,
    }
}

fn done(session: &Session, value: &Value) -> anyhow::Result<()> {
    output::show(session.json, value, |_| "done".to_owned())
}

pub async fn run(session: Session, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create { .. } => create(&session, command).await?,
        Command::Show { client_id: id } => show(&session, &id).await?,
        Command::Update { client_id, changes } => update(&session, &client_id, *changes).await?,
        Command::SetRedirectUris { client_id: id, redirect_uris } => {
            let id = client_id(&id)?;
            if !applications::set_redirect_uris(&session.app, &session.ctx, &id, redirect_uris.clone()).await? {
                bail!("no client has this id, or a redirect URI is not acceptable for it");
            }
            done(&session, &json!({"client_id": id, "redirect_uris": redirect_uris}))?;
        }
        Command::Trust { client_id: id, trust } => {
            let (id, trust) = (client_id(&id)?, trust_of(trust));
            match applications::set_trust(&session.app, &session.ctx, &id, trust).await? {
                Some(true) => done(&session, &json!({"client_id": id, "trust": trust}))?,
                Some(false) => bail!("the client was changed meanwhile; try again"),
                None => bail!(NO_CLIENT),
            }
        }
        Command::Assign { client_id: id, owner } => assign(&session, &id, &owner).await?,
        Command::Disable { client_id } => set_disabled(&session, &client_id, true).await?,
        Command::Enable { client_id } => set_disabled(&session, &client_id, false).await?,
        Command::List { workspace, owner, pages } => list(&session, workspace, owner, pages).await?,
        Command::RotateSecret { client_id: id, overlap } => {
            let id = client_id(&id)?;
            let Some(secret) = applications::rotate_secret(&session.app, &session.ctx, &id, overlap).await? else {
                bail!("no client with a secret has this id");
            };
            let value = json!({"client_id": id, "client_secret": secret.expose()});
            output::show(session.json, &value, |_| format!("client_secret (shown once): {}", secret.expose()))?;
        }
        Command::Users { client_id, pages } => usage::users(&session, &client_id, pages).await?,
        Command::RevokeUser { client_id, user } => usage::revoke_user(&session, &client_id, &user).await?,
        Command::RevokeAll { client_id } => usage::revoke_all(&session, &client_id).await?,
        Command::Activity { client_id: Some(id), days, .. } => usage::activity(&session, &id, days).await?,
        Command::Activity { client_id: None, workspace, days, after } => {
            let workspace = workspace.context("a client or a workspace must be named")?;
            usage::activity_of_all(&session, &workspace, days, after.as_deref()).await?;
        }
        Command::Delete { client_id: id } => {
            if !applications::delete(&session.app, &session.ctx, &client_id(&id)?).await? {
                bail!(NO_CLIENT);
            }
            done(&session, &json!({"deleted": true}))?;
        }
    }
    session.close().await
}

async fn create(session: &Session, command: Command) -> anyhow::Result<()> {
    let Command::Create { name, kind, redirect_uris, scope, trust, owner, internal, protocol } = command else {
        return Ok(());
    };
    let (app, ctx) = (&session.app, &session.ctx);
    let catalogue = &app.settings().catalogue;
    let scopes = match scope {
        Some(text) => ScopeSet::parse(&text)?,
        None => catalogue.default_scopes(),
    };
    if let Some(unknown) = scopes.iter().find(|name| catalogue.scope(name).is_none()) {
        bail!("the scope `{unknown}` is not declared");
    }
    if redirect_uris.is_empty() && kind != Kind::Machine {
        bail!("at least one --redirect-uri is required");
    }
    let schemes = &app.settings().registration.private_schemes;
    let mut client = NewClient::of_kind(&name, kind.into(), redirect_uris, scopes, trust_of(trust), schemes)?;
    client.config.default_sub_type = app.settings().default_sub_type;
    client.config.internal = internal;
    match named(session, &owner).await? {
        Some(ClientOwner::Workspace(id)) => client.owner_workspace_id = Some(id),
        Some(ClientOwner::User(id)) => client.owner_user_id = Some(id),
        None => {}
    }
    let adjusted = change::adjusted(app, ctx, &SNAKE, &client, &protocol_members(*protocol).collect());
    let client = adjusted.map_err(|refusal| said_of(Failure::Refused(refusal)))?;
    let Created { client, secret, .. } = applications::create(app, ctx, client).await?;
    let mut value = shown(&client);
    value["client_secret"] = secret.as_ref().map(|s| s.expose().to_owned()).into();
    output::show(session.json, &value, |_| {
        let shown_once = |s: &Secret| format!("\nclient_secret (shown once): {}", s.expose());
        format!("client_id: {}{}", client.id, secret.as_ref().map(shown_once).unwrap_or_default())
    })
}

/// Looks up the named owner. Returns `None` if it does not exist.
async fn named(session: &Session, owner: &OwnerName) -> anyhow::Result<Option<ClientOwner>> {
    match owner {
        OwnerName { workspace: Some(id), .. } => {
            let id = workspace_id(id)?;
            let there = flows::unguarded::workspaces::workspace(&session.app, id).await?;
            there.with_context(|| format!("no workspace has the id {id}"))?;
            Ok(Some(ClientOwner::Workspace(id)))
        }
        OwnerName { user: Some(user), .. } => Ok(Some(ClientOwner::User(session.user_id(user).await?))),
        _ => Ok(None),
    }
}

async fn assign(session: &Session, id: &str, owner: &OwnerName) -> anyhow::Result<()> {
    let (id, owner) = (client_id(id)?, named(session, owner).await?);
    match applications::set_owner(&session.app, &session.ctx, &id, owner).await? {
        Some(true) => {
            let (workspace, user) = match owner {
                Some(ClientOwner::Workspace(id)) => (Some(id), None),
                Some(ClientOwner::User(id)) => (None, Some(id)),
                None => (None, None),
            };
            done(session, &json!({"client_id": id, "owner_workspace_id": workspace, "owner_user_id": user}))
        }
        Some(false) => bail!("the client was changed meanwhile; try again"),
        None => bail!(NO_CLIENT),
    }
}

async fn show(session: &Session, id: &str) -> anyhow::Result<()> {
    let client = applications::find(&session.app, &session.ctx, &client_id(id)?).await?.context(NO_CLIENT)?;
    let stats = activity::stats_of(&session.app, &client.id).await?;
    output::show(session.json, &everything(&client, &stats)?, |all| {
        let members = all.as_object().into_iter().flatten();
        let members = members.filter(|(_, value)| !value.is_null());
        members.map(|(name, value)| format!("{name}: {}", output::plain(value))).collect::<Vec<_>>().join("\n")
    })
}

async fn set_disabled(session: &Session, id: &str, disabled: bool) -> anyhow::Result<()> {
    let id = client_id(id)?;
    if !applications::set_disabled(&session.app, &session.ctx, &id, disabled).await? {
        bail!(NO_CLIENT);
    }
    done(session, &json!({"client_id": id, "disabled": disabled}))
}

async fn list(session: &Session, workspace: Option<String>, owner: Option<String>, pages: Pages) -> anyhow::Result<()> {
    let owner = match (workspace, owner) {
        (Some(workspace), _) => Some(ClientOwner::Workspace(workspace_id(&workspace)?)),
        (None, Some(email)) => Some(ClientOwner::User(session.user(&email).await?.id)),
        (None, None) => None,
    };
    let all = match owner {
        Some(owner) => applications::list_of(&session.app, &session.ctx, owner, pages.page()).await?,
        None => applications::list(&session.app, &session.ctx, pages.page()).await?,
    };
    let items: Vec<_> = all.items.iter().map(shown).collect();
    output::show(session.json, &json!({"items": items, "total": all.total}), |_| {
        all.items.iter().map(|c| format!("{} {}", c.id, c.name)).collect::<Vec<_>>().join("\n")
    })
}
