//! Webhooks: which events they receive, how a message is signed, and when it is retried (Standard Webhooks 1.0).
use crate::access::ManagementError;
use crate::events::EventKind;
use crate::platform::outbound::OutboundRefusal;
use crate::{EventId, Secret, Timestamp, WebhookId, WorkspaceId};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use zeroize::Zeroizing;

crate::platform::refusal::refusals! {
    /// The reason why a webhook was not created or changed.
    pub enum WebhookRefusal {
        UrlMalformed => InvalidRequest, "webhook_url_malformed", "The URL must be absolute and have at most 2048 characters.";
        UrlScheme => InvalidRequest, "webhook_url_scheme", "The URL must be https.";
        UrlCredentials => InvalidRequest, "webhook_url_credentials", "The URL must not hold a user name or password.";
        UrlFragment => InvalidRequest, "webhook_url_fragment", "The URL must not hold a fragment.";
        UrlPort => InvalidRequest, "webhook_url_port", "The port must be 443, 80, or 1024 or above.";
        UrlAddress => InvalidRequest, "webhook_url_address", "The address is not one of the public internet.";
        Description => InvalidRequest, "webhook_description_long", "The description must have at most 200 characters.";
        Events => InvalidRequest, "webhook_event_unknown", "Name at least one event of the catalogue, or an asterisk for all.";
        EventElsewhere => InvalidRequest, "webhook_event_of_server", "Signing in and the server's keys belong to no workspace. Only webhooks of the server can receive these events.";
        TooMany => Conflict, "webhooks_too_many", "There are 50 webhooks already.";
        Unknown => NotFound, "webhook_unknown", "There is no such webhook or delivery.";
        Changed => PreconditionFailed, "changed_meanwhile", "It was changed meanwhile. Read it again and repeat the change.";
    }
}

impl WebhookRefusal {
    /// The member of the request that is at fault; empty if none is.
    pub const fn member(self) -> &'static str {
        match self {
            Self::UrlMalformed
            | Self::UrlScheme
            | Self::UrlCredentials
            | Self::UrlFragment
            | Self::UrlPort
            | Self::UrlAddress => "url",
            Self::Description => "description",
            Self::Events | Self::EventElsewhere => "events",
            Self::TooMany | Self::Unknown | Self::Changed => "",
        }
    }
}

impl From<WebhookRefusal> for ManagementError {
    fn from(refusal: WebhookRefusal) -> Self {
        Self::new(&refusal, refusal.member())
    }
}

impl From<OutboundRefusal> for WebhookRefusal {
    fn from(refusal: OutboundRefusal) -> Self {
        match refusal {
            OutboundRefusal::Malformed => Self::UrlMalformed,
            OutboundRefusal::Scheme => Self::UrlScheme,
            OutboundRefusal::Credentials => Self::UrlCredentials,
            OutboundRefusal::Fragment => Self::UrlFragment,
            OutboundRefusal::Port => Self::UrlPort,
            OutboundRefusal::Address => Self::UrlAddress,
        }
    }
}

/// The owner of a webhook, which determines the events it can receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WebhookOwner {
    /// Can receive all events.
    Operator,
    /// Can receive events of the workspace and of the clients it owns.
    Workspace(WorkspaceId),
}

impl WebhookOwner {
    /// The owning workspace; `None` for the operator.
    pub const fn workspace(self) -> Option<WorkspaceId> {
        match self {
            Self::Operator => None,
            Self::Workspace(id) => Some(id),
        }
    }

    /// Whether a webhook of this owner can subscribe to this kind of event.
    pub const fn may_ask_for(self, kind: EventKind) -> bool {
        match self {
            Self::Operator => kind.can_be_asked_for(),
            Self::Workspace(_) => kind.can_be_of_workspace(),
        }
    }
}

impl From<Option<WorkspaceId>> for WebhookOwner {
    fn from(workspace: Option<WorkspaceId>) -> Self {
        workspace.map_or(Self::Operator, Self::Workspace)
    }
}

/// The events that a webhook subscribes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventSelection {
    /// All events, including kinds added by later versions.
    All,
    /// Only these kinds, without duplicates.
    Kinds(Vec<EventKind>),
}

/// An unknown event name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of event that a webhook can ask for")]
pub struct UnknownKind;

impl EventSelection {
    /// Reads event names; `*` means all. An empty list is refused: such a webhook would never receive anything.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownKind> {
        let (mut kinds, mut all) = (Vec::new(), false);
        for name in names {
            all |= name == "*";
            if name != "*" {
                kinds.push(EventKind::parse(name).filter(|kind| kind.can_be_asked_for()).ok_or(UnknownKind)?);
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() && !all { Err(UnknownKind) } else { Ok(if all { Self::All } else { Self::Kinds(kinds) }) }
    }

    /// The inverse of [`EventSelection::parse`].
    pub fn names(&self) -> Vec<&'static str> {
        match self {
            Self::All => vec!["*"],
            Self::Kinds(kinds) => kinds.iter().map(|kind| kind.as_str()).collect(),
        }
    }

    /// Whether an event of this kind is sent. A test event is sent in any case.
    pub fn includes(&self, kind: EventKind) -> bool {
        match self {
            Self::All => kind.can_be_asked_for(),
            Self::Kinds(kinds) => kinds.contains(&kind),
        }
    }
}

/// A URL that receives events.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Names the webhook in lists, the audit log and the APIs.
    pub id: WebhookId,
    /// Decides which events it can receive, and who may manage it.
    pub owner: WebhookOwner,
    /// Where the events are sent: https, unless the server allows private addresses.
    pub url: String,
    /// A note for lists; at most 200 characters, empty if there is none.
    pub description: String,
    /// Which of the possible events it receives.
    pub asked: EventSelection,
    /// Sealed under the master key.
    pub sealed_secret: Vec<u8>,
    /// The previous secret, while both sign.
    pub previous: Option<(Vec<u8>, Timestamp)>,
    /// Incremented by every change. A change applies only to the revision that was read.
    pub revision: i64,
    /// When the webhook was created.
    pub created_at: Timestamp,
    /// When its settings or secrets last changed.
    pub updated_at: Timestamp,
    /// From then on, nothing is sent and no new deliveries are stored.
    pub disabled_at: Option<Timestamp>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({}, {:?}, {})", self.id, self.owner, self.url)
    }
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be sent, now or later.
    Pending,
    /// The receiver answered with a status of 200 to 299.
    Delivered,
    /// All retries failed, or the receiver is gone; only a replay sends it again.
    Dead,
}

impl DeliveryState {
    /// The value in the database and in the APIs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// Reads [`DeliveryState::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == text)
    }
}

/// The delivery of one event to one webhook, with the result of the last attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event. With the webhook, it identifies the delivery.
    pub event_id: EventId,
    /// The webhook that receives it.
    pub webhook_id: WebhookId,
    /// What happened.
    pub kind: EventKind,
    /// Whether it has arrived, will be tried again, or was given up.
    pub state: DeliveryState,
    /// The number of attempts since the event, or since the last replay.
    pub attempts: i64,
    /// Set while the delivery is pending.
    pub next_attempt_at: Option<Timestamp>,
    /// `None` before the first attempt.
    pub last_attempt_at: Option<Timestamp>,
    /// The receiver's HTTP status.
    pub last_status: Option<i64>,
    /// Why there was no status.
    pub last_error: Option<String>,
    /// How long the last attempt took, in milliseconds; `None` before the first one.
    pub last_duration_ms: Option<i64>,
    /// When the event happened.
    pub created_at: Timestamp,
}

/// Seconds to wait after the first, second, … failed attempt.
pub const RETRIES: [i64; 7] = [5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600];

/// Seconds until the next attempt after `attempts` failed ones, or `None` if there are no more. `random` adds up to a
/// tenth, so that deliveries that failed together are not retried together.
pub fn retry_after(attempts: i64, random: u8) -> Option<i64> {
    let at = usize::try_from(attempts.checked_sub(1)?).ok()?;
    RETRIES.get(at).map(|seconds| seconds + seconds * i64::from(random) / 2550)
}

const SECRET_PREFIX: &str = "whsec_";

/// A new secret of 256 random bits.
pub fn new_secret(random: &[u8; 32]) -> Secret {
    Secret::new(format!("{SECRET_PREFIX}{}", STANDARD.encode(random)))
}

/// The `webhook-signature` header with one signature per secret, separated by spaces. An invalid secret produces no
/// signature.
pub fn signatures(secrets: &[Secret], id: EventId, timestamp: Timestamp, body: &str) -> String {
    sign(secrets, &id.to_string(), timestamp, body)
}

fn sign(secrets: &[Secret], id: &str, timestamp: Timestamp, body: &str) -> String {
    let signed = format!("{id}.{}.{body}", timestamp.seconds());
    let one = |secret: &Secret| {
        let key = Zeroizing::new(STANDARD.decode(secret.expose().strip_prefix(SECRET_PREFIX)?).ok()?);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(tag)))
    };
    secrets.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

#[derive(Serialize)]
struct Message<'m> {
    r#type: &'static str,
    timestamp: String,
    data: &'m Value,
}

/// The body of a message.
pub fn body(kind: EventKind, at: Timestamp, data: &Value) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Message { r#type: kind.as_str(), timestamp: at.rfc3339(), data })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector published with the standard's libraries.
    #[test]
    fn signs_as_the_published_vector_says() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let (id, at) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp::from_seconds(1_614_265_330));
        let body = r#"{"test": 2432232314}"#;
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(sign(std::slice::from_ref(&secret), id, at, body), expected);
        let other = new_secret(&[7; 32]);
        let both = sign(&[other.clone(), secret], id, at, body);
        assert_eq!(both.split(' ').nth(1), Some(expected));
        assert_ne!(both.split(' ').next(), Some(expected));
        assert_eq!(sign(&[Secret::new("not a secret")], id, at, body), "");
        assert_eq!(STANDARD.decode(other.expose().strip_prefix("whsec_").unwrap()).unwrap(), [7; 32]);
    }

    #[test]
    fn a_message_says_what_when_and_then_the_rest() {
        let data = serde_json::json!({"a": null});
        assert_eq!(
            body(EventKind::MemberAdded, Timestamp::from_seconds(0), &data).unwrap(),
            r#"{"type":"member.added","timestamp":"1970-01-01T00:00:00Z","data":{"a":null}}"#
        );
    }

    #[test]
    fn retries_come_ever_later_and_end() {
        for (n, seconds) in (1..).zip(RETRIES) {
            assert_eq!(retry_after(n, 0), Some(seconds));
            assert_eq!(retry_after(n, 255), Some(seconds + seconds / 10));
        }
        assert_eq!(retry_after(8, 0), None);
        assert_eq!((retry_after(0, 0), retry_after(i64::MIN, 0)), (None, None));
    }

    #[test]
    fn a_webhook_asks_for_kinds_by_name() {
        let some = EventSelection::parse(["oauth2.token.revoked", "member.added", "member.added"]).unwrap();
        assert_eq!(some.names(), ["oauth2.token.revoked", "member.added"]);
        assert!(some.includes(EventKind::MemberAdded) && !some.includes(EventKind::MemberRemoved));
        let all = EventSelection::parse(["member.added", "*"]).unwrap();
        assert_eq!(all.names(), ["*"]);
        assert!(all.includes(EventKind::KeyRotated) && !all.includes(EventKind::WebhookTest));
        for wrong in [&[][..], &["member"], &["member.added", "x"], &["webhook.test"]] {
            assert_eq!(EventSelection::parse(wrong.iter().copied()), Err(UnknownKind), "{wrong:?}");
        }
    }

    #[test]
    fn a_webhook_does_not_print_its_secrets() {
        let webhook = Webhook {
            id: WebhookId::new(Timestamp::default(), [1; 10]),
            owner: WebhookOwner::Operator,
            url: "https://a.example/".to_owned(),
            description: String::new(),
            asked: EventSelection::All,
            sealed_secret: vec![99; 60],
            previous: None,
            revision: 0,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            disabled_at: None,
        };
        assert!(!format!("{webhook:?}").contains("99"));
    }
}
