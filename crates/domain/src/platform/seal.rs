//! Sealed tokens: capabilities that only this server can create and read.
//!
//! `<prefix>_<kind>_` + base64url(key id ‖ nonce ‖ ciphertext ‖ tag), AES-256-GCM-SIV (RFC 8452). Issuing one writes no
//! row. GCM-SIV, because nonces are random and a busy server draws more than the 2³² that plain GCM allows per key. The
//! issuer, the kind and the key id are authenticated, so a token of one kind or one server is invalid anywhere else.
//!
//! The plain text is a version byte and the payload ([`Payload`]), so that a payload can change while tokens of the old
//! form are in use. The first tokens had no such byte. They count as version 0; they never set the highest bit of the
//! key id, which distinguishes the two forms.
use crate::platform::encoding::{base64url, from_base64url};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// The content of a sealed token.
///
/// A change of the fields needs a new version, and [`Payload::upgrade`] must read the old one for as long as such a
/// token can live: the authorization code a minute, the refresh token a year.
pub trait Payload: Serialize + DeserializeOwned {
    /// The version that new tokens are sealed with.
    const VERSION: u8 = 1;

    /// Reads the plain text of an older version; `None` if it is not one.
    fn upgrade(version: u8, plain: &[u8]) -> Option<Self>;

    /// Reads a plain text of this version or an older one.
    fn read(version: u8, plain: &[u8]) -> Result<Self, Unopened> {
        let read = match version.cmp(&Self::VERSION) {
            Ordering::Less => Self::upgrade(version, plain),
            Ordering::Equal => exactly(plain),
            Ordering::Greater => return Err(Unopened::Later),
        };
        read.ok_or(Unopened::NotOurs)
    }
}

/// The payload, if `plain` contains it and nothing after it, so that nothing can be hidden there.
pub fn exactly<T: DeserializeOwned>(plain: &[u8]) -> Option<T> {
    match postcard::take_from_bytes(plain) {
        Ok((payload, [])) => Some(payload),
        _ => None,
    }
}

/// The nonce of a sealed token, which is also its identifier: `jti`, the id of a code, the key of a revocation row.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TokenId([u8; 12]);

impl TokenId {
    /// A new id. The caller draws the bytes anew for every token.
    pub const fn from_random(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }
    /// `None` unless there are exactly 12 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
    /// The bytes, as the database stores them.
    pub fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url(&self.0))
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The purpose of a sealed text; a text with one purpose never opens as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An opaque access token. JWT access tokens are signed instead.
    AccessToken,
    /// A refresh token: the id of its grant, and a sequence number.
    RefreshToken,
    /// An authorization code (RFC 6749 §4.1.2).
    AuthorizationCode,
    /// A validated authorization request that waits for the user.
    Interaction,
    /// Held by a browser after it opened a link with a secret.
    Pass,
}

impl Purpose {
    /// The kind in the token's prefix. It is also authenticated, so it never changes.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AccessToken => "at",
            Self::RefreshToken => "rt",
            Self::AuthorizationCode => "ac",
            Self::Interaction => "ix",
            Self::Pass => "ps",
        }
    }
}

/// Why a text does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// Not a token with this purpose that this server sealed with a key it still has.
    #[error("not sealed by this server for this purpose")]
    NotOurs,
    /// Sealed by a later version of this server; an updated node can read it.
    #[error("sealed by a later version of this server")]
    Later,
}

struct SealingKey {
    id: u32,
    key: LessSafeKey,
}

/// All sealing keys, the active one first.
pub struct Sealer {
    prefix: String,
    issuer: String,
    keys: Vec<SealingKey>,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|k| k.id)).finish()
    }
}

const HEADER: usize = 4 + 12;
/// Length of the base64url text that contains the key id.
const HEADER_TEXT: usize = 8;
/// Set in the key id of tokens whose plain text begins with a version byte.
const VERSIONED: u32 = 1 << 31;
/// Longer texts are not our tokens, and decoding them would waste work.
const MAX_TEXT: usize = 16 * 1024;

impl Sealer {
    /// `keys` are pairs of id and 32 bytes; the first one seals, all of them open. `None` if there is no key.
    pub fn new(prefix: &str, issuer: &str, keys: impl IntoIterator<Item = (u32, [u8; 32])>) -> Option<Self> {
        let keys: Vec<_> = keys
            .into_iter()
            .map(|(id, bytes)| {
                UnboundKey::new(&AES_256_GCM_SIV, &bytes).ok().map(|key| SealingKey { id, key: LessSafeKey::new(key) })
            })
            .collect::<Option<_>>()?;
        (!keys.is_empty()).then(|| Self { prefix: prefix.to_owned(), issuer: issuer.to_owned(), keys })
    }

    fn aad(&self, purpose: Purpose, key_id: u32) -> Vec<u8> {
        let mut aad = Vec::with_capacity(self.issuer.len() + 8);
        aad.extend_from_slice(purpose.label().as_bytes());
        aad.extend_from_slice(&key_id.to_be_bytes());
        aad.extend_from_slice(self.issuer.as_bytes());
        aad
    }

    /// Seals `payload` with the nonce `id`.
    pub fn seal<T: Payload>(&self, purpose: Purpose, id: TokenId, payload: &T) -> Result<String, SealFault> {
        let active = &self.keys[0];
        let key_id = active.id | VERSIONED;
        let mut body = postcard::to_extend(payload, vec![T::VERSION]).map_err(|_| SealFault)?;
        let tag = active
            .key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(id.0),
                Aad::from(self.aad(purpose, key_id)),
                &mut body,
            )
            .map_err(|_| SealFault)?;
        let mut bytes = Vec::with_capacity(HEADER + body.len() + 16);
        bytes.extend_from_slice(&key_id.to_be_bytes());
        bytes.extend_from_slice(&id.0);
        bytes.extend_from_slice(&body);
        bytes.extend_from_slice(tag.as_ref());
        Ok(format!("{}_{}_{}", self.prefix, purpose.label(), base64url(&bytes)))
    }

    /// The ids of the keys, the one that seals first.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.keys.iter().map(|key| key.id)
    }

    /// Whether `text` looks like a token sealed with a key newer than all of these, which another node may know.
    pub fn lacks_key_of(&self, text: &str) -> bool {
        // No key ring is this far ahead; a stranger can put any number into a token.
        const AHEAD: u32 = 1000;
        let label = |rest: &str| rest.split_once('_').map(|(_, body)| body.to_owned());
        let body = text.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('_')).and_then(label);
        let header = body.and_then(|body| from_base64url(body.get(..HEADER_TEXT)?));
        let Some(id) = header.and_then(|header| header.get(..4)?.try_into().ok()).map(u32::from_be_bytes) else {
            return false;
        };
        let newest = self.keys.iter().map(|key| key.id).max().unwrap_or_default();
        (newest + 1..=newest.saturating_add(AHEAD)).contains(&(id & !VERSIONED))
    }

    /// Whether `text` looks like a token with this purpose. Does not check that it is genuine.
    pub fn recognises(&self, purpose: Purpose, text: &str) -> bool {
        self.body(purpose, text).is_some()
    }

    fn body<'t>(&self, purpose: Purpose, text: &'t str) -> Option<&'t str> {
        text.strip_prefix(&self.prefix)?.strip_prefix('_')?.strip_prefix(purpose.label())?.strip_prefix('_')
    }

    /// Opens what [`Sealer::seal`] sealed for the same purpose, in this version or an older one.
    pub fn open<T: Payload>(&self, purpose: Purpose, text: &str) -> Result<(TokenId, T), Unopened> {
        if text.len() > MAX_TEXT {
            return Err(Unopened::NotOurs);
        }
        let mut bytes = self.body(purpose, text).and_then(from_base64url).ok_or(Unopened::NotOurs)?;
        let (header, sealed) = bytes.split_at_mut_checked(HEADER).ok_or(Unopened::NotOurs)?;
        let key_id = u32::from_be_bytes(header[..4].try_into().map_err(|_| Unopened::NotOurs)?);
        let id = TokenId::from_slice(&header[4..]).ok_or(Unopened::NotOurs)?;
        let key = self.keys.iter().find(|k| k.id == key_id & !VERSIONED).ok_or(Unopened::NotOurs)?;
        let plain = key
            .key
            .open_in_place(Nonce::assume_unique_for_key(id.0), Aad::from(self.aad(purpose, key_id)), sealed)
            .map_err(|_| Unopened::NotOurs)?;
        let (version, plain) = match plain.split_first() {
            Some((version, rest)) if key_id & VERSIONED != 0 => (*version, rest),
            _ => (0, &*plain),
        };
        T::read(version, plain).map(|payload| (id, payload))
    }
}

/// Sealing failed: an error of this server, never of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token could not be sealed")]
pub struct SealFault;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Version 2 of a payload that used to be a text, and a number before that.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Greeting {
        text: String,
        loud: bool,
    }

    impl Payload for Greeting {
        const VERSION: u8 = 2;
        fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
            match version {
                0 => exactly::<u32>(plain).map(|n| Self { text: n.to_string(), loud: false }),
                1 => exactly::<String>(plain).map(|text| Self { text, loud: false }),
                _ => None,
            }
        }
    }

    impl Payload for String {
        fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
            (version == 0).then(|| exactly(plain)).flatten()
        }
    }

    /// Seals a plain text unchanged, with or without the version flag.
    fn sealed(sealer: &Sealer, mark: u32, plain: &[u8]) -> String {
        let (key, id) = (&sealer.keys[0], TokenId::from_random([5; 12]));
        let mut body = plain.to_vec();
        let aad = Aad::from(sealer.aad(Purpose::AccessToken, key.id | mark));
        let nonce = Nonce::assume_unique_for_key(id.0);
        let tag = key.key.seal_in_place_separate_tag(nonce, aad, &mut body).unwrap();
        let bytes = [&(key.id | mark).to_be_bytes()[..], id.as_bytes(), &body, tag.as_ref()].concat();
        format!("cs_at_{}", base64url(&bytes))
    }

    #[test]
    fn older_versions_open_and_later_ones_are_told_apart() {
        let ours = sealer("https://a", 1);
        let open = |text: &str| ours.open::<Greeting>(Purpose::AccessToken, text).map(|(_, greeting)| greeting);
        let is = |text: &str, loud| Ok(Greeting { text: text.to_owned(), loud });
        let of = |version: u8, plain: Vec<u8>| sealed(&ours, VERSIONED, &[vec![version], plain].concat());
        let now = ours.seal(Purpose::AccessToken, TokenId::from_random([3; 12]), &is("a", true).unwrap()).unwrap();
        assert_eq!(open(&now), is("a", true));
        assert_eq!(open(&of(2, postcard::to_stdvec(&is("a", true).unwrap()).unwrap())), is("a", true));
        assert_eq!(open(&of(1, postcard::to_stdvec("a").unwrap())), is("a", false));
        assert_eq!(
            open(&sealed(&ours, 0, &postcard::to_stdvec(&7u32).unwrap())),
            is("7", false),
            "without a version byte"
        );
        assert_eq!(open(&of(0, postcard::to_stdvec(&7u32).unwrap())), is("7", false));
        assert_eq!(open(&of(3, postcard::to_stdvec("a").unwrap())), Err(Unopened::Later), "of a later server");
        assert_eq!(open(&sealed(&ours, VERSIONED, &[])), Err(Unopened::NotOurs));
        assert_eq!(
            open(&of(1, [postcard::to_stdvec("a").unwrap(), vec![0]].concat())),
            Err(Unopened::NotOurs),
            "something behind it"
        );
    }

    fn sealer(issuer: &str, key: u8) -> Sealer {
        Sealer::new("cs", issuer, [(1, [key; 32])]).unwrap()
    }

    #[test]
    fn opens_only_for_its_purpose_server_and_key() {
        let ours = sealer("https://a", 1);
        let id = TokenId::from_random([3; 12]);
        let text = ours.seal(Purpose::AccessToken, id, &"hello".to_owned()).unwrap();
        assert!(text.starts_with("cs_at_"));
        assert_eq!(ours.open::<String>(Purpose::AccessToken, &text), Ok((id, "hello".to_owned())));
        assert!(ours.open::<String>(Purpose::RefreshToken, &text).is_err());
        assert!(ours.open::<String>(Purpose::RefreshToken, &text.replace("_at_", "_rt_")).is_err());
        assert!(sealer("https://b", 1).open::<String>(Purpose::AccessToken, &text).is_err());
        assert!(sealer("https://a", 2).open::<String>(Purpose::AccessToken, &text).is_err());
        let rotated = Sealer::new("cs", "https://a", [(2, [2; 32]), (1, [1; 32])]).unwrap();
        assert!(rotated.open::<String>(Purpose::AccessToken, &text).is_ok(), "a retired key still opens");
    }

    proptest! {
        /// Checklist 59.
        #[test]
        fn no_changed_text_opens(payload in "[a-z]{0,40}", at in 0usize..200, change in 1u8..255) {
            let ours = sealer("https://a", 1);
            let text = ours.seal(Purpose::AccessToken, TokenId::from_random([7; 12]), &payload).unwrap();
            let mut bytes = text.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= change;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(ours.open::<String>(Purpose::AccessToken, &changed).is_err());
            }
            prop_assert!(ours.open::<String>(Purpose::AccessToken, &text[..at]).is_err());
        }

        #[test]
        fn rubbish_is_refused(text in "(cs_at_)?[ -~]{0,80}") {
            prop_assert!(sealer("https://a", 1).open::<String>(Purpose::AccessToken, &text).is_err());
        }
    }
}
