use serde::{Deserialize, Serialize};
use std::fmt;

/// An email address as the user wrote it; comparisons ignore case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// A text that cannot be an email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// Accepts what could be delivered: one `@`, something on both sides, no spaces or control characters, at most 254
    /// characters (RFC 5321 §4.5.3.1.3). Only sending a message shows whether the address exists.
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let clean = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        let parts = !local.is_empty() && local.len() <= 64 && !local.contains('@');
        let host = !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
        if text.len() <= 254 && clean && parts && host { Ok(Self(text.to_owned())) } else { Err(InvalidEmail) }
    }

    /// The address in the user's spelling. Use [`Email::key`] to compare.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A form that anyone who knows the address recognises and that does not reveal it to others: `a…@example.com`.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        format!("{}…@{domain}", local.chars().take(1).collect::<String>())
    }

    /// The normalized form of the address, equal for all spellings: the unique key.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = InvalidEmail;
    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_addresses_and_refuses_the_rest() {
        for good in ["a@b", "ada@example.com", " ada+x@example.com ", "ädä@exämple.org"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a b@c", "a@b@c", "a@.b", "a@b..c", "a\n@b"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Email::parse("Ada@Example.COM").unwrap().key(), "ada@example.com");
        for (whole, masked) in [("Ada@Example.COM", "A…@Example.COM"), ("a@b", "a…@b"), ("ä.x@b", "ä…@b")] {
            assert_eq!(Email::parse(whole).unwrap().masked(), masked);
        }
    }
}
