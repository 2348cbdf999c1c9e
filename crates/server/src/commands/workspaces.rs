//! `countersign workspace` and `countersign member`.
use crate::cli::{Member, Workspace};
use crate::output;
use crate::session::{Session, workspace_id};
use anyhow::bail;
use domain::workspace::MemberRoles;
use flows::unguarded::{self, workspaces};
use serde_json::json;

pub async fn run(session: Session, command: Workspace) -> anyhow::Result<()> {
    match command {
        Workspace::Create { name, owner } => {
            let owner = match owner {
                Some(email) => Some(session.user(&email).await?.id),
                None => None,
            };
            let workspace = workspaces::create_workspace(&session.app, &session.ctx, &name, owner).await?;
            let value = json!({"id": workspace.id, "name": workspace.name});
            output::show(session.json, &value, |_| format!("{} {}", workspace.id, workspace.name))?;
        }
        Workspace::Rename { workspace, name } => {
            let id = workspace_id(&workspace)?;
            if !workspaces::rename_workspace(&session.app, &session.ctx, id, &name).await? {
                bail!("no workspace has this id");
            }
            output::show(session.json, &json!({"id": id, "name": name}), |_| "done".to_owned())?;
        }
        Workspace::List { pages } => {
            let all = workspaces::list_workspaces(&session.app, pages.page()).await?;
            let items: Vec<_> = all.items.iter().map(|w| json!({"id": w.id, "name": w.name})).collect();
            output::show(session.json, &json!({"items": items, "total": all.total}), |_| {
                all.items.iter().map(|w| format!("{} {}", w.id, w.name)).collect::<Vec<_>>().join("\n")
            })?;
        }
    }
    session.close().await
}

pub async fn members(session: Session, command: Member) -> anyhow::Result<()> {
    let (app, ctx) = (&session.app, &session.ctx);
    match command {
        Member::Add { workspace, email, roles } => {
            let (workspace, user) = (workspace_id(&workspace)?, session.user(&email).await?);
            let roles = MemberRoles::parse(roles.iter().map(String::as_str))?;
            let claim = roles.claim();
            unguarded::members::put_member(app, ctx, user.id, workspace, roles).await?;
            let value = json!({"user_id": user.id, "workspace_id": workspace, "roles": claim});
            output::show(session.json, &value, |_| "done".to_owned())?;
        }
        Member::Remove { workspace, email } => {
            let (workspace, user) = (workspace_id(&workspace)?, session.user(&email).await?);
            if !unguarded::members::remove_member(app, ctx, user.id, workspace).await? {
                bail!("{email} is not a member");
            }
            output::show(session.json, &json!({"removed": true}), |_| "done".to_owned())?;
        }
        Member::List { workspace, pages } => {
            let all = unguarded::members::list_members(app, workspace_id(&workspace)?, pages.page()).await?;
            let items: Vec<_> = all
                .items
                .iter()
                .map(|(m, u)| json!({"user_id": u.id, "email": u.email, "name": u.name, "roles": m.roles.claim()}))
                .collect();
            output::show(session.json, &json!({"items": items, "total": all.total}), |_| {
                let lines =
                    all.items.iter().map(|(m, u)| format!("{} {} {}", u.id, u.email, m.roles.claim().join(",")));
                lines.collect::<Vec<_>>().join("\n")
            })?;
        }
    }
    session.close().await
}
