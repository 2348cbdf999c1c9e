//! The refresh rules: what a presented refresh token is, told by its sequence number and secret alone.
//!
//! Nothing is stored per token. Whatever opens the seal was issued by this server, so a secret that is neither the live
//! nor the redeemed one is an answer that a later answer voided.
use super::grant::RefreshState;
use crate::{SecretHash, Timestamp};

/// Two tabs may refresh at once; for so many seconds a voided answer is taken for such a race.
pub const RACE_WINDOW_SECONDS: i64 = 60;

/// What the token endpoint does with a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The live one: move to the next sequence number.
    Advance,
    /// The reply was lost or two tabs raced: issue the current sequence number anew, which voids the unused answer.
    Reissue(Tolerance),
    /// Somebody else holds a token of this grant: end it (RFC 9700 §4.14.2).
    Theft(Theft),
    /// A sequence number that this database never reached: it was restored from an older backup. Refuse, end nothing.
    FromTheFuture,
}

/// Why an old token was tolerated; for log and audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    LostReply,
    Race,
}

/// How the theft was seen; for log and audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theft {
    /// An answer that was voided by a later one came back after the race window.
    VoidedAnswer,
    /// A redeemed token came back although its successor was used.
    SuccessorUsed,
    /// A token from two or more sequence numbers ago.
    FarBehind,
}

impl Theft {
    pub const fn reason(self) -> &'static str {
        match self {
            Self::VoidedAnswer => "refresh_token_voided",
            Self::SuccessorUsed => "refresh_token_successor_used",
            Self::FarBehind => "refresh_token_far_behind",
        }
    }
}

/// Judges a refresh token with sequence number `seq` and a secret of hash `secret` against the grant's state.
pub fn judge(state: &RefreshState, seq: i64, secret: SecretHash, now: Timestamp) -> Verdict {
    let racing = now.since(state.issued_at) <= RACE_WINDOW_SECONDS;
    match state.seq - seq {
        ..0 => Verdict::FromTheFuture,
        0 if secret == state.live => Verdict::Advance,
        1 if state.used => Verdict::Theft(Theft::SuccessorUsed),
        1 if state.previous == Some(secret) => Verdict::Reissue(Tolerance::LostReply),
        // Neither live nor redeemed: an answer that a later one voided.
        0 | 1 if racing => Verdict::Reissue(Tolerance::Race),
        0 | 1 => Verdict::Theft(Theft::VoidedAnswer),
        _ => Verdict::Theft(Theft::FarBehind),
    }
}

/// The state after an answer with the secret of hash `fresh` is given at `now`; `None` where no answer is given.
pub fn answer(
    state: &RefreshState,
    verdict: Verdict,
    presented: SecretHash,
    fresh: SecretHash,
    now: Timestamp,
) -> Option<RefreshState> {
    let next = RefreshState { live: fresh, used: false, issued_at: now, ..*state };
    match verdict {
        Verdict::Advance => Some(RefreshState { seq: state.seq + 1, previous: Some(presented), ..next }),
        Verdict::Reissue(Tolerance::LostReply) => Some(next),
        // The window does not slide: two who take turns inside it are found out when it ends.
        Verdict::Reissue(Tolerance::Race) => Some(RefreshState { issued_at: state.issued_at, ..next }),
        Verdict::Theft(_) | Verdict::FromTheFuture => None,
    }
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
