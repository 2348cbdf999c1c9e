//! Which applications a workspace lets in: at the authorization, at the token endpoint, and for tokens in use.
use domain::access::Principal;
use domain::clients::Trust;
use domain::workspace::{AppPolicy, MemberRoles, Role};
use flows::unguarded::{applications, members};
use flows::workspace::policy::{EndedCounts, PolicyEffect};
use flows::{Page, workspace};
use testkit::{Browser, Kind, Party, TestApp, TestUser, Tokens, for_each_database};

const OF: [(&str, &str); 2] = [("sub_type", "workspace"), ("scope", "openid offline_access")];

async fn set(app: &TestApp, who: &Principal, policy: &str) -> Result<EndedCounts, &'static str> {
    workspace::policy::set(&app.app, &app.ctx(), who, policy)
        .await
        .map(|(ended, _)| ended)
        .map_err(|failure| failure.reason())
}

async fn party(app: &TestApp, trust: Trust) -> Party {
    Party::with(app, Kind::Web, |new| new.trust = trust).await
}

async fn is_active(party: &Party, tokens: &Tokens) -> bool {
    party.introspect(&tokens.access()).await["active"] == true
}

/// Whether the client is told, at once where no page may be shown, and otherwise by whoever has read why.
async fn refused(party: &Party, browser: &mut Browser, user: &TestUser, more: &[(&str, &str)]) -> bool {
    let mut reply = party.approve(browser, user, &[&OF[..], more].concat(), None).await;
    if reply.status == 403 {
        reply = browser.submit(&reply.form("unable-back").set("action", "deny")).await;
    }
    reply.status == 303
        && reply.answer("error").as_deref() == Some("access_denied")
        && reply.answer("error_description").unwrap().contains("does not allow this application")
}

#[tokio::test]
async fn tightening_ends_what_is_no_longer_let_in() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let owns = app.principal(&owner, None).await;
        let (first, verified) = (party(&app, Trust::FirstParty).await, party(&app, Trust::Verified).await);
        let other = party(&app, Trust::Unverified).await;
        let mut browser = Browser::new(&app);
        let of_first = first.tokens(&mut browser, &owner, &OF).await;
        let of_verified = verified.tokens(&mut browser, &owner, &OF).await;
        let of_other = other.tokens(&mut browser, &owner, &OF).await;
        let own_name = other.tokens(&mut browser, &owner, &[]).await;
        let waiting = other.code(&mut browser, &owner, &OF).await;
        let page = other.authorize(&[&OF[..], &[("prompt", "consent")]].concat());
        let page = browser.get(&page).await.form("consent-allow").set("action", "allow");

        assert_eq!(workspace::policy::read(&app.app, &app.ctx(), &owns).await.unwrap(), AppPolicy::All);
        let preview = async |policy| workspace::policy::preview(&app.app, &app.ctx(), &owns, policy).await.unwrap();
        assert_eq!(preview("all").await, PolicyEffect { clients: 0, people: 0, own_names: 0 });
        assert_eq!(preview("verified").await, PolicyEffect { clients: 1, people: 1, own_names: 1 });
        assert_eq!(preview("listed").await, PolicyEffect { clients: 2, people: 1, own_names: 1 });
        assert_eq!(set(&app, &owns, "some").await, Err("value_unknown"));
        assert_eq!(set(&app, &owns, "verified").await, Ok(EndedCounts { consents: 1, grants: 1 }));
        assert_eq!(workspace::policy::read(&app.app, &app.ctx(), &owns).await.unwrap(), AppPolicy::Verified);
        assert!(is_active(&first, &of_first).await && is_active(&verified, &of_verified).await);
        assert!(!is_active(&other, &of_other).await);
        assert!(is_active(&other, &own_name).await, "in one's own name the workspace has no say");
        assert_eq!(other.refresh(&of_other.refresh()).await.error(), "invalid_grant");
        assert_eq!(app.outcomes("token.refresh_token").await[0], "workspace_policy_forbids_client");
        assert_eq!(other.exchange(&waiting).await.error(), "invalid_grant", "a code that was on its way");
        assert_eq!(app.outcomes("token.authorization_code").await[0], "workspace_policy_forbids_client");
        let late = browser.submit(&page).await;
        assert_eq!(late.status, 403, "a page that was open meanwhile: {}", late.body);
        assert!(late.text("unable-why").unwrap().contains("does not let the app in"), "{}", late.body);
        assert!(refused(&other, &mut browser, &owner, &[]).await);
        assert!(refused(&other, &mut browser, &owner, &[("prompt", "none")]).await);
        let named = owner.workspaces[0].to_string();
        assert!(refused(&other, &mut browser, &owner, &[("workspace", &named)]).await);
        assert_eq!(app.outcomes("authorize").await[0], "workspace_policy_forbids_client");

        assert_eq!(set(&app, &owns, "listed").await, Ok(EndedCounts { consents: 1, grants: 1 }));
        assert!(is_active(&first, &of_first).await && !is_active(&verified, &of_verified).await);
        assert!(refused(&verified, &mut browser, &owner, &[]).await);
        assert_eq!(set(&app, &owns, "all").await, Ok(EndedCounts::default()));
        assert!(!is_active(&other, &of_other).await, "what ended has ended");
        let anew = other.tokens(&mut browser, &owner, &OF).await;
        assert!(is_active(&other, &anew).await);
        let users = flows::unguarded::consents::users_of_client(&app.app, &verified.id, Page::default()).await.unwrap();
        assert_eq!(users.total, 0);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_list_lets_in_what_it_names() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 2).await;
        let owns = app.principal(&owner, Some(owner.workspaces[0])).await;
        let (one, two) = (party(&app, Trust::Verified).await, party(&app, Trust::Unverified).await);
        let allow = async |client: &str| {
            workspace::policy::allow(&app.app, &app.ctx(), &owns, client).await.map_err(|failure| failure.reason())
        };
        let disallow = async |client: &str| {
            workspace::policy::disallow(&app.app, &app.ctx(), &owns, client).await.map_err(|failure| failure.reason())
        };
        assert_eq!(allow("cs_ci_nobody").await, Err("client_unknown"));
        assert_eq!(allow(two.id.as_str()).await, Ok(()));
        assert_eq!(allow(two.id.as_str()).await, Ok(()), "twice is once");
        set(&app, &owns, "listed").await.unwrap();
        let list = workspace::policy::listed(&app.app, &app.ctx(), &owns, Page::default()).await.unwrap();
        assert_eq!((list.total, &list.items[0].client_id, list.items[0].trust), (1, &two.id, Trust::Unverified));

        let mut browser = Browser::new(&app);
        // The other workspace lets everything in: it is the only one offered, and no choice.
        let reply = one.approve(&mut browser, &owner, &OF, None).await;
        let elsewhere = Tokens(one.exchange(&reply.answer("code").unwrap()).await.json());
        assert_eq!(elsewhere.id_claims()["tenant_id"], owner.workspaces[1].to_string());
        let reply = two.approve(&mut browser, &owner, &OF, Some(owner.workspaces[0])).await;
        let here = Tokens(two.exchange(&reply.answer("code").unwrap()).await.json());
        assert_eq!(here.id_claims()["tenant_id"], owner.workspaces[0].to_string());
        assert_eq!(disallow(one.id.as_str()).await, Err("client_unknown"));
        assert_eq!(disallow(two.id.as_str()).await, Ok(EndedCounts { consents: 1, grants: 1 }));
        assert!(!is_active(&two, &here).await && is_active(&one, &elsewhere).await);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_believed_less_loses_the_choosy_workspaces() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let (owner, open) = (app.user("owner@example.com", 1).await, app.user("open@example.com", 1).await);
        let owns = app.principal(&owner, None).await;
        let party = party(&app, Trust::Verified).await;
        let here = party.tokens(&mut Browser::new(&app), &owner, &OF).await;
        let there = party.tokens(&mut Browser::new(&app), &open, &OF).await;
        set(&app, &owns, "verified").await.unwrap();
        let trust = async |trust| applications::set_trust(&app.app, &app.ctx(), &party.id, trust).await.unwrap();
        trust(Trust::FirstParty).await;
        assert!(is_active(&party, &here).await);
        trust(Trust::Unverified).await;
        assert!(!is_active(&party, &here).await && is_active(&party, &there).await);

        // The same by whoever runs the server.
        trust(Trust::Verified).await;
        let here = party.tokens(&mut Browser::new(&app), &owner, &OF).await;
        let operator = Principal { operator: true, ..owns };
        let id = party.id.as_str();
        flows::operator::clients::set_trust(&app.app, &app.ctx(), &operator, id, Trust::Anonymous).await.unwrap();
        assert!(!is_active(&party, &here).await && is_active(&party, &there).await);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn only_owners_read_and_change_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let owner = app.user("owner@example.com", 1).await;
        let admin = app.user("admin@example.com", 0).await;
        let (workspace, ctx) = (owner.workspaces[0], app.ctx());
        let give = async |role| {
            let roles = MemberRoles::only(role);
            members::put_member(&app.app, &ctx, admin.user.id, workspace, roles).await.unwrap();
        };
        give(Role::Admin).await;
        let admins = app.principal(&admin, None).await;
        assert_eq!(set(&app, &admins, "listed").await, Err("role_too_low"));
        let read = workspace::policy::read(&app.app, &ctx, &admins).await.map_err(|failure| failure.reason());
        assert_eq!(read, Err("role_too_low"));
        give(Role::Owner).await;
        let owned_then = app.principal(&admin, None).await;
        give(Role::Admin).await;
        assert_eq!(set(&app, &owned_then, "listed").await, Err("role_too_low"), "no owner any more");
        assert_eq!(app.outcomes("app_policy.changed").await.len(), 2);
        app.stop().await;
    })
    .await;
}
