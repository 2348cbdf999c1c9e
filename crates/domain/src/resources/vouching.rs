//! Who vouches for a client that acts in its own name (`client_credentials`), and what it may then ask for. One rule for
//! registration, changes and the token endpoint: a client that loses its voucher loses the grant at its next request.
use crate::clients::{Client, GrantType, Trust};
use crate::resources::{Catalogue, OF_A_USER};

/// Who answers for what a client does without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voucher {
    /// The operator: for every scope.
    Operator,
    /// The workspace that owns the client: for scopes that the catalogue opens to machines.
    Workspace,
}

impl Voucher {
    /// Whether the client may have this scope in its own name. Scopes that say something of a person never are.
    pub fn covers(self, catalogue: &Catalogue, scope: &str) -> bool {
        let open = || catalogue.scope(scope).is_some_and(|info| info.machine);
        !OF_A_USER.contains(&scope) && (self == Self::Operator || open())
    }
}

impl Client {
    /// Who vouches for the client. A person alone does not: anyone can open an account.
    pub fn voucher(&self) -> Option<Voucher> {
        // Without a registration token and without an owner, only the command line makes a client.
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
