//! Two changes at once, each of which rests on what the other changes: whichever comes first, the outcome is that of one after
//! the other ("a bound and a deadline", point 4.1).
use domain::access::Principal;
use domain::client::Trust;
use domain::{Secret, WorkspaceId};
use flows::session::{self, Caller};
use flows::unguarded::{accounts, applications};
use flows::{app_policy, secrets};
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
        app_policy::set(&self.nodes[0].app, &self.nodes[0].ctx(), &self.owns, rule).await.unwrap();
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
        let consent = store::consents::find(&mut tx, user, client, Some(workspace)).await.unwrap();
        let now = self.nodes[0].ctx().now;
        let grants = store::workspace_apps::living_grants(&mut tx, workspace, client, None, now).await.unwrap();
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
            let rule =
                async move { app_policy::set(&node.app, &node.ctx(), &owns, "verified").await.map(drop).is_ok() };
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
                session::sign_in(&node.app, &node.ctx(), "ada@example.com", &Secret::new(old), &Caller::Nobody)
                    .await
                    .is_ok()
            };
            let change =
                async move { accounts::set_password(&other.app, &other.ctx(), id, &Secret::new(new)).await.unwrap() };
            assert!(both(Box::pin(sign_in), Box::pin(change)).await.1);
            let ctx = nodes[0].ctx();
            let mut tx = nodes[0].store.read().await.unwrap();
            let left = store::sessions::list_for_user(&mut tx, ada.user.id, ctx.now).await.unwrap();
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
                client.client_type = domain::client::ClientType::Public;
                client.auth_method = domain::client::AuthMethod::None;
                applications::update(&other.app, &other.ctx(), client, false).await.unwrap().is_some()
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
