//! Relevant parts of a refused request, for the developer of the client: never a secret, a code or a token, and never long.
use crate::Server;
use domain::ScopeSet;
use domain::clients::Client;
use domain::oauth::authorize::{AuthorizationRequest, AuthorizeRefusal};
use domain::platform::params::RawParams;
use serde_json::{Map, Value, json};

/// The maximum number of characters of a value.
const MOST: usize = 200;
/// The maximum number of scopes.
const MOST_SCOPES: usize = 20;
/// The maximum number of resources.
const MOST_RESOURCES: usize = 20;

pub(crate) fn cut(text: &str) -> String {
    text.chars().take(MOST).collect()
}

/// The parameters with these names that the request contains.
pub(crate) fn named(params: &RawParams, names: &[&str]) -> Value {
    let mut sent = Map::new();
    for name in names {
        let mut values = params.all(name).take(5).map(cut).map(Value::from).collect::<Vec<_>>();
        match values.len() {
            0 => {}
            1 => drop(sent.insert((*name).to_owned(), values.remove(0))),
            _ => drop(sent.insert((*name).to_owned(), values.into())),
        }
    }
    Value::Object(sent)
}

/// The scopes of the request that are at fault.
pub(crate) fn scopes(params: &RawParams, at_fault: impl Fn(&str) -> bool) -> Value {
    let asked = params.get("scope").and_then(|text| ScopeSet::parse(text).ok()).unwrap_or_default();
    asked.iter().filter(|name| at_fault(name)).take(MOST_SCOPES).map(cut).collect()
}

/// The parameters with these names, and the resources that exist.
pub(crate) fn resources(app: &Server, params: &RawParams, names: &[&str]) -> Value {
    let mut facts = named(params, names);
    let known = &app.settings().catalogue.resources;
    facts["known_resources"] = known.iter().take(MOST_RESOURCES).map(|one| cut(one)).collect();
    facts
}

/// The parts of an authorization request that are relevant for its refusal.
pub(crate) fn by_authorization(
    app: &Server,
    client: Option<&Client>,
    params: &RawParams,
    why: AuthorizeRefusal,
) -> Value {
    use AuthorizeRefusal as R;
    let registered = |name: &str| client.is_some_and(|client| client.config.scopes.contains(name));
    match why {
        R::RedirectMissing | R::RedirectMismatch => named(params, &["redirect_uri"]),
        R::ResponseModeUnknown => named(params, &["response_mode"]),
        R::AnswerRepeated | R::Repeated => match params.repeated(&["resource"]) {
            Some(name) => json!({"parameter": cut(&name)}),
            None => json!({}),
        },
        R::ResponseTypeMissing | R::ResponseTypeUnsupported => named(params, &["response_type"]),
        R::ScopeMalformed => named(params, &["scope"]),
        R::ScopeUnknown => json!({"scopes": scopes(params, |_| true)}),
        R::ScopeNotAllowed => {
            let known = |name: &str| app.settings().catalogue.scope(name).is_some();
            json!({"scopes": scopes(params, |name| known(name) && !registered(name))})
        }
        R::ScopeWithheld => {
            let waits = |name: &str| app.settings().catalogue.is_sensitive(name);
            json!({"scopes": scopes(params, waits)})
        }
        R::ChallengeMissing | R::ChallengeMethod | R::ChallengeMalformed => named(params, &["code_challenge_method"]),
        R::PromptUnknown | R::PromptNoneWithOthers => named(params, &["prompt"]),
        R::MaxAgeMalformed => named(params, &["max_age"]),
        R::ClaimsMalformed => named(params, &["claims"]),
        R::SubTypeUnknown => named(params, &["sub_type"]),
        R::WorkspaceMalformed => named(params, &["workspace"]),
        R::ResourceUnknown => resources(app, params, &["resource"]),
        _ => json!({}),
    }
}

/// The parts of a valid request that cannot be granted, at all or to this user.
pub(crate) fn by_request(request: &AuthorizationRequest, why: AuthorizeRefusal) -> Value {
    use AuthorizeRefusal as R;
    match why {
        R::LoginRequired | R::ConsentRequired | R::ConsentUnproven | R::SelectionRequired | R::OtherUser => {
            json!({"prompt_none": request.prompt.none})
        }
        R::SessionTooOld => json!({"prompt_none": request.prompt.none, "max_age": request.max_age}),
        R::WorkspaceNotMember => json!({"workspace": request.access.workspace_id}),
        R::NoWorkspace => json!({"sub_type": request.access.sub_type}),
        R::AcrUnmet => {
            json!({"acr": request.access.claims.essential_acr.iter().take(5).map(|acr| cut(acr)).collect::<Vec<_>>()})
        }
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_and_repeated_ones_listed() {
        let long = "ü".repeat(1000);
        let params = RawParams::from_pairs([("scope", long.as_str()), ("resource", "a"), ("resource", "b")]);
        let sent = named(&params, &["scope", "resource", "state"]);
        assert_eq!(sent, json!({"scope": "ü".repeat(200), "resource": ["a", "b"]}));
    }
}
