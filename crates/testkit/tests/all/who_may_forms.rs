//! Who may send which form: every route of the pages that takes a form, for every role, and forged.
use crate::routes::routes;
use crate::world::{World, fill, protocol};
use axum::http::Method;
use domain::access::Credential;
use domain::account::Email;
use domain::clients::Client;
use domain::webhooks::WebhookOwner;
use domain::workspace::{MemberRoles, Role};
use domain::{ClientId, ScopeSet, WebhookId, WorkspaceId};
use flows::unguarded::webhooks::of;
use flows::unguarded::{accounts, applications, members, profile};
use flows::webhooks;
use flows::webhooks::manage::NewWebhook;
use flows::workspace::invitations::{self, InvitationRequest};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use testkit::{Browser, Contents, Database, Kind, Party, Reply, TestApp, TestUser, for_each_database};
use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber, span};

/// Where a form is sent, what each sender is answered to a complete one, and with which reason the log holds the refusals.
/// After the columns of [`PEOPLE`] come those that are not theirs: *nobody* is signed in, *forged* is somebody who may send
/// it, but from no page of this server in their browser.
const TABLE: &str = "
    /login 303 400 303 303 303 303 303 -
    /signup 303 400 303 303 303 303 303 -
    /logout 200 400 200 200 200 200 200 -
    /setup 403 400 403 403 403 403 403 setup_not_open
    /oauth2/end_session 200 200 200 200 200 200 200 -
    /oauth2/authorize 200 200 200 200 200 200 200 -
    /oauth2/account 303 400 303 303 303 303 303 -
    /oauth2/consent 400 400 303 303 303 303 303 interaction_without_session
    /device 303 400 303 303 303 303 303 -
    /account 400 400 303 303 303 303 303 -
    /account/apps/{client}/disconnect 400 400 404 303 404 404 404 consent_unknown
    /account/security 400 400 303 303 303 303 303 -
    /account/security/sessions/{session}/end 400 400 404 303 404 404 404 session_unknown
    /account/security/others/end 400 400 303 303 303 303 303 -
    /account/tokens/new 400 400 200 200 200 200 200 -
    /account/tokens/{token}/revoke 400 400 404 303 404 404 404 credential_not_found
    /account/applications/{own}/settings 400 400 404 303 404 404 404 client_unknown
    /account/applications/{own}/secrets 400 400 404 200 404 404 404 client_unknown
    /account/applications/{own}/secrets/{secret}/end 400 400 404 303 404 404 404 client_unknown
    /account/applications/{own}/test 400 400 404 200 404 404 404 client_unknown
    /account/applications/{own}/users/revoke 400 400 404 303 404 404 404 client_unknown
    /account/applications/{own}/users/{user}/revoke 400 400 404 303 404 404 404 client_unknown
    /account/applications/{own}/delete 400 400 404 303 404 404 404 client_unknown
    /invitations/{invitation} 400 400 303 303 303 303 303 -
    /workspaces/{workspace}/applications/new/review 400 400 403 200 200 403 403 role_too_low
    /workspaces/{workspace}/applications/{client}/settings 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/applications/{client}/secrets 400 400 403 200 200 403 403 role_too_low
    /workspaces/{workspace}/applications/{client}/secrets/{secret}/end 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/applications/{client}/test 400 400 200 200 200 403 403 -
    /workspaces/{workspace}/applications/{client}/users/revoke 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/applications/{client}/users/{user}/revoke 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/applications/{client}/delete 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/access/policy 400 400 403 403 303 403 403 role_too_low
    /workspaces/{workspace}/access/policy/apps 400 400 403 403 303 403 403 role_too_low
    /workspaces/{workspace}/access/policy/apps/{client}/remove 400 400 403 403 303 403 403 role_too_low
    /workspaces/{workspace}/access/{client}/revoke 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/access/{client}/people/{user}/revoke 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/api-keys 400 400 403 200 200 403 403 role_too_low
    /workspaces/{workspace}/api-keys/adopt 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/api-keys/{key}/revoke 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/members/leave 400 400 303 303 422 403 403 last_owner
    /workspaces/{workspace}/members/{person}/role 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/members/{person}/remove 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/invitations 400 400 403 200 200 403 403 role_too_low
    /workspaces/{workspace}/invitations/{invitation}/revoke 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/webhooks 400 400 403 200 200 403 403 role_too_low
    /workspaces/{workspace}/webhooks/{webhook} 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/webhooks/{webhook}/switch 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/webhooks/{webhook}/test 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/webhooks/{webhook}/secret 400 400 403 200 200 403 403 role_too_low
    /workspaces/{workspace}/webhooks/{webhook}/delete 400 400 403 303 303 403 403 role_too_low
    /workspaces/{workspace}/webhooks/{webhook}/deliveries/{event}/replay 400 400 403 303 303 403 403 role_too_low
    /operator/users/{person}/{change} 400 400 403 403 403 403 303 not_the_operator
    /operator/clients/{client}/trust 400 400 403 403 403 403 303 not_the_operator
    /operator/clients/{client}/owner 400 400 403 403 403 403 303 not_the_operator
    /operator/clients/{client}/disable 400 400 403 403 403 403 303 not_the_operator
    /operator/clients/{client}/enable 400 400 403 403 403 403 303 not_the_operator
    /operator/clients/{client}/pkce 400 400 403 403 403 403 303 not_the_operator
    /operator/keys/rotate 400 400 403 403 403 403 303 not_the_operator
    /operator/webhooks 400 400 403 403 403 403 200 not_the_operator
    /operator/webhooks/{webhook} 400 400 403 403 403 403 303 not_the_operator
    /operator/webhooks/{webhook}/switch 400 400 403 403 403 403 303 not_the_operator
    /operator/webhooks/{webhook}/test 400 400 403 403 403 403 303 not_the_operator
    /operator/webhooks/{webhook}/secret 400 400 403 403 403 403 200 not_the_operator
    /operator/webhooks/{webhook}/delete 400 400 403 403 403 403 303 not_the_operator
    /operator/webhooks/{webhook}/deliveries/{event}/replay 400 400 403 403 403 403 303 not_the_operator
";

const PEOPLE: [&str; 5] = ["member", "admin", "owner", "foreign", "operator"];

/// What `{change}` stands for.
const CHANGES: [&str; 6] = ["disable", "enable", "make-operator", "end-operator", "verify-email", "unverify-email"];

/// Forms that ask for a page, and change nothing even where they are answered.
const QUIET: [&str; 7] = [
    "/oauth2/end_session",
    "/oauth2/authorize",
    "/oauth2/account",
    "/device",
    "/{client}/test",
    "/{own}/test",
    // It was not delivered yet: it is sent again as it is.
    "/replay",
];

/// What a browser sends along with a form of another site, an older one without `Sec-Fetch-Site` too.
const FROM_ELSEWHERE: [(&str, &str); 4] = [
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("origin", "https://evil.example"),
    ("origin", "null"),
];

struct Row {
    path: &'static str,
    nobody: u16,
    forged: u16,
    people: [u16; 5],
    reason: &'static str,
}

impl Row {
    fn read(line: &'static str) -> Option<Self> {
        let cells: Vec<_> = line.split_whitespace().collect();
        let number = |n: usize| cells[n].parse().unwrap();
        (!cells.is_empty()).then(|| {
            assert_eq!(cells.len(), 9, "{line}");
            let people = [3, 4, 5, 6, 7].map(number);
            Self { path: cells[0], nobody: number(1), forged: number(2), people, reason: cells[8] }
        })
    }

    /// Whether it is a page of somebody who is signed in.
    fn is_console(&self) -> bool {
        ["/account", "/invitations", "/workspaces", "/operator"].iter().any(|area| self.path.starts_with(area))
    }

    /// The reason for which this person is refused.
    fn reason(&self, person: &str) -> &'static str {
        let outside = self.path.starts_with("/workspaces/") && matches!(person, "foreign" | "operator");
        if outside { "workspace_unknown" } else { self.reason }
    }

    /// Somebody who may send it; of what nobody may, anybody.
    fn allowed(&self) -> &'static str {
        PEOPLE.into_iter().zip(self.people).find(|(_, status)| *status < 400).map_or("member", |(person, _)| person)
    }
}

fn rows() -> Vec<Row> {
    TABLE.lines().filter_map(Row::read).collect()
}

/// A path with nothing but the places of its parameters.
pub(crate) fn shape(path: &str) -> String {
    path.split('?')
        .next()
        .unwrap()
        .split('/')
        .map(|word| if word.starts_with('{') { "{}" } else { word })
        .collect::<Vec<_>>()
        .join("/")
}

#[test]
fn point_1_1_the_table_has_every_form() {
    let served: BTreeSet<_> = routes("post").iter().map(|path| shape(path)).collect();
    let rows: Vec<_> = rows().iter().map(|row| shape(row.path)).collect();
    // Programs post to these as well: the table of the protocol endpoints has them.
    let protocol = protocol::TABLE.lines().filter_map(|row| row.split_whitespace().nth(1)).flat_map(protocol::mounts);
    let known: BTreeSet<_> = rows.iter().cloned().chain(protocol).collect();
    assert_eq!(served.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "forms that the table lacks");
    let of_pages: BTreeSet<_> = rows.iter().cloned().collect();
    assert_eq!((of_pages.len(), of_pages.difference(&served).next()), (rows.len(), None), "twice, or no longer there");
}

/// The table that people read says the same.
#[test]
fn the_documented_forms_are_these() {
    let page = include_str!("../../../../docs/src/who-may-do-what.md");
    let (_, section) = page.split_once("\n## Forms on the pages\n").unwrap();
    let documented: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| `/"))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let tested = TABLE.lines().map(|row| row.split_whitespace().collect::<Vec<_>>()).filter(|row| !row.is_empty());
    assert_eq!(documented, tested.collect::<Vec<_>>());
}

/// The reasons of refusals in the log of the server, which also holds those that no audit log has.
#[derive(Clone, Default)]
struct Reasons(Arc<Mutex<Vec<String>>>);

impl Reasons {
    /// Of this thread, on which the server under test runs, too.
    fn listen(&self) -> DefaultGuard {
        tracing::subscriber::set_default(self.clone())
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Visit for Reasons {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "reason" {
            self.0.lock().unwrap().push(value.to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Reasons {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

pub(crate) type Fields = Vec<(String, String)>;

/// The things that a path names, a complete form for it, and all that the database holds before it is sent.
#[derive(Clone)]
struct Ready {
    template: String,
    path: String,
    fields: Fields,
    before: Arc<BTreeSet<String>>,
}

/// A browser, and the form token of its pages.
#[derive(Clone)]
struct Sender {
    browser: Browser,
    token: String,
}

fn pairs(fields: &[(&str, &str)]) -> Fields {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The form token of a page.
fn csrf(page: &Reply) -> String {
    let (_, rest) = page.body.split_once("name=\"csrf\" value=\"").unwrap_or_else(|| panic!("{}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) struct Scene {
    pub(crate) world: World,
    contents: Contents,
    reasons: Reasons,
    owner: TestUser,
    /// A member whom the others change.
    person: TestUser,
    /// The owner of workspaces that people are invited to.
    host: TestUser,
    /// Who reads the forms that are too long to be written by hand.
    reader: Browser,
    senders: BTreeMap<&'static str, Sender>,
    /// Those of the same people after somebody else was signed in, with that one's form token.
    shared: BTreeMap<&'static str, Sender>,
    nobody: Sender,
    /// What was made ready, and then changed by nobody.
    kept: Option<Ready>,
    hooks: Vec<(WebhookOwner, WebhookId)>,
    count: u32,
}

async fn signed_in(app: &TestApp, person: &str) -> Sender {
    let mut browser = Browser::new(app);
    browser.sign_in_here(&format!("{person}@example.com")).await;
    let token = csrf(&browser.get("/account").await);
    Sender { browser, token }
}

impl Scene {
    pub(crate) async fn new(database: &Database) -> Self {
        let world = World::new(database).await;
        let app = &world.app;
        let owner = accounts::user_by_email(&app.app, "owner@example.com").await.unwrap().unwrap();
        let owner = TestUser { user: owner, workspaces: vec![world.workspace] };
        let (person, host) = (app.user("person@example.com", 0).await, app.user("host@example.com", 1).await);
        let (mut senders, mut shared) = (BTreeMap::new(), BTreeMap::new());
        for name in PEOPLE {
            senders.insert(name, signed_in(app, name).await);
            let mut later = signed_in(app, "host").await;
            later.browser.sign_in_here(&format!("{name}@example.com")).await;
            shared.insert(name, later);
        }
        let mut browser = Browser::new(app);
        let nobody = Sender { token: csrf(&browser.get("/login").await), browser };
        // Figures are written by themselves, every second, and attempts are counted; what the audit log has to hold is looked at one by one.
        let left_out = ["audit_events", "activity_days", "activity_users", "activity_last", "attempts"];
        let contents = Contents::without(app, database, &left_out).await;
        let reader = signed_in(app, "admin").await.browser;
        let (reasons, kept, hooks, count) = (Reasons::default(), None, Vec::new(), 0);
        Self { world, contents, reasons, owner, person, host, reader, senders, shared, nobody, kept, hooks, count }
    }

    fn app(&self) -> &TestApp {
        &self.world.app
    }

    async fn party(&self, change: impl FnOnce(&mut flows::unguarded::applications::NewClient)) -> Party {
        let party = Party::with(self.app(), Kind::Web, |new| {
            new.config.scopes = ScopeSet::parse("openid clients:read").unwrap();
            change(new);
        })
        .await;
        let of_workspace = [("scope", "openid clients:read"), ("sub_type", "workspace")];
        party.tokens(&mut self.reader.clone(), &self.world.admin, &of_workspace).await;
        party
    }

    async fn client(&self, id: &str) -> Client {
        let (app, id) = (&self.app().app, ClientId::parse(id).unwrap());
        applications::find(app, &self.app().ctx(), &id).await.unwrap().unwrap()
    }

    async fn invite(&self, who: &TestUser, workspace: WorkspaceId) -> (String, String) {
        let who = self.app().acting(who, Some((workspace, Role::Owner)), false);
        let asked = InvitationRequest { role: "member", ..InvitationRequest::default() };
        let invited = invitations::create(&self.app().app, &self.app().ctx(), &who, &asked).await.unwrap();
        (invited.invitation.id.to_string(), invited.token.expose().to_owned())
    }

    /// Takes back what a form did to the people of the workspace, or to its rule.
    async fn restore(&self, template: &str, email: &str) {
        if template == "/invitations/{invitation}" {
            let (app, ctx) = (&self.app().app, self.app().ctx());
            let user = accounts::user_by_email(app, email).await.unwrap().unwrap();
            members::remove_member(app, &ctx, user.id, self.host.workspaces[0]).await.unwrap();
        }
        if template.contains("/members/") || template.ends_with("/access/policy") {
            self.settle().await;
        }
    }

    /// The roles that the table speaks of, and a rule that lets every app in.
    pub(crate) async fn settle(&self) {
        let (app, ctx, id) = (&self.app().app, self.app().ctx(), self.world.workspace);
        for (email, role) in [("member", Role::Member), ("admin", Role::Admin), ("person", Role::Member)] {
            let user = accounts::user_by_email(app, &format!("{email}@example.com")).await.unwrap().unwrap();
            members::put_member(app, &ctx, user.id, id, MemberRoles::only(role)).await.unwrap();
        }
        let who = self.app().acting(&self.owner, Some((id, Role::Owner)), false);
        flows::workspace::policy::set(app, &ctx, &who, "all").await.unwrap();
    }

    /// Things for a path, in the state from which its form changes something: fresh ones, if anybody changed the last.
    async fn ready(&mut self, template: &str, browser: &mut Browser, email: &str) -> Ready {
        if let Some(kept) = self.kept.as_ref().filter(|kept| kept.template == template) {
            return kept.clone();
        }
        let (path, fields) = Box::pin(self.prepare(template, browser, email)).await;
        let before = Arc::new(self.contents.read(self.app()).await);
        let ready = Ready { template: template.to_owned(), path, fields, before };
        // Some are good in one browser only.
        let of_browser = template.starts_with("/oauth2/") || template == "/invitations/{invitation}";
        self.kept = Some(ready.clone()).filter(|_| !of_browser);
        ready
    }

    /// A path with things of its own, and a complete form for it.
    pub(crate) async fn prepare(&mut self, template: &str, browser: &mut Browser, email: &str) -> (String, Fields) {
        self.count += 1;
        let n = self.count;
        let (app, ctx) = (self.app().clone(), self.app().ctx());
        let (workspace, admin) = (self.world.workspace, self.world.admin.clone());
        let mut ids = vec![
            ("{workspace}", workspace.to_string()),
            ("{user}", admin.user.id.to_string()),
            ("{person}", self.person.user.id.to_string()),
        ];
        let mut client = None;
        if template.contains("{client}") || template.ends_with("/policy/apps") {
            client = Some(self.party(|new| new.owner_workspace_id = Some(workspace)).await.id.to_string());
        }
        if template.contains("{own}") {
            client = Some(self.party(|new| new.owner_user_id = Some(admin.user.id)).await.id.to_string());
        }
        let client = client.unwrap_or_default();
        ids.extend([("{client}", client.clone()), ("{own}", client.clone())]);
        if template.contains("{secret}") {
            ids.push(("{secret}", self.client(&client).await.secrets[0].id.to_string()));
        }
        let things = template.replace("/api-keys/adopt", "{lost}");
        let names = ["{key}", "{lost}", "{token}"].into_iter().filter(|name| things.contains(name));
        ids.extend(self.world.things(&names.collect::<String>(), workspace, &admin).await);
        if template.contains("{session}") {
            let Credential::Session(session) = app.principal(&admin, None).await.credential else { panic!("none") };
            ids.push(("{session}", session.to_string()));
        }
        let mut revision = 0;
        if template.contains("{webhook}") {
            let of_workspace = template.starts_with("/workspaces");
            let owner = if of_workspace { WebhookOwner::Workspace(workspace) } else { WebhookOwner::Operator };
            let events = vec!["member.added".to_owned()];
            let new = NewWebhook { url: "https://93.184.215.14/hook".to_owned(), description: String::new(), events };
            let (webhook, _) = webhooks::manage::create(&app.app, &ctx, of(owner), &new).await.unwrap();
            let event = webhooks::manage::test(&app.app, &ctx, of(owner), webhook.id).await.unwrap();
            ids.extend([("{webhook}", webhook.id.to_string()), ("{event}", event.to_string())]);
            revision = webhook.revision;
            self.hooks.push((owner, webhook.id));
        }
        if template == "/invitations/{invitation}" {
            let (id, token) = self.invite(&self.host, self.host.workspaces[0]).await;
            let opened = browser.get(&format!("/invitations/accept?token={token}")).await;
            assert_eq!(opened.location().path(), format!("/invitations/{id}"));
            ids.push(("{invitation}", id));
        } else if template.contains("{invitation}") {
            ids.push(("{invitation}", self.invite(&self.owner, workspace).await.0));
        }
        if template.ends_with("/policy/apps/{client}/remove") {
            let who = app.acting(&self.owner, Some((workspace, Role::Owner)), false);
            flows::workspace::policy::allow(&app.app, &ctx, &who, &client).await.unwrap();
        }
        if template.ends_with("/{client}/enable") {
            applications::set_disabled(&app.app, &ctx, &ClientId::parse(&client).unwrap(), true).await.unwrap();
        }
        if template.starts_with("/operator/users/") {
            let (id, change) = (self.person.user.id, template.rsplit('/').next().unwrap());
            accounts::set_user_disabled(&app.app, &ctx, id, change == "enable").await.unwrap();
            profile::set_operator(&app.app, &ctx, id, change == "end-operator").await.unwrap();
            let email = Email::parse("person@example.com").unwrap();
            let verified = change == "unverify-email";
            profile::set_email_verified(&app.app, &ctx, id, &email, verified).await.unwrap();
        }
        let path = fill(template, &ids);
        let of = |name: &str| ids.iter().find(|(id, _)| *id == name).map(|(_, id)| id.clone()).unwrap_or_default();
        let (name, revision) = (format!("Number {n}"), revision.to_string());
        let short = template.trim_start_matches("/operator").trim_start_matches("/workspaces/{workspace}");
        let fields = match short {
            "/login" => pairs(&[("username", email), ("password", testkit::PASSWORD)]),
            "/signup" | "/setup" => {
                let email = format!("new{n}@example.com");
                pairs(&[("name", &name), ("username", &email), ("password", testkit::PASSWORD)])
            }
            "/oauth2/authorize" | "/oauth2/account" | "/oauth2/consent" => self.interaction(short, browser).await,
            "/device" => pairs(&[("user_code", &self.device().await)]),
            "/account" => pairs(&[("name", &name), ("locale", ""), ("zone", "")]),
            "/account/security" => {
                pairs(&[("current_password", testkit::PASSWORD), ("new_password", testkit::PASSWORD)])
            }
            "/account/tokens/new" => pairs(&[("name", &name), ("expires", "30"), ("scopes", "clients:read")]),
            "/applications/new/review" => pairs(&[
                ("kind", "web"),
                ("client_name", &name),
                ("description", "d"),
                ("client_uri", "https://app.example"),
                ("redirect_uris", "https://app.example/callback"),
                ("chosen", "1"),
                ("scope", "openid"),
            ]),
            "/applications/{client}/settings" | "/account/applications/{own}/settings" => {
                self.reader.get(&path).await.form("settings-save").set("client_name", &name).fields
            }
            "/access/policy" => pairs(&[("policy", "listed")]),
            "/access/policy/apps" => pairs(&[("client", &client)]),
            "/api-keys" => pairs(&[("name", &name), ("roles", "member"), ("scopes", "clients:read")]),
            "/api-keys/adopt" => pairs(&[("key", &of("{lost}"))]),
            "/members/{person}/role" => pairs(&[("role", "admin")]),
            "/invitations" => pairs(&[("role", "member"), ("lifetime", "7")]),
            "/webhooks" => pairs(&[("url", "https://93.184.215.14/hook"), ("which", "all")]),
            "/webhooks/{webhook}" => {
                pairs(&[("url", "https://93.184.215.14/other"), ("which", "all"), ("revision", &revision)])
            }
            "/webhooks/{webhook}/switch" => pairs(&[("to", "off"), ("revision", &revision)]),
            "/webhooks/{webhook}/secret" | "/webhooks/{webhook}/delete" => pairs(&[("revision", &revision)]),
            "/clients/{client}/trust" => pairs(&[("trust", "verified")]),
            "/clients/{client}/owner" => pairs(&[("owner", "host@example.com")]),
            "/clients/{client}/pkce" => pairs(&[("require", "true")]),
            short if short.starts_with("/users/") => pairs(&[("email", "person@example.com")]),
            _ => Vec::new(),
        };
        (path, fields.into_iter().filter(|(name, _)| name != "csrf").collect())
    }

    /// The form of a page that an authorization request leads to in this browser.
    async fn interaction(&self, form: &str, browser: &mut Browser) -> Fields {
        let party = Party::new(self.app(), Kind::Web).await;
        if form == "/oauth2/authorize" {
            return url::form_urlencoded::parse(protocol::query(&party).as_bytes()).into_owned().collect();
        }
        let prompt = if form == "/oauth2/account" { "select_account" } else { "" };
        let page = browser.get(&party.authorize(&[("prompt", prompt)])).await;
        let button = match form {
            _ if page.body.contains("login-submit") => "login-submit",
            "/oauth2/account" => "account-continue",
            _ => "consent-allow",
        };
        let fields = page.form(button).fields;
        let action = if form == "/oauth2/account" { "this" } else { "allow" };
        fields.into_iter().chain(pairs(&[("action", action)])).collect()
    }

    async fn device(&self) -> String {
        let party = Party::with(self.app(), Kind::Spa, |new| {
            new.config.grant_types = vec![domain::clients::GrantType::DeviceCode];
            new.config.response_types = Vec::new();
            new.config.redirect_uris = Vec::new();
        })
        .await;
        let asked = party.post("/oauth2/device_authorization", &[("scope", "openid")]).await.json();
        asked["user_code"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn forget(&mut self) {
        for (owner, id) in std::mem::take(&mut self.hooks) {
            // Some were deleted by their form.
            drop(webhooks::manage::delete(&self.app().app, &self.app().ctx(), of(owner), id, None).await);
        }
    }

    /// Sends the form with this token.
    async fn send(sender: &mut Sender, ready: &Ready, headers: &[(&str, &str)]) -> Reply {
        let token = sender.token.as_str();
        let fields = ready.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields = fields.chain([("csrf", token)].into_iter().filter(|(_, token)| !token.is_empty()));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [&[("content-type", "application/x-www-form-urlencoded")], headers].concat();
        sender.browser.call(Method::POST, &ready.path, &headers, &body).await
    }

    /// What becomes of forms that were forged in somebody's name; all are answered alike.
    async fn forged(&mut self, row: &Row, template: &str) -> Vec<String> {
        let person = row.allowed();
        let mut wrong = Vec::new();
        let mut sender = self.senders[person].clone();
        let ready = self.ready(template, &mut sender.browser, &format!("{person}@example.com")).await;
        let tokens = ["", "AAAA", self.nobody.token.as_str()].map(|token| (token.to_owned(), None));
        let own = sender.token.clone();
        let tries = tokens.into_iter().chain(FROM_ELSEWHERE.map(|header| (own.clone(), Some(header))));
        for (token, header) in tries {
            self.reasons.take();
            let mut forger = Sender { browser: sender.browser.clone(), token: token.clone() };
            let reply = Self::send(&mut forger, &ready, header.as_slice()).await;
            let why = self.reasons.take();
            let expected: &[&str] = if row.forged == 400 { &["form_token_wrong"] } else { &[] };
            if reply.status != row.forged || why != expected {
                wrong.push(format!("{template} forged by {header:?}, token {token:?}: {} {why:?}", reply.status));
            }
        }
        if row.is_console() {
            // The page was opened by somebody who was signed in before.
            self.reasons.take();
            let reply = Self::send(self.shared.get_mut(person).unwrap(), &ready, &[]).await;
            let why = self.reasons.take();
            if reply.status != 409 || why != ["form_of_another"] {
                wrong.push(format!("{template} by a form of another: {} {why:?}", reply.status));
            }
        }
        self.unchanged(&ready, "forged", &mut wrong).await;
        wrong
    }

    async fn unchanged(&self, ready: &Ready, who: &str, wrong: &mut Vec<String>) {
        let after = self.contents.read(self.app()).await;
        for row in ready.before.symmetric_difference(&after) {
            wrong.push(format!("{} by {who} changed {row}", ready.template));
        }
    }

    async fn nobody(&mut self, row: &Row, template: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut sender = self.nobody.clone();
        let ready = self.ready(template, &mut sender.browser, "host@example.com").await;
        self.reasons.take();
        let reply = Self::send(&mut sender, &ready, &[]).await;
        let why = self.reasons.take();
        if reply.status != row.nobody || row.is_console() != (why == ["session_over"]) {
            wrong.push(format!("{template} by nobody: {} {why:?}", reply.status));
        }
        if row.nobody < 400 {
            self.kept = None;
        } else {
            self.unchanged(&ready, "nobody", &mut wrong).await;
            if !row.is_console() {
                let logged = self.app().logged(reply.header("x-request-id")).await;
                if logged.len() != 1 || logged[0].2 != row.reason {
                    wrong.push(format!("{template} by nobody: the log has {logged:?}"));
                }
            }
        }
        wrong
    }

    async fn somebody(&mut self, row: &Row, template: &str, person: &'static str, status: u16) -> Vec<String> {
        let mut wrong = Vec::new();
        let email = format!("{person}@example.com");
        let mut sender = self.senders[person].clone();
        let mut ready = self.ready(template, &mut sender.browser, &email).await;
        if status >= 400 {
            // As the forms of pages that make something: nothing is kept under the key.
            ready.fields.extend(pairs(&[("once", &format!("key-{}", self.count))]));
        }
        let reply = Self::send(&mut sender, &ready, &[]).await;
        if reply.status != status {
            wrong.push(format!("{template} by {person}: {}, not {status}: {:?}", reply.status, reply.text("problem")));
        }
        if status < 400 {
            self.kept = None;
            let changed = self.contents.read(self.app()).await != *ready.before;
            let quiet = QUIET.iter().any(|path| template.ends_with(path));
            if changed == quiet {
                wrong.push(format!("{template} by {person}: changed something: {changed}"));
            }
            self.restore(template, &email).await;
            return wrong;
        }
        self.unchanged(&ready, person, &mut wrong).await;
        let id = accounts::user_by_email(&self.app().app, &email).await.unwrap().unwrap().id.to_string();
        let logged = self.app().logged(reply.header("x-request-id")).await;
        // In front of the pages of people who are signed in, nobody is asked who they are.
        let (actor, with) = if row.is_console() { (id.as_str(), "ses_") } else { ("anonymous", "") };
        let [(logged_actor, credential, outcome)] = &logged[..] else { panic!("{template} by {person}: {logged:?}") };
        let known = logged_actor == actor && credential.as_deref().unwrap_or_default().starts_with(with);
        if !known || outcome != row.reason(person) {
            wrong.push(format!("{template} by {person}: the log has {logged:?}"));
        }
        if row.is_console() && status != 422 {
            // Whoever may not send a form learns nothing from what they type into it.
            let empty = Ready { fields: Vec::new(), ..ready };
            let reply = Self::send(&mut sender, &empty, &[]).await;
            if reply.status != status {
                wrong.push(format!("{template} by {person}, empty: {}, not {status}", reply.status));
            }
        }
        wrong
    }

    /// Signs in again whoever was signed out.
    async fn awake(&mut self) {
        let all =
            self.senders.iter_mut().chain(self.shared.iter_mut()).map(|(name, sender)| (*name, &mut sender.browser));
        for (name, browser) in all.chain([("admin", &mut self.reader)]) {
            if browser.get("/account").await.status != 200 {
                browser.sign_in_here(&format!("{name}@example.com")).await;
            }
        }
    }
}

#[tokio::test]
async fn point_1_1_every_form_for_every_role() {
    for_each_database(async |database| {
        let mut scene = Box::pin(Scene::new(database)).await;
        let _listening = scene.reasons.listen();
        scene.settle().await;
        let mut wrong = Vec::new();
        for row in rows() {
            let templates = if row.path.contains("{change}") {
                CHANGES.iter().map(|change| row.path.replace("{change}", change)).collect()
            } else {
                vec![row.path.to_owned()]
            };
            for template in templates {
                wrong.extend(Box::pin(scene.forged(&row, &template)).await);
                wrong.extend(Box::pin(scene.nobody(&row, &template)).await);
                for (person, status) in PEOPLE.into_iter().zip(row.people) {
                    wrong.extend(Box::pin(scene.somebody(&row, &template, person, status)).await);
                }
                scene.forget().await;
                if !template.starts_with("/workspaces") && !template.starts_with("/operator") {
                    scene.awake().await;
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        scene.world.app.stop().await;
    })
    .await;
}
