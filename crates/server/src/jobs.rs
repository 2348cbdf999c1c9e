//! Background jobs, each supervised separately: one that panics or hangs does not delay the others.
use crate::stop::{Stage, stopped};
use crate::system;
use flows::operator::jobs::JOBS;
use flows::webhooks::deliver::Deliverer;
use flows::{Fault, Server};
use futures_util::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

/// How long running work may take to finish once shutdown begins.
const GRACE: Duration = Duration::from_secs(5);

/// Runs all jobs until `stop`.
pub async fn run(app: Server, stop: watch::Receiver<Stage>) {
    let mut all = JoinSet::new();
    for job in JOBS {
        let work = {
            let app = app.clone();
            move || job.run(app.newest(), system::ctx("job"))
        };
        all.spawn(supervise(app.clone(), job.name, job.every, stop.clone(), work));
    }
    let deliverer = Arc::new(Mutex::new(Some(Deliverer::new(app.clone(), Arc::new(|| system::ctx("webhooks"))))));
    let work = {
        let deliverer = deliverer.clone();
        move || -> BoxFuture<'static, Result<(), Fault>> {
            let deliverer = deliverer.clone();
            Box::pin(async move {
                match deliverer.lock().await.as_mut() {
                    Some(deliverer) => deliverer.tick().await,
                    None => Ok(()),
                }
            })
        }
    };
    all.spawn(supervise(app, "deliveries", Duration::from_secs(1), stop, work));
    while all.join_next().await.is_some() {}
    let under_way = deliverer.lock().await.take();
    if let Some(deliverer) = under_way
        && timeout(GRACE, deliverer.stop()).await.is_err()
    {
        tracing::warn!("deliveries under way were not finished in time; they are tried again");
    }
}

/// Runs `work` at an interval, in its own task, which may panic.
async fn supervise(
    app: Server,
    name: &'static str,
    every: Duration,
    stop: watch::Receiver<Stage>,
    work: impl Fn() -> BoxFuture<'static, Result<(), Fault>>,
) {
    app.standing().begin(name, every);
    let mut turns = interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            () = stopped(stop.clone()) => return,
        }
        let mut task = tokio::spawn(work());
        let too_late = async {
            stopped(stop.clone()).await;
            sleep(GRACE).await;
        };
        let done = tokio::select! {
            done = &mut task => done,
            () = too_late => {
                tracing::warn!(name, "a job was not finished in time");
                task.abort();
                return;
            }
        };
        match done {
            Ok(Ok(())) => app.standing().succeeded(name),
            Ok(Err(fault)) => tracing::error!(name, %fault, "a job failed; it is tried again"),
            Err(_) => {
                let times = app.standing().panicked(name);
                tracing::error!(name, times, "a job panicked; it is tried again");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flows::{Ctx, MasterKey};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::Instant;

    async fn app(folder: &tempfile::TempDir) -> Server {
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        let store = store::Store::open(&url, &store::StoreOptions::default()).await.unwrap();
        let master = MasterKey::new([7; 32]);
        let settings = crate::config::Config::default().settings(&flows::platform::keys::pepper(&master)).unwrap();
        let ctx: Ctx = system::ctx("test");
        Server::start(store, settings, master, flows::oauth::discovery::publish, &ctx).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn point_6_1_a_job_that_panics_or_fails_is_run_again_and_said_to_stand_still() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder).await;
        let (tell, stop) = watch::channel(Stage::Serving);
        let turns = Arc::new(AtomicUsize::new(0));
        let work = {
            let turns = turns.clone();
            move || -> BoxFuture<'static, Result<(), Fault>> {
                let turn = turns.fetch_add(1, Ordering::Relaxed);
                Box::pin(async move {
                    match turn {
                        0..60 if turn.is_multiple_of(2) => panic!("a bug in a job"),
                        0..60 => Err(Fault::Other("not now")),
                        _ => Ok(()),
                    }
                })
            }
        };
        let job = tokio::spawn(supervise(app.clone(), "clumsy", Duration::from_secs(1), stop, work));
        let still = || app.standing().still(Instant::now());
        sleep(Duration::from_secs(20)).await;
        assert_eq!(still(), None, "it may fail for a while");
        assert!(turns.load(Ordering::Relaxed) >= 20, "each turn was taken");
        sleep(Duration::from_secs(25)).await;
        assert_eq!(still(), Some("clumsy"));
        sleep(Duration::from_secs(20)).await;
        assert_eq!(still(), None, "it has succeeded since");
        assert_eq!(app.standing().panicked("clumsy"), 31, "after thirty that were counted");
        tell.send(Stage::Stopping).unwrap();
        job.await.unwrap();
        app.stop().await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn point_6_1_a_job_that_hangs_holds_up_neither_the_others_nor_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder).await;
        let (tell, stop) = watch::channel(Stage::Serving);
        let hangs = || -> BoxFuture<'static, Result<(), Fault>> { Box::pin(std::future::pending()) };
        let hanging = tokio::spawn(supervise(app.clone(), "hangs", Duration::from_secs(1), stop.clone(), hangs));
        let all = tokio::spawn(run(app.clone(), stop));
        sleep(Duration::from_mins(1)).await;
        assert_eq!(app.standing().still(Instant::now()), Some("hangs"), "and no other");
        app.standing().succeeded("hangs");
        assert_eq!(app.standing().still(Instant::now()), None);
        tell.send(Stage::Stopping).unwrap();
        all.await.unwrap();
        hanging.await.unwrap();
        app.stop().await.unwrap();
    }
}
