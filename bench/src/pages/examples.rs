//! The requests: every page; the first, a late and the last part of long lists; and searches with many, one and no results.
use crate::seed::{
    ANY, Seeded, api_key, client_id, event_id, invitation_id, session_id, token_id, user_id, webhook_id, workspace_id,
};
use anyhow::Context as _;
use domain::Timestamp;

/// The user whose browser sends the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitor {
    Nobody,
    /// Ada has every role: operator, owner and developer.
    Ada,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Example {
    pub path: String,
    pub visitor: Visitor,
    /// The expected status.
    pub status: u16,
}

/// Search terms that match all names, one and none; one that only looks common, and short ones.
const SEARCHES: [&str; 8] = ["pplication", "erson", "quixote", "zo%C3%8B", "nowhere", "cation+77777", "a", "99"];

fn lists(of: &str, pages: &[u32]) -> Vec<String> {
    let pages = pages.iter().map(|page| format!("{of}?page={page}"));
    std::iter::once(of.to_owned()).chain(pages).collect()
}

/// Rows on a page.
const ROWS: u32 = 20;

/// Pages of a list of people: the first, the last one reachable by page number, and the middle and the end as pages link to them.
fn walk(of: &str, people: u32, rows: u32) -> Vec<String> {
    let after = |n: u32| format!("{of}?page={}&after={}", n / rows, user_id(n));
    let before = |n: u32| format!("{of}?page={}&before={}", n / rows, user_id(n));
    vec![of.to_owned(), format!("{of}?page=100"), after(people / 2), before(people / 2), after(people - rows)]
}

fn searches(of: &str) -> Vec<String> {
    let late = ["pplication", "person"].map(|part| format!("{of}?q={part}&page=40"));
    SEARCHES.iter().map(|part| format!("{of}?q={part}")).chain(late).collect()
}

fn audit(of: &str, seeded: &Seeded, day: &str) -> Vec<String> {
    let (busy, calm) = (client_id(0), client_id(seeded.size.clients / 2 + 1));
    let (ada, other) = (seeded.ada, user_id(7));
    [
        String::new(),
        "?kind=token.refresh_token".to_owned(),
        "?kind=sign_in&outcome=refused".to_owned(),
        "?kind=webhook.disabled".to_owned(),
        "?outcome=ok".to_owned(),
        "?outcome=refused".to_owned(),
        format!("?actor={ada}"),
        "?actor=nobody".to_owned(),
        format!("?application={busy}"),
        format!("?application={calm}"),
        format!("?application={busy}&outcome=refused"),
        format!("?application={busy}&kind=server.management"),
        format!("?person={ada}"),
        format!("?person={other}"),
        "?person=ada%40example.com".to_owned(),
        format!("?person={ada}&application={calm}"),
        format!("?from={day}&to={day}"),
        format!("?kind=member.removed&from={day}"),
        "?to=2024-01-01".to_owned(),
        format!("?before={}", crate::seed::audit_id(seeded.size.audit() / 2, seeded.made)),
        format!("?after={}", crate::seed::audit_id(seeded.size.audit() - 50, seeded.made)),
    ]
    .map(|filter| format!("{of}{filter}"))
    .to_vec()
}

fn webhooks(of: &str, n: u32) -> Vec<String> {
    let one = format!("{of}/{}", webhook_id(n));
    let last = event_id(19_990);
    vec![
        of.to_owned(),
        format!("{of}/new"),
        one.clone(),
        format!("{one}/secret"),
        format!("{one}/delete"),
        format!("{one}/deliveries"),
        format!("{one}/deliveries?state=dead"),
        format!("{one}/deliveries?before={last}"),
    ]
}

fn account() -> Vec<String> {
    let (session, token, client) = (session_id(ANY), token_id(ANY), client_id(ANY));
    [
        vec!["/account".to_owned(), format!("/account/apps/{client}/disconnect")],
        lists("/account/apps", &[10, 16]),
        lists("/account/security", &[15]),
        lists("/account/tokens", &[15]),
        lists("/workspaces", &[5]),
        vec!["/account/applications".to_owned()],
        app("/account/applications", client_id(0).as_str()),
        ["team", "quixote", "nowhere"].map(|part| format!("/workspaces?q={part}")).to_vec(),
        vec![
            format!("/account/security/sessions/{session}/end"),
            "/account/security/others/end".to_owned(),
            "/account/tokens/new".to_owned(),
            format!("/account/tokens/{token}/revoke"),
        ],
    ]
    .concat()
}

/// The pages of one app below its list at `all`.
fn app(all: &str, client: &str) -> Vec<String> {
    let (user, secret) = (user_id(ANY), domain::ClientSecretId::new(crate::seed::BEGAN, crate::seed::bytes(3, 0)));
    let pages = [
        "",
        "/settings",
        "/secrets",
        "/test",
        "/users",
        "/users/revoke",
        "/activity",
        "/activity?days=90",
        "/failures",
        "/delete",
    ];
    let mut all_pages: Vec<String> = pages.map(|page| format!("{all}/{client}{page}")).to_vec();
    if client == client_id(0).as_str() {
        all_pages.push(format!("{all}/{client}/users/{user}/revoke"));
        all_pages.push(format!("{all}/{client}/secrets/{secret}/end"));
    }
    all_pages
}

fn developer(workspace: &str, seeded: &Seeded) -> anyhow::Result<Vec<String>> {
    let all = format!("{workspace}/applications");
    let (busy, calm) = (client_id(0), client_id(seeded.size.clients / 2 + 1));
    let last = seeded.size.clients / 20;
    let draft =
        "kind=web&client_name=Sync&description=d&redirect_uris=https%3A%2F%2Fapp.example%2Fcallback&scope=openid";
    // Only the demo's own clients have secrets that can be addressed.
    let demo = seeded.demo["clients"][0]["client_id"].as_str().context("a client of the demo")?;
    let of = |client: &str| app(&all, client);
    let user = user_id(ANY);
    Ok([
        lists(&all, &[last / 2, last]),
        searches(&all),
        ["/new", "/new/about?kind=web"].map(|page| format!("{all}{page}")).to_vec(),
        ["/new/permissions", "/new/review"].map(|page| format!("{all}{page}?{draft}")).to_vec(),
        of(busy.as_str()),
        of(calm.as_str()),
        of(demo),
        walk(&format!("{all}/{busy}/users"), seeded.size.users(), ROWS),
        vec![
            format!("{all}/{busy}/users?q={user}"),
            format!("{all}/{busy}/users?q=ada%40example.com"),
            format!("{all}/{busy}/failures?before={}", crate::seed::audit_id(seeded.size.audit() / 2, seeded.made)),
        ],
    ]
    .concat())
}

fn workspace(of: &str, seeded: &Seeded) -> Vec<String> {
    let (busy, user) = (client_id(0), user_id(ANY));
    let apps = format!("{of}/access");
    let last = seeded.size.members() / 20;
    [
        lists(&apps, &[8, 15]),
        ["application", "quixote", "nowhere"].map(|part| format!("{apps}?q={part}")).to_vec(),
        lists(&format!("{apps}/policy"), &[15]),
        ["verified", "listed"].map(|policy| format!("{apps}/policy/change?policy={policy}")).to_vec(),
        vec![
            format!("{apps}/policy/apps/{busy}/remove"),
            format!("{apps}/{busy}/revoke"),
            format!("{apps}/{busy}/people/{user}/revoke"),
            format!("{of}/api-keys"),
            format!("{of}/api-keys?page=25"),
            format!("{of}/api-keys/new"),
            format!("{of}/api-keys/{}/revoke", api_key(ANY)),
            format!("{of}/members/{user}/remove"),
            format!("{of}/invitations/new"),
            format!("{of}/invitations/{}/revoke", invitation_id(ANY)),
        ],
        lists(&format!("{of}/members"), &[last / 2, last]),
        searches(&format!("{of}/members")),
        walk(&format!("{apps}/{busy}"), seeded.size.members(), ROWS),
        lists(&format!("{of}/invitations"), &[15]),
        webhooks(&format!("{of}/webhooks"), 0),
    ]
    .concat()
}

fn operator(seeded: &Seeded) -> Vec<String> {
    let size = seeded.size;
    let (user, client) = (user_id(ANY), client_id(ANY));
    let one = |client: &domain::ClientId| {
        ["", "/trust?trust=unverified", "/owner", "/pkce?require=true", "/disable", "/enable"]
            .map(|page| format!("/operator/clients/{client}{page}"))
    };
    [
        vec!["/operator".to_owned(), format!("/operator/users/{}", seeded.ada), format!("/operator/users/{user}")],
        ["disable", "enable", "make-operator"].map(|change| format!("/operator/users/{user}/{change}")).to_vec(),
        lists("/operator/users", &[size.users() / 40, size.users() / 20]),
        searches("/operator/users"),
        lists("/operator/workspaces", &[size.workspaces() / 20]),
        searches("/operator/workspaces"),
        vec!["/operator/workspaces?q=team".to_owned()],
        lists(&format!("/operator/workspaces/{}", seeded.workspace), &[10]),
        lists(&format!("/operator/workspaces/{}/applications", seeded.workspace), &[10]),
        vec!["/operator/deliveries".to_owned()],
        lists("/operator/clients", &[size.clients / 40, size.clients / 20]),
        searches("/operator/clients"),
        ["verified", "unverified", "anonymous", "first_party"].map(|t| format!("/operator/clients?trust={t}")).to_vec(),
        ["application", "quixote"].map(|q| format!("/operator/clients?trust=verified&q={q}")).to_vec(),
        vec!["/operator/clients?trust=unverified&q=application".to_owned()],
        one(&client).to_vec(),
        one(&client_id(0)).to_vec(),
        ["keys", "keys/rotate", "settings"].map(|page| format!("/operator/{page}")).to_vec(),
        webhooks("/operator/webhooks", 7),
    ]
    .concat()
}

/// All examples. `device` is a pending user code, `authorize` an authorization request that has not been answered.
pub fn examples(seeded: &Seeded, day: &str, device: &str, authorize: &str) -> anyhow::Result<Vec<Example>> {
    let own = format!("/workspaces/{}", seeded.workspace);
    let of_ada = [
        account(),
        developer(&own, seeded)?,
        workspace(&own, seeded),
        audit(&format!("{own}/audit"), seeded, day),
        operator(seeded),
        audit("/operator/audit", seeded, day),
        vec![
            authorize.to_owned(),
            "/device".to_owned(),
            format!("/device?user_code={device}"),
            "/oauth2/end_session".to_owned(),
        ],
    ]
    .concat();
    let of_ada = of_ada.into_iter().map(|path| Example { path, visitor: Visitor::Ada, status: 200 });
    let missing = [
        ("/".to_owned(), 303),
        ("/nothing/here".to_owned(), 404),
        ("/invitations/accept?token=unknown".to_owned(), 404),
        (format!("/invitations/{}", invitation_id(ANY)), 403),
        // The last owner cannot leave and gets an explanation.
        (format!("{own}/members/leave"), 422),
        // This rule is already in force, so there is nothing to confirm.
        (format!("{own}/access/policy/change?policy=all"), 303),
        (format!("{authorize}&sub_type=workspace&workspace={}", workspace_id(u32::MAX)), 403),
        (format!("/workspaces/{}/members", crate::seed::session_id(1)), 403),
        (format!("/operator/users/{}", crate::seed::session_id(1)), 404),
        ("/oauth2/authorize?client_id=unknown".to_owned(), 400),
        ("/oauth2/interaction?interaction=unknown".to_owned(), 400),
    ];
    let missing = missing.into_iter().map(|(path, status)| Example { path, visitor: Visitor::Ada, status });
    let of_nobody = [
        ("/".to_owned(), 200),
        ("/login".to_owned(), 200),
        ("/signup".to_owned(), 200),
        ("/setup?token=unknown".to_owned(), 403),
        ("/invitations/accept?token=unknown".to_owned(), 404),
        ("/oauth2/end_session".to_owned(), 200),
        (authorize.to_owned(), 200),
        (format!("/api{authorize}"), 303),
        (format!("/api/v1{authorize}"), 303),
        (format!("/device?user_code={device}"), 200),
        ("/account".to_owned(), 303),
        ("/nothing/here".to_owned(), 404),
        ("/healthz".to_owned(), 200),
        ("/readyz".to_owned(), 200),
        ("/docs".to_owned(), 200),
        ("/docs/applications".to_owned(), 200),
        ("/docs/nothing".to_owned(), 404),
        ("/docs/objects".to_owned(), 200),
        ("/docs/problems".to_owned(), 200),
        ("/docs/openapi.json".to_owned(), 200),
    ];
    let of_nobody = of_nobody.into_iter().map(|(path, status)| Example { path, visitor: Visitor::Nobody, status });
    Ok(of_ada.chain(missing).chain(of_nobody).collect())
}

/// A day in the format of the audit log's filters.
pub fn day(now: Timestamp) -> String {
    now.rfc3339().split('T').next().unwrap_or_default().to_owned()
}
