//! Refusals of the registration endpoints.
use crate::platform::management_error::ManagementError;
use domain::clients::metadata::MetadataRefusal;
use domain::diagnosis::Endpoint;
use domain::platform::refusal::{ErrorCode, Refusal};
use serde_json::{Value, json};

domain::refusals! {
    /// The reason why the caller may not register, or not manage this client.
    pub enum AccessRefusal {
        Off => RegistrationNotSupported, "registration_off", "Dynamic registration is switched off.";
        TokenNeeded => InvalidToken, "initial_access_token_missing_or_wrong", "A valid initial access token is required.";
        SignInNeeded => InvalidToken, "registration_without_sign_in", "Registration needs a signed-in user or a valid token.";
        TooMany => SlowDown, "registration_slowed_down", "Too many registrations from this address. Wait before trying again.";
        TooManyAlike => SlowDown, "registration_repeated", "The same metadata was registered too often from this address. Keep the client id and use it again.";
        Stale => PreconditionFailed, "client_changed_since_read", "The client was changed since it was read. Read it again and repeat the change.";
        Changed => Conflict, "client_changed_meanwhile", "The client was changed meanwhile. Read it again and repeat the change.";
        TokenMissing => InvalidRequest, "registration_token_missing", "Send the registration access token, or a credential of the owner, in the Authorization header.";
        WrongToken => InvalidToken, "registration_token_wrong", "The registration access token is not valid for this client.";
    }
}

/// The reason why nothing was registered or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterRefusal {
    Access(AccessRefusal),
    Metadata(MetadataRefusal),
    /// A known caller lacks the scope or the role, or the client is not theirs.
    Manage(ManagementError),
}

impl RegisterRefusal {
    fn inner(&self) -> &dyn Refusal {
        match self {
            Self::Access(r) => r,
            Self::Metadata(r) => r,
            Self::Manage(r) => r,
        }
    }
}

impl Refusal for RegisterRefusal {
    fn code(&self) -> ErrorCode {
        self.inner().code()
    }
    fn public(&self) -> &'static str {
        self.inner().public()
    }
    fn reason(&self) -> &'static str {
        self.inner().reason()
    }
}

/// Marks events of the registration endpoints, to distinguish them from events of the management APIs.
pub(crate) fn here() -> Value {
    json!({"endpoint": Endpoint::Registration.as_str()})
}
