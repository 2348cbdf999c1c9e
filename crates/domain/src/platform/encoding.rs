//! The two text forms of bytes that Countersign uses: base64url without padding (RFC 4648 §5) and Crockford base32.
pub use jose::{base64url, from_base64url};

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 16 bytes as 26 lower-case characters that sort like the bytes and can be read aloud.
pub fn base32(bytes: [u8; 16]) -> String {
    let value = u128::from_be_bytes(bytes);
    (0..26).rev().map(|i| char::from(CROCKFORD[((value >> (i * 5)) & 31) as usize])).collect()
}

/// The inverse of [`base32`]. Accepts only the canonical lower-case form, so that each id has exactly one text.
pub fn from_base32(text: &str) -> Option<[u8; 16]> {
    if text.len() != 26 || text.as_bytes()[0] > b'7' {
        return None;
    }
    let mut value = 0u128;
    for byte in text.bytes() {
        let digit = CROCKFORD.iter().position(|c| *c == byte)?;
        value = (value << 5) | digit as u128;
    }
    Some(value.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn base32_round_trips_and_keeps_order(a: [u8; 16], b: [u8; 16]) {
            prop_assert_eq!(from_base32(&base32(a)), Some(a));
            prop_assert_eq!(a.cmp(&b), base32(a).cmp(&base32(b)));
        }

        #[test]
        fn foreign_text_is_never_accepted_twice(text in "[0-9a-zA-Z]{26}") {
            if let Some(bytes) = from_base32(&text) {
                prop_assert_eq!(base32(bytes), text);
            }
        }
    }
}
