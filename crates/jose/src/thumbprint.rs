//! JWK thumbprints (RFC 7638).
use crate::base64url;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

/// The thumbprint of the required members of a key, which must contain no others.
pub(crate) fn thumbprint(members: &Value) -> String {
    // In lexicographic order without white space, as `serde_json`'s map writes it.
    base64url(digest(&SHA256, members.to_string().as_bytes()).as_ref())
}
