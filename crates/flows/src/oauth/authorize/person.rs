//! The user on the pages of an authorization.
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

/// What an authorization needs to know about its user.
#[derive(Debug)]
pub struct AuthorizingUser {
    pub user_id: UserId,
    pub email: Email,
    pub locale: Option<String>,
    /// As in [`User`](domain::account::User).
    pub epoch: i64,
    /// The client's epochs in the user's workspaces.
    pub epochs: HashMap<WorkspaceId, i64>,
    pub memberships: Vec<WorkspaceMembership>,
    /// The workspaces among them whose policy does not allow the client.
    pub forbidden: Vec<WorkspaceId>,
    pub consents: Vec<Consent>,
    pub last_choice: Option<WorkspaceId>,
    /// The user's only workspace, or else their default one.
    pub home: Option<WorkspaceId>,
}

/// The signed-in user, with what concerns this client; `None` if no user is signed in.
pub async fn person(tx: &mut Tx, caller: &Caller, client: &ClientId) -> Result<Option<AuthorizingUser>, Fault> {
    let Some(user) = caller.user() else { return Ok(None) };
    // Epochs are read before consents: after a revocation in between, the consents are gone and the old epoch is invalid.
    let places = store::grants::app_policy::memberships(tx, user.id, client).await?;
    Ok(Some(AuthorizingUser {
        user_id: user.id,
        email: user.email.clone(),
        locale: user.locale.clone(),
        epoch: user.epoch,
        epochs: places.iter().map(|place| (place.membership.workspace_id, place.epoch)).collect(),
        forbidden: places.iter().filter(|place| !place.allowed).map(|place| place.membership.workspace_id).collect(),
        home: match places.as_slice() {
            [only] => Some(only.membership.workspace_id),
            _ => user.default_workspace_id,
        },
        memberships: places.into_iter().map(|place| place.membership).collect(),
        consents: consents(tx, caller, user.id, client).await?,
        last_choice: store::grants::consents::last_workspace(tx, user.id, client).await?,
    }))
}

/// The user's consents for the client. Consent given with a personal access token counts only for requests with such a token, and
/// what results from it is bound to the token again.
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
    /// The epoch of what the user allows the client now, in a workspace or in their own name: see
    /// [`Authorization`](domain::grants::authorization::Authorization).
    pub fn epoch_of(&self, client: &Client, workspace: Option<WorkspaceId>) -> i64 {
        let there = workspace.and_then(|id| self.epochs.get(&id)).copied().unwrap_or_default();
        client.access_epoch + self.epoch + there
    }

    /// The workspace that the consent page names for tokens in the user's own name, if its policy allows the client; `None` for
    /// tokens that speak for a workspace. A workspace that the page did not name is not shown later either, even if its policy
    /// changes.
    pub fn home(&self, sub_type: SubType) -> Option<WorkspaceId> {
        self.home.filter(|id| sub_type == SubType::User && !self.forbidden.contains(id))
    }

    /// The workspace that a token in the user's own name shows if there was no consent page.
    pub fn home_unasked(&self, client: &Client, sub_type: SubType) -> Option<WorkspaceId> {
        let home = home_unasked(client, &self.consents, self.home(sub_type));
        home.filter(|_| sub_type == SubType::User)
    }

    /// The name of one of the user's workspaces.
    pub fn name_of(&self, workspace: WorkspaceId) -> Option<String> {
        self.memberships.iter().find(|m| m.workspace_id == workspace).map(|m| m.workspace_name.clone())
    }

    /// The user's workspaces whose policy does not allow the client; only the workspace `named`, if it is set.
    pub fn forbidding(&self, named: Option<WorkspaceId>) -> Vec<WorkspaceMembership> {
        let is_one = |m: &&WorkspaceMembership| {
            self.forbidden.contains(&m.workspace_id) && named.is_none_or(|named| named == m.workspace_id)
        };
        self.memberships.iter().filter(is_one).cloned().collect()
    }

    /// The user as [`domain::oauth::authorize::decide`] sees them.
    pub fn signed_in<'s>(&'s self, caller: &'s Caller) -> SignedIn<'s> {
        SignedIn {
            user_id: self.user_id,
            session_id: caller.session_id(),
            proof: caller.proof(),
            may_stay: caller.confined_to().is_none_or(|scopes| scopes.contains(OFFLINE)),
            memberships: &self.memberships,
            forbidden: &self.forbidden,
            consents: &self.consents,
            last_choice: self.last_choice,
        }
    }
}
