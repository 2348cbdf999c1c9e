//! Everything has a bound (bounds, point 1).
use domain::Secret;
use flows::Failure;
use flows::session::{self, Caller, SignInRefusal};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use testkit::{TestApp, for_each_database};

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
            let mut begun = Box::pin(attempt());
            assert!(begun.as_mut().now_or_never().is_none(), "it waits, and then it is dropped");
        }
        let late = attempt().await;
        assert!(matches!(late, Err(Failure::Refused(SignInRefusal::TooManyAttempts))), "{late:?}");
        app.stop().await;
    })
    .await;
}
