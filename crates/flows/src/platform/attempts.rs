//! Attempts at secrets that can be guessed: reserved before the work, in the database, where all nodes draw on one allowance, and
//! given back on success. The [throttle](crate::platform::limits) of the node stops the excess before it gets there. What cannot be
//! reserved because the database is away is not tried: the caller hears 503.
use crate::platform::known_browser::Mark;
use crate::platform::limits::{Allowance, Of, Throttle, UsedUp, network};
use crate::platform::turns::Who;
use crate::{Ctx, Fault, Server};
use domain::UserId;
use domain::platform::allowance::{FAILURES_FROM_A_NETWORK, GUESSES_AT_AN_ACCOUNT, GUESSES_FROM_A_PLACE, Tally};
use store::{StoreError, Tx};

/// An attempt, and the allowances that it draws on.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// Of all nodes, in the order in which the database holds them.
    shared: Vec<Allowance>,
    /// Of this node.
    own: Vec<Allowance>,
    who: Who,
}

const PASSWORD: &str = "password";
const USER_CODE: &str = "user code";

fn place(throttle: &Throttle, kind: &str, of: &[&str]) -> Allowance {
    Allowance { key: throttle.digest(kind, of), rule: GUESSES_FROM_A_PLACE, of: Of::Place }
}

fn at_network(throttle: &Throttle, kind: &str, what: &str, ctx: &Ctx) -> Allowance {
    place(throttle, kind, &["from", what, &network(&ctx.facts.ip)])
}

fn at_account(throttle: &Throttle, kind: &str, what: &str) -> Allowance {
    Allowance { key: throttle.digest(kind, &["at", what]), rule: GUESSES_AT_AN_ACCOUNT, of: Of::Account }
}

fn by_network(throttle: &Throttle, kind: &str, ctx: &Ctx) -> Allowance {
    let key = throttle.digest(kind, &["by", &network(&ctx.facts.ip)]);
    Allowance { key, rule: FAILURES_FROM_A_NETWORK, of: Of::Network }
}

impl Attempt {
    fn new(mut shared: Vec<Allowance>, own: Vec<Allowance>) -> Self {
        shared.sort_by_key(|one| *one.key.as_bytes());
        Self { shared, own, who: Who::Stranger }
    }

    /// At the password of the account with this key, whether there is one or not, from anywhere.
    pub(crate) fn at_password(app: &Server, ctx: &Ctx, account: &str) -> Self {
        let throttle = app.throttle();
        let shared = vec![at_network(throttle, PASSWORD, account, ctx), at_account(throttle, PASSWORD, account)];
        Self::new(shared, vec![by_network(throttle, PASSWORD, ctx)])
    }

    /// From a browser in which this account signed in before: it has an allowance of its own, so that no flood from elsewhere,
    /// nor from its own network, keeps it out.
    pub(crate) fn in_browser(app: &Server, account: &str, mark: &Mark) -> Self {
        let browser = place(app.throttle(), PASSWORD, &["in", account, &mark.browser()]);
        Self { who: Who::Known, ..Self::new(vec![browser], Vec::new()) }
    }

    /// At the own password of a person who is signed in: counted together with attempts to sign in from the same network.
    pub(crate) fn at_own_password(app: &Server, ctx: &Ctx, account: &str) -> Self {
        Self::new(vec![at_network(app.throttle(), PASSWORD, account, ctx)], Vec::new())
    }

    /// At user codes: by a person, from one network and from all, or by a visitor who is not signed in.
    pub(crate) fn at_user_codes(app: &Server, ctx: &Ctx, user: Option<UserId>) -> Self {
        let throttle = app.throttle();
        let who = user.map_or_else(|| "nobody".to_owned(), |id| id.to_string());
        let mut shared = vec![at_network(throttle, USER_CODE, &who, ctx)];
        shared.extend(user.map(|_| at_account(throttle, USER_CODE, &who)));
        Self::new(shared, vec![by_network(throttle, USER_CODE, ctx)])
    }

    /// Who makes it.
    pub(crate) const fn who(&self) -> Who {
        self.who
    }

    fn all(&self) -> Vec<Allowance> {
        [self.shared.clone(), self.own.clone()].concat()
    }

    /// Stops what this node knows to be too much, without the database.
    pub(crate) fn filter(&self, app: &Server, ctx: &Ctx) -> Result<(), UsedUp> {
        app.throttle().draw(&self.all(), ctx)
    }

    /// Remembers whom it is at.
    pub(crate) fn name(&self, app: &Server, user: Option<UserId>) {
        app.throttle().name(&self.shared, user);
    }

    /// Whom it is at, where that is known without the database.
    pub(crate) fn named(&self, app: &Server) -> Option<UserId> {
        app.throttle().named(&self.shared)
    }

    /// Draws on the allowances of all nodes, on each or on none. It counts as a failure until it is given back, also when the
    /// caller goes away meanwhile.
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
                    // Of what is not done, only a clock that went back is noted.
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

    /// The attempt was right: the place may go on at this account, and of the others nothing was drawn. In the transaction
    /// of what it was for.
    pub(crate) async fn succeed(&self, tx: &mut Tx) -> Result<(), StoreError> {
        for one in &self.shared {
            match one.of {
                Of::Place => store::platform::attempts::forget(tx, &one.key).await?,
                Of::Account | Of::Network => store::platform::attempts::give_back(tx, &one.key, one.rule.one()).await?,
            }
        }
        Ok(())
    }

    /// The same on this node, once that is done.
    pub(crate) fn succeeded(&self, app: &Server) {
        app.throttle().give_back(&self.all());
        for one in self.shared.iter().filter(|one| one.of == Of::Place) {
            app.throttle().forget(one);
        }
    }

    /// It was not made after all, or was no failure: what it drew is given back, and nothing more.
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

    /// The same where it does not matter to the caller whether it can be given back.
    pub(crate) async fn was_not_made(&self, app: &Server) {
        if let Err(fault) = self.give_back(app).await {
            tracing::warn!(%fault, "an attempt that was not made stays counted");
        }
    }
}
