//! Two changes at once, each of which rests on what the other changes: whichever comes first, the outcome is that of one after
//! the other ("a bound and a deadline", point 4.1).
use domain::access::Principal;
use domain::clients::{GrantType, Trust, api};
use domain::oauth::authorize::decide::Choice;
use domain::platform::params::RawParams;
use domain::{ScopeSet, Secret, WorkspaceId};
use flows::access::caller::Caller;
use flows::access::{self, credential_request};
use flows::account::tokens;
use flows::clients::registrar::{self, Registrar};
use flows::clients::{self, registration, secrets};
use flows::oauth::authorize::{self, AuthorizeOutcome, Decision};
use flows::oauth::device;
use flows::sign_in::password;
use flows::unguarded::{accounts, applications, members};
use flows::workspace::{self, api_keys};
use flows::{Ctx, Failure};
use serde_json::json;
use std::sync::Arc;
use testkit::{Browser, Database, Kind, PASSWORD, Party, TestApp, TestUser, for_each_database};
use tokio::sync::Barrier;

/// How often each race is run: `cargo xtask faults --long --only races` runs each 1,000 times on PostgreSQL.
fn rounds() -> u32 {
    std::env::var("COUNTERSIGN_TEST_ROUNDS").map_or(5, |text| text.parse().unwrap())
}

/// Runs it on both databases, or many times on PostgreSQL.
async fn raced(test: impl AsyncFn(&Database)) {
    if std::env::var_os("COUNTERSIGN_TEST_ROUNDS").is_none() {
        return for_each_database(test).await;
    }
    let database = Database::postgres().await;
    test(&database).await;
    database.remove().await;
    println!("figure races {} rounds", rounds());
}

/// Runs both at once, each in a task of its own.
async fn both<A, B>(
    one: impl Future<Output = A> + Send + 'static,
    other: impl Future<Output = B> + Send + 'static,
) -> (A, B)
where
    A: Send + 'static,
    B: Send + 'static,
{
    let start = Arc::new(Barrier::new(2));
    let (at, there) = (start.clone(), start);
    let one = tokio::spawn(async move {
        at.wait().await;
        one.await
    });
    let other = tokio::spawn(async move {
        there.wait().await;
        other.await
    });
    (one.await.unwrap(), other.await.unwrap())
}

/// What somebody gives with a session, or with a personal access token, that a change of password ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Given {
    ApiKey,
    PersonalToken,
    TokenByToken,
    ConsentAndCode,
    DeviceApproval,
    ClientSecret,
    ClientWithSecret,
    /// By personal access token.
    RegistrationToken,
}

/// Somebody who was let in with a credential, and is about to give something.
struct Giver {
    node: TestApp,
    ctx: Ctx,
    who: Principal,
    caller: Caller,
    party: Party,
    /// The page of consent.
    interaction: String,
    registrar: Option<Registrar>,
}

fn asked(scope: &str) -> credential_request::CredentialRequest {
    credential_request::CredentialRequest {
        name: "One".to_owned(),
        scopes: vec![scope.to_owned()],
        ..Default::default()
    }
}

const BROWSER: [u8; 32] = [7; 32];

impl Given {
    const ALL: [Self; 8] = [
        Self::ApiKey,
        Self::PersonalToken,
        Self::TokenByToken,
        Self::ConsentAndCode,
        Self::DeviceApproval,
        Self::ClientSecret,
        Self::ClientWithSecret,
        Self::RegistrationToken,
    ];

    async fn prepared(self, node: &TestApp, user: &TestUser, password: &str) -> Giver {
        let (app, mut ctx, workspace) = (&node.app, node.ctx(), user.workspaces[0]);
        let party = Party::with(node, Kind::Web, |new| {
            new.owner_workspace_id = Some(workspace);
            new.config.grant_types.push(GrantType::DeviceCode);
        })
        .await;
        let email = user.user.email.as_str();
        let session = password::sign_in(app, &ctx, email, &Secret::new(password), &Caller::Anonymous).await.unwrap();
        let caller = access::session::current(app, &ctx, session.secret.expose()).await.unwrap();
        let named = workspace.to_string();
        let mut who = flows::access::principal::by_session(app, &ctx, &caller, Some(&named)).await.unwrap();
        let (mut interaction, mut registrar) = (String::new(), None);
        match self {
            Self::TokenByToken | Self::RegistrationToken => {
                let scope = if self == Self::TokenByToken { "tokens:write" } else { "clients:write" };
                let (_, token) = tokens::create_token(app, &ctx, &who, &asked(scope)).await.unwrap();
                let found = registrar::to_register(app, &ctx, Some(token.expose()), Some(&named)).await.unwrap();
                who = found.principal().clone();
                registrar = Some(found);
            }
            Self::ConsentAndCode => {
                let url = party.authorize(&OF);
                let params = RawParams::from_urlencoded(url.split_once('?').unwrap().1.as_bytes());
                let next = authorize::begin(app, &ctx, &params, &caller, BROWSER).await.unwrap();
                let AuthorizeOutcome::Consent { interaction: page, .. } = next else { panic!("{next:?}") };
                interaction = page;
            }
            Self::DeviceApproval => {
                let fields = [("scope", "openid profile")];
                let codes = party.post("/oauth2/device_authorization", &fields).await.json();
                let code = codes["user_code"].as_str().unwrap();
                let entered = device::enter(app, &ctx, code, &caller, BROWSER).await.unwrap();
                let next = authorize::resume(app, &ctx, &entered, &caller, BROWSER).await.unwrap();
                let AuthorizeOutcome::Consent { interaction: page, .. } = next else { panic!("{next:?}") };
                interaction = page;
            }
            _ => {}
        }
        ctx.facts = ctx.facts.by(&who);
        Giver { node: node.clone(), ctx, who, caller, party, interaction, registrar }
    }

    /// Whether it was given. Nothing refuses it but the end of the credential.
    async fn give(self, giver: &Giver) -> bool {
        fn done<T, R: std::fmt::Debug>(outcome: Result<T, Failure<R>>) -> bool {
            match outcome {
                Ok(_) => true,
                Err(Failure::Fault(fault)) if fault.is_end_of_credential() => false,
                Err(other) => panic!("{other:?}"),
            }
        }
        let Giver { node, ctx, who, caller, party, interaction, registrar } = giver;
        let (app, id) = (&node.app, party.id.as_str());
        let metadata = json!({"redirect_uris": ["https://b.example/cb"]});
        match self {
            Self::ApiKey => {
                let asked =
                    credential_request::CredentialRequest { roles: vec!["admin".to_owned()], ..asked("clients:read") };
                done(api_keys::create_api_key(app, ctx, who, &asked).await)
            }
            Self::PersonalToken | Self::TokenByToken => {
                done(tokens::create_token(app, ctx, who, &asked("tokens:write")).await)
            }
            Self::ClientSecret => done(secrets::add(app, ctx, who, id).await),
            Self::ClientWithSecret => {
                let body = json!({"client_name": "Another", "redirect_uris": ["https://b.example/cb"]});
                done(clients::manage::create(app, ctx, who, &api::CONSOLE, body.as_object().unwrap()).await)
            }
            Self::RegistrationToken => {
                done(registration::create(app, ctx, registrar.as_ref().unwrap(), &metadata).await)
            }
            Self::ConsentAndCode | Self::DeviceApproval => {
                let workspace = (self == Self::ConsentAndCode).then(|| who.workspace.unwrap().0);
                let ticked = Some(ScopeSet::parse("openid profile email").unwrap());
                let choice = Choice { workspace, ticked, stay: None };
                let decision = Decision { allow: true, choice, on_page: true };
                let next = authorize::decide_consent(app, ctx, interaction, &decision, caller, BROWSER).await;
                if let Ok(next) = &next {
                    assert!(
                        matches!(next, AuthorizeOutcome::Answer(_) | AuthorizeOutcome::Device { allowed: true, .. }),
                        "{next:?}"
                    );
                }
                done(next)
            }
        }
    }
}

/// What acts for the person or was given by them: personal access tokens that live, and all the rest.
async fn given(node: &TestApp, user: &TestUser) -> (usize, Vec<i64>) {
    let mut tx = node.store.read().await.unwrap();
    let tokens = store::access::credentials::list_personal_tokens(&mut tx, user.user.id).await.unwrap();
    let mut rest = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM api_keys",
        "SELECT COUNT(*) FROM consents",
        "SELECT COUNT(*) FROM device_authorizations WHERE state <> 'pending'",
        "SELECT COUNT(*) FROM client_secrets",
        "SELECT COUNT(*) FROM clients",
    ] {
        rest.push(tx.one(sql, &[]).await.unwrap().unwrap().int().unwrap());
    }
    (tokens.iter().filter(|token| token.revoked_at.is_none()).count(), rest)
}

const WORDS: [&str; 2] = [PASSWORD, "another horse entirely"];

/// The change of password that ends everything else, on the other node.
fn change(nodes: &[TestApp; 2], user: &TestUser, new: &'static str) -> impl Future<Output = bool> + Send + 'static {
    let (node, id) = (nodes[1].clone(), user.user.id);
    async move { accounts::set_password(&node.app, &node.ctx(), id, &Secret::new(new)).await.unwrap() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_1_a_credential_that_ended_meanwhile_gives_nothing() {
    for_each_database(async |database| {
        let nodes = [TestApp::start(database).await, TestApp::second(database).await];
        let ada = nodes[0].user("ada@example.com", 1).await;
        for (round, kind) in Given::ALL.into_iter().enumerate() {
            // It is good as long as the session is.
            let giver = Box::pin(kind.prepared(&nodes[0], &ada, WORDS[round % 2])).await;
            assert!(Box::pin(kind.give(&giver)).await, "{kind:?}");
            let giver = Box::pin(kind.prepared(&nodes[0], &ada, WORDS[round % 2])).await;
            assert!(change(&nodes, &ada, WORDS[1 - round % 2]).await);
            let before = given(&nodes[0], &ada).await;
            assert!(!Box::pin(kind.give(&giver)).await, "{kind:?}");
            assert_eq!(given(&nodes[0], &ada).await, before, "{kind:?}");
            assert_eq!(before.0, 0);
            let outcomes = nodes[0].outcomes("management").await;
            let recorded = outcomes.iter().filter(|outcome| *outcome == "credential_unknown").count();
            assert_eq!(recorded, round + 1, "{kind:?}");
        }
        for node in nodes {
            node.stop().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_1_what_is_given_while_a_password_changes_ends_with_it_or_is_refused() {
    raced(async |database| {
        let nodes = [TestApp::start(database).await, TestApp::second(database).await];
        let ada = nodes[0].user("ada@example.com", 1).await;
        for round in 0..rounds() {
            for (nth, kind) in Given::ALL.into_iter().enumerate() {
                let turn = (round as usize * Given::ALL.len() + nth) % 2;
                let giver = Box::pin(kind.prepared(&nodes[0], &ada, WORDS[turn])).await;
                let before = given(&nodes[0], &ada).await;
                let give = async move { kind.give(&giver).await };
                let (made, changed) = both(Box::pin(give), Box::pin(change(&nodes, &ada, WORDS[1 - turn]))).await;
                assert!(changed);
                let after = given(&nodes[0], &ada).await;
                assert_eq!(after.0, 0, "no token outlives the password: {kind:?} in round {round}");
                if !made {
                    assert_eq!(after.1, before.1, "{kind:?} in round {round}");
                }
                nodes[0].clock.advance(3_600);
                nodes[1].clock.advance(3_600);
            }
        }
        for node in nodes {
            node.stop().await;
        }
    })
    .await;
}

struct Stage {
    nodes: [TestApp; 2],
    owner: TestUser,
    owns: Principal,
    workspace: WorkspaceId,
    party: Party,
}

impl Stage {
    async fn new(database: &Database) -> Self {
        let nodes = [TestApp::start(database).await, TestApp::second(database).await];
        let owner = nodes[0].user("owner@example.com", 1).await;
        let owns = nodes[0].principal(&owner, None).await;
        let party = Party::with(&nodes[0], Kind::Web, |new| new.trust = Trust::Verified).await;
        let workspace = owner.workspaces[0];
        Self { nodes, owner, owns, workspace, party }
    }

    async fn rule(&self, rule: &str) {
        workspace::policy::set(&self.nodes[0].app, &self.nodes[0].ctx(), &self.owns, rule).await.unwrap();
    }

    async fn trust(&self, trust: Trust) {
        let node = &self.nodes[0];
        assert_eq!(applications::set_trust(&node.app, &node.ctx(), &self.party.id, trust).await.unwrap(), Some(true));
    }

    /// What lowers the trust, on the other node.
    fn lower(&self) -> impl Future<Output = bool> + Send + 'static {
        let (node, id) = (self.nodes[1].clone(), self.party.id.clone());
        async move { applications::set_trust(&node.app, &node.ctx(), &id, Trust::Unverified).await.unwrap() == Some(true) }
    }

    /// Consents and grants that stand in the workspace.
    async fn left(&self) -> (usize, i64) {
        let mut tx = self.nodes[0].store.read().await.unwrap();
        let (user, client, workspace) = (self.owner.user.id, &self.party.id, self.workspace);
        let consent = store::grants::consents::find(&mut tx, user, client, Some(workspace)).await.unwrap();
        let now = self.nodes[0].ctx().now;
        let grants = store::grants::workspace_apps::living_grants(&mut tx, workspace, client, None, now).await.unwrap();
        (usize::from(consent.is_some()), grants)
    }

    async fn stop(self) {
        for node in self.nodes {
            node.stop().await;
        }
    }
}

const OF: [(&str, &str); 1] = [("sub_type", "workspace")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_1_a_rule_and_a_lower_trust_at_once_leave_nothing_that_neither_would() {
    raced(async |database| {
        let s = Stage::new(database).await;
        for round in 0..rounds() {
            s.party.tokens(&mut Browser::new(&s.nodes[0]), &s.owner, &OF).await;
            assert_eq!(s.left().await, (1, 1));
            let (node, owns) = (s.nodes[0].clone(), s.owns.clone());
            let rule = async move {
                workspace::policy::set(&node.app, &node.ctx(), &owns, "verified").await.map(drop).is_ok()
            };
            assert_eq!(both(Box::pin(rule), Box::pin(s.lower())).await, (true, true));
            assert_eq!(s.left().await, (0, 0), "round {round}");
            s.rule("all").await;
            s.trust(Trust::Verified).await;
        }
        s.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_1_a_consent_or_a_code_and_a_lower_trust_at_once_leave_no_grant() {
    raced(async |database| {
        let s = Stage::new(database).await;
        s.rule("verified").await;
        let mut browser = Browser::new(&s.nodes[0]);
        s.party.tokens(&mut browser, &s.owner, &OF).await;
        for round in 0..rounds() {
            s.trust(Trust::Unverified).await;
            assert_eq!(s.left().await, (0, 0));
            s.trust(Trust::Verified).await;
            if round % 2 == 0 {
                // The page of consent is open.
                let page = browser.get(&s.party.authorize(&OF)).await;
                let form = page.form("consent-allow").set("action", "allow");
                let mut there = browser.clone();
                both(Box::pin(async move { there.submit(&form).await }), Box::pin(s.lower())).await;
            } else {
                let code = s.party.code(&mut browser, &s.owner, &OF).await;
                let party = s.party.clone();
                both(Box::pin(async move { party.exchange(&code).await }), Box::pin(s.lower())).await;
            }
            assert_eq!(s.left().await, (0, 0), "round {round}");
            s.trust(Trust::Verified).await;
        }
        s.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_1_no_session_of_the_old_password_outlives_it() {
    raced(async |database| {
        let nodes = [TestApp::start(database).await, TestApp::second(database).await];
        let ada = nodes[0].user("ada@example.com", 0).await;
        let words = [PASSWORD, "another horse entirely"];
        for round in 0..rounds() {
            let (old, new) = (words[round as usize % 2], words[1 - round as usize % 2]);
            let (node, other, id) = (nodes[0].clone(), nodes[1].clone(), ada.user.id);
            let sign_in = async move {
                password::sign_in(&node.app, &node.ctx(), "ada@example.com", &Secret::new(old), &Caller::Anonymous)
                    .await
                    .is_ok()
            };
            let change =
                async move { accounts::set_password(&other.app, &other.ctx(), id, &Secret::new(new)).await.unwrap() };
            assert!(both(Box::pin(sign_in), Box::pin(change)).await.1);
            let ctx = nodes[0].ctx();
            let mut tx = nodes[0].store.read().await.unwrap();
            let left = store::account::sessions::list_for_user(&mut tx, ada.user.id, ctx.now).await.unwrap();
            assert_eq!(left.len(), 0, "round {round}");
            drop(tx);
            // Failed attempts are forgiven.
            nodes[0].clock.advance(3_600);
            nodes[1].clock.advance(3_600);
        }
        for node in nodes {
            node.stop().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_1_a_client_that_becomes_public_has_no_secret() {
    raced(async |database| {
        let s = Stage::new(database).await;
        for round in 0..rounds() {
            let owner = s.owner.workspaces[0];
            let party = Party::with(&s.nodes[0], Kind::Web, |new| new.owner_workspace_id = Some(owner)).await;
            let (node, other) = (s.nodes[0].clone(), s.nodes[1].clone());
            let (owns, id) = (s.owns.clone(), party.id.clone());
            let add = async move { secrets::add(&node.app, &node.ctx(), &owns, id.as_str()).await.is_ok() };
            let id = party.id.clone();
            let publish = async move {
                let mut client = applications::living(&other.app, &other.ctx(), &id).await.unwrap().unwrap();
                client.client_type = domain::clients::ClientType::Public;
                client.auth_method = domain::clients::AuthMethod::None;
                applications::update(&other.app, &other.ctx(), client).await.unwrap().is_some()
            };
            assert!(both(Box::pin(add), Box::pin(publish)).await.1, "round {round}");
            let mut tx = s.nodes[0].store.read().await.unwrap();
            let client = store::clients::by_id(&mut tx, &party.id, s.nodes[0].ctx().now).await.unwrap().unwrap();
            assert_eq!((client.is_public(), client.secrets.len()), (true, 0), "round {round}");
        }
        s.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_4_3_of_codes_redeemed_while_a_workspace_takes_the_client_away_no_grant_lives() {
    const PEOPLE: usize = 8;
    raced(async |database| {
        let s = Stage::new(database).await;
        let mut people = Vec::new();
        for n in 0..PEOPLE {
            let mut user = s.nodes[0].user(&format!("person{n}@example.com"), 0).await;
            let roles = domain::workspace::MemberRoles::only(domain::workspace::Role::Member);
            let node = &s.nodes[0];
            members::put_member(&node.app, &node.ctx(), user.user.id, s.workspace, roles).await.unwrap();
            user.workspaces.push(s.workspace);
            people.push((user, Browser::new(&s.nodes[0])));
        }
        for round in 0..rounds() {
            let mut codes = Vec::new();
            for (user, browser) in &mut people {
                codes.push(s.party.code(browser, user, &OF).await);
            }
            let parties = [0, 1].map(|n| Party { app: s.nodes[n].clone(), ..s.party.clone() });
            let redeem = async move {
                let each = codes.iter().enumerate().map(|(n, code)| parties[n % 2].exchange(code));
                futures_util::future::join_all(each).await.len()
            };
            let (node, owns, id) = (s.nodes[1].clone(), s.owns.clone(), s.party.id.clone());
            let revoke = async move {
                flows::workspace::apps::revoke(&node.app, &node.ctx(), &owns, id.as_str()).await.unwrap().consents
            };
            let (redeemed, revoked) = both(Box::pin(redeem), Box::pin(revoke)).await;
            assert_eq!((redeemed, revoked), (PEOPLE, i64::try_from(PEOPLE).unwrap()), "round {round}");
            assert_eq!(s.left().await, (0, 0), "round {round}");
        }
        s.stop().await;
    })
    .await;
}
