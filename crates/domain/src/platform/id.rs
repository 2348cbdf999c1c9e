//! Typed identifiers. Each kind has its prefix, so an id of one kind can never be taken for another
//! (a `client_id` never equals a `sub`: RFC 9700 §4.15.1).
use crate::platform::encoding::{base32, base64url, from_base32};
use crate::platform::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A text that is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0} identifier")]
pub struct InvalidId(pub &'static str);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The text before the 26 characters.
            pub const PREFIX: &'static str = $prefix;

            /// 48 bits of time (milliseconds), then 80 random bits: rows made together lie together.
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                let mut bytes = [0; 16];
                let millis = u64::try_from(now.seconds()).unwrap_or(0) * 1000;
                bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
                bytes[6..].copy_from_slice(&random);
                Self(bytes)
            }

            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The moment that the id was made for.
            pub fn time(&self) -> Timestamp {
                let mut millis = [0; 8];
                millis[2..].copy_from_slice(&self.0[..6]);
                Timestamp::from_seconds(i64::try_from(u64::from_be_bytes(millis) / 1000).unwrap_or(i64::MAX))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, base32(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix($prefix).and_then(from_base32).map(Self).ok_or(InvalidId($prefix))
            }
        }

        // Text for people and JSON; sixteen bytes inside sealed tokens.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() { s.collect_str(self) } else { self.0.serialize(s) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if d.is_human_readable() {
                    String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
                } else {
                    <[u8; 16]>::deserialize(d).map(Self)
                }
            }
        }
    )*};
}

ids! {
    /// A person who can sign in.
    UserId = "usr_";
    /// What the reference APIs call workspace, organization, org or tenant.
    WorkspaceId = "wsp_";
    /// A signed-in browser.
    SessionId = "ses_";
    /// One living authorization.
    GrantId = "grt_";
    /// One of the live secrets of a client; not the secret itself.
    ClientSecretId = "sec_";
    /// A workspace's credential; not the key itself.
    ApiKeyId = "key_";
    /// A user's credential; not the token itself.
    PersonalAccessTokenId = "pat_";
    /// One line of the audit log.
    AuditId = "evt_";
    /// Something that happened, as webhooks are told of it.
    EventId = "msg_";
    /// An invitation into a workspace; not the link itself.
    InvitationId = "inv_";
    /// A place that is told of events.
    WebhookId = "whk_";
}

/// A `client_id`: made by this server as `<prefix>_ci_…`, opaque to everybody else (RFC 6749 §2.2).
/// It is never chosen by a client (RFC 9700 §4.15.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(String);

impl ClientId {
    /// A new id of 128 random bits.
    pub fn new(prefix: &str, random: [u8; 16]) -> Self {
        Self(format!("{prefix}_ci_{}", base64url(&random)))
    }

    /// Any text that could name a client: 1 to 255 visible ASCII characters (RFC 6749 appendix A.1).
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let fits = (1..=255).contains(&text.len()) && text.bytes().all(|b| (0x21..=0x7e).contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidId("client")) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_round_trip() {
        let id = UserId::new(Timestamp::from_seconds(1_700_000_000), [7; 10]);
        assert_eq!(id.to_string().parse::<UserId>(), Ok(id));
        assert_eq!(id.time().seconds(), 1_700_000_000);
        assert_eq!(serde_json::from_str::<UserId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
        assert_eq!(postcard::from_bytes::<UserId>(&postcard::to_stdvec(&id).unwrap()).unwrap(), id);
    }

    #[test]
    fn an_id_of_one_kind_is_no_id_of_another() {
        let id = UserId::new(Timestamp::from_seconds(0), [1; 10]).to_string();
        assert!(id.parse::<WorkspaceId>().is_err());
        assert!(id.to_uppercase().parse::<UserId>().is_err());
    }

    #[test]
    fn checklist_60_a_client_id_is_never_a_sub() {
        let made = ClientId::new("cs", [9; 16]);
        assert!(made.as_str().parse::<UserId>().is_err() && made.as_str().parse::<WorkspaceId>().is_err());
        // Ids made here never look like a URL, so they never meet a metadata document's id.
        assert!(!made.as_str().starts_with("https://"));
    }
}
