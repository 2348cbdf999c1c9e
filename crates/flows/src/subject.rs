//! Whom a token is about, read from the store.
use crate::Fault;
use domain::client::SubType;
use domain::identity::{MemberRoles, User, Workspace, WorkspaceMembership};
use domain::oauth::claims::Subject;
use domain::{UserId, WorkspaceId};
use store::Tx;

/// The person and the workspace behind a grant.
#[derive(Debug, Clone)]
pub struct SubjectData {
    pub user: User,
    pub sub_type: SubType,
    pub workspace: Option<Workspace>,
    pub tenant_id: Option<WorkspaceId>,
    pub roles: Vec<String>,
}

/// Why there is nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    UserDisabled,
    MembershipLost,
}

/// `tenant_id` and roles of a user token: those of the user's only workspace, or of the default one.
pub fn home(user: &User, memberships: &[WorkspaceMembership]) -> Option<(WorkspaceId, MemberRoles)> {
    let chosen = match memberships {
        [only] => Some(only),
        many => many.iter().find(|m| Some(m.workspace_id) == user.default_workspace_id),
    };
    chosen.map(|m| (m.workspace_id, m.roles.clone()))
}

/// Reads the subject; refuses when the user is disabled or no longer belongs to the workspace.
pub async fn load(
    tx: &mut Tx,
    user: UserId,
    sub_type: SubType,
    workspace: Option<WorkspaceId>,
) -> Result<Result<SubjectData, Absent>, Fault> {
    let Some(user) = store::users::by_id(tx, user).await?.filter(User::is_active) else {
        return Ok(Err(Absent::UserDisabled));
    };
    let (workspace, home) = if let (SubType::Workspace, Some(id)) = (sub_type, workspace) {
        let member = store::workspaces::member(tx, user.id, id).await?;
        let workspace = store::workspaces::by_id(tx, id).await?;
        match (member, workspace) {
            (Some(member), Some(workspace)) => (Some(workspace), Some((id, member.roles))),
            _ => return Ok(Err(Absent::MembershipLost)),
        }
    } else {
        let memberships = store::workspaces::list_for_user(tx, user.id).await?;
        (None, home(&user, &memberships))
    };
    let (tenant_id, roles) = home.map_or((None, Vec::new()), |(id, roles)| (Some(id), roles.claim()));
    Ok(Ok(SubjectData { user, sub_type, workspace, tenant_id, roles }))
}

impl SubjectData {
    pub fn view(&self) -> Subject<'_> {
        Subject {
            sub_type: self.sub_type,
            user: &self.user,
            workspace: self.workspace.as_ref(),
            tenant_id: self.tenant_id,
            roles: &self.roles,
        }
    }
}
