//! Mixed load: workers that each run one story after another, and the ledger of all acknowledged steps.
use super::http::{Connection, wait_until};
use super::site::{Server, Site};
use super::story::{Person, Step, Story};
use anyhow::{Result, ensure};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const WORKERS: usize = 8;

/// Load that runs while something is done to the server.
pub struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    workers: Vec<JoinHandle<Vec<Story>>>,
}

impl Load {
    /// Starts the load. `round` keeps names distinct. A worker pauses after a story that was cut off, so that it does not spin
    /// while the server is away.
    pub fn start(site: &Site, round: usize) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let workers = (0..WORKERS).map(|worker| {
            let (stop, acknowledged, person, port) = (stop.clone(), acknowledged.clone(), Person::of(site), site.port);
            thread::spawn(move || {
                let mut stories = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let number = stories.len();
                    let mut story = Story::new(format!("{round}-{worker}-{number}"), worker + number);
                    story.tell(&mut Connection::new(port), &person, (worker + number) % 4 == 0);
                    acknowledged.fetch_add(story.acknowledged.len(), Ordering::Relaxed);
                    if story.unanswered.is_some() {
                        thread::sleep(Duration::from_millis(50));
                    }
                    stories.push(story);
                }
                stories
            })
        });
        Self { workers: workers.collect(), stop, acknowledged }
    }

    /// Waits until this many more steps were acknowledged, in completed stories.
    pub fn wait_for(&self, steps: usize) -> Result<()> {
        let before = self.acknowledged.load(Ordering::Relaxed);
        let done = || self.acknowledged.load(Ordering::Relaxed) >= before + steps;
        ensure!(wait_until(Duration::from_mins(1), done).is_some(), "the load does not move");
        Ok(())
    }

    /// Starts no new stories. Returns those that ran.
    pub fn stop(self) -> Vec<Story> {
        self.stop.store(true, Ordering::Relaxed);
        self.workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    }
}

/// The counts of a scenario.
#[derive(Default)]
pub struct Ledger {
    pub stories: usize,
    pub acknowledged: BTreeMap<String, usize>,
    pub unanswered: usize,
    pub broken: Vec<String>,
    /// Steps that must have an audit entry, by request id.
    audited: HashMap<String, Step>,
    is_closed: bool,
    /// Ids of clients whose creation was acknowledged.
    pub clients: Vec<String>,
    /// Names of clients created with an idempotency key, and whether a response arrived.
    created: Vec<(String, bool)>,
    pub audit_missing: usize,
    pub created_twice: Vec<String>,
    /// Creations that cannot be repeated, because the interrupted attempt still holds the key.
    pub held_up: Vec<String>,
}

impl Ledger {
    /// Checks every story against the server's current state.
    pub fn check(&mut self, site: &Site, server: &Server, stories: Vec<Story>) {
        let (person, shared) = (Person::of(site), Mutex::new((self, stories.into_iter())));
        let next = || shared.lock().unwrap_or_else(PoisonError::into_inner).1.next();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut connection = server.connection();
                    while let Some(mut story) = next() {
                        let broken = story.broken(&mut connection, &person);
                        shared.lock().unwrap_or_else(PoisonError::into_inner).0.note(&story, broken);
                    }
                });
            }
        });
    }

    fn note(&mut self, story: &Story, broken: Vec<String>) {
        self.stories += 1;
        self.broken.extend(broken);
        self.unanswered += usize::from(story.unanswered.is_some());
        for (step, request) in &story.acknowledged {
            *self.acknowledged.entry(format!("{step:?}")).or_default() += 1;
            if step.is_audited() {
                self.audited.insert(request.clone(), *step);
            }
        }
        self.clients.extend(story.created().map(str::to_owned));
        if let Some(creation) = &story.creation {
            if creation.is_held_up {
                return self.held_up.push(format!("{}: the key is held by an attempt that was cut off", creation.name));
            }
            self.created.push((creation.name.clone(), story.unanswered != Some(Step::CreateApplication)));
        }
    }

    pub fn total(&self) -> usize {
        self.acknowledged.values().sum()
    }

    /// Counts at the end: audit entries, and clients with the same name.
    pub fn close(&mut self, site: &Site, server: &Server) -> Result<()> {
        self.is_closed = true;
        let events = site.audit()?;
        let there: HashSet<_> = events.iter().filter_map(|event| event["request_id"].as_str()).collect();
        let missing: Vec<_> = self.audited.iter().filter(|(id, _)| !there.contains(id.as_str())).collect();
        self.audit_missing = missing.len();
        let mut by_step = BTreeMap::<String, usize>::new();
        for (_, step) in missing {
            *by_step.entry(format!("{step:?}")).or_default() += 1;
        }
        if !by_step.is_empty() {
            println!("  audit entries missing, by step: {by_step:?}");
        }
        let mut names = HashMap::<String, usize>::new();
        let (person, mut connection) = (Person::of(site), server.connection());
        for page in 1.. {
            let reply = connection.send(&person.applications(page))?;
            let list = reply.json();
            let Some(items) = list.as_array().filter(|items| !items.is_empty()) else { break };
            for item in items {
                let name = item["client"]["name"].as_str().or_else(|| item["name"].as_str()).unwrap_or_default();
                *names.entry(name.to_owned()).or_default() += 1;
            }
        }
        for (name, answered) in &self.created {
            match names.get(name).copied().unwrap_or(0) {
                1 => {}
                0 => self.broken.push(format!("{name}: the application that was created is gone")),
                count => self.created_twice.push(format!("{name}: {count} applications, answered {answered}")),
            }
        }
        Ok(())
    }

    /// `1,234 acknowledged (Allow 12, …), 5 unanswered`.
    pub fn figures(&self) -> String {
        let mut text = format!("{} acknowledged writes (", self.total());
        for (step, count) in &self.acknowledged {
            let _ = write!(text, "{step} {count}, ");
        }
        let (text, broken) = (text.trim_end_matches(", "), self.broken.len());
        let mut text = format!("{text}), {} stories cut off, {broken} promises broken", self.unanswered);
        if self.is_closed {
            let (missing, audited) = (self.audit_missing, self.audited.len());
            let (twice, created, held) = (self.created_twice.len(), self.created.len(), self.held_up.len());
            let _ = write!(
                text,
                ", {missing} of {audited} audit entries missing, {twice} of {created} creations done twice and {held} held up"
            );
        }
        text
    }
}
