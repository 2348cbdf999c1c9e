//! `countersign key`.
use crate::cli::Key as Command;
use crate::output;
use crate::session::{Session, workspace_id};
use domain::ScopeSet;
use domain::identity::MemberRoles;
use flows::accounts::{self, NewCredential};
use serde_json::json;

pub async fn run(session: Session, command: Command) -> anyhow::Result<()> {
    let (app, ctx) = (&session.app, &session.ctx);
    let new = |name: String, scope: &str, expires_in: Option<i64>| -> anyhow::Result<NewCredential> {
        Ok(NewCredential { name, scopes: ScopeSet::parse(scope)?, expires_at: expires_in.map(|s| ctx.now.plus(s)) })
    };
    match command {
        Command::List => {
            let jwks = app.keys().jwks.clone();
            output::show(session.json, &jwks, |all| {
                let keys = all["keys"].as_array().into_iter().flatten();
                let lines =
                    keys.map(|k| format!("{} {}", k["kid"].as_str().unwrap_or(""), k["alg"].as_str().unwrap_or("")));
                lines.collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::Rotate => {
            flows::jobs::rotate_keys(app, ctx).await?;
            output::show(session.json, &json!({"rotated": true}), |_| {
                "rotated; a running server follows within half a minute".to_owned()
            })?;
        }
        Command::CreateApi { workspace, name, roles, scope, expires_in } => {
            let roles = MemberRoles::parse(roles.iter().map(String::as_str))?;
            let new = new(name, &scope, expires_in)?;
            let (key, secret) = accounts::create_api_key(app, ctx, workspace_id(&workspace)?, roles, new).await?;
            let value = json!({"id": key.id, "name": key.name, "api_key": secret.expose()});
            output::show(session.json, &value, |_| format!("api_key (shown once): {}", secret.expose()))?;
        }
        Command::CreatePersonal { email, name, scope, expires_in } => {
            let user = session.user(&email).await?;
            let new = new(name, &scope, expires_in)?;
            let (token, secret) = accounts::create_personal_access_token(app, ctx, user.id, new).await?;
            let value = json!({"id": token.id, "name": token.name, "personal_access_token": secret.expose()});
            output::show(session.json, &value, |_| format!("personal_access_token (shown once): {}", secret.expose()))?;
        }
    }
    session.close().await
}
