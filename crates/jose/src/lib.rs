//! JSON Web Signatures, keys and tokens (RFC 7515, RFC 7517, RFC 7519).
//!
//! Three questions have three types: what the server signs with ([`SigningAlg`]), what keys it generates
//! ([`GeneratedKey`]), and what it accepts from others ([`foreign::AcceptedAlg`]). Changing one of them does not affect
//! the others.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod alg;
mod base64url;
pub mod foreign;
mod jwt;
mod own_key;
mod public_key;
mod thumbprint;

pub use alg::{GeneratedKey, SigningAlg};
pub use base64url::{base64url, from_base64url};
pub use jwt::{InvalidJwt, TYP_ACCESS_TOKEN, TYP_ID_TOKEN, key_id, verify};
pub use own_key::{KeyFault, OwnKey};
pub use public_key::PublicKey;
