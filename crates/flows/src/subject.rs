//! Whom a token is about, read from the store.
use crate::Fault;
use domain::client::SubType;
use domain::identity::{MemberRoles, User, Workspace, WorkspaceMembership};
use domain::oauth::claims::{Speaks, Subject};
use domain::{UserId, WorkspaceId};
use store::Tx;

/// The person and the workspace behind a grant.
#[derive(Debug, Clone)]
pub struct SubjectData {
    pub user: User,
    /// The workspace that the token speaks for; none where it speaks for the user.
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
    let subject = store::workspaces::subject(tx, user, workspace).await?;
    let Some((user, home)) = subject.filter(|(user, _)| user.is_active()) else {
        return Ok(Err(Absent::UserDisabled));
    };
    if sub_type == SubType::Workspace && home.is_none() {
        return Ok(Err(Absent::MembershipLost));
    }
    let (workspace, tenant_id, roles) = match home {
        Some((workspace, roles)) => (Some(workspace.clone()), Some(workspace.id), roles.claim()),
        None => (None, None, Vec::new()),
    };
    let workspace = workspace.filter(|_| sub_type == SubType::Workspace);
    Ok(Ok(SubjectData { user, workspace, tenant_id, roles }))
}

impl SubjectData {
    pub fn view(&self) -> Subject<'_> {
        let speaks = self.workspace.as_ref().map_or(Speaks::Person(&self.user), Speaks::Workspace);
        Subject { speaks, tenant_id: self.tenant_id, roles: &self.roles }
    }
}
