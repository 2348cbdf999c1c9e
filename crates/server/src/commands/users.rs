//! `countersign user`.
use crate::cli::User as Command;
use crate::output;
use crate::session::{Session, said};
use domain::identity::User;
use flows::accounts::{self, NewUser};
use serde_json::{Value, json};
use store::Page;

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
        Command::List => {
            let users = accounts::list_users(app, Page::default()).await?;
            let items: Vec<_> = users.items.iter().map(shown).collect();
            output::show(as_json, &json!({"items": items, "total": users.total}), |_| {
                users.items.iter().map(|u| format!("{} {} {}", u.id, u.email, u.name)).collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::Disable { email } => set_disabled(&session, &email, true).await?,
        Command::Enable { email } => set_disabled(&session, &email, false).await?,
        Command::Sessions { email } => {
            let user = session.user(&email).await?;
            let all = flows::session::list(app, ctx, user.id).await?;
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
            let ended = flows::session::end_some(app, ctx, user.id, one).await?;
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

async fn set_disabled(session: &Session, email: &str, disabled: bool) -> anyhow::Result<()> {
    let user = session.user(email).await?;
    accounts::set_user_disabled(&session.app, &session.ctx, user.id, disabled).await?;
    output::show(session.json, &json!({"id": user.id, "disabled": disabled}), |_| "done".to_owned())
}
