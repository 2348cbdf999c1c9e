//! A table for the rules, and a model: an honest client that loses responses and races with itself, two processes, a
//! restored database, and a thief in each of these; with access tokens whose use the server sees, and with JWTs, whose
//! use it does not see.
use super::*;
use proptest::prelude::*;

const WINDOW: i64 = 60;
const START: Timestamp = Timestamp::from_seconds(1000);

#[test]
fn the_rules_as_a_table() {
    let (soon, late) = (START.plus(WINDOW), START.plus(WINDOW + 1));
    // Number 3 was redeemed for 4; its response was lost, and 5 was issued instead.
    let skipped = |used| RefreshState { number: 5, redeemed: Some(3), used, issued_at: START };
    let plain = |used| RefreshState { number: 5, redeemed: Some(4), used, issued_at: START };
    let first = RefreshState { number: 1, redeemed: None, used: false, issued_at: START };
    let rows = [
        (plain(false), 5, soon, RefreshVerdict::Advance),
        (plain(true), 5, late.plus(1_000_000), RefreshVerdict::Advance),
        (plain(false), 4, START, RefreshVerdict::Share),
        (plain(true), 4, soon, RefreshVerdict::Share),
        (plain(false), 4, late, RefreshVerdict::Replace),
        (plain(false), 4, late.plus(86_400), RefreshVerdict::Replace),
        (plain(true), 4, late, RefreshVerdict::Theft(Theft::SuccessorUsed)),
        (plain(false), 3, soon, RefreshVerdict::Theft(Theft::FarBehind)),
        (skipped(false), 3, soon, RefreshVerdict::Share),
        (skipped(false), 3, late, RefreshVerdict::Replace),
        (skipped(true), 3, late, RefreshVerdict::Theft(Theft::SuccessorUsed)),
        (skipped(false), 4, soon, RefreshVerdict::Theft(Theft::Void)),
        (skipped(false), 2, soon, RefreshVerdict::Theft(Theft::FarBehind)),
        (plain(false), 6, soon, RefreshVerdict::Ahead),
        (first, 1, late, RefreshVerdict::Advance),
        (first, 0, soon, RefreshVerdict::Theft(Theft::FarBehind)),
        // A clock that was set back cannot cause harm through a negative age.
        (plain(false), 4, Timestamp::from_seconds(0), RefreshVerdict::Share),
    ];
    for (state, number, now, expected) in rows {
        assert_eq!(judge(&state, number, WINDOW, now), expected, "{state:?} number {number} at {now:?}");
    }
}

#[test]
fn the_window_is_at_most_a_quarter_of_the_access_tokens_lifetime() {
    for (allowed, lifetime, expected) in
        [(60, 3600, 60), (60, 240, 60), (60, 100, 25), (60, 3, 0), (0, 3600, 0), (-1, 3600, 0)]
    {
        assert_eq!(window(allowed, lifetime), expected, "{allowed} {lifetime}");
    }
}

/// The server side of the model: exactly `judge` and `next`, and the end of a grant.
#[derive(Clone)]
struct Server {
    state: RefreshState,
    now: Timestamp,
    ended: bool,
    /// Whether it sees the use of an access token: through introspection and userinfo it does, but not if a JWT is
    /// checked elsewhere.
    sees_use: bool,
}

impl Server {
    fn new(sees_use: bool) -> Self {
        let state = RefreshState { number: 1, redeemed: None, used: false, issued_at: START };
        Self { state, now: START, ended: false, sees_use }
    }

    fn refresh(&mut self, number: i64) -> Option<i64> {
        if self.ended {
            return None;
        }
        let verdict = judge(&self.state, number, WINDOW, self.now);
        self.ended = matches!(verdict, RefreshVerdict::Theft(_));
        self.state = next(&self.state, verdict, self.now)?;
        Some(self.state.number)
    }

    /// The access token issued with `number` is used.
    fn used(&mut self, number: i64) {
        self.state.used |= self.sees_use && number == self.state.number;
    }

    fn wait(&mut self, seconds: i64) {
        self.now = self.now.plus(seconds);
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// A refresh whose response arrives.
    Refresh,
    /// A refresh whose response is lost; the client retries after this many seconds, up to two days.
    LoseResponse(i64),
    /// Callers that share one store refresh at once, within the window. Each gets a response, and the store keeps one
    /// of them.
    Race {
        callers: usize,
        keeps: usize,
    },
    /// The client uses its access token.
    Use,
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Refresh),
        2 => (0i64..200_000).prop_map(Step::LoseResponse),
        2 => (2usize..5, 0usize..5).prop_map(|(callers, keeps)| Step::Race { callers, keeps: keeps % callers }),
        3 => Just(Step::Use),
        2 => (1i64..100_000).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..30)
}

/// One step of the honest client; `None` if it was refused.
fn honest(server: &mut Server, held: i64, step: &Step) -> Option<i64> {
    match *step {
        Step::Refresh => server.refresh(held),
        Step::LoseResponse(later) => {
            server.refresh(held)?;
            server.wait(later);
            server.refresh(held)
        }
        Step::Race { callers, keeps } => {
            let answers: Option<Vec<_>> = (0..callers).map(|_| server.refresh(held)).collect();
            answers?.get(keeps).copied()
        }
        Step::Use => {
            server.used(held);
            Some(held)
        }
        Step::Wait(seconds) => {
            server.wait(seconds);
            Some(held)
        }
    }
}

/// Runs the steps of an honest client on its own.
fn alone(server: &mut Server, steps: &[Step]) -> Result<i64, TestCaseError> {
    steps.iter().try_fold(server.state.number, |held, step| {
        honest(server, held, step).ok_or_else(|| TestCaseError::fail(format!("refused at {step:?}")))
    })
}

/// Two parties continue independently with the tokens they hold: they refresh and use what they get. `gap` is the time
/// between the two in each round.
fn two_go_on(server: &mut Server, mut held: [i64; 2], first: bool, gap: i64, rounds: i64, uses: [bool; 2]) {
    for round in 0..rounds {
        for party in [usize::from(first), usize::from(!first)] {
            if let Some(next) = server.refresh(held[party]) {
                held[party] = next;
                if uses[party] {
                    server.used(next);
                }
            }
            server.wait(gap);
        }
        server.wait(3600 + round);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Checklist 65. Whatever responses are lost (even a day later) and however its callers race, an honest client on
    /// its own is never refused.
    #[test]
    fn an_honest_client_alone_is_never_refused(steps in steps(), sees_use: bool) {
        let mut server = Server::new(sees_use);
        let held = alone(&mut server, &steps)?;
        prop_assert!(server.refresh(held).is_some());
        prop_assert!(!server.ended);
    }

    /// The loser of a race holds the same number as the winner: an hour later it is still valid for either.
    #[test]
    fn the_loser_of_a_race_returns_an_hour_later(steps in steps(), sees_use: bool, late in 0i64..100_000) {
        let mut server = Server::new(sees_use);
        let held = alone(&mut server, &steps)?;
        let (winner, loser) = (server.refresh(held), server.refresh(held));
        prop_assert_eq!(winner, loser);
        server.used(winner.unwrap());
        server.wait(3600 + late);
        prop_assert!(server.refresh(loser.unwrap()).is_some());
        prop_assert!(!server.ended);
    }

    /// A restored database refuses what it never issued and revokes nothing; what it did issue keeps working.
    #[test]
    fn a_restored_database_revokes_nothing(before in steps(), since in steps(), sees_use: bool) {
        let mut server = Server::new(sees_use);
        let old = alone(&mut server, &before)?;
        let backup = server.clone();
        let held = alone(&mut server, &since)?;
        let mut restored = Server { now: server.now, ..backup };
        if held > restored.state.number {
            prop_assert_eq!(judge(&restored.state, held, WINDOW, restored.now), RefreshVerdict::Ahead);
            prop_assert_eq!(restored.refresh(held), None);
        }
        prop_assert!(!restored.ended);
        prop_assert!(restored.refresh(old).is_some(), "the token of the backup's time");
    }

    /// Checklist 63. A thief copies the token at any moment and keeps using it. As soon as the two refresh further
    /// apart than the window, the grant ends, no matter who is first and whether the thief uses the access tokens.
    #[test]
    fn a_thief_is_found_out(
        before in steps(), sees_use: bool, thief_first: bool, thief_uses: bool, delay in 0i64..100_000,
        gap in WINDOW + 1..100_000,
    ) {
        let mut server = Server::new(sees_use);
        let held = alone(&mut server, &before)?;
        server.wait(delay);
        two_go_on(&mut server, [held, held], thief_first, gap, 4, [true, thief_uses]);
        prop_assert!(server.ended, "both go on: {:?}", server.state);
    }

    /// A thief has the token of a backup, and the client one that the restored database never issued. The client is
    /// refused until the numbers reach its own, and then the theft is detected.
    #[test]
    fn a_thief_is_found_out_after_a_restore(before in steps(), since in steps(), sees_use: bool, first: bool, gap in WINDOW + 1..100_000) {
        let mut server = Server::new(sees_use);
        let stolen = alone(&mut server, &before)?;
        let backup = server.clone();
        let held = alone(&mut server, &since)?;
        let mut restored = Server { now: server.now, ..backup };
        two_go_on(&mut restored, [held, stolen], first, gap, held - stolen + 6, [true, true]);
        prop_assert!(restored.ended, "both go on: {:?}", restored.state);
    }

    /// Two honest processes that do not share their store are detected as well; the documentation tells them to share
    /// it.
    #[test]
    fn processes_that_share_no_store_are_found_out(before in steps(), sees_use: bool, gap in WINDOW + 1..100_000) {
        let mut server = Server::new(sees_use);
        let held = alone(&mut server, &before)?;
        two_go_on(&mut server, [held, held], true, gap, 4, [true, true]);
        prop_assert!(server.ended);
    }

    /// A thief who copies a token whose response was lost is detected as well, when the client retries a day later.
    #[test]
    fn a_thief_of_a_lost_response_is_found_out(before in steps(), sees_use: bool, later in WINDOW + 1..200_000, first: bool) {
        let mut server = Server::new(sees_use);
        let held = alone(&mut server, &before)?;
        let lost = server.refresh(held).unwrap();
        server.wait(later);
        // The client retries with what it has; the thief holds the response that the client never received.
        two_go_on(&mut server, [held, lost], first, WINDOW + 1, 4, [true, true]);
        prop_assert!(server.ended);
    }

    /// Inside the window a thief gets the number that the client has, and no other: only one chain is current at any
    /// time.
    #[test]
    fn inside_the_window_there_is_one_chain(before in steps(), sees_use: bool, thieves in 1usize..50) {
        let mut server = Server::new(sees_use);
        let held = alone(&mut server, &before)?;
        let got = server.refresh(held);
        for _ in 0..thieves {
            prop_assert_eq!(server.refresh(held), got);
        }
        prop_assert!(!server.ended);
    }
}
