use super::*;
use crate::oauth::authorize;
use std::collections::HashSet;

#[test]
fn every_reason_has_advice_and_every_advice_is_needed() {
    let mut needed = HashSet::new();
    for endpoint in Endpoint::ALL {
        needed.extend(endpoint.client_checks().iter().chain(endpoint.own_checks()).flat_map(|check| check.reasons));
    }
    let given: Vec<_> = ADVICE.iter().map(|advice| advice.reason).collect();
    assert_eq!(given.iter().collect::<HashSet<_>>().len(), given.len(), "each once");
    assert_eq!(given.iter().collect::<HashSet<_>>(), needed.iter().copied().collect::<HashSet<_>>());
    for advice in ADVICE {
        assert_eq!(advice.key, format!("advice-{}", advice.reason));
        assert_eq!(Advice::after(advice.reason), Some(advice));
        assert!(advice.text.len() > 10, "{}", advice.reason);
    }
}

#[test]
fn a_key_names_one_check_and_a_reason_comes_up_in_one() {
    for endpoint in Endpoint::ALL {
        for part in [endpoint.client_checks().iter().collect::<Vec<_>>(), endpoint.own_checks().collect()] {
            let reasons: Vec<_> = part.iter().flat_map(|check| check.reasons).collect();
            assert_eq!(reasons.iter().collect::<HashSet<_>>().len(), reasons.len(), "{endpoint:?}");
        }
        let all: Vec<_> = endpoint.client_checks().iter().chain(endpoint.own_checks()).collect();
        assert_eq!(all.iter().map(|check| check.key).collect::<HashSet<_>>().len(), all.len(), "{endpoint:?}");
        for check in all {
            assert!(check.key.starts_with("check-") && !check.key.contains('_') && !check.reasons.is_empty());
        }
    }
}

#[test]
fn the_checks_of_the_authorization_request_are_its_rules_in_their_order() {
    let rules: Vec<_> = authorize::rules().map(|name| format!("check-{}", name.replace('_', "-"))).collect();
    let checks: Vec<_> = Endpoint::Authorization.own_checks().map(|check| check.key).collect();
    let at = checks.iter().position(|key| *key == rules[0]).unwrap();
    assert_eq!(checks[at..at + rules.len()], rules);
}

#[test]
fn what_came_before_passed_and_what_comes_after_was_not_reached() {
    use CheckResult::{Failed, NotReached, Passed};
    let checked = Endpoint::TokenByCode.diagnose(false, "code_expired");
    let verdict = |key| checked.iter().find(|one| one.check.key == key).unwrap().verdict;
    assert_eq!(["check-client-secret", "check-grant-type", "check-code-client"].map(verdict), [Passed; 3]);
    assert_eq!((verdict("check-code-expiry"), verdict("check-code-verifier")), (Failed, NotReached));
    let wrong = Endpoint::Introspection.diagnose(true, "client_disabled");
    let failed = |all: &[Checked]| all.iter().find(|one| one.verdict == Failed).map(|one| one.check.key);
    assert_eq!(failed(&wrong), Some("check-client-enabled"));
    assert_eq!(failed(&Endpoint::Introspection.diagnose(false, "client_disabled")), Some("check-token-alive"));
    assert_eq!(Endpoint::Userinfo.diagnose(true, "client_disabled"), []);
    assert_eq!(Endpoint::Token.diagnose(false, "no_such_reason"), []);
}

#[test]
fn events_tell_which_endpoint_they_are_of() {
    for (kind, named, endpoint) in [
        ("authorize", None, Some(Endpoint::Authorization)),
        ("token.refresh_token", None, Some(Endpoint::TokenByRefresh)),
        (AUTHENTICATION, Some("introspection"), Some(Endpoint::Introspection)),
        (AUTHENTICATION, None, Some(Endpoint::Token)),
        ("client.updated", Some("registration"), Some(Endpoint::Registration)),
        ("client.updated", None, Some(Endpoint::Management)),
        ("consent.revoked", None, Some(Endpoint::Management)),
        ("grant.ended", None, None),
    ] {
        assert_eq!(Endpoint::of_event(kind, named), endpoint, "{kind}");
    }
}
