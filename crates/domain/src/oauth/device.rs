//! The device authorization grant (RFC 8628): a device shows a code, a user enters it in a browser and decides, and the
//! device polls until then.
use crate::grants::authorization::{Access, Authorization};
use crate::platform::seal::TokenId;
use crate::{ClientId, SecretHash, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Seconds the device and its user have to complete the request.
pub const LIFETIME: i64 = 600;
/// Minimum seconds between two polls, and the increase after each poll that came too early (RFC 8628 §3.5).
pub const INTERVAL: i64 = 5;

/// Consonants without Y: they form no words, and none can be mistaken for a digit (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

/// The code that a device shows and a user types: eight letters, about 34 bits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCode(String);

impl UserCode {
    /// Creates a code from random bytes. Returns `None` in the rare case that too many bytes have to be rejected to
    /// keep all letters equally likely.
    pub fn from_random(bytes: &[u8; 32]) -> Option<Self> {
        let even = bytes.iter().filter(|byte| **byte < 240);
        let text: String = even.take(LENGTH).map(|byte| char::from(LETTERS[usize::from(byte % 20)])).collect();
        (text.len() == LENGTH).then_some(Self(text))
    }

    /// Parses a code as typed by a user: in any case, with or without dashes or spaces.
    pub fn parse(text: &str) -> Option<Self> {
        // No legitimate input is longer, however many dashes it contains.
        if text.len() > 64 {
            return None;
        }
        let typed = text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_punctuation() && !"–—‐‑".contains(*c));
        let code: String = typed.map(|c| c.to_ascii_uppercase()).collect();
        (code.len() == LENGTH && code.bytes().all(|b| LETTERS.contains(&b))).then_some(Self(code))
    }

    /// The letters that are hashed.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LENGTH / 2);
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(…)")
    }
}

/// The state of a device's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceState {
    /// The user has not decided yet.
    Pending,
    /// The user has allowed it. The device's next poll gets tokens.
    Approved,
    /// The user has denied it.
    Denied,
    /// The device has received its tokens.
    Redeemed,
}

impl DeviceState {
    /// In the order in which a request passes through them, with denial before redemption.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Approved, Self::Denied, Self::Redeemed];
    /// The value in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Redeemed => "redeemed",
        }
    }
    /// Reads [`DeviceState::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What a user allowed a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceApproval {
    /// What the user authorized, and how.
    pub authorization: Authorization,
    /// Whether a refresh token may be issued.
    pub refreshable: bool,
}

/// A device's request, from its start to its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// Becomes the code id of the resulting grant.
    pub id: TokenId,
    /// The keyed hash of the code that the device polls with.
    pub device_code: SecretHash,
    /// The keyed hash of the code that the user types.
    pub user_code: SecretHash,
    /// The client that runs on the device.
    pub client_id: ClientId,
    /// What the device requested.
    pub access: Access,
    /// How far the request has come.
    pub state: DeviceState,
    /// Set once the user has allowed it.
    pub approval: Option<DeviceApproval>,
    /// `None` until the first poll.
    pub last_polled_at: Option<Timestamp>,
    /// Minimum seconds between two polls.
    pub interval: i64,
    /// When the device asked for its codes.
    pub created_at: Timestamp,
    /// Both codes are invalid from then on: [`LIFETIME`] after creation.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = UserCode::from_random(&std::array::from_fn(|n| u8::try_from(n).unwrap())).unwrap();
        assert_eq!(code.to_string(), "BCDF-GHJK");
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "BCDF–GHJK", "b.c.d.f.g.h.j.k"] {
            assert_eq!(UserCode::parse(typed), Some(code.clone()), "{typed}");
        }
        for odd in ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF-GHJ1", "ßCDF-GHJK", &"-".repeat(100)] {
            assert_eq!(UserCode::parse(odd), None, "{odd}");
        }
        assert_eq!(UserCode::from_random(&[240; 32]), None, "no letter is likelier than another");
        assert_eq!(format!("{code:?}"), "UserCode(…)");
    }
}
