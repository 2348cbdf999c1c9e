//! The developer console: applications made, changed, tried, watched and ended, by those who may.
use domain::WorkspaceId;
use domain::access::Operation;
use domain::clients::{ApplicationType, AuthMethod, Client, GrantType};
use domain::workspace::{MemberRoles, Role};
use flows::Page;
use flows::clients;
use flows::clients::ownership::{self, OwnerFilter};
use flows::unguarded::{members, profile};
use testkit::{Browser, Database, Kind, Party, Reply, Signer, SigningAlg, TestApp, TestUser};

struct World {
    app: TestApp,
    user: TestUser,
    browser: Browser,
    workspace: WorkspaceId,
}

impl World {
    async fn new() -> Self {
        let database = Database::sqlite();
        let app = TestApp::start(&database).await;
        let user = app.user("ada@example.com", 1).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        Self { workspace: user.workspaces[0], app, user, browser }
    }

    fn path(&self, below: &str) -> String {
        format!("/workspaces/{}/applications{below}", self.workspace)
    }

    async fn get(&mut self, below: &str) -> Reply {
        let path = self.path(below);
        self.browser.get(&path).await
    }

    async fn party(&self, kind: Kind) -> Party {
        let workspace = self.workspace;
        Party::with(&self.app, kind, |new| new.owner_workspace_id = Some(workspace)).await
    }

    async fn client(&self, id: &str) -> Client {
        let principal = self.app.principal(&self.user, Some(self.workspace)).await;
        ownership::find(&self.app.app, &self.app.ctx(), &principal, Operation::ReadClients, id).await.unwrap()
    }

    async fn count(&self) -> i64 {
        let principal = self.app.principal(&self.user, Some(self.workspace)).await;
        let list =
            clients::manage::list(&self.app.app, &self.app.ctx(), &principal, OwnerFilter::Workspace, Page::default())
                .await;
        list.unwrap().total
    }

    async fn speak(&self, language: &str) {
        let change = profile::ProfileChange { locale: Some(Some(language)), ..Default::default() };
        profile::change(&self.app.app, &self.app.ctx(), self.user.user.id, change).await.unwrap();
    }
}

/// Sends a form of the GET method, as a browser does: the fields become the query.
async fn go(browser: &mut Browser, page: &Reply, button: &str, set: &[(&str, &str)]) -> Reply {
    let form = set.iter().fold(page.form(button), |form, (name, value)| form.set(name, value));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .finish();
    let own_way = page.body.split_once(&format!("id=\"{button}\" formaction=\"")).map(|(_, rest)| rest);
    let action = own_way.map_or(form.action.as_str(), |rest| rest.split('"').next().unwrap());
    browser.get(&format!("{action}?{query}")).await
}

/// All pages of one application.
const TABS: [&str; 8] = ["", "/settings", "/secrets", "/test", "/users", "/activity", "/failures", "/delete"];

#[tokio::test]
async fn every_page_speaks_both_languages() {
    let mut w = World::new().await;
    let party = w.party(Kind::Web).await;
    let mut other = Browser::new(&w.app);
    let user = w.user.clone();
    party.tokens(&mut other, &user, &[]).await;
    party.token(&[("grant_type", "authorization_code"), ("code", "rubbish")]).await;
    w.app.app.flush().await.unwrap();
    w.app.app.flush_audit().await.unwrap();
    for (language, word) in [("en", "Applications"), ("de", "Anwendungen")] {
        w.speak(language).await;
        let mut titles = Vec::new();
        let of_app = TABS.iter().map(|tab| format!("/{}{tab}", party.id));
        let steps = ["", "/new", "/new/about?kind=agent", "/new/permissions?kind=machine&client_name=A"];
        let review = "/new/review?kind=web&client_name=A&chosen=1".to_owned();
        for below in steps.map(str::to_owned).into_iter().chain([review]).chain(of_app) {
            let page = w.get(&below).await;
            assert_eq!(page.status, 200, "{below} {}", page.body);
            assert!(page.body.contains(&format!("<html lang=\"{language}\"")) && page.body.contains(word), "{below}");
            assert_eq!(page.body.matches("<h1").count(), 1, "{below}");
            assert!(!page.body.contains(" style="), "{below}");
            let title = page.body.split("<title>").nth(1).unwrap().split("</title>").next().unwrap().to_owned();
            assert!(!titles.contains(&title), "{below} {title}");
            titles.push(title);
        }
    }
    w.app.stop().await;
}

#[tokio::test]
async fn an_application_is_made_step_by_step_and_nothing_is_lost() {
    let mut w = World::new().await;
    let empty = w.get("").await;
    assert!(empty.body.contains("No applications yet") && empty.body.contains("/applications/new"));
    let kinds = w.get("/new").await;
    let about = go(&mut w.browser, &kinds, "new-next", &[("kind", "native")]).await;
    assert!(about.body.contains("com.example.app:/callback"), "an example that fits");
    let typed = [("client_name", "Pad & <b>"), ("description", "one\r\ntwo"), ("client_uri", "https://pad.example/")];
    let uris = [("redirect_uris", "http://pad.example/callback")];
    let wrong = go(&mut w.browser, &about, "new-next", &[typed.as_slice(), &uris].concat()).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("role=\"alert\"") && wrong.body.contains("aria-invalid=\"true\""), "{}", wrong.body);
    assert_eq!(wrong.text("redirect_uris").as_deref(), Some("http://pad.example/callback"), "kept");
    assert_eq!(wrong.form("new-next").get("client_name"), Some("Pad & <b>"));
    let uris = [("redirect_uris", "com.pad.app:/callback\r\nhttp://127.0.0.1/callback")];
    let permissions = go(&mut w.browser, &wrong, "new-next", &uris).await;
    assert_eq!(permissions.status, 200, "{}", permissions.body);
    let ticked = permissions.form("new-next");
    assert_eq!(ticked.fields.iter().filter(|(name, _)| name == "scope").count(), 4, "the catalogue's defaults");
    assert!(permissions.body.contains("id=\"scope-admin\" value=\"admin\" disabled"), "{}", permissions.body);
    // Back, and nothing is lost.
    let back = go(&mut w.browser, &permissions, "new-back", &[]).await;
    assert_eq!(back.form("new-next").get("kind"), Some("native"));
    let permissions = go(&mut w.browser, &back, "new-next", &[]).await;
    let review = go(&mut w.browser, &permissions, "new-next", &[]).await;
    assert!(review.body.contains("Pad &#38; &#60;b&#62;") && review.body.contains("com.pad.app:/callback"));
    assert_eq!(w.count().await, 0, "nothing was made so far");
    let form = review.form("new-create");
    let made = w.browser.submit(&form).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(made.text("client-secret"), None, "public");
    let client = w.client(&made.text("client-id").unwrap()).await;
    assert_eq!((client.name.as_str(), client.config.description.as_str()), ("Pad & <b>", "one\ntwo"));
    assert_eq!((client.auth_method, client.config.application_type), (AuthMethod::None, ApplicationType::Native));
    assert_eq!(client.config.redirect_uris, ["com.pad.app:/callback", "http://127.0.0.1/callback"]);
    assert_eq!(client.config.scopes.to_string(), "openid profile email offline_access");
    assert_eq!(w.app.outcomes("client.created").await, ["ok"]);
    w.app.stop().await;
}

#[tokio::test]
async fn a_machine_has_a_secret_that_is_shown_once_and_works() {
    let mut w = World::new().await;
    let path = w.path("/new/review");
    let csrf = w.get("").await.form("logout-submit").get("csrf").unwrap().to_owned();
    let fields = [("kind", "machine"), ("client_name", "Nightly"), ("chosen", "1"), ("scope", "contracts:read")];
    let without = w.browser.post(&path, &fields).await;
    assert_eq!(without.status, 400, "checklist 27: a form of another site");
    assert_eq!(w.count().await, 0);
    let made = w.browser.post(&path, &[&fields[..], &[("csrf", csrf.as_str())]].concat()).await;
    let (id, secret) = (made.text("client-id").unwrap(), made.text("client-secret").unwrap());
    assert_eq!(w.client(&id).await.config.grant_types, [GrantType::ClientCredentials]);
    let basic = testkit::basic(&id, &secret);
    let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    let mut program = Browser::new(&w.app);
    let call = async |program: &mut Browser| {
        program.call(axum::http::Method::POST, "/oauth2/token", &headers, "grant_type=client_credentials").await
    };
    assert_eq!(call(&mut program).await.json()["scope"], "contracts:read");
    let overview = w.get(&format!("/{id}")).await;
    assert!(!overview.body.contains(&secret) && overview.body.contains("clientCredentialsGrant"));

    let secrets = w.get(&format!("/{id}/secrets")).await;
    assert!(!secrets.body.contains(&secret), "never again");
    let second = w.browser.submit(&secrets.form("secret-add")).await;
    let newer = second.text("client-secret").unwrap();
    assert!(newer != secret && second.body.contains("There are two"), "{}", second.body);
    let third = w.browser.submit(&secrets.form("secret-add").set("once", "another-page")).await;
    assert_eq!(third.status, 422, "{}", third.body);
    // Both were made in the same second.
    let secrets = w.client(&id).await.secrets;
    let first = secrets.iter().find(|one| secret.ends_with(&one.hint)).unwrap().id;
    let ask = w.get(&format!("/{id}/secrets/{first}/end")).await;
    assert!(ask.body.contains(&secret[secret.len() - 4..]), "{}", ask.body);
    assert_eq!(call(&mut program).await.status, 200, "asking ends nothing");
    let ended = w.browser.submit(&ask.form("confirm")).await;
    assert_eq!(ended.status, 303, "{}", ended.body);
    assert!(w.browser.follow(ended).await.body.contains("The secret was ended."));
    assert_eq!(call(&mut program).await.status, 401);
    assert_eq!(w.get(&format!("/{id}/secrets/{first}/end")).await.status, 404);
    w.app.stop().await;
}

#[tokio::test]
async fn settings_are_changed_at_the_revision_that_was_read() {
    let mut w = World::new().await;
    let party = w.party(Kind::Web).await;
    let page = w.get(&format!("/{}/settings", party.id)).await;
    // What a browser sends of elements that are no inputs.
    let whole = page
        .form("settings-save")
        .set("token_endpoint_auth_method", "")
        .set("default_sub_type", "user")
        .set("access_token_format", "opaque")
        .set("redirect_uris", "https://a.example/cb\r\n\r\n https://b.example/cb ")
        .set("allowed_user_ids", &w.user.user.id.to_string())
        .set("description", "New");
    let form = whole.clone().set("client_name", "Ledger 2").set("access_token_lifetime_seconds", "600");
    let done = w.browser.submit(&form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let client = w.client(party.id.as_str()).await;
    assert_eq!((client.name.as_str(), client.config.access_token_lifetime_seconds), ("Ledger 2", Some(600)));
    assert_eq!(client.config.redirect_uris, ["https://a.example/cb", "https://b.example/cb"]);
    assert_eq!(client.config.allowed_user_ids, [w.user.user.id]);
    assert!(client.accepts(AuthMethod::ClientSecretPost), "either way");
    assert_eq!(client.config.scopes, party_scopes(&page));

    let late = w.browser.submit(&whole.clone().set("client_name", "Late")).await;
    assert_eq!(late.status, 422);
    assert!(late.body.contains("changed meanwhile") && late.form("settings-save").get("client_name") == Some("Late"));
    // What both changed is told; what only the other tab changed is taken over.
    let listed = |id: &str| {
        let list = late.body.split(&format!("id=\"{id}\"")).nth(1).unwrap().split("</dl>").next().unwrap();
        let terms = list.split("<dt>").skip(1).map(|term| term.split_once("</dt>").unwrap());
        terms.map(|(label, rest)| (label.to_owned(), rest.contains("<bdi>"))).collect::<Vec<_>>()
    };
    assert_eq!(listed("saved-replaced"), [("Name".to_owned(), true)]);
    assert_eq!(listed("saved-taken"), [("Lifetime of access tokens, in seconds".to_owned(), true)]);
    assert_eq!(late.form("settings-save").get("access_token_lifetime_seconds"), Some("600"));
    assert_eq!(w.client(party.id.as_str()).await.name, "Ledger 2");
    let odd =
        late.form("settings-save").set("access_token_lifetime_seconds", "soon").set("grant_types", "refresh_token");
    let odd = w.browser.submit(&odd).await;
    assert_eq!(odd.status, 422);
    assert_eq!(odd.form("settings-save").get("access_token_lifetime_seconds"), Some("soon"), "as it was typed");
    // Without a secret from now on; and with a new one again.
    let page = w.get(&format!("/{}/settings", party.id)).await;
    let public = whole.clone().set("revision", page.form("settings-save").get("revision").unwrap());
    let done = w.browser.submit(&public.set("token_endpoint_auth_method", "none")).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(w.client(party.id.as_str()).await.secrets.is_empty());
    let page = w.get(&format!("/{}/settings", party.id)).await;
    let secret = whole.set("revision", page.form("settings-save").get("revision").unwrap());
    let made = w.browser.submit(&secret.set("token_endpoint_auth_method", "client_secret_basic")).await;
    assert!(made.status == 200 && made.text("client-secret").is_some_and(|s| s.len() > 20), "{}", made.body);
    w.app.stop().await;
}

/// Issue 15, point 9: keys are pasted or named by a URL, and shown by their thumbprints; the app has no secret then.
#[tokio::test]
async fn point_9_an_app_changes_to_keys_and_back() {
    let mut w = World::new().await;
    let party = w.party(Kind::Web).await;
    let signer = Signer::new("my key", SigningAlg::ES256);
    let thumbprint = signer.thumbprint();
    let path = format!("/{}/settings", party.id);
    let page = w.get(&path).await;
    assert!(page.text("client-keys").is_none());
    let form = |page: &Reply, jwks: &str, uri: &str| {
        let form = page.form("settings-save").set("token_endpoint_auth_method", "private_key_jwt");
        form.set("default_sub_type", "user").set("access_token_format", "opaque").set("jwks", jwks).set("jwks_uri", uri)
    };
    for (jwks, uri, field, said) in [
        ("not JSON", "", "jwks", "array keys of valid public keys"),
        ("", "", "jwks", "needs jwks or jwks_uri"),
        ("", "http://client.example/jwks", "jwks_uri", "must be an https URL"),
        (&signer.jwks().to_string(), "https://client.example/jwks", "jwks_uri", "cannot be used together"),
    ] {
        let refused = w.browser.submit(&form(&page, jwks, uri)).await;
        assert_eq!(refused.status, 422, "{jwks} {uri}");
        assert!(refused.text(&format!("{field}-problem")).unwrap().contains(said), "{jwks} {uri}: {}", refused.body);
        let typed = refused.form("settings-save");
        assert_eq!(typed.get("jwks_uri"), Some(uri), "what was typed is still there");
    }
    let done = w.browser.submit(&form(&page, &signer.jwks().to_string(), "")).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let client = w.client(party.id.as_str()).await;
    assert_eq!((client.auth_method, client.secrets.len()), (AuthMethod::PrivateKeyJwt, 0));
    let page = w.get(&path).await;
    let shown = page.text("client-keys").unwrap();
    for text in ["P-256", "my key", &thumbprint] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(!page.body.contains(&format!("/{}/secrets\"", party.id)), "there is no tab for secrets");
    // The settings as they are shown can be saved again; a URL takes the place of the keys.
    let shown = page.form("settings-save").get("jwks").unwrap().to_owned();
    assert_eq!(w.browser.submit(&form(&page, &shown, "")).await.status, 303);
    assert_eq!(w.client(party.id.as_str()).await.config.keys, client.config.keys);
    let page = w.get(&path).await;
    let by_url = form(&page, "", "https://client.example/jwks").set("token_endpoint_auth_signing_alg", "ES256");
    assert_eq!(w.browser.submit(&by_url).await.status, 303);
    let keys = w.client(party.id.as_str()).await.config.keys;
    assert_eq!((keys.jwks, keys.jwks_uri.as_deref()), (None, Some("https://client.example/jwks")));
    assert_eq!(keys.alg, Some(domain::clients::keys::AcceptedAlg::ES256));
    let overview = w.get(&format!("/{}", party.id)).await.body;
    assert!(overview.contains("PrivateKeyJwt") && !overview.contains("CLIENT_SECRET"), "{overview}");
    // Back to a secret: the fields for keys need not be emptied.
    let page = w.get(&path).await;
    let back = form(&page, "", "https://client.example/jwks").set("token_endpoint_auth_method", "client_secret_basic");
    let made = w.browser.submit(&back).await;
    assert!(made.status == 200 && made.text("client-secret").is_some_and(|s| s.len() > 20), "{}", made.body);
    assert!(w.client(party.id.as_str()).await.config.keys.is_none());
    w.app.stop().await;
}

fn party_scopes(page: &Reply) -> domain::ScopeSet {
    let fields = page.form("settings-save").fields;
    let ticked = fields.iter().filter(|(name, _)| name == "scope").map(|(_, value)| value.as_str());
    domain::ScopeSet::from_names(ticked).unwrap()
}

/// Checklist 108.
#[tokio::test]
async fn names_of_strangers_are_text_and_long_ones_are_told() {
    let mut w = World::new().await;
    let path = w.path("/new/review");
    let csrf = w.get("").await.form("logout-submit").get("csrf").unwrap().to_owned();
    let hostile = "</title><script>alert(1)</script>\"'";
    for (name, good) in [(hostile, true), ("a\u{202e}b", false), (&"x".repeat(10_000), false), ("", false)] {
        let fields = [("csrf", csrf.as_str()), ("kind", "web"), ("client_name", name), ("chosen", "1")];
        let reply = w.browser.post(&path, &fields).await;
        assert_eq!(reply.status.as_u16(), if good { 200 } else { 422 }, "{name:.20}");
        assert!(!reply.body.contains("<script>alert"), "{}", reply.body);
        if !good {
            assert_eq!(reply.form("new-next").get("client_name").unwrap_or_default(), name, "kept");
        }
    }
    assert_eq!(w.count().await, 1);
    let list = w.get("?q=SCRIPT").await;
    assert!(list.body.contains("&#60;script&#62;alert(1)"), "{}", list.body);
    assert!(w.get("?q=%3Cnothing%22").await.body.contains("No application has this"));
    assert_eq!(w.get(&format!("?q={}", "x".repeat(10_000))).await.status, 400);
    let id = list.body.split("/applications/cs_").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for tab in TABS {
        let page = w.get(&format!("/cs_{id}{tab}")).await;
        assert!(page.status == 200 && !page.body.contains("<script>alert"), "{tab}");
    }
    w.app.stop().await;
}

#[tokio::test]
async fn foreign_applications_are_as_good_as_none_and_members_only_look() {
    let w = World::new().await;
    let party = w.party(Kind::Web).await;
    let stranger = w.app.user("eve@example.com", 1).await;
    let mut eve = Browser::new(&w.app);
    eve.sign_in_here("eve@example.com").await;
    let body = |reply: &Reply| {
        let id = reply.text("request-id").unwrap();
        (reply.status.as_u16(), reply.body.replace(&id, "").replace(party.id.as_str(), ""))
    };
    let unknown = "cs_ci_AAAAAAAAAAAAAAAAAAAAAA";
    for tab in TABS {
        let own = format!("/workspaces/{}/applications", stranger.workspaces[0]);
        let foreign = eve.get(&format!("{own}/{}{tab}", party.id)).await;
        let none = eve.get(&format!("{own}/{unknown}{tab}")).await;
        assert_eq!(foreign.status, 404, "{tab}");
        assert_eq!(body(&foreign), body(&none), "{tab}");
        let other_door = eve.get(&w.path(&format!("/{}{tab}", party.id))).await;
        let nowhere = "/workspaces/wsp_00000000000000000000000000/applications";
        let no_workspace = eve.get(&format!("{nowhere}/{}{tab}", party.id)).await;
        assert_eq!(body(&other_door), body(&no_workspace), "{tab}");
        assert!(other_door.status.is_client_error());
    }
    let csrf = eve.get("/account").await.form("profile-save").get("csrf").unwrap().to_owned();
    for tab in ["/settings", "/secrets", "/delete", "/users/revoke", "/test"] {
        let path = format!("/workspaces/{}/applications/{}{tab}", stranger.workspaces[0], party.id);
        assert_eq!(eve.post(&path, &[("csrf", &csrf)]).await.status, 404, "{tab}");
        assert_eq!(eve.post(&path, &[]).await.status, 400, "{tab}");
    }
    // A member sees what there is, and changes nothing.
    let roles = MemberRoles::only(Role::Member);
    members::put_member(&w.app.app, &w.app.ctx(), stranger.user.id, w.workspace, roles).await.unwrap();
    let overview = eve.get(&w.path(&format!("/{}", party.id))).await;
    assert!(overview.status == 200 && !overview.body.contains("/settings\"") && !overview.body.contains("/users\""));
    assert!(!eve.get(&w.path("")).await.body.contains("apps-new"));
    for (tab, status) in [("/activity", 200), ("/settings", 403), ("/users", 403), ("/failures", 403), ("/delete", 403)]
    {
        assert_eq!(eve.get(&w.path(&format!("/{}{tab}", party.id))).await.status.as_u16(), status, "{tab}");
    }
    assert_eq!(eve.get(&w.path("/new")).await.status, 403);
    assert_eq!(eve.post(&w.path(&format!("/{}/delete", party.id)), &[("csrf", &csrf)]).await.status, 403);
    assert_eq!(w.client(party.id.as_str()).await.revision, 0);
    w.app.stop().await;
}

#[tokio::test]
async fn people_are_shown_as_far_as_the_application_knows_them_and_revoked() {
    let mut w = World::new().await;
    let party = w.party(Kind::Web).await;
    let (one, two) = (w.app.user("one@example.com", 0).await, w.app.user("two@example.com", 0).await);
    let of_one = party.tokens(&mut Browser::new(&w.app), &one, &[("scope", "openid email")]).await;
    let of_two = party.tokens(&mut Browser::new(&w.app), &two, &[("scope", "openid")]).await;
    let users = w.get(&format!("/{}/users", party.id)).await;
    assert_eq!(users.text("users-count").as_deref(), Some("2 people"));
    assert!(users.body.contains("one@example.com") && !users.body.contains("two@example.com"), "{}", users.body);
    assert!(users.body.contains(&two.user.id.to_string()));
    // Somebody is found by what the owner may know of them.
    let (id, two_id) = (&one.user.id, &two.user.id);
    for (q, found, other) in [
        ("ONE@example.com", id, two_id),
        (id.to_string().as_str(), id, two_id),
        (two_id.to_string().as_str(), two_id, id),
    ] {
        let page = w.get(&format!("/{}/users?q={q}", party.id)).await;
        let row = |id: &domain::UserId| page.body.contains(&format!("<code>{id}</code>"));
        assert!(row(found) && !row(other), "{q}: {}", page.body);
    }
    for q in ["two@example.com", "nobody@example.com", "%3Cscript%3E", "one"] {
        let page = w.get(&format!("/{}/users?q={q}", party.id)).await;
        assert!(page.body.contains("Nobody is known here by that address or id.") && page.status == 200, "{q}");
        assert!(!page.body.contains("users/revoke") && !page.body.contains("<script>"), "{}", page.body);
    }
    let ask = w.get(&format!("/{}/users/{}/revoke", party.id, two.user.id)).await;
    assert!(!ask.body.contains("two@example.com"), "not there either");
    assert_eq!(party.introspect(&of_two.access()).await["active"], true);
    let done = w.browser.submit(&ask.form("confirm")).await;
    assert!(w.browser.follow(done).await.body.contains("access was revoked"));
    assert_eq!(party.introspect(&of_two.access()).await["active"], false);
    assert_eq!(w.get(&format!("/{}/users/{}/revoke", party.id, two.user.id)).await.status, 404);
    assert_eq!(w.get(&format!("/{}/users/nobody/revoke", party.id)).await.status, 404);
    let ask = w.get(&format!("/{}/delete", party.id)).await;
    assert!(ask.body.contains("One person gave it access") && ask.body.contains("One living grant"), "{}", ask.body);
    let all = w.get(&format!("/{}/users/revoke", party.id)).await;
    assert!(all.body.contains("One person loses access"), "{}", all.body);
    let done = w.browser.submit(&all.form("confirm")).await;
    assert_eq!(done.status, 303);
    assert_eq!(party.introspect(&of_one.access()).await["active"], false);
    assert_eq!(w.app.outcomes("consent.revoked_all").await, ["ok"]);
    let deleted = w.browser.submit(&ask.form("confirm")).await;
    assert!(w.browser.follow(deleted).await.body.contains("The application was deleted."));
    assert_eq!(w.get(&format!("/{}", party.id)).await.status, 404);
    assert_eq!(w.app.outcomes("client.deleted").await, ["ok"]);
    w.app.stop().await;
}

#[tokio::test]
async fn a_flow_is_tried_from_the_page_to_the_exchange() {
    let mut w = World::new().await;
    let party = w.party(Kind::Web).await;
    let page = w.get(&format!("/{}/test", party.id)).await;
    let uri = w.client(party.id.as_str()).await.config.redirect_uris[0].clone();
    let built = go(&mut w.browser, &page, "test-build", &[("redirect_uri", &uri)]).await;
    let address = built.text("test-url").unwrap();
    let consent = w.browser.get(address.strip_prefix(testkit::ISSUER).unwrap()).await;
    let form = consent.form("consent-allow").set("action", "allow");
    let back = w.browser.submit(&form).await.location().to_string();
    let form = built.form("test-check");
    let verifier = form.get("verifier").unwrap().to_owned();
    let good = w.browser.submit(&form.clone().set("back", &back)).await;
    let curl = good.text("test-curl").expect("all is well");
    assert!(curl.contains(&verifier) && !good.body.contains("class=\"failed\""), "{}", good.body);
    let code = url::Url::parse(&back).unwrap().query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    assert!(curl.contains(&format!("code='{code}'")));
    let fields =
        [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &uri), ("code_verifier", &verifier)];
    assert_eq!(party.token(&fields).await.status, 200, "what the page says is good");

    let forged = w.browser.submit(&form.clone().set("back", &back.replace("state=", "state=x"))).await;
    assert!(forged.text("test-curl").is_none() && forged.body.contains("class=\"failed\""));
    let again = forged.form("test-check");
    assert!(again.get("back").unwrap().contains("state=x"), "what was pasted stays");
    let mended = w.browser.submit(&again.set("back", &back)).await;
    assert!(mended.text("test-curl").unwrap().contains(&verifier), "of the same request");
    assert!(!mended.body.contains("id=\"test-check\""), "nothing is left to paste");
    let evil = format!("{uri}?error=access_denied&error_description=<script>&state={}", form.get("state").unwrap());
    let denied = w.browser.submit(&form.clone().set("back", &evil)).await;
    assert_eq!(denied.text("test-error").as_deref(), Some("access_denied"));
    assert!(!denied.body.contains("<script>&"), "{}", denied.body);
    let nothing = w.browser.submit(&form.set("back", "javascript:alert(1)")).await;
    assert!(
        nothing.status == 200 && nothing.text("test-curl").is_none() && !nothing.body.contains("href=\"javascript")
    );
    let elsewhere = w.get(&format!("/{}/test?redirect_uri=https://evil.example/", party.id)).await;
    assert_eq!(elsewhere.text("test-url"), None, "only what is registered");
    w.app.stop().await;
}

#[tokio::test]
async fn what_happened_is_drawn_and_what_failed_is_explained() {
    let mut w = World::new().await;
    let party = w.party(Kind::Web).await;
    let user = w.user.clone();
    assert!(w.get(&format!("/{}/activity", party.id)).await.body.contains("Nothing happened"));
    assert!(w.get(&format!("/{}/failures", party.id)).await.body.contains("No refused requests"));
    party.tokens(&mut Browser::new(&w.app), &user, &[]).await;
    for _ in 0..11 {
        party.token(&[("grant_type", "authorization_code"), ("code", "<b>rubbish")]).await;
    }
    let wrong = party.authorize(&[("redirect_uri", "https://evil.example/<i>")]);
    Browser::new(&w.app).get(&wrong).await;
    // What somebody wanted to do with the application is none of its requests.
    let member = w.app.user("member@example.com", 0).await;
    let role = MemberRoles::only(Role::Member);
    members::put_member(&w.app.app, &w.app.ctx(), member.user.id, w.workspace, role).await.unwrap();
    let mut members = Browser::new(&w.app);
    members.sign_in_here("member@example.com").await;
    let path = format!("/workspaces/{}/applications/{}", w.workspace, party.id);
    assert_eq!(members.get(&format!("{path}/users")).await.status, 403);
    let changes = w.get(&format!("/{}/failures?of=changes", party.id)).await;
    assert_eq!(changes.body.matches("<article").count(), 1);
    assert!(changes.body.contains("<code>role_too_low</code>"), "{}", changes.body);
    assert!(changes.body.contains("<bdi>member@example.com</bdi>"), "who wanted it: {}", changes.body);
    for (days, bars) in [("7", 1), ("30", 1), ("90", 1), ("4000", 1)] {
        let page = w.get(&format!("/{}/activity?days={days}", party.id)).await;
        assert_eq!(page.text("total-errors").as_deref(), Some("12 in all"), "{}", page.body);
        assert_eq!(page.body.matches("<rect class=\"bar-b\"").count(), bars);
        assert!(page.body.contains("role=\"img\"") && page.body.contains("<desc id=\"desc-errors\""));
        let rows = page.body.split("<th scope=\"row\">").filter_map(|cell| cell.split("</th>").next());
        let rows = rows.filter(|cell| cell.ends_with(" 2026") || cell.ends_with(" 2025")).count();
        assert_eq!(rows.to_string(), if days == "4000" { "30" } else { days }, "every day in the table");
    }
    let page = w.get(&format!("/{}/failures", party.id)).await;
    assert_eq!(page.body.matches("<article").count(), 10);
    assert!(page.body.contains("https://evil.example/&#60;i&#62;") && !page.body.contains("<i>"), "{}", page.body);
    assert!(page.body.contains("redirect_uri_not_registered") && page.body.contains("Register exactly"));
    assert!(page.body.contains("class=\"passed\"") && page.body.contains("class=\"failed\""));
    assert!(!page.body.contains("rubbish"), "no code is shown");
    let next = page.body.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let older = w.browser.get(next.split('"').next().unwrap()).await;
    assert_eq!(older.body.matches("<article").count(), 2);
    w.speak("de").await;
    let german = w.get(&format!("/{}/failures", party.id)).await;
    assert!(german.body.contains("Was zu ändern ist:") && german.body.contains("nicht erreicht"));
    assert!(!german.body.contains("Register exactly"), "{}", german.body);
    w.app.stop().await;
}

#[tokio::test]
async fn long_lists_have_pages_and_a_search() {
    let mut w = World::new().await;
    for n in 0..25 {
        let workspace = w.workspace;
        Party::with(&w.app, Kind::Machine, |new| {
            new.name = format!("App {n:02}");
            new.owner_workspace_id = Some(workspace);
        })
        .await;
    }
    let first = w.get("").await;
    assert_eq!(first.body.matches("<th scope=\"row\">").count(), 20);
    assert!(first.body.contains("rel=\"next\""));
    assert_eq!(w.get("?page=2").await.body.matches("<th scope=\"row\">").count(), 5);
    assert_eq!(w.get("?q=app+0").await.body.matches("<th scope=\"row\">").count(), 10);
    assert_eq!(w.get("?page=99").await.status, 200);
    w.app.stop().await;
}

#[tokio::test]
async fn people_of_many_pages_are_walked_along_in_both_directions() {
    let mut w = World::new().await;
    let party = w.party(Kind::Web).await;
    let mut ids = Vec::new();
    for n in 0..45 {
        let made = w.app.user(&format!("person{n}@example.com"), 0).await;
        let member = MemberRoles::only(Role::Member);
        members::put_member(&w.app.app, &w.app.ctx(), made.user.id, w.workspace, member).await.unwrap();
        let person = TestUser { workspaces: vec![w.workspace], ..made };
        party.tokens(&mut Browser::new(&w.app), &person, &[("sub_type", "workspace")]).await;
        ids.push(person.user.id.to_string());
    }
    ids.sort_unstable();
    let lists = [w.path(&format!("/{}/users", party.id)), format!("/workspaces/{}/access/{}", w.workspace, party.id)];
    for list in lists {
        let mut page = w.browser.get(&list).await;
        let shown =
            |page: &Reply| ids.iter().map(|id| page.body.contains(&format!("/{id}/revoke"))).collect::<Vec<_>>();
        let rows = |of: std::ops::Range<usize>| (0..45).map(|n| of.contains(&n)).collect::<Vec<_>>();
        let link = |page: &Reply, rel: &str| {
            let (before, _) = page.body.split_once(&format!("\" rel=\"{rel}\"")).expect(rel);
            before.rsplit("href=\"").next().unwrap().replace("&#38;", "&")
        };
        for (rel, of) in [("", 0..20), ("next", 20..40), ("next", 40..45), ("prev", 20..40), ("prev", 0..20)] {
            if !rel.is_empty() {
                let next = link(&page, rel);
                page = w.browser.get(&next).await;
            }
            assert_eq!(shown(&page), rows(of.clone()), "{list} {rel} {of:?}");
        }
        assert!(!page.body.contains("rel=\"prev\""), "the first");
        // By its number alone, a page far away is not looked for.
        let far = w.browser.get(&format!("{list}?page=5000")).await;
        assert_eq!(shown(&far), rows(0..20));
    }
    assert!(w.get(&format!("/{}/users", party.id)).await.body.contains("id=\"users-search\""));
    w.app.stop().await;
}
