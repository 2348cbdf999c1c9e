//! Which keys are usable.
use jose::base64url;
use jose::foreign::{AcceptedAlg, ForeignKey, InvalidKeySet, KeySet, UnusableKey};
use serde_json::{Value, json};

fn rsa(bits: usize, e: &[u8]) -> Value {
    let mut n = vec![0xff; bits / 8];
    n[0] = 0x80;
    json!({"kty": "RSA", "n": base64url(&n), "e": base64url(e)})
}

const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

#[test]
fn checklist_52_weak_and_broken_keys_are_refused() {
    let with = |mut jwk: Value, name: &str, value: &str| {
        jwk[name] = value.into();
        jwk
    };
    let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
    let p256 = json!({"kty": "EC", "crv": "P-256", "x": base64url(&[1; 32]), "y": base64url(&[1; 32])});
    for (jwk, why) in [
        (rsa(2048, &[1, 0, 1]), None),
        (rsa(8192, &[3]), None),
        (rsa(2040, &[1, 0, 1]), Some(UnusableKey::Weak)),
        (rsa(1024, &[1, 0, 1]), Some(UnusableKey::Weak)),
        (rsa(8200, &[1, 0, 1]), Some(UnusableKey::Weak)),
        (rsa(2048, &[1]), Some(UnusableKey::Weak)),
        (rsa(2048, &[2]), Some(UnusableKey::Weak)),
        (rsa(2048, &[]), Some(UnusableKey::Weak)),
        (rsa(2048, &[1, 0, 0, 0, 1]), Some(UnusableKey::Weak)),
        (with(rsa(2048, &[3]), "d", "AQ"), Some(UnusableKey::Private)),
        (json!({"kty": "oct", "k": "c2VjcmV0"}), Some(UnusableKey::Private)),
        (json!({"kty": "oct"}), Some(UnusableKey::Unsupported)),
        (json!({"kty": 1}), Some(UnusableKey::Malformed)),
        (json!({}), Some(UnusableKey::Malformed)),
        (p256.clone(), Some(UnusableKey::NotOnCurve)),
        (with(p256.clone(), "crv", "secp256k1"), Some(UnusableKey::Unsupported)),
        (with(p256.clone(), "crv", "P-384"), Some(UnusableKey::Malformed)),
        (with(p256, "x", &base64url(&[1; 31])), Some(UnusableKey::Malformed)),
        (okp.clone(), None),
        (with(okp.clone(), "x", "11qY"), Some(UnusableKey::Malformed)),
        (with(okp.clone(), "x", &format!("{X}=")), Some(UnusableKey::Malformed)),
        (with(okp, "crv", "Ed448"), Some(UnusableKey::Unsupported)),
    ] {
        assert_eq!(ForeignKey::from_jwk(&jwk).err(), why, "{jwk}");
    }
}

#[test]
fn a_key_names_itself_by_its_required_members_alone() {
    let key = ForeignKey::from_jwk(&json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "a", "use": "sig"})).unwrap();
    assert_eq!(key.members(), json!({"kty": "OKP", "crv": "Ed25519", "x": X}));
    assert!(key.signs_with(AcceptedAlg::EdDSA) && !key.signs_with(AcceptedAlg::ES256));
    // Leading zeros are no part of a number.
    let (plain, padded) = (rsa(2048, &[1, 0, 1]), rsa(2048, &[0, 1, 0, 1]));
    let of = |jwk: &Value| ForeignKey::from_jwk(jwk).unwrap().thumbprint();
    assert_eq!(of(&plain), of(&padded));
}

#[test]
fn sets_keep_what_can_verify_signatures() {
    let key = |more: Value| {
        let mut jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
        more.as_object().unwrap().iter().for_each(|(name, value)| jwk[name] = value.clone());
        jwk
    };
    let count = |keys: Value| KeySet::from_json(&json!({ "keys": keys })).map(|set| set.keys().count());
    assert_eq!(count(json!([key(json!({})), key(json!({"kid": "b", "use": "sig"}))])), Ok(2));
    for left_out in [
        json!({"use": "enc"}),
        json!({"key_ops": ["sign"]}),
        json!({"key_ops": "verify"}),
        json!({"alg": "ES256"}),
        json!({"alg": "RSA-OAEP"}),
        json!({"alg": 1}),
        json!({"x": "AA"}),
    ] {
        assert_eq!(count(json!([key(left_out.clone())])), Err(InvalidKeySet::NoneUsable), "{left_out}");
        assert_eq!(count(json!([key(left_out), key(json!({"key_ops": ["verify"]}))])), Ok(1));
    }
    assert_eq!(count(json!([])), Err(InvalidKeySet::NoneUsable));
    assert_eq!(count(json!(["a"])), Err(InvalidKeySet::Malformed));
    assert_eq!(count(json!({})), Err(InvalidKeySet::Malformed));
    assert_eq!(KeySet::from_json(&json!([])), Err(InvalidKeySet::Malformed));
    assert_eq!(count(Value::from(vec![key(json!({})); 101])), Err(InvalidKeySet::TooMany));
}
