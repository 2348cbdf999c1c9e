//! JWK thumbprints (RFC 7638).
use crate::base64url;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

/// Of the required members of a key, and no others.
pub(crate) fn thumbprint(members: &Value) -> String {
    // In lexicographic order without white space: `serde_json`'s map keeps that order.
    base64url(digest(&SHA256, members.to_string().as_bytes()).as_ref())
}
