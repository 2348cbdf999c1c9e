//! The life of the server's own keys ("a bound and a deadline", section 5).
use axum::http::Method;
use domain::clients::{AccessTokenFormat, Trust};
use domain::platform::seal::{Payload, Purpose, TokenId};
use flows::platform::keys::Leaked;
use flows::unguarded::applications::NewClient;
use flows::unguarded::keys::{expel_key, rotate_keys};
use jose::SigningAlg;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, TestApp, claims, for_each_database};

const DAY: i64 = 24 * 3600;

fn jwt_for_long(new: &mut NewClient) {
    new.config.access_token_format = AccessTokenFormat::Jwt;
    new.config.access_token_lifetime_seconds = Some(30 * DAY);
    new.trust = Trust::FirstParty;
}

fn kid(jwt: &str) -> String {
    let header = domain::platform::encoding::from_base64url(jwt.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn published(app: &TestApp) -> Vec<String> {
    let jwks = Browser::new(app).get("/oauth2/jwks").await.json();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Checklist 99.
#[tokio::test]
async fn point_5_1_a_retired_key_is_published_for_as_long_as_any_client_needs_it() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let web = Party::with(&app, Kind::Web, jwt_for_long).await;
        let tokens = web.tokens(&mut Browser::new(&app), &ada, &[]).await;
        let signer = kid(&tokens.access());
        assert!(rotate_keys(&app.app, &app.ctx(), false).await.unwrap(), "nobody has a copy without the next key");
        app.clock.advance(30 * DAY - 60);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        assert!(published(&app).await.contains(&signer));
        assert_eq!(web.introspect(&tokens.access()).await["active"], true);
        app.clock.advance(10 * 60);
        flows::operator::jobs::run_all(&app.app, &app.ctx()).await.unwrap();
        assert!(!published(&app).await.contains(&signer));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_5_2_a_second_rotation_waits_until_clients_know_the_next_keys() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        flows::unguarded::profile::set_operator(&app.app, &app.ctx(), ada.user.id, true).await.unwrap();
        let who = app.principal(&ada, None).await;
        let rotate = async |forced| {
            let done = flows::operator::keys::rotate_keys(&app.app, &app.ctx(), &who, forced).await;
            done.map_err(|failure| failure.reason())
        };
        let before = published(&app).await;
        app.clock.advance(1);
        assert_eq!(rotate(false).await, Ok(()));
        app.clock.advance(DAY - 1);
        assert_eq!(rotate(false).await, Err("keys_too_young"));
        assert_eq!(published(&app).await.len(), before.len() + 4, "nothing moved");
        app.clock.advance(1);
        assert_eq!(rotate(false).await, Ok(()));
        app.clock.advance(1);
        assert_eq!(rotate(true).await, Ok(()), "in haste");
        assert_eq!(app.outcomes("key.rotated").await, ["ok", "ok", "keys_too_young", "ok"]);

        // Over HTTP, as reference 004 has it.
        let new = testkit::Api::person(&app, &ada, "").await;
        let answer = new.send(Method::POST, "/oidc/keys/rotate", None).await;
        let kind = answer.json()["type"].clone();
        assert_eq!((answer.status.as_u16(), kind), (409, json!("urn:countersign:problem:keys_too_young")));
        assert_eq!(new.send(Method::POST, "/oidc/keys/rotate?force=maybe", None).await.status, 400);
        let answer = new.send(Method::POST, "/oidc/keys/rotate?force=true", None).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"rotated": true})));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_5_3_what_a_leaked_key_made_is_worthless_at_once_on_every_node() {
    for_each_database(async |database| {
        let (app, other) = (TestApp::start(database).await, TestApp::second(database).await);
        let ada = app.user("ada@example.com", 1).await;
        let web = Party::with(&app, Kind::Web, jwt_for_long).await;
        let there = Party { app: other.clone(), ..web.clone() };
        let mut browser = Browser::new(&app);
        let offline = [("scope", "openid offline_access"), ("prompt", "consent")];

        let tokens = web.tokens(&mut browser, &ada, &offline).await;
        let leaked = Leaked::Signing(kid(&tokens.access()));
        assert_eq!(there.introspect(&tokens.access()).await["active"], true);
        assert!(expel_key(&app.app, &app.ctx(), &leaked).await.unwrap());
        assert!(!expel_key(&app.app, &app.ctx(), &leaked).await.unwrap());
        flows::operator::jobs::each_second(&other.app, &other.ctx()).await.unwrap();
        for node in [&web, &there] {
            assert_eq!(node.introspect(&tokens.access()).await["active"], false);
            assert!(!published(&node.app).await.contains(&kid(&tokens.access())));
        }
        // The refresh token is sealed, not signed: it gets a token of the key that took the other's place.
        let refreshed = there.refresh(&tokens.refresh()).await.json();
        let fresh = refreshed["access_token"].as_str().unwrap();
        assert_eq!(web.introspect(fresh).await["active"], true);

        let stolen = refreshed["refresh_token"].as_str().unwrap().to_owned();
        assert!(expel_key(&app.app, &app.ctx(), &Leaked::Sealing(1)).await.unwrap());
        assert!(!expel_key(&app.app, &app.ctx(), &Leaked::Sealing(99)).await.unwrap());
        flows::operator::jobs::each_second(&other.app, &other.ctx()).await.unwrap();
        for node in [&web, &there] {
            let reply = node.refresh(&stolen).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (400, "invalid_grant"));
        }
        let tokens = web.tokens(&mut Browser::new(&app), &ada, &offline).await;
        assert_eq!(there.refresh(&tokens.refresh()).await.status, 200);
        assert_eq!(app.outcomes("key.expelled").await, ["ok", "ok"]);
        app.stop().await;
        other.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_5_3_a_sealing_key_is_kept_as_long_as_a_token_needs_it_and_no_longer() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let web = Party::new(&app, Kind::Spa).await;
        let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
        let tokens = web.tokens(&mut Browser::new(&app), &ada, &offline).await;
        // More keys than fit on a page: all of them are read.
        for _ in 0..26 {
            assert!(rotate_keys(&app.app, &app.ctx(), true).await.unwrap());
        }
        assert_eq!(published(&app).await.len(), 4 * 28);
        let bearer = format!("Bearer {}", tokens.access());
        let reply = Browser::new(&app).call(Method::GET, "/oauth2/userinfo", &[("authorization", &bearer)], "").await;
        assert_eq!(reply.status, 200);
        let sealing = async || {
            let mut tx = app.store.read().await.unwrap();
            store::platform::keys::list_sealing(&mut tx)
                .await
                .unwrap()
                .into_iter()
                .map(|key| key.id)
                .collect::<Vec<_>>()
        };
        let forget = async || flows::platform::keys::forget(&app.store, &app.ctx()).await.unwrap();
        assert_eq!(forget().await, 0, "access tokens may need each");
        // The refresh token is used, and thereby replaced, on the twenty-ninth day.
        app.clock.advance(29 * DAY);
        let refreshed = web.refresh(&tokens.refresh()).await;
        assert_eq!(refreshed.status, 200);
        app.clock.advance(2 * DAY);
        assert_eq!(forget().await, 26);
        assert_eq!(sealing().await, [28, 27]);
        assert_eq!(web.refresh(refreshed.json()["refresh_token"].as_str().unwrap()).await.status, 200);

        // One that is not used keeps its key.
        rotate_keys(&app.app, &app.ctx(), true).await.unwrap();
        app.clock.advance(29 * DAY + 3600);
        assert_eq!(forget().await, 0);
        app.stop().await;
    })
    .await;
}

/// What a later version of this server puts into a token.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Future(u8);

impl Payload for Future {
    const VERSION: u8 = 99;
    fn upgrade(_: u8, _: &[u8]) -> Option<Self> {
        None
    }
}

/// While nodes are updated one after the other, an old one meets tokens that it cannot read. They are good elsewhere, so
/// it must not call them invalid (Proof, version skew).
#[tokio::test]
async fn a_token_of_a_later_version_is_never_called_invalid() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let web = Party::with(&app, Kind::Web, |new| new.config.access_token_format = AccessTokenFormat::Jwt).await;
        let good = web.tokens(&mut Browser::new(&app), &ada, &[]).await;
        let sealer_of = |purpose| {
            let id = TokenId::from_random(app.ctx().random());
            app.app.keys().sealer.seal(purpose, id, &Future(1)).unwrap()
        };
        let mut jwt = claims(&good.access());
        jwt["cs_bearer"] = "99.AAAA".into();
        let jwt = app.app.keys().signer(SigningAlg::RS256).unwrap().sign("at+jwt", &jwt).unwrap();
        let (access, refresh) = (sealer_of(Purpose::AccessToken), sealer_of(Purpose::RefreshToken));
        for token in [&access, &jwt, &refresh] {
            for path in ["/oauth2/introspect", "/oauth2/revoke"] {
                let reply = web.post(path, &[("token", token)]).await;
                assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "2"), "{path}");
            }
        }
        for token in [&access, &jwt] {
            for path in ["/oauth2/userinfo", "/oidc/clients"] {
                let reply = Api::with(&app, token).get(path).await;
                assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (503, "2"), "{path}");
            }
        }
        let code = web.exchange(&sealer_of(Purpose::AuthorizationCode)).await;
        for reply in [code, web.refresh(&refresh).await] {
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (503, "temporarily_unavailable"));
        }
        assert_eq!(web.introspect(&good.access()).await["active"], true);
        app.stop().await;
    })
    .await;
}
