//! `countersign user`.
use crate::cli::User as Command;
use crate::output;
use crate::session::{Session, client_id, said, workspace_id};
use anyhow::{Context as _, bail};
use domain::account::User;
use flows::unguarded::accounts::{self, NewUser};
use flows::unguarded::consents::{self, AllowedApp};
use flows::unguarded::profile::{self, ProfileChange};
use flows::unguarded::workspaces;
use serde_json::{Value, json};

fn shown(user: &User) -> Value {
    json!({"id": user.id, "email": user.email, "name": user.name, "operator": user.is_operator, "disabled": !user.is_active(), "created_at": user.created_at.rfc3339()})
}

pub async fn run(session: Session, command: Command) -> anyhow::Result<()> {
    let (app, ctx, as_json) = (&session.app, &session.ctx, session.json);
    match command {
        Command::Create { email, name, password_stdin, operator } => {
            let (password, show) = session.password(password_stdin)?;
            let new = NewUser { name: &name, email: &email, password: Some(&password), operator };
            let user = accounts::create_user(app, ctx, new).await.map_err(said)?;
            let mut value = shown(&user);
            if show {
                value["password"] = password.expose().into();
            }
            output::show(as_json, &value, |v| {
                let password =
                    v["password"].as_str().map(|p| format!("\npassword (shown once): {p}")).unwrap_or_default();
                format!("{} {}{password}", user.id, user.email)
            })?;
        }
        Command::Show { email } => show(&session, &email).await?,
        Command::Rename { email, name } => {
            change(&session, &email, ProfileChange { name: Some(&name), ..ProfileChange::default() }).await?;
        }
        Command::ChangeEmail { email, new_email } => {
            change(&session, &email, ProfileChange { email: Some(&new_email), ..ProfileChange::default() }).await?;
        }
        Command::VerifyEmail { email, revoke } => {
            let user = session.user(&email).await?;
            if !profile::set_email_verified(app, ctx, user.id, &user.email, !revoke).await? {
                bail!("the address was changed meanwhile");
            }
            let value = json!({"id": user.id, "email": user.email, "email_verified": !revoke});
            output::show(as_json, &value, |_| "done".to_owned())?;
        }
        Command::SetOperator { email, revoke } => {
            let user = session.user(&email).await?;
            if !profile::set_operator(app, ctx, user.id, !revoke).await.map_err(said)? {
                bail!("the user is gone");
            }
            output::show(as_json, &json!({"id": user.id, "operator": !revoke}), |_| "done".to_owned())?;
        }
        Command::DefaultWorkspace { email, workspace } => {
            let workspace = workspace.as_deref().map(workspace_id).transpose()?;
            let changed = ProfileChange { default_workspace: Some(workspace), ..ProfileChange::default() };
            change(&session, &email, changed).await?;
        }
        Command::List { pages } => {
            let users = accounts::list_users(app, pages.page()).await?;
            let items: Vec<_> = users.items.iter().map(shown).collect();
            output::show(as_json, &json!({"items": items, "total": users.total}), |_| {
                users.items.iter().map(|u| format!("{} {} {}", u.id, u.email, u.name)).collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::Disable { email } => set_disabled(&session, &email, true).await?,
        Command::Enable { email } => set_disabled(&session, &email, false).await?,
        Command::Connections { email } => connections(&session, &email).await?,
        Command::Disconnect { email, client_id: client } => {
            let (user, client) = (session.user(&email).await?, client_id(&client)?);
            if !consents::revoke_user(app, ctx, &client, user.id).await? {
                bail!("{email} has not given this client access");
            }
            output::show(as_json, &json!({"disconnected": true}), |_| "done".to_owned())?;
        }
        Command::Sessions { email } => {
            let user = session.user(&email).await?;
            let all = flows::unguarded::sessions::list(app, ctx, user.id).await?;
            let items: Vec<_> = all
                .iter()
                .map(|s| json!({"id": s.id, "last_seen_at": s.last_seen_at.rfc3339(), "ip": s.ip, "user_agent": s.user_agent}))
                .collect();
            output::show(as_json, &json!({"items": items}), |_| {
                let lines =
                    all.iter().map(|s| format!("{} {} {} {}", s.id, s.last_seen_at.rfc3339(), s.ip, s.user_agent));
                lines.collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::EndSessions { email, session: one } => {
            let user = session.user(&email).await?;
            let one = one.map(|id| id.parse()).transpose()?;
            let ended = flows::unguarded::sessions::end_some(app, ctx, user.id, one).await?;
            output::show(as_json, &json!({"ended": ended}), |_| format!("{ended} ended"))?;
        }
        Command::SetPassword { email, password_stdin } => {
            let user = session.user(&email).await?;
            let (password, show) = session.password(password_stdin)?;
            accounts::set_password(app, ctx, user.id, &password).await.map_err(said)?;
            let password = show.then(|| password.expose().to_owned());
            output::show(as_json, &json!({"id": user.id, "password": password}), |v| {
                v["password"].as_str().map_or_else(|| "done".to_owned(), |p| format!("password (shown once): {p}"))
            })?;
        }
    }
    session.close().await
}

/// Changes a user and shows the result. Reads the user by id, since the address may have changed.
async fn change(session: &Session, email: &str, change: ProfileChange<'_>) -> anyhow::Result<()> {
    let user = session.user(email).await?;
    let changed = profile::change(&session.app, &session.ctx, user.id, change).await.map_err(said)?;
    let user = changed.with_context(|| format!("{email} is not a member of this workspace"))?;
    let mut value = shown(&user);
    value["default_workspace_id"] = json!(user.default_workspace_id);
    output::show(session.json, &value, |_| "done".to_owned())
}

async fn show(session: &Session, email: &str) -> anyhow::Result<()> {
    let user = session.user(email).await?;
    let workspaces = workspaces::workspaces_of(&session.app, user.id).await?;
    let mut value = shown(&user);
    let places =
        workspaces.iter().map(|w| json!({"id": w.workspace_id, "name": w.workspace_name, "roles": w.roles.claim()}));
    value["workspaces"] = places.collect();
    value["email_verified"] = user.email_verified.into();
    value["has_password"] = user.password_hash.is_some().into();
    value["default_workspace_id"] = json!(user.default_workspace_id);
    value["picture"] = json!(user.picture);
    value["locale"] = json!(user.locale);
    value["updated_at"] = user.updated_at.rfc3339().into();
    output::show(session.json, &value, |_| {
        let marks = [(user.is_operator, " (operator)"), (!user.is_active(), " (disabled)")];
        let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        let head = format!("{} {} {}{marks}", user.id, user.email, user.name);
        let places = workspaces.iter().map(|w| {
            let default = if user.default_workspace_id == Some(w.workspace_id) { " (default)" } else { "" };
            format!("{} {} {}{default}", w.workspace_id, w.workspace_name, w.roles.claim().join(","))
        });
        std::iter::once(head).chain(places).collect::<Vec<_>>().join("\n")
    })
}

async fn connections(session: &Session, email: &str) -> anyhow::Result<()> {
    let user = session.user(email).await?;
    let all = consents::of_user(&session.app, user.id).await?;
    let one = |app: &AllowedApp| {
        json!({
            "client_id": app.client_id,
            "client_name": app.client_name,
            "scopes": app.scopes.iter().collect::<Vec<_>>(),
            "created_at": app.created_at.rfc3339(),
            "updated_at": app.updated_at.rfc3339(),
        })
    };
    let items: Vec<_> = all.iter().map(one).collect();
    output::show(session.json, &json!({"items": items}), |_| {
        all.iter().map(|a| format!("{} {} {}", a.client_id, a.client_name, a.scopes)).collect::<Vec<_>>().join("\n")
    })
}

async fn set_disabled(session: &Session, email: &str, disabled: bool) -> anyhow::Result<()> {
    let user = session.user(email).await?;
    accounts::set_user_disabled(&session.app, &session.ctx, user.id, disabled).await.map_err(said)?;
    output::show(session.json, &json!({"id": user.id, "disabled": disabled}), |_| "done".to_owned())
}
