//! The subject of a token, read from the database.
use crate::{Fault, Server};
use domain::account::User;
use domain::clients::SubType;
use domain::grants::Grant;
use domain::grants::claims::Subject;
use domain::workspace::{MemberRoles, Workspace, WorkspaceMembership};
use domain::{UserId, WorkspaceId};
use store::{Tx, workspace};

/// The user behind a token, and the workspace in which they use the client.
#[derive(Debug, Clone)]
pub struct SubjectData {
    pub user: User,
    pub sub_type: SubType,
    /// The workspace, with the user's roles in it.
    pub workspace: Option<(Workspace, Vec<String>)>,
    /// The client's epoch in the workspace that the token speaks for (0 for tokens in the user's own name). `allowed` says
    /// whether that workspace's policy allows the client.
    pub workspace_epoch: i64,
    pub allowed: bool,
}

/// The reason why there is no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectGone {
    UserDisabled,
    MembershipLost,
}

/// The user's only workspace, or else their default one.
pub fn home(user: &User, memberships: &[WorkspaceMembership]) -> Option<(WorkspaceId, MemberRoles)> {
    let chosen = match memberships {
        [only] => Some(only),
        many => many.iter().find(|m| Some(m.workspace_id) == user.default_workspace_id),
    };
    chosen.map(|m| (m.workspace_id, m.roles.clone()))
}

fn data(found: Option<workspace::Subject>, sub_type: SubType) -> Result<SubjectData, SubjectGone> {
    let Some(found) = found.filter(|found| found.user.is_active()) else { return Err(SubjectGone::UserDisabled) };
    // Without access to the workspace, a workspace grant ends with its consent; a user grant only stops naming the workspace.
    let workspace = found.workspace.filter(|_| found.allowed || sub_type == SubType::Workspace);
    if sub_type == SubType::Workspace && workspace.is_none() {
        return Err(SubjectGone::MembershipLost);
    }
    let workspace = workspace.map(|(workspace, roles)| (workspace, roles.claim()));
    let workspace_epoch = if sub_type == SubType::Workspace { found.epoch } else { 0 };
    Ok(SubjectData { user: found.user, sub_type, workspace, workspace_epoch, allowed: found.allowed })
}

/// Returns the subject of a grant. Refuses if the user is disabled, or no longer a member of the workspace that it speaks for.
pub async fn load(tx: &mut Tx, grant: &Grant) -> Result<Result<SubjectData, SubjectGone>, Fault> {
    let found =
        workspace::subject(tx, grant.authorization.user_id, grant.authorization.tenant(), &grant.client_id).await?;
    Ok(data(found, grant.access().sub_type))
}

/// Returns the subject of a personal access token.
pub async fn at_home(tx: &mut Tx, user: UserId) -> Result<Result<SubjectData, SubjectGone>, Fault> {
    Ok(data(workspace::at_home(tx, user).await?, SubType::User))
}

/// The user who authorized a token that speaks for a workspace, if one of its resources asks for them.
pub fn authorized_by(app: &Server, user: UserId, sub_type: SubType, audience: &[String]) -> Option<UserId> {
    let settings = app.settings();
    let asks = || settings.catalogue.asks_who_authorized(audience, &settings.issuer);
    (sub_type == SubType::Workspace && asks()).then_some(user)
}

impl SubjectData {
    pub fn authorized_by(&self, app: &Server, audience: &[String]) -> Option<UserId> {
        authorized_by(app, self.user.id, self.sub_type, audience)
    }

    pub fn view(&self) -> Subject<'_> {
        let workspace = self.workspace.as_ref().map(|(workspace, roles)| (workspace, roles.as_slice()));
        Subject { user: &self.user, sub_type: self.sub_type, workspace }
    }
}
