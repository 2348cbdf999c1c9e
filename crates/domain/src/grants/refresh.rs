//! The refresh rules (OAuth 2.1 §4.3), which classify a presented refresh token by its sequence number alone.
//!
//! Nothing is stored per token, and a token needs no secret of its own: whatever the seal opens was issued by this
//! server. [`judge`] compares its number with the state of the grant, and [`next`] computes the next state.
use crate::Timestamp;
use crate::grants::RefreshState;

/// What the token endpoint does with a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// The current number: move to the next one.
    Advance,
    /// The last redeemed number, within the window: parallel callers share the current number.
    Share,
    /// The last redeemed number, later, with no sign that the current one arrived: its response was lost. Issue a new
    /// number; the current one becomes void.
    Replace,
    /// Two parties hold tokens of this grant: revoke it (RFC 9700 §4.14.2).
    Theft(Theft),
    /// A number that this database has not reached: it was restored from an older backup. Refuse, but revoke nothing.
    Ahead,
}

/// How the theft was detected, for the log and audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theft {
    /// A number that was skipped because its response seemed lost.
    Void,
    /// The last redeemed number, although the current one was used.
    SuccessorUsed,
    /// A number from before the last redeemed one.
    FarBehind,
}

impl Theft {
    /// The exact reason in the log and the audit log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Void => "refresh_token_voided",
            Self::SuccessorUsed => "refresh_token_successor_used",
            Self::FarBehind => "refresh_token_far_behind",
        }
    }
}

/// How long parallel callers share a number, in seconds: the server's setting, but at most a quarter of the access
/// token's lifetime, so that each access token still needs its own refresh.
pub fn window(allowed: i64, access_token_lifetime: i64) -> i64 {
    allowed.min(access_token_lifetime / 4).max(0)
}

/// Classifies a refresh token with this number. `window` is in seconds.
pub fn judge(state: &RefreshState, number: i64, window: i64, now: Timestamp) -> RefreshVerdict {
    let within = now.since(state.issued_at) <= window;
    match number - state.number {
        1.. => RefreshVerdict::Ahead,
        0 => RefreshVerdict::Advance,
        _ if state.redeemed != Some(number) => {
            let skipped = state.redeemed.is_some_and(|redeemed| redeemed < number);
            RefreshVerdict::Theft(if skipped { Theft::Void } else { Theft::FarBehind })
        }
        _ if within => RefreshVerdict::Share,
        _ if state.used => RefreshVerdict::Theft(Theft::SuccessorUsed),
        _ => RefreshVerdict::Replace,
    }
}

/// The state after a verdict at `now`; `None` if nothing is issued.
pub fn next(state: &RefreshState, verdict: RefreshVerdict, now: Timestamp) -> Option<RefreshState> {
    let fresh = RefreshState { number: state.number + 1, used: false, issued_at: now, redeemed: state.redeemed };
    match verdict {
        RefreshVerdict::Advance => Some(RefreshState { redeemed: Some(state.number), ..fresh }),
        RefreshVerdict::Replace => Some(fresh),
        RefreshVerdict::Share => Some(*state),
        RefreshVerdict::Theft(_) | RefreshVerdict::Ahead => None,
    }
}

#[cfg(test)]
#[path = "refresh_tests.rs"]
mod tests;
