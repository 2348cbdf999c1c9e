//! What a response says about the authentication that it asks for (RFC 9110 §11.6.1).
use super::error_code::ErrorCode;
use std::fmt;

/// An authentication scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
}

/// The value of `WWW-Authenticate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// For clients with a secret (RFC 6749 §5.2).
    Basic,
    /// For tokens. If no credential was sent, there is no error (RFC 6750 §3.1).
    Bearer {
        /// Why the token is refused.
        error: Option<ErrorCode>,
        /// A sentence for the developer.
        description: Option<String>,
    },
}

impl Challenge {
    /// For a request without any token.
    pub const NO_TOKEN: Self = Self::Bearer { error: None, description: None };

    /// For a token that is not valid or not enough, or a person who is not signed in.
    pub fn of_token(code: ErrorCode, description: Option<&str>) -> Option<Self> {
        match code {
            ErrorCode::LoginRequired => Some(Self::NO_TOKEN),
            ErrorCode::InvalidToken | ErrorCode::InsufficientScope => {
                Some(Self::Bearer { error: Some(code), description: description.map(str::to_owned) })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Basic => f.write_str("Basic realm=\"token endpoint\", charset=\"UTF-8\""),
            Self::Bearer { error, description } => {
                f.write_str("Bearer")?;
                if let Some(error) = error {
                    write!(f, " error=\"{error}\"")?;
                }
                if let Some(description) = description {
                    write!(f, ", error_description=\"{description}\"")?;
                }
                Ok(())
            }
        }
    }
}
