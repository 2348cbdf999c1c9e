//! What the operator vouched for when they trusted a client. Trust covers these facts as they were reviewed: if one of
//! them changes, the client is unverified until the operator reviews it again.
use crate::ScopeSet;
use crate::clients::reviewed::{Difference, Reviewed};
use crate::clients::{Client, Trust};
use crate::resources::Catalogue;

impl Reviewed {
    /// The facts as the client has them now.
    pub fn of(client: &Client) -> Self {
        let config = &client.config;
        Self {
            name: client.name.clone(),
            client_type: client.client_type.as_str().to_owned(),
            auth_method: client.auth_method.as_str().to_owned(),
            any_secret_method: config.any_secret_method,
            keys: config.keys.clone(),
            redirect_uris: config.redirect_uris.clone(),
            post_logout_redirect_uris: config.post_logout_redirect_uris.clone(),
            client_uri: config.client_uri.clone(),
            logo_uri: config.logo_uri.clone(),
            tos_uri: config.tos_uri.clone(),
            policy_uri: config.policy_uri.clone(),
            scopes: config.scopes.clone(),
        }
    }

    /// The differences between these facts and a client.
    pub fn differences(&self, client: &Client) -> Vec<Difference> {
        let pairs = self.lines().into_iter().zip(Self::of(client).lines());
        pairs
            .filter(|((_, was), (_, is))| was != is)
            .map(|((member, was), (_, is))| Difference { member, was, is })
            .collect()
    }
}

impl Trust {
    /// Whether the operator vouches for the client.
    pub const fn is_vouched(self) -> bool {
        matches!(self, Self::FirstParty | Self::Verified)
    }
}

impl Client {
    /// Whether the operator vouches for the client as it is. Its owner should know this before changing it.
    pub const fn is_reviewed(&self) -> bool {
        self.trust.is_vouched() || self.config.internal
    }

    /// Whether the operator's review ended because reviewed facts changed. Until the next review the client gets no
    /// sensitive scope.
    pub const fn awaits_review(&self) -> bool {
        self.config.reviewed.is_some() && !self.is_reviewed()
    }

    /// Those of these scopes that the client cannot have until it is reviewed again.
    pub fn withheld(&self, catalogue: &Catalogue, scopes: &ScopeSet) -> ScopeSet {
        scopes.filter(|name| self.awaits_review() && catalogue.is_sensitive(name))
    }

    /// The trust level for a change by this caller. An owner cannot add what only the operator grants (sensitive
    /// scopes), however trusted the client is.
    pub const fn trust_of_owner(&self, operator: bool) -> Trust {
        match self.trust {
            Trust::FirstParty | Trust::Verified if !operator => Trust::Unverified,
            trust => trust,
        }
    }

    /// What has changed since the operator's review; empty if nothing has.
    pub fn changed_since_review(&self) -> Vec<Difference> {
        self.config.reviewed.as_ref().map(|reviewed| reviewed.differences(self)).unwrap_or_default()
    }

    /// Completes an owner's change: settings only the operator can change are restored from `before`, and the review
    /// ends if reviewed facts have changed.
    #[must_use]
    pub fn changed_from(mut self, before: &Self) -> Self {
        self.trust = before.trust;
        self.config.internal = before.config.internal;
        self.config.reviewed.clone_from(&before.config.reviewed);
        let facts = Reviewed::of(before);
        if before.is_reviewed() && !facts.differences(&self).is_empty() {
            self.trust = if before.trust.is_vouched() { Trust::Unverified } else { before.trust };
            self.config.internal = false;
            self.config.reviewed.get_or_insert(Box::new(facts));
        }
        self
    }

    /// Sets the trust level after a review by the operator.
    #[must_use]
    pub fn reviewed_as(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self.config.reviewed = None;
        self
    }
}
