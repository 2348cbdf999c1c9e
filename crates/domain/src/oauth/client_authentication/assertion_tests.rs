//! Which assertions are accepted.
use super::*;
use jose::{GeneratedKey, OwnKey, SigningAlg};

const NOW: i64 = 1_700_000_000;
const ISSUER: &str = "https://as.example";
const TOKEN_ENDPOINT: &str = "https://as.example/oauth2/token";

fn expected() -> Expected<'static> {
    Expected { issuer: ISSUER, token_endpoint: None, now: Timestamp::from_seconds(NOW) }
}

fn key() -> (OwnKey, KeySet) {
    let key = OwnKey::parse("k", SigningAlg::ES256, &OwnKey::generate(GeneratedKey::P256).unwrap()).unwrap();
    let set = KeySet::from_json(&json!({"keys": [key.public().jwk("k")]})).unwrap();
    (key, set)
}

fn id() -> ClientId {
    ClientId::parse("client").unwrap()
}

fn claims() -> Value {
    json!({"iss": "client", "sub": "client", "aud": ISSUER, "exp": NOW + 60, "iat": NOW, "jti": "1"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

#[test]
fn checklist_48_49_50_each_claim_is_checked() {
    let (key, keys) = key();
    let check = |claims: &Value, expected: &Expected<'_>| {
        check(&key.sign("JWT", claims).unwrap(), &id(), &ClientKeys::default(), &keys, expected)
    };
    let good = check(&claims(), &expected()).unwrap();
    assert_eq!((good.jti.as_str(), good.remember_until), ("1", Timestamp::from_seconds(NOW + 120)));
    let half = check(&with("exp", json!(1_700_000_000.5)), &expected()).unwrap();
    assert_eq!(half.remember_until, Timestamp::from_seconds(NOW + 61), "until the whole second is over");
    for (name, value, why) in [
        ("aud", json!([ISSUER]), None),
        ("aud", json!([ISSUER, "https://other.example"]), Some(R::AssertionAudience)),
        ("aud", json!(TOKEN_ENDPOINT), Some(R::AssertionAudience)),
        ("aud", json!("https://as.example/"), Some(R::AssertionAudience)),
        ("aud", Value::Null, Some(R::AssertionAudience)),
        ("iss", json!("other"), Some(R::AssertionIssuer)),
        ("sub", json!("other"), Some(R::AssertionSubject)),
        ("sub", Value::Null, Some(R::AssertionSubject)),
        ("exp", json!(NOW), Some(R::AssertionExpired)),
        ("exp", json!(NOW - 300), Some(R::AssertionExpired)),
        ("exp", Value::Null, Some(R::AssertionMalformed)),
        ("exp", json!(NOW + 3600), None),
        ("exp", json!(NOW + 3611), Some(R::AssertionTooLong)),
        ("iat", json!(NOW + 10), None),
        ("iat", json!(NOW + 60), Some(R::AssertionNotYet)),
        ("nbf", json!(NOW + 8), None),
        ("nbf", json!(NOW + 60), Some(R::AssertionNotYet)),
        ("jti", Value::Null, Some(R::AssertionJti)),
        ("jti", json!(1), Some(R::AssertionJti)),
        ("jti", json!(""), Some(R::AssertionJti)),
        ("jti", json!("a\u{0}"), Some(R::AssertionJti)),
        ("jti", json!("é".repeat(255)), None),
        ("jti", json!("x".repeat(256)), Some(R::AssertionJti)),
    ] {
        let outcome = check(&with(name, value.clone()), &expected());
        assert_eq!(outcome.err(), why, "{name} {value}");
    }
    let mut endless = claims();
    endless.as_object_mut().unwrap().remove("exp");
    assert_eq!(check(&endless, &expected()), Err(R::AssertionWithoutExpiry));
    let compatible = Expected { token_endpoint: Some(TOKEN_ENDPOINT), ..expected() };
    assert!(check(&with("aud", json!(TOKEN_ENDPOINT)), &compatible).is_ok());
    assert!(check(&claims(), &compatible).is_ok(), "the issuer is always accepted");
}

#[test]
fn checklist_51_the_registered_algorithm_is_the_only_one() {
    let (key, keys) = key();
    let token = key.sign("client-authentication+jwt", &claims()).unwrap();
    let only = |alg| ClientKeys { alg: Some(alg), ..ClientKeys::default() };
    let check = |registered: &ClientKeys| check(&token, &id(), registered, &keys, &expected()).map(drop);
    assert_eq!(check(&only(AcceptedAlg::ES256)), Ok(()));
    assert_eq!(check(&only(AcceptedAlg::PS256)), Err(R::AssertionAlgorithm));
    let shown = facts(&token, &only(AcceptedAlg::PS256), R::AssertionAlgorithm, &expected());
    assert_eq!(shown, json!({"alg": "ES256", "expected_alg": "PS256"}));
    let other = key.sign("at+jwt", &claims()).unwrap();
    let found = super::check(&other, &id(), &ClientKeys::default(), &keys, &expected());
    assert_eq!(found, Err(R::AssertionTyp), "an access token is no assertion");
}

#[test]
fn the_client_is_named_by_the_subject_and_everything_agrees() {
    let (key, _) = key();
    let named = |claims: &Value, sent: Option<&str>| client(&key.sign("JWT", claims).unwrap(), sent);
    assert_eq!(named(&claims(), None), Ok(id()));
    assert_eq!(named(&claims(), Some("client")), Ok(id()));
    assert_eq!(named(&claims(), Some("other")), Err(R::AssertionSubject));
    assert_eq!(named(&with("sub", Value::Null), Some("client")), Err(R::AssertionSubject));
    assert_eq!(named(&with("iss", json!("other")), None), Err(R::AssertionIssuer));
    assert_eq!(client("a.b.c", Some("client")), Err(R::AssertionMalformed));
    assert_eq!(subject(&key.sign("JWT", &claims()).unwrap()), Some(id()));
    assert_eq!(key_id(&key.sign("JWT", &claims()).unwrap()).as_deref(), Some("k"));
}

#[test]
fn the_developer_sees_what_came_and_what_was_expected() {
    let (key, _) = key();
    let facts =
        |claims: &Value, why| facts(&key.sign("JWT", claims).unwrap(), &ClientKeys::default(), why, &expected());
    assert_eq!(
        facts(&with("aud", json!(["a", "b"])), R::AssertionAudience),
        json!({"aud": "[\"a\",\"b\"]", "expected_aud": ISSUER})
    );
    assert_eq!(facts(&claims(), R::AssertionExpired), json!({"exp": NOW + 60, "server_time": NOW}));
    assert_eq!(facts(&claims(), R::AssertionReplayed), json!({"jti": "1"}));
    let long = facts(&with("jti", json!("x".repeat(1000))), R::AssertionJti);
    assert_eq!(long, json!({"jti": "x".repeat(200)}));
    assert_eq!(facts(&claims(), R::AssertionKeyUnknown)["kid"], "k");
}
