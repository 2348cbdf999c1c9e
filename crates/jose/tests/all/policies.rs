//! What a policy accepts and refuses.
use jose::foreign::{AcceptedAlg, InvalidForeignJwt as Why, KeySet, Policy, Unverified, verify};
use jose::{GeneratedKey, OwnKey, SigningAlg, base64url};
use serde_json::{Value, json};

const NOW: i64 = 1_700_000_000;

fn signer(kid: &str, alg: SigningAlg) -> OwnKey {
    OwnKey::parse(kid, alg, &OwnKey::generate(alg.generated()).unwrap()).unwrap()
}

fn set(keys: &[&OwnKey]) -> KeySet {
    let keys: Vec<_> = keys.iter().map(|key| key.public().jwk(key.kid())).collect();
    KeySet::from_json(&json!({ "keys": keys })).unwrap()
}

const POLICY: Policy<'static> = Policy {
    algs: &AcceptedAlg::KNOWN,
    types: &["", "JWT"],
    issuer: "client",
    audience: &["https://as.example", "https://as.example/token"],
    now: NOW,
    ahead: 10,
    max_lifetime: 300,
};

fn claims() -> Value {
    json!({"iss": "client", "sub": "client", "aud": "https://as.example", "exp": NOW + 60, "iat": NOW, "jti": "1"})
}

#[test]
fn every_algorithm_is_accepted_where_the_policy_names_it() {
    for alg in SigningAlg::OFFERED {
        let key = signer("k", alg);
        let token = key.sign("JWT", &claims()).unwrap();
        let accepted = AcceptedAlg::parse(alg.as_str()).unwrap();
        assert_eq!(verify::<Value>(&token, &set(&[&key]), &POLICY), Ok(claims()), "{alg:?}");
        let only: Vec<_> = AcceptedAlg::KNOWN.into_iter().filter(|one| *one != accepted).collect();
        let policy = Policy { algs: &only, ..POLICY };
        assert_eq!(verify::<Value>(&token, &set(&[&key]), &policy), Err(Why::Algorithm), "{alg:?}");
    }
    assert_eq!(GeneratedKey::P256, SigningAlg::ES256.generated());
}

#[test]
fn checklist_50_51_claims_are_checked() {
    let key = signer("k", SigningAlg::ES256);
    let keys = set(&[&key]);
    for (name, value, expected) in [
        ("iss", json!("other"), Err(Why::Issuer)),
        ("iss", Value::Null, Err(Why::Issuer)),
        ("aud", json!("https://as.example/token"), Ok(())),
        ("aud", json!(["https://as.example"]), Ok(())),
        ("aud", json!(["https://as.example", "https://as.example"]), Err(Why::Audience)),
        ("aud", json!(["https://other.example", "https://as.example"]), Err(Why::Audience)),
        ("aud", json!("https://as.example/"), Err(Why::Audience)),
        ("aud", json!([]), Err(Why::Audience)),
        ("aud", json!([["https://as.example"]]), Err(Why::Audience)),
        ("aud", Value::Null, Err(Why::Audience)),
        ("exp", json!(NOW), Err(Why::Expired)),
        ("exp", json!(NOW + 1), Ok(())),
        ("exp", json!(1_700_000_000.5), Ok(())),
        ("exp", json!((NOW + 1).to_string()), Err(Why::Malformed)),
        ("exp", json!(NOW + 310), Ok(())),
        ("exp", json!(NOW + 311), Err(Why::TooLong)),
        ("exp", json!(1e300), Err(Why::TooLong)),
        ("exp", json!(-1e300), Err(Why::Expired)),
        ("nbf", json!(NOW + 10), Ok(())),
        ("nbf", json!(NOW + 60), Err(Why::NotYet)),
        ("iat", json!(NOW + 10), Ok(())),
        ("iat", json!(NOW + 11), Err(Why::NotYet)),
        ("iat", json!(NOW - 1_000_000), Ok(())),
        ("iat", json!("x"), Err(Why::Malformed)),
    ] {
        let mut claims = claims();
        claims[name] = value.clone();
        let token = key.sign("JWT", &claims).unwrap();
        assert_eq!(verify::<Value>(&token, &keys, &POLICY).map(drop), expected, "{name} {value}");
    }
    let mut without = claims();
    without.as_object_mut().unwrap().remove("exp");
    let token = key.sign("JWT", &without).unwrap();
    assert_eq!(verify::<Value>(&token, &keys, &POLICY), Err(Why::WithoutExpiry));
}

#[test]
fn checklist_48_the_header_decides_nothing_that_the_policy_does_not_allow() {
    let (key, other) = (signer("k", SigningAlg::ES256), signer("other", SigningAlg::ES256));
    let keys = set(&[&key]);
    let good = key.sign("JWT", &claims()).unwrap();
    let (header, rest) = good.split_once('.').unwrap();
    let with = |header: Value| format!("{}.{rest}", base64url(header.to_string().as_bytes()));
    for (token, why) in [
        (with(json!({"alg": "none"})), Why::Algorithm),
        (with(json!({"alg": "HS256", "kid": "k"})), Why::Algorithm),
        (with(json!({"kid": "k"})), Why::Algorithm),
        (with(json!({"alg": 1})), Why::Malformed),
        (with(json!({"alg": "RS256", "kid": "k"})), Why::UnknownKey),
        (with(json!({"alg": "ES256", "kid": "another"})), Why::UnknownKey),
        (with(json!({"alg": "ES256", "kid": "k", "typ": "at+jwt"})), Why::Type),
        (with(json!({"alg": "ES256", "kid": "k", "crit": ["b64"], "b64": false})), Why::Critical),
        // The header is signed, too.
        (with(json!({"alg": "ES256", "kid": "k"})), Why::Signature),
        (other.sign("JWT", &claims()).unwrap(), Why::UnknownKey),
        (signer("k", SigningAlg::ES256).sign("JWT", &claims()).unwrap(), Why::Signature),
        (format!("{header}.{}", rest.split_once('.').unwrap().0), Why::Malformed),
        (format!("{good}="), Why::Malformed),
        (format!("{good}.a"), Why::Malformed),
        (String::new(), Why::Malformed),
        ("a".repeat(20_000), Why::Malformed),
    ] {
        assert_eq!(verify::<Value>(&token, &keys, &POLICY), Err(why), "{token}");
    }
    // Without a `kid`, any key of the set may have signed.
    let unnamed = signer("", SigningAlg::ES256);
    let mut jwk = unnamed.public().jwk("x");
    jwk.as_object_mut().unwrap().remove("kid");
    let both = KeySet::from_json(&json!({"keys": [key.public().jwk("k"), jwk]})).unwrap();
    let typed = Policy { types: &["jwt"], ..POLICY };
    assert_eq!(verify::<Value>(&good, &both, &typed), Ok(claims()));
    let long = Policy { types: &["client-authentication+jwt"], ..POLICY };
    let token = key.sign("application/client-authentication+jwt", &claims()).unwrap();
    assert_eq!(verify::<Value>(&token, &keys, &long), Ok(claims()));
}

#[test]
fn what_a_token_claims_is_read_without_trust() {
    let token = signer("k", SigningAlg::EdDSA).sign("JWT", &claims()).unwrap();
    let read = Unverified::read(&token).unwrap();
    assert_eq!((read.claim("iss"), read.claim("none")), (Some(&json!("client")), None));
    assert_eq!((read.header("kid"), read.header("alg")), (Some(&json!("k")), Some(&json!("EdDSA"))));
    for none in ["", "a.b.c", "a.e30.c", "e30", &format!("e30.{}.c", base64url(b"[1]")), &"a".repeat(20_000)] {
        assert_eq!(Unverified::read(none), None, "{none}");
    }
}
