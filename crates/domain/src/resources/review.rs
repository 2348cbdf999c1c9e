//! What the operator vouched for when they trusted a client. Trust covers these facts as they were reviewed: with one of
//! them changed, the client is unverified until the operator looks again.
use crate::ScopeSet;
use crate::clients::reviewed::{Difference, Reviewed};
use crate::clients::{Client, Trust};
use crate::resources::Catalogue;

impl Reviewed {
    pub fn of(client: &Client) -> Self {
        let config = &client.config;
        Self {
            name: client.name.clone(),
            client_type: client.client_type.as_str().to_owned(),
            auth_method: client.auth_method.as_str().to_owned(),
            any_secret_method: config.any_secret_method,
            redirect_uris: config.redirect_uris.clone(),
            post_logout_redirect_uris: config.post_logout_redirect_uris.clone(),
            client_uri: config.client_uri.clone(),
            logo_uri: config.logo_uri.clone(),
            tos_uri: config.tos_uri.clone(),
            policy_uri: config.policy_uri.clone(),
            scopes: config.scopes.clone(),
        }
    }

    /// What a client differs in from these facts.
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
    /// What its owner should know before a change: the operator vouches for it as it is.
    pub const fn is_reviewed(&self) -> bool {
        self.trust.is_vouched() || self.config.internal
    }

    /// The operator's word ended with facts that changed. Until they look again the client has no sensitive scope.
    pub const fn awaits_review(&self) -> bool {
        self.config.reviewed.is_some() && !self.is_reviewed()
    }

    /// Of these scopes, those that the client has to wait for until it is reviewed again.
    pub fn withheld(&self, catalogue: &Catalogue, scopes: &ScopeSet) -> ScopeSet {
        scopes.filter(|name| self.awaits_review() && catalogue.is_sensitive(name))
    }

    /// How far a change of the client is trusted: what the operator grants (sensitive scopes) no owner adds, however
    /// trusted the client is.
    pub const fn trust_of_owner(&self, operator: bool) -> Trust {
        match self.trust {
            Trust::FirstParty | Trust::Verified if !operator => Trust::Unverified,
            trust => trust,
        }
    }

    /// What has changed since the operator vouched for the client; empty while nothing has.
    pub fn changed_since_review(&self) -> Vec<Difference> {
        self.config.reviewed.as_ref().map(|reviewed| reviewed.differences(self)).unwrap_or_default()
    }

    /// The client as an owner's change leaves it: what only the operator sets stays as it was in `before`, and the
    /// operator's word ends with the facts that it was given for.
    #[must_use]
    pub fn changed_from(mut self, before: &Self) -> Self {
        self.trust = before.trust;
        self.config.internal = before.config.internal;
        self.config.reviewed.clone_from(&before.config.reviewed);
        let facts = Reviewed::of(before);
        if before.is_reviewed() && !facts.differences(&self).is_empty() {
            self.trust = if before.trust.is_vouched() { Trust::Unverified } else { before.trust };
            self.config.internal = false;
            self.config.reviewed.get_or_insert(facts);
        }
        self
    }

    /// The client as the operator trusts it from now on, which they have looked at.
    #[must_use]
    pub fn reviewed_as(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self.config.reviewed = None;
        self
    }
}
