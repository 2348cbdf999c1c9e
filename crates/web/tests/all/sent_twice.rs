//! Forms that make something make it once: sent twice, loaded again, pressed twice at the same moment.
use domain::webhooks::WebhookOwner;
use flows::clients::secrets;
use flows::platform::idempotency::{self, Begun};
use flows::unguarded::profile;
use flows::unguarded::webhooks::of;
use flows::webhooks;
use flows::webhooks::manage::NewWebhook;
use testkit::{Browser, Database, Form, Kind, Party, Reply, TestApp, TestUser, for_each_database};

/// A form that makes something.
struct Creates {
    /// Where the form is, and the element that it holds.
    page: String,
    button: &'static str,
    /// What is typed, which differs from what the second try types.
    typed: Vec<(&'static str, &'static str)>,
    other: (&'static str, &'static str),
    /// The event of it, and the element with the secret.
    kind: &'static str,
    secret: Option<&'static str>,
}

struct Scene {
    app: TestApp,
    owner: TestUser,
    browser: Browser,
}

async fn scene(database: &Database) -> Scene {
    let app = TestApp::with(database, |settings| settings.outbound_allow_private = true).await;
    let owner = app.user("ada@example.com", 1).await;
    profile::set_operator(&app.app, &app.ctx(), owner.user.id, true).await.unwrap();
    let mut browser = Browser::new(&app);
    browser.sign_in_here("ada@example.com").await;
    Scene { app, owner, browser }
}

impl Scene {
    /// Somebody else who may do the same.
    async fn other_owner(&self) -> Browser {
        let eve = self.app.user("eve@example.com", 0).await;
        let (app, ctx) = (&self.app.app, self.app.ctx());
        profile::set_operator(app, &ctx, eve.user.id, true).await.unwrap();
        let roles = domain::workspace::MemberRoles::parse(["owner"]).unwrap();
        flows::unguarded::members::put_member(app, &ctx, eve.user.id, self.owner.workspaces[0], roles).await.unwrap();
        let mut browser = Browser::new(&self.app);
        browser.sign_in_here("eve@example.com").await;
        browser
    }

    /// All forms that make something; each has a thing of its own to be about.
    async fn all(&self) -> Vec<Creates> {
        let workspace = self.owner.workspaces[0];
        let owned =
            async |kind: Kind| Party::with(&self.app, kind, |new| new.owner_workspace_id = Some(workspace)).await;
        let at = |below: &str| format!("/workspaces/{workspace}{below}");
        let new = NewWebhook {
            url: "https://a.example/".to_owned(),
            description: String::new(),
            events: vec!["*".to_owned()],
        };
        let hook =
            async |owner| webhooks::manage::create(&self.app.app, &self.app.ctx(), of(owner), &new).await.unwrap().0.id;
        let (hook, server_hook) = (hook(WebhookOwner::Workspace(workspace)).await, hook(WebhookOwner::Operator).await);
        let (web, spa) = (owned(Kind::Web).await, owned(Kind::Spa).await);
        let one = |page, button, typed: &[_], other, kind, secret| Creates {
            page,
            button,
            typed: typed.to_vec(),
            other,
            kind,
            secret,
        };
        let url = ("url", "https://hooks.example/");
        let described = ("description", "Another");
        vec![
            one(
                at("/applications/new/review?kind=machine&client_name=Once&chosen=1"),
                "new-create",
                &[],
                ("client_name", "Twice"),
                "client.created",
                Some("client-secret"),
            ),
            one(
                at(&format!("/applications/{}/secrets", web.id)),
                "secret-add",
                &[],
                ("more", "1"),
                "client.secret_added",
                Some("client-secret"),
            ),
            one(
                at(&format!("/applications/{}/settings", spa.id)),
                "settings-save",
                &[("token_endpoint_auth_method", "client_secret_basic")],
                ("client_name", "Twice"),
                "client.updated",
                Some("client-secret"),
            ),
            one(
                "/account/tokens/new".to_owned(),
                "token-create",
                &[("name", "Once"), ("scopes", "clients:read")],
                ("name", "Twice"),
                "personal_access_token.created",
                Some("token-secret"),
            ),
            one(
                at("/api-keys/new"),
                "make-key",
                &[("name", "Once"), ("scopes", "clients:read")],
                ("name", "Twice"),
                "api_key.created",
                Some("secret"),
            ),
            one(
                at("/invitations/new"),
                "invite",
                &[("role", "member")],
                ("email", "x@example.com"),
                "invitation.created",
                Some("secret"),
            ),
            one(at("/webhooks/new"), "make-webhook", &[url], described, "webhook.created", Some("secret")),
            one(
                "/operator/webhooks/new".to_owned(),
                "make-webhook",
                &[url],
                described,
                "webhook.created",
                Some("secret"),
            ),
            one(
                at(&format!("/webhooks/{hook}/secret")),
                "rotate-secret",
                &[],
                ("hours", "1"),
                "webhook.secret_rotated",
                Some("secret"),
            ),
            one(
                format!("/operator/webhooks/{server_hook}/secret"),
                "rotate-secret",
                &[],
                ("hours", "1"),
                "webhook.secret_rotated",
                Some("secret"),
            ),
            one("/operator/keys/rotate".to_owned(), "confirm", &[], ("more", "1"), "key.rotated", None),
        ]
    }

    /// The form as somebody fills it in.
    async fn filled(&mut self, one: &Creates) -> Form {
        let page = self.browser.get(&one.page).await;
        one.typed.iter().fold(page.form(one.button), |form, (name, value)| form.set(name, value))
    }

    async fn speak(&self, language: &str) {
        let change = profile::ProfileChange { locale: Some(Some(language)), ..Default::default() };
        profile::change(&self.app.app, &self.app.ctx(), self.owner.user.id, change).await.unwrap();
    }
}

/// The secret that a page shows, where it shows one.
fn shown(one: &Creates, reply: &Reply) -> Option<String> {
    let expected = if one.secret.is_some() { 200 } else { 303 };
    assert_eq!(reply.status, expected, "{} {}", one.page, reply.body);
    let id = one.secret?;
    Some(reply.text(id).unwrap_or_else(|| panic!("{} shows no secret: {}", one.page, reply.body)))
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_thing_and_shows_the_same_secret() {
    for_each_database(async |database| {
        let mut s = scene(database).await;
        let mut eve = s.other_owner().await;
        for one in s.all().await {
            let (other, form) = (s.filled(&one).await, s.filled(&one).await);
            assert_ne!(other.get("once"), form.get("once"), "each time that it is shown it is another: {}", one.page);
            let before = s.app.outcomes(one.kind).await.len();
            let first = s.browser.submit(&form).await;
            let secret = shown(&one, &first);
            assert_eq!(s.app.outcomes(one.kind).await.len(), before + 1, "{}", one.page);
            let again = s.browser.submit(&form).await;
            assert_eq!((shown(&one, &again), &again.body), (secret.clone(), &first.body), "{}", one.page);
            for header in ["cache-control", "content-security-policy", "location"] {
                assert_eq!(again.header(header), first.header(header), "{}", one.page);
            }
            let changed = form.clone().set(one.other.0, one.other.1);
            for (language, said) in [("en", "makes nothing twice"), ("de", "erstellt nichts zweimal")] {
                s.speak(language).await;
                let refused = s.browser.submit(&changed).await;
                assert_eq!(refused.status, 409, "{}", one.page);
                assert!(refused.text("error-description").unwrap().contains(said), "{}", refused.body);
                if let Some(secret) = &secret {
                    assert!(!refused.body.contains(secret.as_str()), "{}", one.page);
                }
            }
            s.speak("en").await;
            assert_eq!(s.app.outcomes(one.kind).await.len(), before + 1, "{}", one.page);
            // Somebody else's form with the same key is another form.
            let csrf = eve.get("/account").await.form("profile-save").get("csrf").unwrap().to_owned();
            let theirs = eve.submit(&form.clone().set("csrf", &csrf)).await;
            assert!(secret.is_none() || !theirs.body.contains(secret.as_deref().unwrap()), "{}", one.page);
            assert_eq!(theirs.header("idempotency-replayed"), "", "{}", one.page);
        }
        s.app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn pressed_twice_at_the_same_moment_it_is_done_once() {
    for_each_database(async |database| {
        let mut s = scene(database).await;
        for one in s.all().await {
            let form = s.filled(&one).await;
            let before = s.app.outcomes(one.kind).await.len();
            let (mut left, mut right) = (s.browser.clone(), s.browser.clone());
            let replies: [Reply; 2] = tokio::join!(left.submit(&form), right.submit(&form)).into();
            for reply in &replies {
                // Whoever came second may have to ask for the result.
                let of_now = if reply.status == 409 {
                    s.browser.submit(&reply.form("under-way-show")).await
                } else {
                    reply.clone()
                };
                shown(&one, &of_now);
            }
            assert!(replies.iter().any(|reply| reply.status != 409), "{}", one.page);
            assert_eq!(s.app.outcomes(one.kind).await.len(), before + 1, "{}", one.page);
        }
        s.app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_comes_too_early_is_told_and_gets_the_result_by_a_button() {
    let database = Database::sqlite();
    let mut s = scene(&database).await;
    let page = s.browser.get("/account/tokens/new").await;
    let form = page.form("token-create").set("name", "<b>Early</b>").set("scopes", "openid");
    // Another request has begun with the form.
    let sessions = flows::unguarded::sessions::list(&s.app.app, &s.app.ctx(), s.owner.user.id).await.unwrap();
    let caller = format!("page {} {} {}", sessions[0].id, s.owner.user.id, form.action);
    let fields = form.fields.iter().filter(|(name, _)| name != "csrf");
    let fields = fields.flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    let parts: Vec<&[u8]> = std::iter::once(&b"owner true"[..]).chain(fields).collect();
    let hash = idempotency::request_hash(&s.app.app, &parts);
    let begun = idempotency::begin(&s.app.app, &s.app.ctx(), &caller, form.get("once").unwrap(), hash).await.unwrap();
    let Begun::Fresh(claim) = begun else { panic!("not fresh") };
    for (language, said) in [("de", "Einen Moment"), ("en", "One moment")] {
        s.speak(language).await;
        let early = s.browser.submit(&form).await;
        assert_eq!((early.status.as_u16(), early.header("cache-control")), (409, "no-store"));
        assert!(early.body.contains(said) && !early.body.contains("<b>"), "{}", early.body);
        assert_eq!(early.form("under-way-show").fields, form.fields, "all that was typed");
    }
    assert_eq!(s.app.outcomes("personal_access_token.created").await.len(), 0);
    claim.abandon(&s.app.app).await.unwrap();
    let early = s.browser.submit(&form).await;
    assert!(early.text("token-secret").is_some(), "{}", early.body);
    s.app.stop().await;
}

#[tokio::test]
async fn an_error_is_not_kept_so_that_the_form_can_be_mended() {
    let database = Database::sqlite();
    let mut s = scene(&database).await;
    let workspace = s.owner.workspaces[0];
    let forms = [
        ("/account/tokens/new".to_owned(), "token-create", [("name", ""), ("name", "Good")], "token-secret"),
        (format!("/workspaces/{workspace}/api-keys/new"), "make-key", [("name", ""), ("name", "Good")], "secret"),
        (
            format!("/workspaces/{workspace}/invitations/new"),
            "invite",
            [("role", "emperor"), ("role", "member")],
            "secret",
        ),
        (
            format!("/workspaces/{workspace}/webhooks/new"),
            "make-webhook",
            [("url", "x"), ("url", "https://a.example/")],
            "secret",
        ),
    ];
    for (path, button, [(name, bad), (_, good)], secret) in forms {
        let form = s.browser.get(&path).await.form(button);
        let needs_scopes = ["token-create", "make-key"].contains(&button);
        let form = if needs_scopes { form.set("scopes", "clients:read") } else { form };
        for _ in 0..2 {
            let wrong = s.browser.submit(&form.clone().set(name, bad)).await;
            assert_eq!(wrong.status, 422, "{path} {}", wrong.body);
            assert_eq!(
                wrong.form(button).get("once"),
                form.get("once"),
                "the form is the same as long as nothing is made"
            );
        }
        let made = s.browser.submit(&form.clone().set(name, good)).await;
        assert!(made.text(secret).is_some(), "{path} {}", made.body);
    }
    // No key is ours that no page could have made.
    let form =
        s.browser.get("/account/tokens/new").await.form("token-create").set("name", "Odd").set("scopes", "openid");
    let odd = s.browser.submit(&form.clone().set("once", "a b")).await;
    assert_eq!(odd.status, 409, "{}", odd.body);
    assert!(s.browser.submit(&form.set("once", "")).await.text("token-secret").is_some());
    s.app.stop().await;
}

#[tokio::test]
async fn the_page_after_a_creation_makes_something_else() {
    let database = Database::sqlite();
    let mut s = scene(&database).await;
    let workspace = s.owner.workspaces[0];
    let web = Party::with(&s.app, Kind::Web, |new| new.owner_workspace_id = Some(workspace)).await;
    let principal = s.app.principal(&s.owner, Some(workspace)).await;
    let path = format!("/workspaces/{workspace}/applications/{}", web.id);
    let listed = secrets::list(&s.app.app, &s.app.ctx(), &principal, &web.id.to_string()).await.unwrap();
    secrets::end(&s.app.app, &s.app.ctx(), &principal, &web.id.to_string(), &listed[0].id.to_string()).await.unwrap();
    let first = s.browser.get(&format!("{path}/secrets")).await.form("secret-add");
    let made = s.browser.submit(&first).await;
    let second = s.browser.submit(&made.form("secret-add")).await;
    assert_ne!(second.text("client-secret").unwrap(), made.text("client-secret").unwrap());
    assert_eq!(s.browser.submit(&first).await.body, made.body, "what was shown is shown again");
    s.app.stop().await;
}

/// A form that is sent by its address, as a browser does.
async fn walk(browser: &mut Browser, form: &Form) -> (String, Reply) {
    let pairs = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let address = format!("{}?{query}", form.action);
    let page = browser.get(&address).await;
    (address, page)
}

#[tokio::test]
async fn a_form_of_several_steps_makes_one_thing_however_often_somebody_goes_back() {
    let mut s = scene(&Database::sqlite()).await;
    let new = format!("/workspaces/{}/applications/new", s.owner.workspaces[0]);
    let first = s.browser.get(&new).await;
    let (_, about) = walk(&mut s.browser, &first.form("new-next").set("kind", "machine")).await;
    let (_, chosen) = walk(&mut s.browser, &about.form("new-next").set("client_name", "Once")).await;
    let (address, review) = walk(&mut s.browser, &chosen.form("new-next")).await;
    let made = s.browser.submit(&review.form("new-create")).await;
    let id = made.text("client-id").unwrap();
    // Back, and the page is asked for anew.
    let review = s.browser.get(&address).await;
    let again = s.browser.submit(&review.form("new-create")).await;
    assert_eq!((again.text("client-id").as_ref(), &again.body), (Some(&id), &made.body));
    // Two steps back, and another name: nothing is made unasked, and it is said why.
    let (_, other) = walk(&mut s.browser, &about.form("new-next").set("client_name", "Twice")).await;
    let (_, review) = walk(&mut s.browser, &other.form("new-next")).await;
    assert_eq!(s.browser.submit(&review.form("new-create")).await.status, 409);
    // Begun anew, it is another.
    let fresh = s.browser.get(&new).await;
    assert_ne!(fresh.form("new-next").get("once"), first.form("new-next").get("once"));
    assert_eq!(s.app.outcomes("client.created").await.len(), 1);
    s.app.stop().await;
}
