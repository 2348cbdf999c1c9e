//! Events: what happened, as sent to webhooks.
mod catalogue;
mod change;
mod field;
#[cfg(test)]
mod tests;

pub use catalogue::{EventData, EventKind};
pub use change::Change;
pub use field::{SignInFailure, TokenKind};

use crate::clients::GrantType;
use crate::{EventId, Timestamp};
use serde_json::Value;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The message id. Receivers use it to drop duplicates.
    pub id: EventId,
    /// When it happened, in whole seconds.
    pub at: Timestamp,
    /// The kind, and the content for the receiver.
    pub data: EventData,
}

/// What an event is about. Strings, because the workspace or client may have been deleted since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventSubject {
    /// The workspace it belongs to, or that owns its client; `None` if there is neither.
    pub workspace_id: Option<String>,
    /// `None` if no client is involved.
    pub client_id: Option<String>,
    /// `None` if no user is involved, or if none was found.
    pub user_id: Option<String>,
}

impl Event {
    /// The kind, without the content.
    pub fn kind(&self) -> EventKind {
        self.data.kind()
    }

    /// Read from the members with these names, which have the same meaning in every kind.
    pub fn about(&self) -> EventSubject {
        let data = self.data.json();
        let member = |name: &str| data.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        EventSubject {
            workspace_id: member("workspace_id").or_else(|| member("owner_workspace_id")),
            client_id: member("client_id"),
            user_id: member("user_id"),
        }
    }

    /// Events with the same subject are delivered in order: the user, else the client. A machine client's tokens, of
    /// which there can be thousands per second, need no order, nor do sign-in attempts for accounts that do not exist.
    pub fn subject(&self) -> String {
        let machine = matches!(self.data, EventData::TokenIssued { grant_type: GrantType::ClientCredentials, .. });
        let EventSubject { client_id, user_id, .. } = self.about();
        match (&self.data, user_id.or(client_id)) {
            (EventData::KeyRotated { .. }, _) => "keys".to_owned(),
            (_, Some(subject)) if !machine => subject,
            _ => self.id.to_string(),
        }
    }
}
