//! Everything has a bound (bounds, point 1).
use domain::Secret;
use domain::account::SignInRefusal;
use domain::clients::{AccessTokenFormat, GrantType};
use domain::oauth::endpoint::Endpoint;
use domain::oauth::presented::Presented;
use domain::platform::params::RawParams;
use flows::access::caller::Caller;
use flows::sign_in::password;
use flows::sign_in::session::Here;
use flows::{Ctx, Facts, Failure, Settings, access};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use testkit::{Browser, Kind, PASSWORD, Party, TestApp, for_each_database};

/// Of many guesses at once no more are verified than the allowance has.
/// Checklist 134.
#[tokio::test]
async fn point_1_1_guesses_at_once_share_one_allowance() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let (ctx, guess) = (app.ctx(), Secret::new("a guess of many"));
        let guesses =
            (0..200).map(|_| password::sign_in(&app.app, &ctx, "ada@example.com", &guess, &Caller::Anonymous));
        let (mut wrong, mut slowed, mut full) = (0, 0, 0);
        for outcome in join_all(guesses).await {
            match outcome {
                Err(Failure::Refused(SignInRefusal::Wrong)) => wrong += 1,
                Err(Failure::Refused(SignInRefusal::TooManyAttempts)) => slowed += 1,
                Err(Failure::Fault(fault)) if fault.is_temporary() => full += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((wrong, slowed, full), (6, 194, 0));
        app.stop().await;
    })
    .await;
}

const FREE: usize = 6;

/// Somebody at this address.
fn from(app: &TestApp, ip: &str) -> Ctx {
    let ctx = app.ctx();
    Ctx { facts: Facts { ip: ip.to_owned(), ..ctx.facts.clone() }, ..ctx }
}

/// How a guess at the account ended, and the seconds that the next one has to wait.
async fn guess(app: &TestApp, ip: &str, email: &str, mark: Option<&Secret>) -> (&'static str, Option<i64>) {
    let (ctx, guess) = (from(app, ip), Secret::new("a guess of many"));
    let here = Here { caller: &Caller::Anonymous, mark };
    let outcome = password::sign_in(&app.app, &ctx, email, &guess, here).await;
    (outcome.err().map_or("in", |failure| failure.reason()), ctx.later.seconds())
}

async fn signed_in(app: &TestApp, ip: &str, email: &str, mark: Option<&Secret>) -> Result<Secret, &'static str> {
    let here = Here { caller: &Caller::Anonymous, mark };
    let outcome = password::sign_in(&app.app, &from(app, ip), email, &Secret::new(PASSWORD), here).await;
    outcome.map(|new| new.mark.value).map_err(|failure| failure.reason())
}

/// Two nodes have one allowance, which a success resets on both.
/// Checklist 134.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn point_1_1_nodes_share_one_allowance() {
    for_each_database(async |database| {
        let (here, there) = (TestApp::start(database).await, TestApp::second(database).await);
        here.user("ada@example.com", 0).await;
        let tasks = (0..200).map(|n| {
            let node = if n % 2 == 0 { here.clone() } else { there.clone() };
            tokio::spawn(async move { guess(&node, "192.0.2.1", "ada@example.com", None).await.0 })
        });
        let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        let of = |reason| outcomes.iter().filter(|outcome| **outcome == reason).count();
        assert_eq!((of("credentials_wrong"), of("sign_in_slowed_down")), (FREE, 200 - FREE));
        // Where the failures were elsewhere, one waits all the same; a success on one node counts on the other.
        let late = TestApp::node(database, 2, |_| {}).await;
        assert_eq!(guess(&late, "192.0.2.1", "ada@example.com", None).await, ("sign_in_slowed_down", Some(1)));
        for node in [&here, &there, &late] {
            node.clock.advance(1);
        }
        signed_in(&late, "192.0.2.1", "ada@example.com", None).await.unwrap();
        for node in [&here, &there] {
            assert_eq!(guess(node, "192.0.2.1", "ada@example.com", None).await.0, "credentials_wrong");
        }
        for node in [here, there, late] {
            node.stop().await;
        }
    })
    .await;
}

/// The node stops what is too much before it costs the database anything.
#[tokio::test]
async fn point_1_1_a_flood_of_guesses_costs_the_database_a_bounded_number_of_writes() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let commits = async |networks: usize, each: usize| {
            let before = app.store.commits();
            for n in 0..networks * each {
                guess(&app, &format!("198.51.100.{}", n % networks), "ada@example.com", None).await;
            }
            app.store.commits() - before
        };
        assert_eq!(commits(1, 500).await, 6);
        assert_eq!(commits(200, 3).await, 44, "all networks together: 50 at once");
        app.clock.advance(72);
        assert_eq!(commits(200, 3).await, 1);
        app.stop().await;
    })
    .await;
}

/// All networks together have a ceiling, at an account and at an address that nobody has. Who signed in before still can.
#[tokio::test]
async fn point_1_1_a_botnet_has_a_ceiling_and_locks_out_nobody_who_signed_in_before() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        app.user("bob@example.com", 0).await;
        let mark = signed_in(&app, "203.0.113.1", "Ada@Example.com", None).await.unwrap();
        let bobs = signed_in(&app, "203.0.113.1", "bob@example.com", None).await.unwrap();
        let mut said = Vec::new();
        for email in ["ada@example.com", "nobody@example.com", "no address"] {
            let mut outcomes = Vec::new();
            for n in 0..60 {
                outcomes.push(guess(&app, &format!("192.0.2.{n}"), email, None).await);
            }
            let wrong = outcomes.iter().filter(|outcome| **outcome == ("credentials_wrong", None)).count();
            let over = outcomes.iter().filter(|outcome| **outcome == ("sign_in_account_slowed_down", Some(72))).count();
            assert_eq!((wrong, over), (50, 10), "{email}: {outcomes:?}");
            said.push(outcomes);
        }
        assert!(
            said.iter().all(|outcomes| *outcomes == said[0]),
            "a stranger does not learn whether there is an account"
        );
        assert_eq!(app.outcomes("sign_in").await[0], "sign_in_account_slowed_down");
        // The right password does not help a stranger, nor a browser of somebody else.
        let slowed = Err("sign_in_account_slowed_down");
        assert_eq!(signed_in(&app, "192.0.2.99", "ada@example.com", None).await.map(drop), slowed);
        assert_eq!(signed_in(&app, "192.0.2.99", "ada@example.com", Some(&bobs)).await.map(drop), slowed);
        let forged = Secret::new(mark.expose().replacen(|c: char| c.is_ascii_digit(), "x", 1));
        assert_eq!(signed_in(&app, "192.0.2.99", "ada@example.com", Some(&forged)).await.map(drop), slowed);
        // Her own browser has an allowance of its own, wherever it is.
        for _ in 0..FREE {
            assert_eq!(guess(&app, "192.0.2.7", "ada@example.com", Some(&mark)).await, ("credentials_wrong", None));
        }
        assert_eq!(guess(&app, "192.0.2.8", "ada@example.com", Some(&mark)).await, ("sign_in_slowed_down", Some(1)));
        app.clock.advance(1);
        let mark = signed_in(&app, "192.0.2.7", "ada@example.com", Some(&mark)).await.unwrap();
        // What ends everything ends this, too.
        flows::unguarded::accounts::set_password(&app.app, &app.ctx(), ada.user.id, &Secret::new(PASSWORD))
            .await
            .unwrap();
        assert_eq!(signed_in(&app, "192.0.2.99", "ada@example.com", Some(&mark)).await.map(drop), slowed);
        app.clock.advance(72);
        let mark = signed_in(&app, "192.0.2.99", "ada@example.com", None).await.unwrap();
        for n in 0..60 {
            guess(&app, &format!("192.0.2.{n}"), "ada@example.com", None).await;
        }
        app.clock.advance(flows::platform::known_browser::LIFETIME - 100);
        signed_in(&app, "192.0.2.99", "ada@example.com", Some(&mark)).await.unwrap();
        app.stop().await;
    })
    .await;
}

/// A page says when one may try again, and keeps its mark over a change of the password.
#[tokio::test]
async fn point_1_1_pages_say_when_to_try_again_and_browsers_are_known() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let (mut own, mut other) = (Browser::new(&app), Browser::new(&app));
        own.sign_in_here("ada@example.com").await;
        let name = own.cookies.keys().find(|name| name.starts_with(&testkit::cookie("known_"))).unwrap().clone();
        assert!(!name.contains("ada") && !own.cookies[&name].contains("ada"));
        own.cookies.retain(|cookie, _| *cookie == name);
        let form =
            other.get("/login").await.form("login-submit").set("username", "ada@example.com").set("password", "x");
        for _ in 0..9 {
            other.submit(&form).await;
        }
        let slowed = other.submit(&form).await;
        assert_eq!((slowed.status.as_u16(), slowed.header("retry-after")), (429, "1"));
        let english = "Too many failed sign-in attempts for this address. You can try again in one second.";
        assert_eq!(slowed.text("problem").as_deref(), Some(english));
        // The same network, and no wait.
        own.sign_in_here("ada@example.com").await;
        let page = own.get("/account/security").await;
        let change =
            page.form("password-save").set("current_password", PASSWORD).set("new_password", "another long one");
        let before = own.cookies[&name].clone();
        assert_eq!(
            own.submit(&change).await.status,
            429,
            "passwords of an account are counted by network where one is signed in"
        );
        app.clock.advance(1);
        assert_eq!(own.submit(&change).await.status, 303);
        assert_ne!(own.cookies[&name], before);
        // Many people in one browser: it does not collect marks without end.
        for n in 0..10 {
            let email = format!("n{n}@example.com");
            app.user(&email, 0).await;
            own.cookies.retain(|cookie, _| cookie.contains("known_"));
            own.sign_in_here(&email).await;
        }
        assert_eq!(own.cookies.keys().filter(|cookie| cookie.contains("known_")).count(), 3);
        app.stop().await;
    })
    .await;
}

/// What is forgiven is removed, and nothing in clear was ever there.
#[tokio::test]
async fn point_1_1_attempts_are_forgotten() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        for n in 0..20 {
            guess(&app, &format!("192.0.2.{n}"), "nobody@example.com", None).await;
        }
        let left = async || {
            let removed = app.store.write(|tx| {
                Box::pin(async move {
                    store::platform::attempts::delete_expired(tx, domain::Timestamp::from_seconds(i64::MAX), 1000).await
                })
            });
            removed.await.map_err(|error: store::StoreError| error).unwrap()
        };
        app.clock.advance(3601);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        assert_eq!(left().await, 0);
        guess(&app, "192.0.2.1", "nobody@example.com", None).await;
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        assert_eq!(left().await, 2, "of the network, and of the account");
        app.stop().await;
    })
    .await;
}

/// User codes: all nodes, all browsers and all sessions of a network draw on one allowance; the code of an own device forgives
/// nothing.
#[tokio::test]
async fn point_1_1_guesses_at_user_codes_share_one_allowance() {
    for_each_database(async |database| {
        let (here, there) = (TestApp::start(database).await, TestApp::second(database).await);
        let ada = here.user("ada@example.com", 0).await;
        let device = Party::with(&here, Kind::Spa, |new| {
            new.config.grant_types = vec![GrantType::DeviceCode];
            new.config.response_types = Vec::new();
            new.config.redirect_uris = Vec::new();
        })
        .await;
        let asked = device.post("/oauth2/device_authorization", &[("scope", "openid")]).await.json();
        let own = asked["user_code"].as_str().unwrap();
        let session =
            password::sign_in(&here.app, &here.ctx(), "ada@example.com", &Secret::new(PASSWORD), &Caller::Anonymous)
                .await
                .unwrap();
        let signed_in = access::session::current(&here.app, &here.ctx(), session.secret.expose()).await.unwrap();
        let enter = async |node: &TestApp, ip: &str, code: &str, caller: &Caller| {
            let ctx = from(node, ip);
            let entered = flows::oauth::device::enter(&node.app, &ctx, code, caller, [0; 32]).await;
            (entered.err().map_or("entered", |failure| failure.reason()), ctx.later.seconds())
        };
        for (ip, caller) in [("192.0.2.1", &Caller::Anonymous), ("192.0.2.2", &signed_in)] {
            for n in 0..FREE {
                let node = if n % 2 == 0 { &here } else { &there };
                assert_eq!(enter(node, ip, "BBBB-BBBB", caller).await, ("user_code_unknown", None));
                if n == 3 {
                    assert_eq!(enter(node, ip, own, caller).await, ("entered", None));
                }
            }
            assert_eq!(enter(&there, ip, "BBBB-BBBB", caller).await, ("user_code_slowed_down", Some(1)));
            assert_eq!(enter(&here, ip, own, caller).await, ("user_code_slowed_down", Some(1)));
        }
        // A person from many networks.
        let mut outcomes = Vec::new();
        for n in 0..60 {
            outcomes.push(enter(&here, &format!("198.51.100.{n}"), "BBBB-BBBB", &signed_in).await);
        }
        assert_eq!(outcomes.iter().filter(|outcome| outcome.0 == "user_code_unknown").count(), 50 - FREE);
        assert_eq!(outcomes[59], ("user_code_slowed_down", Some(72)));
        assert_eq!(signed_in.user().map(|user| user.id), Some(ada.user.id));
        let last = here.outcomes("device_authorization").await;
        assert_eq!(last[0], "user_code_slowed_down");
        there.stop().await;
        here.stop().await;
    })
    .await;
}

/// Devices that ask for codes, of one client and of many in one network.
#[tokio::test]
async fn point_1_6_device_authorizations_are_limited_by_client_and_network() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let device = |new: &mut flows::unguarded::applications::NewClient| {
            new.config.grant_types = vec![GrantType::DeviceCode];
            new.config.response_types = Vec::new();
            new.config.redirect_uris = Vec::new();
        };
        let mut statuses = Vec::new();
        for n in 0..6 {
            let party = Party::with(&app, Kind::Spa, device).await;
            let body = RawParams::from_urlencoded(format!("client_id={}&scope=openid", party.id).as_bytes());
            let query = RawParams::default();
            let ask = async |ip: &str| {
                let ctx = from(&app, ip);
                let presented = Presented {
                    endpoint: Endpoint::DeviceAuthorization,
                    method: "POST",
                    url: "",
                    authorization: None,
                    dpop: None,
                    certificate: None,
                    query: &query,
                    body: &body,
                };
                let asked = flows::oauth::device::request(&app.app, &ctx, &presented).await;
                (asked.err().map_or("asked", |failure| failure.reason()), ctx.later.seconds())
            };
            let mut all = Vec::new();
            for _ in 0..70 {
                all.push(ask("192.0.2.1").await);
            }
            statuses.push(all.iter().filter(|outcome| outcome.0 == "asked").count());
            let wait = if n < 5 { 30 } else { 6 };
            assert_eq!(all[69], ("device_authorization_slowed_down", Some(wait)));
            assert_eq!(ask("192.0.2.2").await, ("asked", None), "another network");
        }
        assert_eq!(statuses, [60, 60, 60, 60, 60, 0]);
        // What a device reads.
        let party = Party::with(&app, Kind::Spa, device).await;
        for _ in 0..60 {
            assert_eq!(party.post("/oauth2/device_authorization", &[("scope", "openid")]).await.status, 200);
        }
        let refused = party.post("/oauth2/device_authorization", &[("scope", "openid")]).await;
        assert_eq!(
            (refused.status.as_u16(), refused.error().as_str(), refused.header("retry-after")),
            (429, "slow_down", "30")
        );
        assert_eq!(app.outcomes("device_authorization").await[0], "device_authorization_slowed_down");
        app.stop().await;
    })
    .await;
}

/// One address may register many apps, and the same one seldom; a network may make few accounts.
#[tokio::test]
async fn point_1_6_registrations_and_sign_ups_are_limited() {
    for_each_database(async |database| {
        let few = |settings: &mut Settings| {
            settings.registration.alike_per_hour = 6;
            settings.registration.per_address_per_hour = 60;
        };
        let app = TestApp::with(database, few).await;
        let register = async |name: &str| {
            let metadata = serde_json::json!({"redirect_uris": ["https://a.example/cb"], "client_name": name});
            let headers = [("content-type", "application/json")];
            let reply = Browser::new(&app)
                .call(axum::http::Method::POST, "/oauth2/register", &headers, &metadata.to_string())
                .await;
            let later = reply.headers.get("retry-after").map(|value| value.to_str().unwrap().to_owned());
            (reply.status.as_u16(), later)
        };
        let mut alike = Vec::new();
        for _ in 0..7 {
            alike.push(register("the same").await);
        }
        assert_eq!(alike.iter().filter(|(status, _)| *status == 201).count(), 6);
        assert_eq!(alike[6], (429, Some("600".to_owned())));
        assert_eq!(app.outcomes("client.registered").await[0], "registration_repeated");
        for n in 0..54 {
            assert_eq!(register(&format!("n{n}")).await.0, 201);
        }
        assert_eq!(register("one more").await, (429, Some("60".to_owned())));
        assert_eq!(app.outcomes("client.registered").await[0], "registration_slowed_down");
        app.clock.advance(60);
        assert_eq!(register("one more").await.0, 201);

        let mut made = Vec::new();
        for n in 0..31 {
            let mut browser = Browser::new(&app);
            let form = browser.get("/signup").await.form("signup-submit").set("name", "New Person");
            let form = form.set("username", &format!("n{n}@example.com")).set("password", "long enough now");
            made.push(browser.submit(&form).await);
        }
        assert_eq!(made.iter().filter(|reply| reply.status == 303).count(), 30);
        assert_eq!((made[30].status.as_u16(), made[30].header("retry-after")), (429, "60"));
        let english = "Too many accounts were created from your network. You can try again in 60 seconds.";
        assert_eq!(made[30].text("problem").as_deref(), Some(english));
        assert_eq!(app.outcomes("sign_up").await[0], "sign_up_slowed_down");
        app.stop().await;
    })
    .await;
}

/// A sign-in whose browser goes away counts all the same.
/// Checklist 134.
#[tokio::test]
async fn point_2_1_an_attempt_that_nobody_waits_for_is_counted() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let (ctx, guess) = (app.ctx(), Secret::new("a guess of many"));
        let attempt = || password::sign_in(&app.app, &ctx, "ada@example.com", &guess, &Caller::Anonymous);
        for _ in 0..6 {
            // Begun and dropped, as where the browser closes the connection.
            drop(Box::pin(attempt()).as_mut().now_or_never());
        }
        let late = attempt().await;
        assert!(matches!(late, Err(Failure::Refused(SignInRefusal::TooManyAttempts))), "{late:?}");
        app.stop().await;
    })
    .await;
}

/// A node that was not told of two rotations still knows what another one sealed and signed since.
#[tokio::test]
async fn point_5_2_an_unknown_key_is_looked_for_before_anything_is_refused() {
    for_each_database(async |database| {
        let (here, there) = (TestApp::start(database).await, TestApp::second(database).await);
        let ada = here.user("ada@example.com", 0).await;
        for format in [AccessTokenFormat::Opaque, AccessTokenFormat::Jwt] {
            let at_here = Party::with(&here, Kind::Web, |new| new.config.access_token_format = format).await;
            let at_there = Party { app: there.clone(), ..at_here.clone() };
            for app in [&here, &there] {
                app.clock.advance(2);
            }
            for _ in 0..2 {
                flows::unguarded::keys::rotate_keys(&here.app, &here.ctx(), true).await.unwrap();
            }
            let mut browser = Browser::new(&here);
            let tokens =
                at_here.tokens(&mut browser, &ada, &[("scope", "openid offline_access"), ("prompt", "consent")]).await;
            match format {
                AccessTokenFormat::Opaque => assert_eq!(at_there.refresh(&tokens.refresh()).await.status, 200),
                AccessTokenFormat::Jwt => assert_eq!(at_there.introspect(&tokens.access()).await["active"], true),
            }
        }
        // What names a key that nobody has is refused, and a second one in the same second waits.
        let party = Party::new(&there, Kind::Web).await;
        there.clock.advance(2);
        let ahead = "cs_rt_gAAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let refused = party.refresh(ahead).await;
        assert_eq!((refused.status.as_u16(), refused.error().as_str()), (400, "invalid_grant"));
        let busy = party.refresh(ahead).await;
        assert_eq!((busy.status.as_u16(), busy.error().as_str()), (503, "temporarily_unavailable"));
        assert!(busy.header("retry-after").parse::<u32>().is_ok());
        assert_eq!(
            party.refresh("cs_rt_f____gAAAAAAAAAAAAAAAAAAAAAAAAAA").await.status,
            400,
            "no ring is so far ahead"
        );
        there.clock.advance(1);
        assert_eq!(party.refresh(ahead).await.error(), "invalid_grant");
        there.stop().await;
        here.stop().await;
    })
    .await;
}
