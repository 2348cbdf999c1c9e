use super::*;
use crate::oauth::endpoint::Endpoint;
use base64::Engine as _;

fn header(id: &str, secret: &str) -> String {
    let enc = |t: &str| form_urlencoded::byte_serialize(t.as_bytes()).collect::<String>();
    let raw = format!("{}:{}", enc(id), enc(secret));
    format!("bAsIc {}", base64::engine::general_purpose::STANDARD.encode(raw))
}

fn presented<'r>(authorization: Option<&'r str>, body: &'r RawParams) -> Presented<'r> {
    Presented {
        endpoint: Endpoint::Token,
        method: "POST",
        url: "https://issuer.example/oauth2/token",
        authorization,
        dpop: None,
        certificate: None,
        query: body,
        body,
    }
}

fn read<'r>(authorization: Option<&'r str>, body: &'r RawParams) -> Result<ClientProof<'r>, ClientRefusal> {
    ClientProof::read(&presented(authorization, body))
}

#[test]
fn checklist_45_86_basic_round_trips_every_character() {
    for secret in ["a:b%c+d e&f=g", "ü", "%41", "=", "plain"] {
        let (header, body) = (header("id:1", secret), RawParams::default());
        let proof = read(Some(&header), &body).unwrap();
        assert_eq!((proof.client_id.as_str(), proof.method), ("id:1", AuthMethod::ClientSecretBasic));
        assert_eq!(proof.evidence, Evidence::Secret(Secret::new(secret)));
    }
}

#[test]
fn point_6_5_an_empty_secret_names_the_client_and_proves_nothing() {
    let (header, nothing) = (header("a", ""), RawParams::default());
    let proof = read(Some(&header), &nothing).unwrap();
    assert_eq!((proof.client_id.as_str(), proof.method, &proof.evidence), ("a", AuthMethod::None, &Evidence::None));
    assert_eq!(named(Some(&header), &nothing), Some(proof.client_id));
    let other = RawParams::from_pairs([("client_id", "b")]);
    assert_eq!(read(Some(&header), &other), Err(ClientRefusal::TwoMethods));
    let posted = RawParams::from_pairs([("client_id", "a"), ("client_secret", "s")]);
    assert_eq!(read(Some(&header), &posted).unwrap().method, AuthMethod::ClientSecretPost);
}

#[test]
fn checklist_42_one_method_only() {
    let header = header("a", "s");
    let body = RawParams::from_pairs([("client_id", "a"), ("client_secret", "s")]);
    assert_eq!(read(Some(&header), &body), Err(ClientRefusal::TwoMethods));
    assert_eq!(read(Some("Basic !!"), &body), Err(ClientRefusal::TwoMethods));
    let other = RawParams::from_pairs([("client_id", "b")]);
    assert_eq!(read(Some(&header), &other), Err(ClientRefusal::TwoMethods));
    assert_eq!(read(Some("Basic !!"), &other), Err(ClientRefusal::Malformed));
    assert_eq!(read(None, &RawParams::default()), Err(ClientRefusal::Missing));
    assert_eq!(read(Some("Bearer x"), &other).unwrap().method, AuthMethod::None);
}

#[test]
fn checklist_42_48_an_assertion_is_one_method_and_names_the_client() {
    let header = header("a", "s");
    // {"alg":"ES256"} and {"iss":"a","sub":"a"}; nothing is verified here.
    let jwt = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJhIiwic3ViIjoiYSJ9.AA";
    let body = |more: &[(&'static str, &'static str)]| {
        let assertion = [("client_assertion_type", JWT_BEARER), ("client_assertion", jwt)];
        RawParams::from_pairs(assertion.into_iter().chain(more.iter().copied()))
    };
    for more in [&[][..], &[("client_id", "a")]] {
        let body = body(more);
        let proof = read(None, &body).unwrap();
        assert_eq!((proof.client_id.as_str(), proof.method), ("a", AuthMethod::PrivateKeyJwt));
        assert_eq!(proof.evidence, Evidence::Assertion(jwt));
        assert_eq!(named(None, &body), Some(proof.client_id));
    }
    assert_eq!(read(None, &body(&[("client_id", "b")])), Err(ClientRefusal::AssertionSubject));
    assert_eq!(read(None, &body(&[("client_secret", "s")])), Err(ClientRefusal::TwoMethods));
    assert_eq!(read(Some(&header), &body(&[])), Err(ClientRefusal::TwoMethods));
    let pairs = |pairs: &[(&'static str, &'static str)]| RawParams::from_pairs(pairs.iter().copied());
    for (sent, why) in [
        (pairs(&[("client_id", "a"), ("client_assertion", jwt)]), ClientRefusal::AssertionIncomplete),
        (pairs(&[("client_id", "a"), ("client_assertion_type", JWT_BEARER)]), ClientRefusal::AssertionIncomplete),
        (pairs(&[("client_assertion_type", "urn:x"), ("client_assertion", jwt)]), ClientRefusal::AssertionType),
        (pairs(&[("client_assertion_type", JWT_BEARER), ("client_assertion", "x")]), ClientRefusal::AssertionMalformed),
    ] {
        assert_eq!(read(None, &sent), Err(why));
    }
}
