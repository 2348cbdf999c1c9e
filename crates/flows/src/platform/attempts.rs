//! Attempts at secrets that can be guessed. An attempt is reserved before the work, in the database, where all nodes share one
//! allowance, and given back on success. The node's [throttle](crate::platform::limits) stops excessive attempts before that. If
//! the database is unavailable, nothing is tried: the caller gets 503.
use crate::platform::known_browser::Mark;
use crate::platform::limits::{Allowance, AllowanceScope, Throttle, UsedUp, network};
use crate::platform::turns::CallerClass;
use crate::{Ctx, Fault, Server};
use domain::UserId;
use domain::platform::allowance::{FAILURES_FROM_A_NETWORK, GUESSES_AT_AN_ACCOUNT, GUESSES_FROM_A_PLACE, Tally};
use store::{StoreError, Tx};

/// An attempt, with the allowances that it draws on.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// Allowances of all nodes, in the order in which the database locks them.
    shared: Vec<Allowance>,
    /// Allowances of this node.
    own: Vec<Allowance>,
    who: CallerClass,
}

const PASSWORD: &str = "password";
const USER_CODE: &str = "user code";

fn place(throttle: &Throttle, kind: &str, of: &[&str]) -> Allowance {
    Allowance { key: throttle.digest(kind, of), rule: GUESSES_FROM_A_PLACE, of: AllowanceScope::Place }
}

fn at_network(throttle: &Throttle, kind: &str, what: &str, ctx: &Ctx) -> Allowance {
    place(throttle, kind, &["from", what, &network(&ctx.facts.ip)])
}

fn at_account(throttle: &Throttle, kind: &str, what: &str) -> Allowance {
    Allowance { key: throttle.digest(kind, &["at", what]), rule: GUESSES_AT_AN_ACCOUNT, of: AllowanceScope::Account }
}

fn by_network(throttle: &Throttle, kind: &str, ctx: &Ctx) -> Allowance {
    let key = throttle.digest(kind, &["by", &network(&ctx.facts.ip)]);
    Allowance { key, rule: FAILURES_FROM_A_NETWORK, of: AllowanceScope::Network }
}

impl Attempt {
    fn new(mut shared: Vec<Allowance>, own: Vec<Allowance>) -> Self {
        shared.sort_by_key(|one| *one.key.as_bytes());
        Self { shared, own, who: CallerClass::Stranger }
    }

    /// An attempt at the password of an account, whether or not it exists, from an unknown browser.
    pub(crate) fn at_password(app: &Server, ctx: &Ctx, account: &str) -> Self {
        let throttle = app.throttle();
        let shared = vec![at_network(throttle, PASSWORD, account, ctx), at_account(throttle, PASSWORD, account)];
        Self::new(shared, vec![by_network(throttle, PASSWORD, ctx)])
    }

    /// An attempt at the password of an account, from a browser in which its user signed in before. It has an allowance of its
    /// own, so that attacks from elsewhere, or from its own network, cannot lock it out.
    pub(crate) fn in_browser(app: &Server, account: &str, mark: &Mark) -> Self {
        let browser = place(app.throttle(), PASSWORD, &["in", account, &mark.browser()]);
        Self { who: CallerClass::Known, ..Self::new(vec![browser], Vec::new()) }
    }

    /// An attempt at the signed-in user's own password: counted together with sign-in attempts from the same network.
    pub(crate) fn at_own_password(app: &Server, ctx: &Ctx, account: &str) -> Self {
        Self::new(vec![at_network(app.throttle(), PASSWORD, account, ctx)], Vec::new())
    }

    /// An attempt at user codes: by a user, from one network and in total, or by a visitor who is not signed in.
    pub(crate) fn at_user_codes(app: &Server, ctx: &Ctx, user: Option<UserId>) -> Self {
        let throttle = app.throttle();
        let who = user.map_or_else(|| "nobody".to_owned(), |id| id.to_string());
        let mut shared = vec![at_network(throttle, USER_CODE, &who, ctx)];
        shared.extend(user.map(|_| at_account(throttle, USER_CODE, &who)));
        Self::new(shared, vec![by_network(throttle, USER_CODE, ctx)])
    }

    /// Whether the attempt comes from a known browser or user.
    pub(crate) const fn who(&self) -> CallerClass {
        self.who
    }

    fn all(&self) -> Vec<Allowance> {
        [self.shared.clone(), self.own.clone()].concat()
    }

    /// Stops attempts that exceed this node's limits, without using the database.
    pub(crate) fn filter(&self, app: &Server, ctx: &Ctx) -> Result<(), UsedUp> {
        app.throttle().draw(&self.all(), ctx)
    }

    /// Remembers the account that is attempted.
    pub(crate) fn name(&self, app: &Server, user: Option<UserId>) {
        app.throttle().name(&self.shared, user);
    }

    /// The account that is attempted, if it is known without asking the database.
    pub(crate) fn named(&self, app: &Server) -> Option<UserId> {
        app.throttle().named(&self.shared)
    }

    /// Draws on all shared allowances or on none. The attempt counts as a failure until it is given back, even if the caller
    /// disconnects.
    pub(crate) async fn reserve(&self, app: &Server, ctx: &Ctx) -> Result<Result<(), UsedUp>, Fault> {
        let (shared, now) = (self.shared.clone(), ctx.now);
        let drawn = app.store().write(move |tx| {
            Box::pin(async move {
                let (mut tallies, mut used_up) = (Vec::new(), Vec::new());
                for one in &shared {
                    let before = store::platform::attempts::hold(tx, &one.key, now).await?;
                    let mut tally = before;
                    if let Err(wait) = one.rule.draw(&mut tally, now) {
                        used_up.push(UsedUp { of: one.of, wait });
                    }
                    tallies.push((before, tally));
                }
                let used_up = UsedUp::longest(used_up);
                let mut after: Vec<Tally> = Vec::new();
                for (one, (before, tally)) in shared.iter().zip(tallies) {
                    // A refused attempt draws nothing; only a clock that went back is stored.
                    let tally = if used_up.is_none() || tally.level == before.level { tally } else { before };
                    if tally != before {
                        store::platform::attempts::put(tx, &one.key, tally, one.rule.forgotten_at(tally)).await?;
                    }
                    after.push(tally);
                }
                Ok((after, used_up))
            })
        });
        let (after, used_up) = match drawn.await.map_err(|error: StoreError| Fault::from(error)) {
            Ok(drawn) => drawn,
            Err(fault) => {
                app.throttle().give_back(&self.all());
                return Err(fault);
            }
        };
        if used_up.is_some() {
            app.throttle().give_back(&self.all());
        }
        for (one, tally) in self.shared.iter().zip(after) {
            app.throttle().learn(one, tally);
        }
        Ok(match used_up {
            None => Ok(()),
            Some(used_up) => {
                ctx.later.wait(used_up.wait);
                Err(used_up)
            }
        })
    }

    /// The attempt was right: resets the allowance of its network or browser at this account, and gives back the others. Runs in
    /// the transaction of the use case.
    pub(crate) async fn succeed(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for one in &self.shared {
            match one.of {
                AllowanceScope::Place => store::platform::attempts::forget(tx, &one.key).await?,
                AllowanceScope::Account | AllowanceScope::Network => {
                    store::platform::attempts::give_back(tx, &one.key, one.rule.one()).await?;
                }
            }
        }
        Ok(())
    }

    /// Like [`Self::succeed`], for this node's allowances, once the transaction has committed.
    pub(crate) fn succeeded(&self, app: &Server) {
        app.throttle().give_back(&self.all());
        for one in self.shared.iter().filter(|one| one.of == AllowanceScope::Place) {
            app.throttle().forget(one);
        }
    }

    /// The attempt was not made after all, or was not a failure: gives back what it drew, and no more.
    pub(crate) async fn give_back(&self, app: &Server) -> Result<(), Fault> {
        app.throttle().give_back(&self.all());
        let shared = self.shared.clone();
        let work = app.store().write(move |tx| {
            Box::pin(async move {
                for one in &shared {
                    store::platform::attempts::give_back(tx, &one.key, one.rule.one()).await?;
                }
                Ok(())
            })
        });
        work.await.map_err(|error: StoreError| Fault::from(error))
    }

    /// Like [`Self::give_back`], but only logs a failure.
    pub(crate) async fn was_not_made(&self, app: &Server) {
        if let Err(fault) = self.give_back(app).await {
            tracing::warn!(%fault, "an attempt that was not made stays counted");
        }
    }
}
