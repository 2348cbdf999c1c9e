//! Tables for each rule, and a model: an honest client that loses replies, two tabs, and a thief.
use super::*;
use proptest::prelude::*;

fn hash(n: u8) -> SecretHash {
    SecretHash::from_bytes([n; 32])
}

fn state(seq: i64, used: bool) -> RefreshState {
    RefreshState { seq, live: hash(9), previous: Some(hash(8)), used, issued_at: Timestamp::from_seconds(1000) }
}

#[test]
fn the_rules_as_a_table() {
    let soon = Timestamp::from_seconds(1060);
    let late = Timestamp::from_seconds(1061);
    let rows = [
        (5, hash(9), false, late, Verdict::Advance),
        (5, hash(9), true, late, Verdict::Advance),
        (5, hash(1), false, soon, Verdict::Reissue(Tolerance::Race)),
        (5, hash(1), true, soon, Verdict::Reissue(Tolerance::Race)),
        (5, hash(1), false, late, Verdict::Theft(Theft::VoidedAnswer)),
        (4, hash(8), false, soon, Verdict::Reissue(Tolerance::LostReply)),
        (4, hash(8), false, late.plus(86_400), Verdict::Reissue(Tolerance::LostReply)),
        (4, hash(8), true, soon, Verdict::Theft(Theft::SuccessorUsed)),
        (4, hash(1), false, soon, Verdict::Reissue(Tolerance::Race)),
        (4, hash(1), false, late, Verdict::Theft(Theft::VoidedAnswer)),
        (3, hash(8), false, soon, Verdict::Theft(Theft::FarBehind)),
        (6, hash(9), false, soon, Verdict::FromTheFuture),
    ];
    for (seq, secret, used, now, expected) in rows {
        assert_eq!(judge(&state(5, used), seq, secret, now), expected, "seq {seq} used {used} at {now:?}");
    }
}

/// A refresh token as its holder has it.
type Token = (i64, SecretHash);

/// The server side of the model: exactly `judge` and `answer`, and the ending of a grant.
struct Server {
    state: RefreshState,
    now: Timestamp,
    fresh: u8,
    ended: bool,
}

impl Server {
    fn new() -> (Self, Token) {
        let now = Timestamp::from_seconds(1000);
        let state = RefreshState { seq: 1, live: hash(0), previous: None, used: false, issued_at: now };
        (Self { state, now, fresh: 0, ended: false }, (1, hash(0)))
    }

    fn refresh(&mut self, (seq, secret): Token) -> Option<Token> {
        if self.ended {
            return None;
        }
        self.fresh += 1;
        let verdict = judge(&self.state, seq, secret, self.now);
        if let Some(next) = answer(&self.state, verdict, secret, hash(self.fresh), self.now) {
            self.state = next;
            Some((next.seq, next.live))
        } else {
            self.ended = true;
            None
        }
    }

    /// An access token of the answer that came with `token` is seen.
    fn see(&mut self, (seq, secret): Token) {
        if self.state.seq == seq && self.state.live == secret {
            self.state.used = true;
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// A refresh whose reply arrives.
    Refresh,
    /// A refresh whose reply is lost; the client retries with the token that it has.
    LoseReply,
    /// Two tabs refresh at once; the storage keeps the first or the second answer, and the tab that lost finds out by
    /// refreshing within the window.
    TwoTabs {
        keep_first: bool,
    },
    /// The client uses its access token.
    Use,
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Refresh),
        2 => Just(Step::LoseReply),
        2 => any::<bool>().prop_map(|keep_first| Step::TwoTabs { keep_first }),
        3 => Just(Step::Use),
        2 => (1i64..100_000).prop_map(Step::Wait),
    ];
    proptest::collection::vec(step, 1..30)
}

/// One step of the honest client; false when it was cut off.
fn honest(server: &mut Server, held: &mut Token, step: &Step) -> bool {
    match step {
        Step::Refresh => match server.refresh(*held) {
            Some(next) => *held = next,
            None => return false,
        },
        Step::LoseReply => {
            if server.refresh(*held).is_none() {
                return false;
            }
        }
        Step::TwoTabs { keep_first } => {
            let (Some(first), Some(second)) = (server.refresh(*held), server.refresh(*held)) else { return false };
            *held = second;
            if *keep_first {
                match server.refresh(first) {
                    Some(next) => *held = next,
                    None => return false,
                }
            }
        }
        Step::Use => server.see(*held),
        Step::Wait(seconds) => server.now = server.now.plus(*seconds),
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Checklist 65. Whatever replies are lost and however its tabs race, an honest client alone is never cut off, and
    /// exactly one chain is live.
    #[test]
    fn an_honest_client_alone_is_never_cut_off(steps in steps()) {
        let (mut server, mut held) = Server::new();
        for step in &steps {
            prop_assert!(honest(&mut server, &mut held, step), "cut off at {step:?}");
        }
        prop_assert!(server.refresh(held).is_some());
    }

    /// Checklist 63. A thief copies the token at any moment and refreshes with it whenever he likes. As long as both
    /// go on (each refreshes and uses what it got), the grant ends.
    #[test]
    fn a_thief_is_always_found_out(before in steps(), delay in 0i64..100_000, thief_first in any::<bool>(), thief_uses in any::<bool>()) {
        let (mut server, mut held) = Server::new();
        for step in &before {
            prop_assert!(honest(&mut server, &mut held, step));
        }
        let mut stolen = held;
        server.now = server.now.plus(delay);
        for round in 0..4 {
            for thief in [thief_first, !thief_first] {
                let token = if thief { &mut stolen } else { &mut held };
                if let Some(next) = server.refresh(*token) {
                    *token = next;
                    if !thief || thief_uses {
                        server.see(next);
                    }
                }
            }
            server.now = server.now.plus(61 + round);
        }
        prop_assert!(server.ended, "both still live: {:?}", server.state);
    }
}
