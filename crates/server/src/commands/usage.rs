//! How a client is used, and what its users authorized.
use crate::cli::Pages;
use crate::output;
use crate::session::{Session, client_id, workspace_id};
use anyhow::bail;
use flows::unguarded::activity::{self, ClientOwner};
use flows::unguarded::consents::{self, ClientUser};
use serde_json::json;

/// `client users`.
pub async fn users(session: &Session, id: &str, pages: Pages) -> anyhow::Result<()> {
    let client = session.client(id).await?;
    let all = consents::users_of_client(&session.app, &client.id, pages.page()).await?;
    let one = |user: &ClientUser| {
        json!({
            "user_id": user.user_id,
            "scopes": user.scopes.iter().collect::<Vec<_>>(),
            "created_at": user.created_at.rfc3339(),
            "updated_at": user.updated_at.rfc3339(),
        })
    };
    let items: Vec<_> = all.items.iter().map(one).collect();
    output::show(session.json, &json!({"items": items, "total": all.total}), |_| {
        let line = |user: &ClientUser| format!("{} {} {}", user.user_id, user.updated_at.rfc3339(), user.scopes);
        all.items.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

/// `client revoke-user`.
pub async fn revoke_user(session: &Session, id: &str, user: &str) -> anyhow::Result<()> {
    let (client, user) = (session.client(id).await?, session.user_id(user).await?);
    if !consents::revoke_user(&session.app, &session.ctx, &client.id, user).await? {
        bail!("this user has not given the client access");
    }
    output::show(session.json, &json!({"revoked": true}), |_| "done".to_owned())
}

/// `client revoke-all`.
pub async fn revoke_all(session: &Session, id: &str) -> anyhow::Result<()> {
    let client = session.client(id).await?;
    let revoked = consents::revoke_all_users(&session.app, &session.ctx, &client.id).await?;
    output::show(session.json, &json!({"revoked": revoked}), |_| format!("{revoked} revoked"))
}

/// `client activity` for one client.
pub async fn activity(session: &Session, id: &str, days: i64) -> anyhow::Result<()> {
    let client = session.client(id).await?;
    let days = activity::of_client(&session.app, &session.ctx, &client.id, days).await?;
    output::show(session.json, &json!({"items": days}), |_| {
        let lines = days.iter().map(|d| format!("{} {} {}", d.activity_date, d.total_access, d.unique_users));
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// `client activity` for all clients of a workspace.
pub async fn activity_of_all(session: &Session, workspace: &str, days: i64, after: Option<&str>) -> anyhow::Result<()> {
    let owner = ClientOwner::Workspace(workspace_id(workspace)?);
    let after = after.map(client_id).transpose()?;
    let all = activity::of_owner(&session.app, &session.ctx, owner, days, after.as_ref()).await?;
    output::show(session.json, &json!({"items": all.days, "next": all.next}), |_| {
        let lines = all.days.iter().map(|of| {
            let day = of.activity;
            format!("{} {} {} {}", of.client_id, day.activity_date, day.total_access, day.unique_users)
        });
        let more = all.next.iter().map(|next| format!("more: --after {next}"));
        lines.chain(more).collect::<Vec<_>>().join("\n")
    })
}
