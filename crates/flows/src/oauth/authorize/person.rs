//! Who stands before the pages of an authorization.
use crate::Fault;
use crate::access::caller::Caller;
use domain::account::Email;
use domain::clients::{Client, SubType};
use domain::grants::consent::{Consent, home_unasked};
use domain::oauth::authorize::decide::{OFFLINE, SignedIn};
use domain::workspace::WorkspaceMembership;
use domain::{ClientId, UserId, WorkspaceId};
use std::collections::HashMap;
use store::Tx;

/// All that is known of the person who is asked.
#[derive(Debug)]
pub struct AuthorizingUser {
    pub user_id: UserId,
    pub email: Email,
    pub locale: Option<String>,
    /// As in [`User`](domain::account::User).
    pub epoch: i64,
    /// The epochs of the client in their workspaces.
    pub epochs: HashMap<WorkspaceId, i64>,
    pub memberships: Vec<WorkspaceMembership>,
    /// Those of them that do not let the client in.
    pub forbidden: Vec<WorkspaceId>,
    pub consents: Vec<Consent>,
    pub last_choice: Option<WorkspaceId>,
    /// Their only workspace, or their default one.
    pub home: Option<WorkspaceId>,
}

/// Whoever is calling, if anybody is, as this client meets them.
pub async fn person(tx: &mut Tx, caller: &Caller, client: &ClientId) -> Result<Option<AuthorizingUser>, Fault> {
    let Some(user) = caller.user() else { return Ok(None) };
    // The epochs before the consents: what was taken back in between is in neither.
    let places = store::grants::app_policy::memberships(tx, user.id, client).await?;
    Ok(Some(AuthorizingUser {
        user_id: user.id,
        email: user.email.clone(),
        locale: user.locale.clone(),
        epoch: user.epoch,
        epochs: places.iter().map(|place| (place.membership.workspace_id, place.epoch)).collect(),
        forbidden: places.iter().filter(|place| !place.lets_in).map(|place| place.membership.workspace_id).collect(),
        home: match places.as_slice() {
            [only] => Some(only.membership.workspace_id),
            _ => user.default_workspace_id,
        },
        memberships: places.into_iter().map(|place| place.membership).collect(),
        consents: consents(tx, caller, user.id, client).await?,
        last_choice: store::grants::consents::last_workspace(tx, user.id, client).await?,
    }))
}

/// What the person allowed the client. What they allowed with a personal access token stands for such tokens alone: all that
/// comes of it is bound to the token again.
async fn consents(tx: &mut Tx, caller: &Caller, user: UserId, client: &ClientId) -> Result<Vec<Consent>, Fault> {
    let mut consents = store::grants::consents::list_for_client(tx, user, client).await?;
    if caller.token().is_some() {
        for consent in &mut consents {
            consent.standing.clone_from(&consent.scopes);
        }
    }
    Ok(consents)
}

impl AuthorizingUser {
    /// The epoch of what the person allows the client now, in a workspace or in their own name: see
    /// [`CodePayload`](domain::oauth::token::CodePayload).
    pub fn epoch_of(&self, client: &Client, workspace: Option<WorkspaceId>) -> i64 {
        let there = workspace.and_then(|id| self.epochs.get(&id)).copied().unwrap_or_default();
        client.access_epoch + self.epoch + there
    }

    /// The workspace that the consent page names for tokens in the person's own name, where it allows the client; a workspace's
    /// token shows that workspace. It names no other, so that one whose rule changes later is not shown either.
    pub fn home(&self, sub_type: SubType) -> Option<WorkspaceId> {
        self.home.filter(|id| sub_type == SubType::User && !self.forbidden.contains(id))
    }

    /// The workspace that a token in the person's own name shows where nobody was asked.
    pub fn home_unasked(&self, client: &Client, sub_type: SubType) -> Option<WorkspaceId> {
        let home = home_unasked(client, &self.consents, self.home(sub_type));
        home.filter(|_| sub_type == SubType::User)
    }

    /// The name of a workspace of theirs.
    pub fn name_of(&self, workspace: WorkspaceId) -> Option<String> {
        self.memberships.iter().find(|m| m.workspace_id == workspace).map(|m| m.workspace_name.clone())
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
