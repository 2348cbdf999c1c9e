//! Parameters of statements: four kinds of value, each possibly NULL, the same on both databases.
use domain::platform::seal::TokenId;
use domain::{
    ApiKeyId, AuditId, ClientId, ClientSecretId, EventId, GrantId, InvitationId, PersonalAccessTokenId, ScopeSet,
    SecretHash, SessionId, Timestamp, UserId, WebhookId, WorkspaceId,
};
use std::borrow::Cow;

/// A parameter. Booleans are 0 and 1, times are Unix seconds, JSON is text.
#[derive(Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text; `None` is NULL.
    Text(Option<Cow<'a, str>>),
    /// An integer of 64 bits; `None` is NULL.
    Int(Option<i64>),
    /// Bytes; `None` is NULL.
    Blob(Option<Cow<'a, [u8]>>),
}

// Implemented by hand: parameters can be personal data or hashes, and must not appear in logs.
impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(…)",
            Self::Int(_) => "Int(…)",
            Self::Blob(_) => "Blob(…)",
        })
    }
}

/// The parameters of one statement, each converted into [`Value`].
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Value::from($value)),*][..] };
}

/// A JSON document as a parameter.
pub fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<Value<'static>, crate::StoreError> {
    let text = serde_json::to_string(value).map_err(|e| crate::StoreError::Other(format!("not JSON: {e}")))?;
    Ok(Value::Text(Some(Cow::Owned(text))))
}

macro_rules! convert {
    ($from:ty, $kind:ident, $value:ident => $to:expr) => {
        impl<'a> From<$from> for Value<'a> {
            fn from($value: $from) -> Self {
                Self::$kind(Some($to))
            }
        }
        impl<'a> From<Option<$from>> for Value<'a> {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(|$value| $to))
            }
        }
    };
}
convert!(&'a str, Text, v => Cow::Borrowed(v));
convert!(&'a String, Text, v => Cow::Borrowed(v.as_str()));
convert!(String, Text, v => Cow::Owned(v));
convert!(i64, Int, v => v);
convert!(bool, Int, v => i64::from(v));
convert!(Timestamp, Int, v => v.seconds());
convert!(&'a [u8], Blob, v => Cow::Borrowed(v));
convert!(&'a Vec<u8>, Blob, v => Cow::Borrowed(v.as_slice()));
convert!(&'a TokenId, Blob, v => Cow::Borrowed(&v.as_bytes()[..]));
convert!(TokenId, Blob, v => Cow::Owned(v.as_bytes().to_vec()));
convert!(&'a SecretHash, Blob, v => Cow::Borrowed(&v.as_bytes()[..]));
convert!(SecretHash, Blob, v => Cow::Owned(v.as_bytes().to_vec()));
convert!(&'a ClientId, Text, v => Cow::Borrowed(v.as_str()));
convert!(&'a ScopeSet, Text, v => Cow::Owned(v.to_string()));

macro_rules! ids {
    ($($id:ty),*) => {$( convert!($id, Text, v => Cow::Owned(v.to_string())); )*};
}
ids!(
    UserId,
    WorkspaceId,
    SessionId,
    GrantId,
    ClientSecretId,
    ApiKeyId,
    PersonalAccessTokenId,
    AuditId,
    EventId,
    InvitationId,
    WebhookId
);
