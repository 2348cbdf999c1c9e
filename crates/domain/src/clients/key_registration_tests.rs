//! What may be registered as keys.
use super::*;
use crate::clients::api::{CONSOLE, SNAKE};
use crate::clients::keys::KeyView;
use crate::clients::metadata::Metadata;
use crate::clients::{SubType, api};
use crate::platform::outbound::Reach;
use jose::base64url;
use serde_json::json;

/// RFC 8037, appendix A.
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const URL: &str = "https://client.example/jwks.json";

fn ed25519() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": X})
}

fn rsa(bytes: usize) -> Value {
    let mut n = vec![0xff; bytes];
    n[0] = 0x80;
    json!({"kty": "RSA", "n": base64url(&n), "e": "AQAB"})
}

fn terms(narrow: bool) -> Terms<'static> {
    Terms { narrow, ..Terms::managed(SubType::Workspace, &[]) }
}

fn read_by(members: &Value, narrow: bool) -> Result<Metadata, MetadataFault> {
    let mut all = json!({"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "private_key_jwt"});
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Metadata::read(&all, &terms(narrow))
}

#[test]
fn checklist_52_only_strong_public_keys_are_registered() {
    let with = |mut key: Value, name: &str, value: Value| {
        key[name] = value;
        json!({"jwks": {"keys": [key]}})
    };
    let many = vec![ed25519(); 101];
    for (members, why, member) in [
        (json!({}), R::KeysMissing, JWKS),
        (json!({"jwks": null, "jwks_uri": ""}), R::KeysMissing, JWKS),
        (json!({"jwks": {"keys": [ed25519()]}, "jwks_uri": URL}), R::KeysTwice, JWKS_URI),
        (json!({"jwks": "x"}), R::KeysMalformed, JWKS),
        (json!({"jwks": ed25519()}), R::KeysMalformed, JWKS),
        (json!({"jwks": {"keys": [1]}}), R::KeysMalformed, JWKS),
        (json!({"jwks": {"keys": []}}), R::KeysUnusable, JWKS),
        (json!({"jwks": {"keys": many}}), R::KeysUnusable, JWKS),
        (json!({"jwks": {"keys": [ed25519()], "x": "y".repeat(MAX_JWKS)}}), R::TooMany, JWKS),
        (with(ed25519(), "d", X.into()), R::KeyPrivate, JWKS),
        (with(rsa(256), "p", "AQ".into()), R::KeyPrivate, JWKS),
        (json!({"jwks": {"keys": [ed25519(), {"kty": "oct", "k": "c2VjcmV0"}]}}), R::KeyPrivate, JWKS),
        (json!({"jwks": {"keys": [ed25519(), {"kty": "oct"}]}}), R::KeyPrivate, JWKS),
        (json!({"jwks": {"keys": [ed25519(), rsa(255)]}}), R::KeyWeak, JWKS),
        (json!({"jwks": {"keys": [rsa(128)]}}), R::KeyWeak, JWKS),
        (with(ed25519(), "x", "AQ".into()), R::KeysMalformed, JWKS),
        (with(ed25519(), "use", "enc".into()), R::KeysUnusable, JWKS),
        (with(ed25519(), "alg", "HS256".into()), R::KeysUnusable, JWKS),
        (with(ed25519(), "crv", "X25519".into()), R::KeysUnusable, JWKS),
        (json!({"jwks_uri": "http://client.example/jwks"}), R::KeysUri, JWKS_URI),
        (json!({"jwks_uri": "https://10.0.0.1/jwks"}), R::KeysUri, JWKS_URI),
        (json!({"jwks_uri": "https://a:b@client.example/"}), R::KeysUri, JWKS_URI),
        (json!({"jwks_uri": ["x"]}), R::Type, JWKS_URI),
        (json!({"jwks_uri": URL, "token_endpoint_auth_signing_alg": "none"}), R::AuthAlg, SIGNING_ALG),
        (json!({"jwks_uri": URL, "token_endpoint_auth_signing_alg": "HS256"}), R::AuthAlg, SIGNING_ALG),
        (
            json!({"jwks": {"keys": [ed25519()]}, "token_endpoint_auth_signing_alg": "ES256"}),
            R::KeysUnusable,
            SIGNING_ALG,
        ),
    ] {
        // A client that registers itself is refused too: without its keys it could not authenticate.
        for narrow in [true, false] {
            assert_eq!(read_by(&members, narrow).map(drop), Err(why.of(member)), "{members}");
        }
    }
    let other = json!({"kty": "EC", "crv": "secp256k1", "x": X, "y": X});
    let good = json!({"jwks": {"keys": [other, ed25519()]}, "token_endpoint_auth_signing_alg": "EdDSA"});
    let keys = read_by(&good, true).unwrap().config.keys;
    assert_eq!((&keys.jwks, keys.alg), (&Some(good["jwks"].clone()), Some(AcceptedAlg::EdDSA)), "as it was sent");
    let view = KeyView { kid: Some("k1".to_owned()), thumbprint: THUMBPRINT.to_owned(), kind: "Ed25519".to_owned() };
    assert_eq!(keys.views(), [view]);
    assert_eq!(read_by(&json!({"jwks_uri": URL}), false).unwrap().config.keys.jwks_uri.as_deref(), Some(URL));
    let local = Terms { reach: Reach::Private, ..terms(false) };
    let all = json!({"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "http://127.0.0.1:8000/jwks"});
    assert!(Metadata::read(&all, &local).is_ok(), "for tests and development");
}

#[test]
fn keys_need_the_method_that_uses_them() {
    let sent = json!({"token_endpoint_auth_method": "client_secret_basic", "jwks_uri": URL,
        "token_endpoint_auth_signing_alg": "RS256"});
    let kept = read_by(&sent, true).unwrap().config;
    assert!(kept.keys.is_none());
    assert_eq!(kept.dropped, [JWKS_URI, SIGNING_ALG]);
    assert_eq!(read_by(&sent, false).map(drop), Err(R::KeysUnused.of(JWKS_URI)));
}

#[test]
fn a_change_replaces_keys_and_another_method_ends_them() {
    let client = |body: Value, before: Option<&crate::clients::Client>| {
        let body = body.as_object().unwrap();
        let metadata = match before {
            None => api::read(&CONSOLE.new_client(body)?, &terms(false))?,
            Some(client) => api::read_change(&CONSOLE.change(client, body)?, client, &terms(false))?,
        };
        Ok::<_, MetadataFault>(api::tests::client(metadata))
    };
    let first = json!({"client_name": "A", "redirect_uris": ["https://a.example/cb"], "scope": "",
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [ed25519()]},
        "token_endpoint_auth_signing_alg": "EdDSA"});
    let first = client(first, None).unwrap();
    assert!(!first.has_secret() && !first.is_public() && !first.accepts(AuthMethod::ClientSecretBasic));
    let shown = Value::Object(SNAKE.show(&first));
    assert_eq!((&shown["jwks"]["keys"][0]["kid"], &shown["jwks_uri"]), (&json!("k1"), &Value::Null));
    assert_eq!(client(json!({"description": "x"}), Some(&first)).unwrap().config.keys, first.config.keys);
    let moved = client(json!({"jwks_uri": URL}), Some(&first)).unwrap();
    let keys = &moved.config.keys;
    assert_eq!((&keys.jwks, keys.jwks_uri.as_deref(), keys.alg), (&None, Some(URL), Some(AcceptedAlg::EdDSA)));
    let back = client(json!({"jwks": {"keys": [ed25519()]}, "jwks_uri": null}), Some(&moved)).unwrap();
    assert_eq!(back.config.keys, first.config.keys);
    let by_secret = client(json!({"token_endpoint_auth_method": "client_secret_basic"}), Some(&first)).unwrap();
    assert!(by_secret.has_secret() && by_secret.config.keys.is_none());
    let both = json!({"token_endpoint_auth_method": null, "jwks_uri": URL});
    assert_eq!(client(both, Some(&first)).unwrap_err(), R::KeysUnused.of(JWKS_URI));
    assert_eq!(client(json!({"jwks": null}), Some(&first)).unwrap_err(), R::KeysMissing.of(JWKS));
}

#[test]
fn checklist_130_keys_are_among_the_facts_that_a_review_covers() {
    let with = |keys: ClientKeys| {
        let mut client = api::tests::client(read_by(&json!({"jwks_uri": URL}), false).unwrap());
        client.config.keys = keys;
        client
    };
    let by_url = with(ClientKeys { jwks_uri: Some(URL.to_owned()), ..ClientKeys::default() });
    let by_value = with(ClientKeys { jwks: Some(json!({"keys": [ed25519()]})), ..ClientKeys::default() });
    let reviewed = crate::clients::reviewed::Reviewed::of(&by_url);
    assert_eq!(reviewed.differences(&by_url), []);
    let changed: Vec<_> = reviewed.differences(&by_value).into_iter().map(|one| (one.member, one.is)).collect();
    assert_eq!(changed, [(JWKS, vec![format!("{THUMBPRINT} (Ed25519)")]), (JWKS_URI, vec![])]);
}

#[test]
fn keys_that_nothing_uses_are_dropped_but_have_their_types() {
    let read = |members: Value| {
        let mut all = json!({"redirect_uris": ["https://a.example/cb"], "token_endpoint_auth_method": "none"});
        all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        Metadata::read(&all, &terms(true)).map(|metadata| metadata.config.keys)
    };
    let unused = json!({"jwks": {"keys": []}, "token_endpoint_auth_signing_alg": "ES256"});
    assert_eq!(read(unused), Ok(ClientKeys::default()));
    for (member, value, why) in [
        ("token_endpoint_auth_signing_alg", json!({}), R::Type),
        ("jwks_uri", json!(7), R::Type),
        ("jwks_uri", json!("0".repeat(2049)), R::KeysUri),
        ("jwks", json!([]), R::KeysMalformed),
        ("jwks", json!({"keys": [1]}), R::KeysMalformed),
    ] {
        assert_eq!(read(json!({member: value})), Err(why.of(member)), "{member}");
    }
}
