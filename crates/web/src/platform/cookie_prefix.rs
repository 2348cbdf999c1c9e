//! Separates the cookies of servers on the same host.
use domain::platform::encoding::base64url;

/// The prefix of all cookie names. Browsers share cookies between the ports of a host, so the prefix contains a hash of the
/// issuer: two servers on one host do not overwrite each other's sessions.
pub fn prefix(issuer: &str, secure: bool) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, issuer.as_bytes());
    let host = if secure { "__Host-" } else { "" };
    format!("{host}cs_{}_", base64url(&digest.as_ref()[..6]))
}
