//! A change that is taken back, or made on the strength of what was there: of many at once exactly one is made.
use domain::clients::Trust;
use domain::workspace::{AppPolicy, MemberRoles, Role};
use flows::Expected;
use flows::operator::clients;
use flows::unguarded::{self, profile};
use flows::workspace::{self, members};
use futures_util::future::join_all;
use testkit::{Kind, Party, TestApp, for_each_database};

const TASKS: usize = 20;

/// How many made the change; all others were refused as late.
fn winners(outcomes: &[Result<(), &'static str>]) -> usize {
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(outcomes.iter().filter_map(|outcome| outcome.err()).all(|reason| reason == "changed_meanwhile"));
    won
}

#[tokio::test]
async fn of_many_that_set_something_only_from_what_it_was_one_does() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (ada, bob) = (app.user("ada@example.com", 1).await, app.user("bob@example.com", 0).await);
        let workspace = ada.workspaces[0];
        profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
        let member = MemberRoles::only(Role::Member);
        unguarded::members::put_member(&app.app, &app.ctx(), bob.user.id, workspace, member).await.unwrap();
        let (party, who) = (Party::new(&app, Kind::Web).await, app.principal(&ada, Some(workspace)).await);
        let (app_, bobs) = (&app.app, bob.user.id.to_string());

        let roles = (0..TASKS).map(async |_| {
            let role = Expected { to: "admin", only_from: Some("member") };
            let set = members::set_role(app_, &app.ctx(), &who, &bobs, role).await;
            set.map(|(_, before)| assert_eq!(before, Role::Member)).map_err(|failure| failure.reason())
        });
        assert_eq!(winners(&join_all(roles).await), 1);
        let rules = (0..TASKS).map(async |_| {
            let rule = Expected { to: "listed", only_from: Some("all") };
            let set = workspace::policy::set(app_, &app.ctx(), &who, rule).await;
            set.map(|(_, before)| assert_eq!(before, AppPolicy::All)).map_err(|failure| failure.reason())
        });
        assert_eq!(winners(&join_all(rules).await), 1);
        let before = clients::find(app_, &app.ctx(), &who, party.id.as_str()).await.unwrap().trust;
        let trusts = (0..TASKS).map(async |_| {
            let trust = Expected { to: Trust::FirstParty, only_from: Some(before.as_str()) };
            let set = clients::set_trust(app_, &app.ctx(), &who, party.id.as_str(), trust).await;
            set.map(|(_, was)| assert_eq!(was, before)).map_err(|failure| failure.reason())
        });
        assert_eq!(winners(&join_all(trusts).await), 1);
        app.stop().await;
    })
    .await;
}
