//! Tokens signed by others: their keys, and the rules for accepting them.
mod alg;
mod cache;
mod key;
mod key_set;
mod policy;

pub use alg::AcceptedAlg;
pub use cache::{JwksCache, Lookup};
pub use key::{ForeignKey, UnusableKey};
pub use key_set::{InvalidKeySet, KeySet};
pub use policy::{InvalidForeignJwt, Policy, Unverified, verify};
