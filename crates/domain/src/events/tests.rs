use super::*;
use crate::clients::{ClientType, SubType};
use crate::grants::EndReason;
use crate::grants::refresh::Theft;
use crate::{ClientId, GrantId, ScopeSet, SessionId, UserId, WebhookId, WorkspaceId};
use serde_json::json;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// Events of every kind, with and without optional values.
fn samples() -> Vec<EventData> {
    let (client_id, grant_id) = (ClientId::new("cs", [1; 16]), GrantId::new(NOW, [2; 10]));
    let (user_id, workspace_id) = (UserId::new(NOW, [3; 10]), WorkspaceId::new(NOW, [4; 10]));
    let scope = ScopeSet::parse("openid email").unwrap();
    let client = || client_id.clone();
    let roles = || vec!["admin".to_owned(), "auditor".to_owned()];
    vec![
        EventData::TokenIssued {
            client_id: client(),
            grant_type: GrantType::RefreshToken,
            grant_id: Some(grant_id),
            user_id: Some(user_id),
            workspace_id: Some(workspace_id),
            sub_type: Some(SubType::Workspace),
            scope: scope.clone(),
            expires_in: 3600,
        },
        EventData::TokenIssued {
            client_id: client(),
            grant_type: GrantType::ClientCredentials,
            grant_id: None,
            user_id: None,
            workspace_id: None,
            sub_type: None,
            scope: ScopeSet::default(),
            expires_in: 60,
        },
        EventData::TokenRevoked {
            client_id: client(),
            token_type: TokenKind::AccessToken,
            grant_id: None,
            user_id: None,
            workspace_id: None,
        },
        EventData::TokenReuseDetected {
            client_id: client(),
            grant_id,
            user_id,
            workspace_id: None,
            reason: Theft::FarBehind,
        },
        EventData::GrantEnded {
            client_id: client(),
            grant_id,
            user_id,
            workspace_id: Some(workspace_id),
            reason: EndReason::Revoked,
        },
        EventData::ConsentGranted { client_id: client(), user_id, workspace_id: None, scope },
        EventData::ConsentRevoked { client_id: client(), user_id, workspace_id: Some(workspace_id) },
        EventData::ClientCreated {
            client_id: client(),
            name: "App \"x\"".to_owned(),
            client_type: ClientType::Public,
            owner_workspace_id: Some(workspace_id),
            owner_user_id: None,
        },
        EventData::ClientUpdated {
            client_id: client(),
            name: "App".to_owned(),
            client_type: ClientType::Confidential,
            owner_workspace_id: None,
            owner_user_id: Some(user_id),
        },
        EventData::ClientDeleted { client_id: client(), owner_workspace_id: None, owner_user_id: None },
        EventData::ClientSecretRotated {
            client_id: client(),
            overlap: 0,
            owner_workspace_id: Some(workspace_id),
            owner_user_id: None,
        },
        EventData::KeyRotated { active_kids: vec!["k1".to_owned()] },
        EventData::MemberAdded { workspace_id, user_id, roles: roles() },
        EventData::MemberChanged { workspace_id, user_id, roles: roles() },
        EventData::MemberRemoved { workspace_id, user_id },
        EventData::UserSignedIn { user_id, session_id: SessionId::new(NOW, [5; 10]), ip: "192.0.2.1".to_owned() },
        EventData::UserSignInFailed { user_id: None, reason: SignInFailure::TooManyAttempts, ip: String::new() },
        EventData::WebhookTest { webhook_id: WebhookId::new(NOW, [6; 10]) },
    ]
}

/// The subset of JSON Schema that the catalogue uses; an unknown keyword fails.
fn fits(schema: &Value, value: &Value) -> Result<(), String> {
    for (word, rule) in schema.as_object().unwrap() {
        let holds = match word.as_str() {
            "title" | "description" => true,
            "type" => match rule.as_str().unwrap() {
                "object" => value.is_object(),
                "string" => value.is_string(),
                "integer" => value.is_i64(),
                "array" => value.is_array(),
                "null" => value.is_null(),
                other => return Err(format!("type {other}")),
            },
            "enum" => rule.as_array().unwrap().contains(value),
            "minLength" => value.as_str().is_some_and(|v| v.len() as u64 >= rule.as_u64().unwrap()),
            "maxLength" => value.as_str().is_some_and(|v| v.len() as u64 <= rule.as_u64().unwrap()),
            // Always the prefix and length of an id.
            "pattern" => {
                let prefix = rule.as_str().unwrap().trim_start_matches('^').trim_end_matches("[0-9a-z]{26}$");
                let text = value.as_str().unwrap_or_default();
                let rest = text.strip_prefix(prefix).unwrap_or_default();
                rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
            }
            "format" => value.as_str().is_some_and(|v| v.ends_with('Z')),
            "anyOf" => rule.as_array().unwrap().iter().any(|one| fits(one, value).is_ok()),
            "items" => value.as_array().is_some_and(|all| all.iter().all(|item| fits(rule, item).is_ok())),
            "required" => rule.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    let schema = rule.get(name).ok_or_else(|| format!("{name} is not declared"))?;
                    fits(schema, member).map_err(|why| format!("{name}: {why}"))?;
                }
                true
            }
            other => return Err(format!("keyword {other}")),
        };
        if !holds {
            return Err(format!("{word} {rule} does not hold for {value}"));
        }
    }
    Ok(())
}

#[test]
fn every_sample_fits_the_schema_of_its_kind_and_no_other_object_does() {
    for data in samples() {
        let (schema, mut value) = (data.kind().schema(), data.json());
        assert_eq!(fits(&schema, &value), Ok(()), "{}", data.kind().as_str());
        let name = value.as_object().unwrap().keys().next().unwrap().clone();
        value[&name] = json!({"x": 1});
        assert!(fits(&schema, &value).is_err(), "a member of another type");
        value.as_object_mut().unwrap().remove(&name);
        assert!(fits(&schema, &value).is_err(), "a member that is missing");
    }
}

#[test]
fn there_is_a_sample_of_every_kind_and_every_kind_is_described() {
    let samples = samples();
    let mut names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    for kind in EventKind::ALL {
        assert!(samples.iter().any(|data| data.kind() == *kind), "{}", kind.as_str());
        assert_eq!(EventKind::parse(kind.as_str()), Some(*kind));
        assert!(!kind.title().is_empty() && kind.description().ends_with('.'));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), EventKind::ALL.len());
    assert_eq!(EventKind::parse("oauth2.token"), None);
    for named in ["oauth2.token.issued", "oauth2.token.revoked", "oauth2.client.created", "oauth2.consent.granted"] {
        assert!(EventKind::parse(named).is_some_and(EventKind::can_be_asked_for), "{named}");
    }
}

/// Pages, point 6.2: an event without a workspace in its data never reaches a workspace's webhook.
#[test]
fn a_workspace_can_ask_for_what_can_happen_in_it() {
    for kind in EventKind::ALL {
        let members = kind.schema()["properties"].clone();
        let names_one = ["workspace_id", "owner_workspace_id"].iter().any(|name| members.get(*name).is_some());
        assert_eq!(kind.can_be_of_workspace(), names_one, "{}", kind.as_str());
    }
}

#[test]
fn an_event_keeps_its_order_with_the_others_of_its_user_or_client() {
    let subject = |data: EventData| Event { id: EventId::new(NOW, [9; 10]), at: NOW, data }.subject();
    let all: Vec<_> = samples().into_iter().map(|data| (data.kind(), data.clone(), subject(data))).collect();
    let of = |kind| &all.iter().find(|(k, ..)| *k == kind).unwrap().2;
    assert!(of(EventKind::TokenIssued).starts_with("usr_"));
    assert_eq!(of(EventKind::ConsentGranted), of(EventKind::GrantEnded));
    assert!(of(EventKind::ClientDeleted).starts_with("cs_ci_"));
    assert_eq!(of(EventKind::KeyRotated), "keys");
    assert!(of(EventKind::UserSignInFailed).starts_with("msg_"), "of nobody");
    assert!(all[1].2.starts_with("msg_"), "a machine's token");
}

#[test]
fn an_event_is_about_whom_its_members_name() {
    let event = |data| Event { id: EventId::new(NOW, [9; 10]), at: NOW, data };
    for data in samples() {
        let about = event(data.clone()).about();
        assert_eq!(about.client_id.is_some(), data.kind().as_str().starts_with("oauth2."), "{data:?}");
    }
    let owned = samples().remove(7);
    assert!(event(owned).about().workspace_id.is_some(), "the owner of a client is told of it");
}

/// The reference page lists every kind with its members.
#[test]
fn every_kind_is_documented() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/webhooks.md")).unwrap();
    for kind in EventKind::ALL {
        let schema = kind.schema();
        let members: Vec<_> =
            schema["properties"].as_object().unwrap().keys().map(|name| format!("`{name}`")).collect();
        let line = format!("| `{}` | {} | {} |", kind.as_str(), kind.description(), members.join(", "));
        assert!(page.contains(&line), "not in docs/src/webhooks.md: {line}");
    }
}
