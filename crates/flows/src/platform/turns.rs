//! Schedules work that needs much memory and time. A few requests are processed and a few wait, taking turns by network, so that
//! one network cannot block the others. Known callers and strangers also take turns, so that even many networks cannot block
//! known callers. If there is no room, a caller is refused immediately.
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Assigns turns.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    room: Arc<Mutex<Room>>,
    /// The maximum number of waiting callers.
    most: usize,
}

/// The caller, for fair scheduling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CallerClass {
    /// Signed in, or in a browser in which they were signed in before.
    Known,
    Stranger,
}

impl CallerClass {
    const fn other(self) -> Self {
        match self {
            Self::Known => Self::Stranger,
            Self::Stranger => Self::Known,
        }
    }
}

/// The waiting callers of one network, known or strangers.
type Line = (CallerClass, String);

#[derive(Debug)]
struct Room {
    free: usize,
    waiting: usize,
    lines: HashMap<Line, VecDeque<oneshot::Sender<Turn>>>,
    /// All lines, the next one first.
    order: VecDeque<Line>,
    /// The kind of caller whose turn is next, if one is waiting.
    turn: CallerClass,
}

/// A turn, which ends when it is dropped. It belongs to the work, even after the caller has disconnected.
#[derive(Debug)]
pub(crate) struct Turn(Option<Arc<Mutex<Room>>>);

/// Too many callers are waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Room {
    /// Removes the next caller: the first one in the line of the next network.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let at = self.order.iter().position(|(who, _)| *who == self.turn).unwrap_or_default();
        let name = self.order.remove(at)?;
        self.turn = name.0.other();
        let line = self.lines.get_mut(&name)?;
        let next = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&name);
        } else {
            self.order.push_back(name);
        }
        self.waiting -= usize::from(next.is_some());
        next
    }

    /// Refuses the last caller of the longest line, if that line is longer than the new caller's line would be. Strangers also
    /// make room for known callers while these are less than half of those waiting.
    fn make_room(&mut self, name: &Line) -> bool {
        let own = self.lines.get(name).map_or(0, VecDeque::len);
        let longest = |of: Option<CallerClass>| {
            let lines = self.lines.iter().filter(|((who, _), _)| of.is_none_or(|of| *who == of));
            lines.max_by_key(|(_, line)| line.len()).map(|(name, line)| (name.clone(), line.len()))
        };
        let known: usize =
            self.lines.iter().filter(|((who, _), _)| *who == CallerClass::Known).map(|(_, line)| line.len()).sum();
        let goes = longest(None).filter(|(_, length)| *length > own + 1).or_else(|| {
            let strangers = name.0 == CallerClass::Known && known < self.waiting / 2;
            longest(Some(CallerClass::Stranger)).filter(|_| strangers)
        });
        let Some((longest, _)) = goes else { return false };
        // Dropping the sender notifies the caller.
        if let Some(line) = self.lines.get_mut(&longest) {
            line.pop_back();
            if line.is_empty() {
                self.lines.remove(&longest);
                self.order.retain(|name| *name != longest);
            }
        }
        self.waiting -= 1;
        true
    }

    fn line_up(&mut self, name: Line) -> oneshot::Receiver<Turn> {
        let (next, turn) = oneshot::channel();
        if !self.lines.contains_key(&name) {
            self.order.push_back(name.clone());
        }
        self.lines.entry(name).or_default().push_back(next);
        self.waiting += 1;
        turn
    }

    /// Removes callers who disconnected while waiting.
    fn tidy(&mut self) {
        for line in self.lines.values_mut() {
            line.retain(|next| !next.is_closed());
        }
        self.lines.retain(|_, line| !line.is_empty());
        self.order.retain(|name| self.lines.contains_key(name));
        self.waiting = self.lines.values().map(VecDeque::len).sum();
    }
}

impl Turns {
    pub(crate) fn new(at_once: usize, most: usize) -> Self {
        let room =
            Room { free: at_once, waiting: 0, lines: HashMap::new(), order: VecDeque::new(), turn: CallerClass::Known };
        Self { room: Arc::new(Mutex::new(room)), most }
    }

    /// The number of free turns.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.room.lock().free
    }

    /// Waits for a turn.
    pub(crate) async fn take(&self, who: CallerClass, network: &str) -> Result<Turn, Full> {
        let turn = {
            let mut room = self.room.lock();
            if room.free > 0 {
                room.free -= 1;
                return Ok(Turn(Some(self.room.clone())));
            }
            if room.waiting >= self.most {
                room.tidy();
            }
            let name = (who, network.to_owned());
            if room.waiting >= self.most && !room.make_room(&name) {
                return Err(Full);
            }
            room.line_up(name)
        };
        turn.await.map_err(|_| Full)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(room) = self.0.take() else { return };
        loop {
            let next = {
                let mut free = room.lock();
                let Some(next) = free.next() else {
                    free.free += 1;
                    return;
                };
                next
            };
            match next.send(Self(Some(room.clone()))) {
                Ok(()) => return,
                // The caller has disconnected.
                Err(mut turn) => drop(turn.0.take()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use std::future::Future;
    use std::pin::Pin;

    type Waiting<'t> = Pin<Box<dyn Future<Output = Result<Turn, Full>> + 't>>;

    /// A stranger who waits, or gets an answer immediately.
    fn line_up<'t>(turns: &'t Turns, network: &'t str) -> Result<Waiting<'t>, Result<Turn, Full>> {
        by(turns, CallerClass::Stranger, network)
    }

    fn by<'t>(turns: &'t Turns, who: CallerClass, network: &'t str) -> Result<Waiting<'t>, Result<Turn, Full>> {
        let mut waiting: Waiting<'t> = Box::pin(turns.take(who, network));
        match waiting.as_mut().now_or_never() {
            Some(answer) => Err(answer),
            None => Ok(waiting),
        }
    }

    fn now(waiting: &mut Waiting<'_>) -> Option<Result<Turn, Full>> {
        waiting.as_mut().now_or_never()
    }

    #[test]
    fn networks_take_turns() {
        let turns = Turns::new(1, 10);
        let working = line_up(&turns, "a").err().unwrap().unwrap();
        let (mut a1, mut a2) = (line_up(&turns, "a").unwrap(), line_up(&turns, "a").unwrap());
        let mut b1 = line_up(&turns, "b").unwrap();
        drop(working);
        let first = now(&mut a1).unwrap().unwrap();
        assert!(now(&mut a2).is_none() && now(&mut b1).is_none());
        drop(first);
        assert!(now(&mut a2).is_none());
        drop(now(&mut b1).unwrap().unwrap());
        drop(now(&mut a2).unwrap().unwrap());
        assert!(line_up(&turns, "c").is_err(), "free again");
    }

    #[test]
    fn who_finds_no_room_is_turned_away_and_a_flood_makes_room_for_others() {
        let turns = Turns::new(1, 3);
        let working = line_up(&turns, "flood").err().unwrap().unwrap();
        let mut flood: Vec<_> = (0..3).map(|_| line_up(&turns, "flood").unwrap()).collect();
        assert_eq!(line_up(&turns, "flood").err().unwrap().unwrap_err(), Full);
        let mut other = line_up(&turns, "other").unwrap();
        assert_eq!(now(&mut flood[2]).unwrap().unwrap_err(), Full, "the last one of the longest line");
        assert_eq!(line_up(&turns, "other").err().unwrap().unwrap_err(), Full, "no more than its share");
        drop(working);
        drop(now(&mut flood[0]).unwrap().unwrap());
        assert!(now(&mut other).unwrap().is_ok());
    }

    #[test]
    fn point_1_1_many_networks_keep_nobody_waiting_who_is_known() {
        let turns = Turns::new(1, 4);
        let working = line_up(&turns, "0").err().unwrap().unwrap();
        let mut botnet: Vec<_> = ["1", "2", "3", "4"].iter().map(|network| line_up(&turns, network).unwrap()).collect();
        assert_eq!(line_up(&turns, "5").err().unwrap().unwrap_err(), Full);
        let ada = by(&turns, CallerClass::Known, "1").unwrap();
        botnet.retain_mut(|waiting| now(waiting).is_none());
        assert_eq!(botnet.len(), 3, "one stranger was sent away");
        let bob = by(&turns, CallerClass::Known, "2").unwrap();
        botnet.retain_mut(|waiting| now(waiting).is_none());
        assert_eq!(botnet.len(), 2);
        assert_eq!(by(&turns, CallerClass::Known, "3").err().unwrap().unwrap_err(), Full, "strangers keep their half");
        drop(working);
        let known = [ada, bob].map(|waiting| ('k', waiting));
        let mut all: Vec<_> = botnet.into_iter().map(|waiting| ('s', waiting)).chain(known).collect();
        let mut served = String::new();
        while !all.is_empty() {
            let mut turn = None;
            all.retain_mut(|(who, waiting)| {
                if turn.is_none() {
                    turn = now(waiting).inspect(|_| served.push(*who));
                    return turn.is_none();
                }
                true
            });
            drop(turn.unwrap());
        }
        assert_eq!(served, "ksks");
    }

    #[test]
    fn who_goes_away_keeps_no_place_and_no_turn() {
        let turns = Turns::new(1, 2);
        let working = line_up(&turns, "a").err().unwrap().unwrap();
        let (gone, mut stays) = (line_up(&turns, "a").unwrap(), line_up(&turns, "a").unwrap());
        drop(gone);
        let mut late = line_up(&turns, "a").unwrap();
        drop(working);
        let turn = now(&mut stays).unwrap().unwrap();
        drop(turn);
        // The caller gets a turn, and disconnects before noticing.
        drop(late);
        late = line_up(&turns, "a").err().map(|turn| Box::pin(async { turn }) as Waiting<'_>).unwrap();
        assert!(now(&mut late).unwrap().is_ok());
        let room = turns.room.lock();
        assert_eq!((room.free, room.waiting, room.lines.len(), room.order.len()), (1, 0, 0, 0));
    }
}
