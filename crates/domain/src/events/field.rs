//! The members of an event's `data`: each type has one JSON form and one schema for it.
use crate::clients::grant_type::GRANTS;
use crate::clients::{ClientType, GrantType, SubType};
use crate::grants::EndReason;
use crate::grants::refresh::Theft;
use crate::{ClientId, GrantId, ScopeSet, SessionId, Timestamp, UserId, WebhookId, WorkspaceId};
use serde_json::{Value, json};

/// A type that a member can have.
pub trait Field {
    /// JSON Schema (2020-12) of [`Field::value`].
    fn schema() -> Value;
    fn value(&self) -> Value;
}

macro_rules! ids {
    ($($id:ty),*) => {$(
        impl Field for $id {
            fn schema() -> Value {
                json!({"type": "string", "pattern": format!("^{}[0-9a-z]{{26}}$", <$id>::PREFIX)})
            }
            fn value(&self) -> Value {
                self.to_string().into()
            }
        }
    )*};
}
ids!(UserId, WorkspaceId, SessionId, GrantId, WebhookId);

impl Field for ClientId {
    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 255})
    }
    fn value(&self) -> Value {
        self.as_str().into()
    }
}

impl Field for String {
    fn schema() -> Value {
        json!({"type": "string"})
    }
    fn value(&self) -> Value {
        self.as_str().into()
    }
}

impl Field for i64 {
    fn schema() -> Value {
        json!({"type": "integer"})
    }
    fn value(&self) -> Value {
        (*self).into()
    }
}

/// As in OAuth: names separated by spaces.
impl Field for ScopeSet {
    fn schema() -> Value {
        json!({"type": "string"})
    }
    fn value(&self) -> Value {
        self.to_string().into()
    }
}

impl Field for Timestamp {
    fn schema() -> Value {
        json!({"type": "string", "format": "date-time"})
    }
    fn value(&self) -> Value {
        self.rfc3339().into()
    }
}

impl Field for Vec<String> {
    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string"}})
    }
    fn value(&self) -> Value {
        self.as_slice().into()
    }
}

/// The member is always present; `null` means that there is no value.
impl<T: Field> Field for Option<T> {
    fn schema() -> Value {
        json!({"anyOf": [T::schema(), {"type": "null"}]})
    }
    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Null, Field::value)
    }
}

/// Types with a fixed set of strings.
macro_rules! texts {
    ($($kind:ty = $all:expr, $text:expr;)*) => {$(
        impl Field for $kind {
            fn schema() -> Value {
                let text: fn($kind) -> &'static str = $text;
                json!({"type": "string", "enum": $all.into_iter().map(text).collect::<Vec<_>>()})
            }
            fn value(&self) -> Value {
                let text: fn($kind) -> &'static str = $text;
                text(*self).into()
            }
        }
    )*};
}

/// The kind of token that was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An access token: only this one token ended.
    AccessToken,
    /// A refresh token: its grant ended with it.
    RefreshToken,
}

/// Why a sign-in failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInFailure {
    /// An unknown email address, a wrong password, or a disabled account.
    WrongCredentials,
    /// Refused by a rate limit, without looking at the password.
    TooManyAttempts,
}

texts! {
    EndReason = EndReason::ALL, EndReason::as_str;
    GrantType = GRANTS.iter().map(|row| row.grant_type), GrantType::as_str;
    SubType = [SubType::Workspace, SubType::User], SubType::as_str;
    ClientType = [ClientType::Confidential, ClientType::Public], ClientType::as_str;
    Theft = [Theft::Void, Theft::SuccessorUsed, Theft::FarBehind], Theft::reason;
    TokenKind = [TokenKind::AccessToken, TokenKind::RefreshToken], |kind| match kind {
        TokenKind::AccessToken => "access_token",
        TokenKind::RefreshToken => "refresh_token",
    };
    SignInFailure = [SignInFailure::WrongCredentials, SignInFailure::TooManyAttempts], |why| match why {
        SignInFailure::WrongCredentials => "wrong_credentials",
        SignInFailure::TooManyAttempts => "too_many_attempts",
    };
}
