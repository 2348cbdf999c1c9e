//! Who stands before the pages of an authorization.
use crate::Fault;
use crate::session::Caller;
use domain::client::SubType;
use domain::identity::{Email, WorkspaceMembership};
use domain::oauth::consent::Consent;
use domain::oauth::decision::{OFFLINE, SignedIn};
use domain::{ClientId, UserId, WorkspaceId};
use store::Tx;

/// All that is known of the person who is asked.
#[derive(Debug)]
pub struct Person {
    pub user_id: UserId,
    pub email: Email,
    pub locale: Option<String>,
    /// As in [`User`](domain::identity::User).
    pub epoch: i64,
    pub memberships: Vec<WorkspaceMembership>,
    /// Those of them that do not let the client in.
    pub forbidden: Vec<WorkspaceId>,
    pub consents: Vec<Consent>,
    pub last_choice: Option<WorkspaceId>,
    /// Their only workspace, or their default one.
    pub home: Option<WorkspaceId>,
}

/// Whoever is calling, if anybody is, as this client meets them.
pub async fn person(tx: &mut Tx, caller: &Caller, client: &ClientId) -> Result<Option<Person>, Fault> {
    let Some(user) = caller.user() else { return Ok(None) };
    let memberships = store::app_policy::memberships(tx, user.id, client).await?;
    let forbids = |(m, lets_in): &(WorkspaceMembership, bool)| (!lets_in).then_some(m.workspace_id);
    Ok(Some(Person {
        user_id: user.id,
        email: user.email.clone(),
        locale: user.locale.clone(),
        epoch: user.epoch,
        forbidden: memberships.iter().filter_map(forbids).collect(),
        home: match memberships.as_slice() {
            [(only, _)] => Some(only.workspace_id),
            _ => user.default_workspace_id,
        },
        memberships: memberships.into_iter().map(|(membership, _)| membership).collect(),
        consents: consents(tx, caller, user.id, client).await?,
        last_choice: store::consents::last_workspace(tx, user.id, client).await?,
    }))
}

/// What the person allowed the client. What they allowed with a personal access token stands for such tokens alone: all that
/// comes of it is bound to the token again.
async fn consents(tx: &mut Tx, caller: &Caller, user: UserId, client: &ClientId) -> Result<Vec<Consent>, Fault> {
    let mut consents = store::consents::list_for_client(tx, user, client).await?;
    if caller.token().is_some() {
        for consent in &mut consents {
            consent.standing.clone_from(&consent.scopes);
        }
    }
    Ok(consents)
}

impl Person {
    /// The workspace that a token in the person's own name shows, where it allows the client; a workspace's token shows that
    /// workspace. The consent page names no other, so that one whose rule changes later is not shown either.
    pub fn home(&self, sub_type: SubType) -> Option<WorkspaceId> {
        self.home.filter(|id| sub_type == SubType::User && !self.forbidden.contains(id))
    }

    /// The name of that workspace.
    pub fn home_name(&self, sub_type: SubType) -> Option<String> {
        let home = self.home(sub_type)?;
        self.memberships.iter().find(|m| m.workspace_id == home).map(|m| m.workspace_name.clone())
    }

    /// The workspaces that do not let the client in, or the one that is named.
    pub fn forbidding(&self, named: Option<WorkspaceId>) -> Vec<WorkspaceMembership> {
        let is_one = |m: &&WorkspaceMembership| {
            self.forbidden.contains(&m.workspace_id) && named.is_none_or(|named| named == m.workspace_id)
        };
        self.memberships.iter().filter(is_one).cloned().collect()
    }

    /// The same as a decision looks at it.
    pub fn signed_in(&self, caller: &Caller) -> SignedIn<'_> {
        SignedIn {
            user_id: self.user_id,
            session_id: caller.session_id(),
            auth_time: caller.auth_time(),
            may_stay: caller.confined_to().is_none_or(|scopes| scopes.contains(OFFLINE)),
            memberships: &self.memberships,
            forbidden: &self.forbidden,
            consents: &self.consents,
            last_choice: self.last_choice,
        }
    }
}
