use super::*;
use crate::access::ManagementRefusal;
use crate::account::{SetupLinkRefusal, SignInRefusal};
use crate::oauth::authorize;
use crate::oauth::device_request::UserCodeRefusal;
use crate::oauth::end_session::LogoutRefusal;
use crate::platform::refusal::FaultRefusal;
use crate::webhooks::WebhookRefusal;
use std::collections::{HashMap, HashSet};

/// The parts of a request at an endpoint: client authentication, and what comes after it.
fn parts() -> impl Iterator<Item = (Endpoint, bool)> {
    Endpoint::ALL.into_iter().flat_map(|endpoint| [(endpoint, true), (endpoint, false)])
}

/// Only the tables that also serve management, and the forms of people, have rows without an explanation.
fn may_lack_explanations(table: RefusalRows) -> bool {
    let others = [
        ManagementRefusal::ROWS,
        WebhookRefusal::ROWS,
        SignInRefusal::ROWS,
        SetupLinkRefusal::ROWS,
        UserCodeRefusal::ROWS,
        LogoutRefusal::ROWS,
        FaultRefusal::ROWS,
    ];
    others.contains(&table)
}

#[test]
fn every_refusal_says_its_check_and_advice_and_occurs_at_an_endpoint() {
    let occurring: Vec<_> = parts().flat_map(|(endpoint, of_clients)| endpoint.rows(of_clients)).collect();
    for row in TABLES.iter().flat_map(|table| table.iter()) {
        assert_eq!(row.explanation.is_some(), occurring.contains(row), "{row:?}");
    }
    for table in TABLES.iter().filter(|table| !may_lack_explanations(table)) {
        for row in *table {
            assert!(row.explanation.is_some(), "{row:?}");
        }
    }
    for advice in Advice::all() {
        assert_eq!(advice.key, format!("advice-{}", advice.reason));
        assert!(advice.text.len() > 10, "{}", advice.reason);
    }
}

/// Issue 15, point 4: a reason may stand in several tables, but helps in one way.
#[test]
fn point_4_rows_with_the_same_reason_have_the_same_advice() {
    let mut texts = HashMap::new();
    for advice in Advice::all() {
        assert_eq!(*texts.entry(advice.reason).or_insert(advice.text), advice.text, "{}", advice.reason);
        assert_eq!(Advice::after(advice.reason), Some(advice));
    }
    assert!(texts.len() > 150, "{}", texts.len());
}

#[test]
fn every_table_is_known_once() {
    for (at, table) in TABLES.iter().enumerate() {
        assert!(!TABLES[..at].contains(table), "{:?}", table[0]);
    }
    for table in Endpoint::ALL.into_iter().flat_map(|endpoint| endpoint.tables(false)) {
        assert!(TABLES.contains(table), "{:?}", table[0]);
    }
    for table in TABLES {
        let reasons: HashSet<_> = table.iter().map(|row| row.reason).collect();
        assert_eq!(reasons.len(), table.len(), "{:?}", table[0]);
    }
}

#[test]
fn a_key_names_one_check_and_a_reason_comes_up_in_one() {
    for (endpoint, of_clients) in parts() {
        let reasons: Vec<_> = endpoint.rows(of_clients).map(|row| row.reason).collect();
        assert_eq!(reasons.iter().collect::<HashSet<_>>().len(), reasons.len(), "{endpoint:?}");
    }
    for endpoint in Endpoint::ALL {
        let all: Vec<_> = endpoint.client_checks().iter().chain(endpoint.own_checks()).collect();
        assert_eq!(all.iter().map(|check| check.key).collect::<HashSet<_>>().len(), all.len(), "{endpoint:?}");
        for (of_clients, check) in endpoint
            .client_checks()
            .iter()
            .map(|check| (true, check))
            .chain(endpoint.own_checks().map(|check| (false, check)))
        {
            assert!(check.key.starts_with("check-") && !check.key.contains('_'));
            assert_ne!(endpoint.reasons(of_clients, check).count(), 0, "{endpoint:?} {}", check.key);
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
    assert_eq!(Endpoint::DeviceAuthorization.diagnose(false, "login_required"), [], "a row of another endpoint");
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
