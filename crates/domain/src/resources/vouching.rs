//! Who vouches for a client that acts on its own behalf (`client_credentials`), and what it may then request. One rule
//! for registration, changes and the token endpoint: a client that loses its voucher loses the grant at its next
//! request.
use crate::clients::{Client, GrantType, Trust};
use crate::resources::{Catalogue, OF_A_USER};

/// Who is responsible for what a client does without a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voucher {
    /// The operator: for every scope.
    Operator,
    /// The workspace that owns the client: for scopes that the catalogue opens to machines.
    Workspace,
}

impl Voucher {
    /// Whether the client may have this scope on its own behalf. Scopes about a user are never allowed.
    pub fn covers(self, catalogue: &Catalogue, scope: &str) -> bool {
        let open = || catalogue.scope(scope).is_some_and(|info| info.machine);
        !OF_A_USER.contains(&scope) && (self == Self::Operator || open())
    }
}

impl Client {
    /// Who vouches for the client. A user alone does not: anyone can open an account.
    pub fn voucher(&self) -> Option<Voucher> {
        // A client without a registration token and an owner can only have been created on the command line.
        let by_operator =
            self.trust != Trust::Anonymous && self.owner_user_id.is_none() && self.registration_token_hash.is_none();
        match self.trust {
            Trust::FirstParty | Trust::Verified => Some(Voucher::Operator),
            Trust::Unverified | Trust::Anonymous if self.owner_workspace_id.is_some() => Some(Voucher::Workspace),
            Trust::Unverified | Trust::Anonymous => by_operator.then_some(Voucher::Operator),
        }
    }
}

/// The grant types that a client without a voucher keeps.
pub fn without_voucher(asked: &[GrantType]) -> Vec<GrantType> {
    asked.iter().copied().filter(|grant| *grant != GrantType::ClientCredentials).collect()
}
