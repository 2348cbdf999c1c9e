//! Whom a token is about, read from the store.
use crate::{Fault, Server};
use domain::account::User;
use domain::clients::SubType;
use domain::grants::Grant;
use domain::grants::claims::Subject;
use domain::workspace::{MemberRoles, Workspace, WorkspaceMembership};
use domain::{UserId, WorkspaceId};
use store::{Tx, workspace};

/// The person behind a token, and the workspace in which they use the client.
#[derive(Debug, Clone)]
pub struct SubjectData {
    pub user: User,
    pub sub_type: SubType,
    /// With the person's roles in it.
    pub workspace: Option<(Workspace, Vec<String>)>,
    /// The epoch of the client there, where the token speaks for that workspace; and whether the workspace lets the client in.
    pub workspace_epoch: i64,
    pub allowed: bool,
}

/// Why there is nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectGone {
    UserDisabled,
    MembershipLost,
}

/// The person's only workspace, or else their default one.
pub fn home(user: &User, memberships: &[WorkspaceMembership]) -> Option<(WorkspaceId, MemberRoles)> {
    let chosen = match memberships {
        [only] => Some(only),
        many => many.iter().find(|m| Some(m.workspace_id) == user.default_workspace_id),
    };
    chosen.map(|m| (m.workspace_id, m.roles.clone()))
}

fn data(found: Option<workspace::Subject>, sub_type: SubType) -> Result<SubjectData, SubjectGone> {
    let Some(found) = found.filter(|found| found.user.is_active()) else { return Err(SubjectGone::UserDisabled) };
    // A workspace grant ends with its workspace's consent; a user grant only says nothing of the workspace any more.
    let workspace = found.workspace.filter(|_| found.allowed || sub_type == SubType::Workspace);
    if sub_type == SubType::Workspace && workspace.is_none() {
        return Err(SubjectGone::MembershipLost);
    }
    let workspace = workspace.map(|(workspace, roles)| (workspace, roles.claim()));
    let workspace_epoch = if sub_type == SubType::Workspace { found.epoch } else { 0 };
    Ok(SubjectData { user: found.user, sub_type, workspace, workspace_epoch, allowed: found.allowed })
}

/// The subject of a grant; refuses when the user is disabled or no longer belongs to the workspace that it speaks for.
pub async fn load(tx: &mut Tx, grant: &Grant) -> Result<Result<SubjectData, SubjectGone>, Fault> {
    let found = workspace::subject(tx, grant.user_id, grant.tenant(), &grant.client_id).await?;
    Ok(data(found, grant.sub_type))
}

/// The subject of a personal access token.
pub async fn at_home(tx: &mut Tx, user: UserId) -> Result<Result<SubjectData, SubjectGone>, Fault> {
    Ok(data(workspace::at_home(tx, user).await?, SubType::User))
}

/// The person who authorized a token that speaks for a workspace, where a resource that it is for asks for it.
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
