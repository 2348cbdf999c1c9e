//! Everything has a bound (bounds, point 1).
use domain::Secret;
use domain::client::AccessTokenFormat;
use flows::Failure;
use flows::session::{self, Caller, SignInRefusal};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use testkit::{Browser, Kind, Party, TestApp, for_each_database};

/// Of many guesses at once no more are verified than the allowance has.
#[tokio::test]
async fn point_1_1_guesses_at_once_share_one_allowance() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let (ctx, guess) = (app.ctx(), Secret::new("a guess of many"));
        let guesses = (0..200).map(|_| session::sign_in(&app.app, &ctx, "ada@example.com", &guess, &Caller::Nobody));
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

/// A sign-in whose browser goes away counts all the same.
#[tokio::test]
async fn point_2_1_an_attempt_that_nobody_waits_for_is_counted() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 0).await;
        let (ctx, guess) = (app.ctx(), Secret::new("a guess of many"));
        let attempt = || session::sign_in(&app.app, &ctx, "ada@example.com", &guess, &Caller::Nobody);
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
