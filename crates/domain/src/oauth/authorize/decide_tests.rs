//! The decision as a table: the signed-in user, earlier consents, and the request.
use super::*;
use crate::ClientId;
use crate::account::{PersonMethod, PersonProof};
use crate::clients::{ApplicationType, AuthMethod, ClientConfig, ClientType, GrantType, Trust};
use crate::oauth::authorize::{AuthorizePolicy, Callback, Destination};
use crate::platform::params::RawParams;
use crate::platform::refusal::Named;
use crate::resources::Catalogue;
use crate::resources::indicator::Resources;
use crate::workspace::{MemberRoles, Role};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn client() -> Client {
    Client {
        id: ClientId::parse("cs_ci_x").unwrap(),
        name: "App".to_owned(),
        client_type: ClientType::Confidential,
        auth_method: AuthMethod::ClientSecretBasic,
        trust: Trust::Unverified,
        owner_workspace_id: None,
        owner_user_id: None,
        config: ClientConfig {
            redirect_uris: vec!["https://a.example/cb".to_owned()],
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            scopes: ScopeSet::parse("openid email profile offline_access").unwrap(),
            application_type: ApplicationType::Web,
            ..ClientConfig::default()
        },
        registration_token_hash: None,
        credential_epoch: 0,
        access_epoch: 0,
        revision: 0,
        secrets: Vec::new(),
        created_at: NOW,
        updated_at: NOW,
        last_used_at: None,
        disabled_at: None,
        deleted_at: None,
    }
}

fn request(client: &Client, more: &[(&str, &str)]) -> Result<AuthorizationRequest, R> {
    request_with(client, more, false).map_err(|named| named.why)
}

fn request_with(client: &Client, more: &[(&str, &str)], require_pkce: bool) -> Result<AuthorizationRequest, Named<R>> {
    let base = [
        ("response_type", "code"),
        ("scope", "openid email"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    let kept = base.iter().filter(|(n, _)| !more.iter().any(|(m, _)| m == n));
    let params = RawParams::from_pairs(kept.chain(more).copied());
    let catalogue = &Catalogue::default();
    let issuer = "https://as.example";
    let resources = Resources { known: &["https://api.example/".to_owned()], issuer, unlisted: true };
    let policy = AuthorizePolicy { catalogue, strangers: None, resources, require_pkce, issuer, keys: &[] };
    let destination = Destination::Redirect(Callback::establish(client, &params, false)?);
    AuthorizationRequest::validate(client, destination, &params, &policy, NOW)
}

fn workspace(n: u8) -> WorkspaceMembership {
    WorkspaceMembership {
        workspace_id: WorkspaceId::new(NOW, [n; 10]),
        workspace_name: format!("W{n}"),
        roles: MemberRoles::only(Role::Member),
    }
}

fn consent(workspace: Option<WorkspaceId>, scopes: &str) -> Consent {
    Consent {
        user_id: UserId::new(NOW, [0; 10]),
        client_id: client().id,
        workspace_id: workspace,
        scopes: ScopeSet::parse(scopes).unwrap(),
        standing: ScopeSet::parse(scopes).unwrap(),
        stays: true,
        home: Home::Unknown,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// A user who signed in 100 seconds ago, with this many workspaces and these consents.
fn with<T>(workspaces: u8, consents: &[Consent], last: Option<u8>, then: impl FnOnce(&SignedIn<'_>) -> T) -> T {
    let memberships: Vec<_> = (1..=workspaces).map(workspace).collect();
    let proof = PersonProof::new(vec![PersonMethod::Password], NOW.plus(-100));
    then(&SignedIn {
        user_id: UserId::new(NOW, [0; 10]),
        session_id: Some(SessionId::new(NOW, [5; 10])),
        proof: Some(&proof),
        may_stay: true,
        memberships: &memberships,
        forbidden: &[],
        consents,
        last_choice: last.map(|n| workspace(n).workspace_id),
    })
}

fn step(more: &[(&str, &str)], who: Option<&SignedIn<'_>>) -> Step {
    let client = client();
    decide(&request(&client, more).unwrap(), &client, who, Progress::default(), NOW)
}

#[test]
fn checklist_112_to_116_prompts_and_ages() {
    assert_eq!(step(&[], None), Step::Login);
    assert_eq!(step(&[("prompt", "none")], None), Step::Refuse(R::LoginRequired));
    with(1, &[consent(Some(workspace(1).workspace_id), "openid email")], None, |who| {
        let access = Access {
            workspace_id: Some(workspace(1).workspace_id),
            scopes: ScopeSet::parse("openid email").unwrap(),
            ..Access::empty(SubType::Workspace)
        };
        let approved = Step::Approve(Box::new(Approval { access, stays: true }));
        assert_eq!(step(&[], Some(who)), approved);
        assert_eq!(step(&[("prompt", "none")], Some(who)), approved);
        assert_eq!(step(&[("prompt", "login")], Some(who)), Step::Reauthenticate);
        assert_eq!(step(&[("prompt", "select_account")], Some(who)), Step::SelectAccount);
        assert!(matches!(step(&[("prompt", "consent")], Some(who)), Step::AskConsent(_)));
        assert_eq!(step(&[("max_age", "1")], Some(who)), Step::Reauthenticate);
        assert_eq!(step(&[("max_age", "1"), ("prompt", "none")], Some(who)), Step::Refuse(R::SessionTooOld));
        assert_eq!(step(&[("max_age", "10000")], Some(who)), approved);
        let other = [("claims", r#"{"id_token":{"sub":{"value":"usr_other"}}}"#), ("prompt", "none")];
        assert_eq!(step(&other, Some(who)), Step::Refuse(R::OtherUser));
        let client = client();
        let fresh = Progress { fresh_session: who.session_id, account_selected: false };
        let login = request(&client, &[("prompt", "login")]).unwrap();
        assert_eq!(decide(&login, &client, Some(who), fresh, NOW), approved);
        let foreign = Progress { fresh_session: Some(SessionId::new(NOW, [6; 10])), account_selected: false };
        assert_eq!(decide(&login, &client, Some(who), foreign, NOW), Step::Reauthenticate);
    });
    assert_eq!(request(&client(), &[("prompt", "none login")]), Err(R::PromptNoneWithOthers));
}

/// Checklist 131.
#[test]
fn a_workspace_that_does_not_let_the_client_in_is_not_offered() {
    let ids = [1, 2, 3].map(|n| workspace(n).workspace_id);
    let offered = |step: Step| match step {
        Step::AskConsent(ask) => Ok(ask.workspaces.iter().map(|m| m.workspace_id).collect::<Vec<_>>()),
        Step::Explain(refusal) => Err(refusal),
        other => panic!("{other:?}"),
    };
    with(3, &[], Some(2), |who| {
        let who = |forbidden| SignedIn { forbidden, ..who.clone() };
        let named = ids[1].to_string();
        assert_eq!(offered(step(&[], Some(&who(&ids[1..2])))), Ok(vec![ids[0], ids[2]]));
        assert_eq!(offered(step(&[], Some(&who(&ids[..2])))), Ok(vec![ids[2]]), "one is left, and no choice");
        assert_eq!(offered(step(&[], Some(&who(&ids)))), Err(R::WorkspaceForbids));
        assert_eq!(offered(step(&[("workspace", &named)], Some(&who(&ids[1..2])))), Err(R::WorkspaceForbids));
        assert_eq!(offered(step(&[("workspace", &named)], Some(&who(&ids[..1])))), Ok(vec![ids[1]]));
        assert_eq!(step(&[("prompt", "none")], Some(&who(&ids))), Step::Refuse(R::WorkspaceForbids));
        assert_eq!(offered(step(&[("sub_type", "user")], Some(&who(&ids)))), Ok(vec![]), "in the user's own name");
    });
    // An earlier consent does not help.
    with(1, &[consent(Some(ids[0]), "openid email")], None, |who| {
        let who = SignedIn { forbidden: &ids, ..who.clone() };
        assert_eq!(step(&[], Some(&who)), Step::Explain(R::WorkspaceForbids));
    });
}

#[test]
fn new_scopes_ask_for_the_difference() {
    with(0, &[consent(None, "openid")], None, |who| match step(&[("sub_type", "user")], Some(who)) {
        Step::AskConsent(ask) => {
            assert_eq!((ask.missing.to_string(), ask.allowed.to_string()), ("email".into(), "openid".into()));
        }
        other => panic!("{other:?}"),
    });
}

#[test]
fn checklist_111_the_workspace_must_be_a_live_membership() {
    with(0, &[], None, |who| {
        assert_eq!(step(&[], Some(who)), Step::Explain(R::NoWorkspace));
        assert_eq!(step(&[("prompt", "none")], Some(who)), Step::Refuse(R::NoWorkspace), "no page");
    });
    with(2, &[], Some(2), |who| {
        let foreign = workspace(9).workspace_id.to_string();
        assert_eq!(step(&[("workspace", &foreign)], Some(who)), Step::Explain(R::WorkspaceNotMember));
        let silent = [("workspace", foreign.as_str()), ("prompt", "none")];
        assert_eq!(step(&silent, Some(who)), Step::Refuse(R::WorkspaceNotMember));
        let Step::AskConsent(ask) = step(&[], Some(who)) else { panic!() };
        assert_eq!(ask.preselected, Some(workspace(2).workspace_id));
        let request = request(&client(), &[]).unwrap();
        let required = |name: &str| name == "openid";
        let forbidden = [workspace(8).workspace_id];
        let chosen = |workspace| {
            let choice = Choice { workspace, ..Choice::default() };
            approve(&request, &ask, &choice, &forbidden, required).map(|a| a.access.workspace_id)
        };
        assert_eq!(chosen(Some(workspace(1).workspace_id)), Ok(Some(workspace(1).workspace_id)));
        assert_eq!(chosen(Some(workspace(9).workspace_id)), Err(R::WorkspaceNotMember));
        assert_eq!(chosen(Some(workspace(8).workspace_id)), Err(R::WorkspaceForbids), "its rule changed meanwhile");
        assert_eq!(chosen(None), Err(R::SelectionRequired));
        let choice = Choice {
            workspace: Some(workspace(1).workspace_id),
            ticked: Some(ScopeSet::parse("admin").unwrap()),
            ..Choice::default()
        };
        let ticked = approve(&request, &ask, &choice, &[], required);
        assert_eq!(
            ticked.unwrap().access.scopes.to_string(),
            "openid",
            "only what was asked for, and the required stay"
        );
    });
}

#[test]
fn several_workspaces_are_asked_again_unless_named() {
    let both = [1, 2].map(|n| consent(Some(workspace(n).workspace_id), "openid email"));
    with(2, &both, Some(1), |who| {
        assert!(
            matches!(step(&[], Some(who)), Step::SelectWorkspace(ask) if ask.preselected == Some(workspace(1).workspace_id))
        );
        let named = workspace(2).workspace_id.to_string();
        assert!(
            matches!(step(&[("workspace", &named)], Some(who)), Step::Approve(a) if a.access.workspace_id == Some(workspace(2).workspace_id))
        );
        assert!(
            matches!(step(&[("prompt", "none")], Some(who)), Step::Approve(a) if a.access.workspace_id == Some(workspace(1).workspace_id))
        );
    });
    with(2, &both, None, |who| assert_eq!(step(&[("prompt", "none")], Some(who)), Step::Refuse(R::SelectionRequired)));
}

#[test]
fn checklist_109_unproven_clients_are_asked_each_time() {
    let mut native = client();
    native.client_type = ClientType::Public;
    native.auth_method = AuthMethod::None;
    native.config.application_type = ApplicationType::Native;
    native.config.redirect_uris = vec!["http://127.0.0.1/cb".to_owned()];
    with(0, &[consent(None, "openid email")], None, |who| {
        let go = |more: &[(&str, &str)]| {
            decide(&request(&native, more).unwrap(), &native, Some(who), Progress::default(), NOW)
        };
        assert!(matches!(go(&[("sub_type", "user")]), Step::AskConsent(_)));
        assert_eq!(go(&[("sub_type", "user"), ("prompt", "none")]), Step::Refuse(R::ConsentUnproven));
    });
}

#[test]
fn checklist_122_offline_access_without_consent_is_ignored_not_an_error() {
    with(0, &[consent(None, "openid email")], None, |who| {
        let more = [("sub_type", "user"), ("scope", "openid email offline_access"), ("prompt", "none")];
        assert!(matches!(step(&more, Some(who)), Step::Approve(a) if a.access.scopes.to_string() == "openid email"));
        assert!(
            matches!(step(&more[..2], Some(who)), Step::AskConsent(ask) if ask.missing.to_string() == "offline_access")
        );
    });
    let mut plain = client();
    plain.config.grant_types = vec![GrantType::AuthorizationCode];
    let asked = request(&plain, &[("scope", "openid offline_access")]).unwrap();
    assert_eq!(asked.access.scopes.to_string(), "openid", "no refresh grant, no offline access, no error");
}

#[test]
fn allowed_users_and_internal_clients() {
    let mut closed = client();
    closed.config.allowed_user_ids = vec![UserId::new(NOW, [99; 10])];
    let mut own = client();
    own.config.internal = true;
    with(0, &[], None, |who| {
        let go = |c: &Client, prompt: &[_]| {
            let request = request(c, &[&[("sub_type", "user")], prompt].concat()).unwrap();
            decide(&request, c, Some(who), Progress::default(), NOW)
        };
        assert_eq!(go(&closed, &[]), Step::Explain(R::UserNotAllowed));
        assert_eq!(go(&closed, &[("prompt", "none")]), Step::Refuse(R::UserNotAllowed));
        assert!(matches!(go(&own, &[]), Step::Approve(_)));
    });
}

#[test]
fn checklist_16_17_28_30_34_40_96_119_120_the_request_rules() {
    let c = client();
    let table: &[(&[(&str, &str)], R)] = &[
        (&[("response_type", "")], R::ResponseTypeMissing),
        (&[("response_type", "token")], R::ResponseTypeUnsupported),
        (&[("response_type", "code token")], R::ResponseTypeUnsupported),
        (&[("code_challenge_method", "plain")], R::ChallengeMethod),
        (&[("code_challenge_method", "")], R::ChallengeMethod),
        (&[("code_challenge", "short")], R::ChallengeMalformed),
        (&[("scope", "nothing")], R::ScopeUnknown),
        (&[("scope", "admin")], R::ScopeNotAllowed),
        (&[("scope", "\"")], R::ScopeMalformed),
        (&[("request", "x")], R::RequestObject),
        (&[("request_uri", "https://a.example/r")], R::RequestUri),
        (&[("max_age", "-1")], R::MaxAgeMalformed),
        (&[("claims", "[")], R::ClaimsMalformed),
        (&[("sub_type", "robot")], R::SubTypeUnknown),
        (&[("resource", "https://unknown.example")], R::ResourceUnknown),
        (&[("redirect_uri", "https://a.example/cb/")], R::RedirectMismatch),
        (&[("response_mode", "web_message")], R::ResponseModeUnknown),
        (&[("nonce", "a"), ("nonce", "a")], R::Repeated),
        (&[("id_token_hint", "x.y.z")], R::HintInvalid),
    ];
    for (more, refusal) in table {
        assert_eq!(request(&c, more).map(|_| ()), Err(*refusal), "{more:?}");
    }
    let harmless = [
        ("login_hint", "x"),
        ("ui_locales", "xx"),
        ("claims_locales", "de"),
        ("display", "touch"),
        ("acr_values", "9"),
        ("unknown", "1"),
        ("nonce", &"n".repeat(64)),
    ];
    assert!(request(&c, &harmless).is_ok());
}

/// Checklist 29.
#[test]
fn narrowing_point_3_who_needs_pkce() {
    const WITHOUT: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];
    let mut confidential = client();
    confidential.config.redirect_uris.push("http://127.0.0.1/cb".to_owned());
    let at = |client: &Client, uri: &str, server: bool| {
        let asked = [&WITHOUT[..], &[("redirect_uri", uri)]].concat();
        request_with(client, &asked, server).map(|request| request.challenge).map_err(|named| named.why)
    };
    let https = "https://a.example/cb";
    assert_eq!(at(&confidential, https, false), Ok(None));
    assert_eq!(at(&confidential, https, true), Err(R::ChallengeMissing), "the server's setting");
    assert_eq!(at(&confidential, "http://127.0.0.1/cb", false), Err(R::ChallengeMissing), "RFC 8252 section 8.5");
    let public = Client { client_type: ClientType::Public, auth_method: AuthMethod::None, ..confidential.clone() };
    assert_eq!(at(&public, https, false), Err(R::ChallengeMissing));
    let stored = |json: &str| {
        let config = serde_json::from_str::<ClientConfig>(json).unwrap();
        Client {
            config: ClientConfig {
                require_pkce: config.require_pkce,
                pkce_exempt: config.pkce_exempt,
                ..confidential.config.clone()
            },
            ..confidential.clone()
        }
    };
    assert_eq!(at(&stored(r#"{"pkce_exempt": false}"#), https, false), Err(R::ChallengeMissing), "stored before");
    assert_eq!(at(&stored("{}"), https, false), Err(R::ChallengeMissing), "stored long before");
    assert_eq!(at(&stored(r#"{"pkce_exempt": true}"#), https, false), Ok(None), "exempt before");
    let exempt = stored(r#"{"pkce_exempt": true}"#).config;
    assert!(!serde_json::from_value::<ClientConfig>(serde_json::to_value(&exempt).unwrap()).unwrap().requires_pkce());
    assert_eq!(at(&stored(r#"{"require_pkce": true}"#), https, false), Err(R::ChallengeMissing));
    assert_eq!(at(&stored(r#"{"require_pkce": false}"#), https, false), Ok(None));
    let half = [("code_challenge", ""), ("code_challenge_method", "S256")];
    assert_eq!(request(&client(), &half).map(|_| ()), Err(R::ChallengeMissing), "half of it is a mistake");
}

/// Checklist 58.
#[test]
fn narrowing_point_2_scopes_that_do_not_exist_are_ignored() {
    let asked =
        |client: &Client, scope: &str| request(client, &[("scope", scope)]).map(|r| r.access.scopes.to_string());
    let owned = client();
    assert_eq!(asked(&owned, "openid nothing email"), Ok("openid email".to_owned()));
    assert_eq!(asked(&owned, "nothing"), Err(R::ScopeUnknown), "nothing remains");
    let refused = request_with(&owned, &[("scope", "openid nothing admin contracts:read")], false).unwrap_err();
    assert_eq!((refused.why, refused.name()), (R::ScopeNotAllowed, Some("admin contracts:read")));
    // A self-registered client may request everything its trust level allows.
    let mut stranger = Client { trust: Trust::Anonymous, registration_token_hash: Some(hash()), ..client() };
    assert_eq!(asked(&stranger, "contracts:read nothing admin"), Ok("contracts:read".to_owned()));
    assert_eq!(asked(&stranger, "admin"), Err(R::ScopeUnknown));
    stranger.owner_user_id = Some(UserId::new(NOW, [0; 10]));
    assert_eq!(asked(&stranger, "contracts:read"), Err(R::ScopeNotAllowed), "it has an owner");
}

fn hash() -> crate::SecretHash {
    crate::Pepper::new(&[1; 32]).hash("x")
}

#[test]
fn a_login_hint_names_somebody_else_only_where_people_can_read_it_as_an_address() {
    let ada = Email::parse("ada@example.com").unwrap();
    let named = |hint: &str| expected(hint, &ada).map(|email| email.to_string());
    assert_eq!(named("bob@example.com").as_deref(), Some("bob@example.com"));
    assert_eq!(named(" Bob@Example.com ").as_deref(), Some("Bob@Example.com"));
    let long = format!("{}@example.com", "b".repeat(300));
    let tower = format!("b{}@example.com", "\u{301}".repeat(9));
    let odd = ["", "ADA@example.com", "bob", "Call 0800 and pay", "b\u{202e}ob@example.com", "b\u{200b}@example.com"];
    for hint in odd.into_iter().chain([&*long, &tower]) {
        assert_eq!(named(hint), None, "{hint:?}");
    }
}

/// Checklist 132.
#[test]
fn point_2_4_an_answer_counts_for_itself_whatever_was_allowed_before() {
    let client = client();
    with(0, &[consent(None, "openid email")], None, |who| {
        let request = request(&client, &[("sub_type", "user")]).unwrap();
        let now = decide(&request, &client, Some(who), Progress::default(), NOW);
        assert!(matches!(now, Step::Approve(_)), "all of it was allowed in another tab");
        let ask = answerable(now, &request, &client, who.memberships).unwrap();
        let choice = Choice { ticked: Some(ScopeSet::default()), stay: Some(false), ..Choice::default() };
        let approval = approve(&request, &ask, &choice, &[], |name| name == "openid").unwrap();
        assert_eq!((approval.access.scopes.to_string().as_str(), approval.stays), ("openid", false));
        assert_eq!(answerable(Step::Login, &request, &client, &[]), Err(Step::Login));
        let mut silent = request;
        silent.access.scopes = ScopeSet::parse("openid email profile").unwrap();
        let ask = ConsentQuestion { stay: None, missing: ScopeSet::default(), ..ask };
        let all = approve(&silent, &ask, &Choice::default(), &[], |_| false).unwrap();
        assert_eq!(all.access.scopes.to_string(), "openid email", "no more than the step is about");
    });
}

#[test]
fn point_2_5_staying_connected_is_asked_where_it_was_not_asked_for() {
    let client = client();
    let mut declined = consent(None, "openid email");
    declined.stays = false;
    with(0, &[declined], None, |who| {
        let go = |client: &Client, more: &[(&str, &str)]| {
            let request = request(client, &[&[("sub_type", "user")], more].concat()).unwrap();
            decide(&request, client, Some(who), Progress::default(), NOW)
        };
        let stays = |step: Step| match step {
            Step::Approve(approval) => approval.stays,
            other => panic!("{other:?}"),
        };
        assert!(!stays(go(&client, &[])), "the last answer stands, and nothing is asked again");
        assert!(!stays(go(&client, &[("prompt", "none")])));
        let stay = |step: Step| match step {
            Step::AskConsent(ask) => ask.stay,
            other => panic!("{other:?}"),
        };
        assert_eq!(stay(go(&client, &[("scope", "openid email profile")])), Some(false));
        let offline = [("scope", "openid email offline_access")];
        assert_eq!(stay(go(&client, &offline)), None, "it has a box of its own");
        let mut plain = client.clone();
        plain.config.grant_types = vec![GrantType::AuthorizationCode];
        assert_eq!(stay(go(&plain, &[("prompt", "consent")])), None, "no refresh token, no question");
        let mut own = client.clone();
        own.config.internal = true;
        assert!(stays(go(&own, &[])));
    });
    with(0, &[], None, |who| match step(&[("sub_type", "user")], Some(who)) {
        Step::AskConsent(ask) => assert_eq!(ask.stay, Some(true)),
        other => panic!("{other:?}"),
    });
}
