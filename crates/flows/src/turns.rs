//! Turns at work that takes much memory and time. A few work at once and a few wait, by network in turn, so that one network
//! cannot keep the others waiting. A caller who finds no room is turned away at once.
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Gives out turns.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    room: Arc<Mutex<Room>>,
    /// Who may wait at most.
    most: usize,
}

#[derive(Debug)]
struct Room {
    free: usize,
    waiting: usize,
    lines: HashMap<String, VecDeque<oneshot::Sender<Turn>>>,
    /// The networks that have a line, the next one first.
    order: VecDeque<String>,
}

/// A turn, which ends when this is dropped. The work keeps it, even if its caller has gone.
#[derive(Debug)]
pub(crate) struct Turn(Option<Arc<Mutex<Room>>>);

/// Too many wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Room {
    /// Who is next, of the network that is.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let network = self.order.pop_front()?;
        let line = self.lines.get_mut(&network)?;
        let next = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&network);
        } else {
            self.order.push_back(network);
        }
        self.waiting -= usize::from(next.is_some());
        next
    }

    /// Sends the last one of the longest line away, if that line is longer than the one of `network` would be.
    fn make_room(&mut self, network: &str) -> bool {
        let own = self.lines.get(network).map_or(0, VecDeque::len);
        let longest = self.lines.iter().max_by_key(|(_, line)| line.len());
        let Some(longest) = longest.filter(|(_, line)| line.len() > own + 1).map(|(name, _)| name.clone()) else {
            return false;
        };
        // Dropping the sender tells who waits.
        self.lines.get_mut(&longest).and_then(VecDeque::pop_back);
        self.waiting -= 1;
        true
    }

    fn line_up(&mut self, network: &str) -> oneshot::Receiver<Turn> {
        let (next, turn) = oneshot::channel();
        if !self.lines.contains_key(network) {
            self.order.push_back(network.to_owned());
        }
        self.lines.entry(network.to_owned()).or_default().push_back(next);
        self.waiting += 1;
        turn
    }

    /// Forgets those who went away while they waited.
    fn tidy(&mut self) {
        for line in self.lines.values_mut() {
            line.retain(|next| !next.is_closed());
        }
        self.lines.retain(|_, line| !line.is_empty());
        self.order.retain(|network| self.lines.contains_key(network));
        self.waiting = self.lines.values().map(VecDeque::len).sum();
    }
}

impl Turns {
    pub(crate) fn new(at_once: usize, most: usize) -> Self {
        let room = Room { free: at_once, waiting: 0, lines: HashMap::new(), order: VecDeque::new() };
        Self { room: Arc::new(Mutex::new(room)), most }
    }

    /// How many turns are free.
    #[cfg(test)]
    pub(crate) fn free(&self) -> usize {
        self.room.lock().free
    }

    /// Waits for a turn.
    pub(crate) async fn take(&self, network: &str) -> Result<Turn, Full> {
        let turn = {
            let mut room = self.room.lock();
            if room.free > 0 {
                room.free -= 1;
                return Ok(Turn(Some(self.room.clone())));
            }
            if room.waiting >= self.most {
                room.tidy();
            }
            if room.waiting >= self.most && !room.make_room(network) {
                return Err(Full);
            }
            room.line_up(network)
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
                // They went away.
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

    /// A caller who waits, or has an answer at once.
    fn line_up<'t>(turns: &'t Turns, network: &'t str) -> Result<Waiting<'t>, Result<Turn, Full>> {
        let mut waiting: Waiting<'t> = Box::pin(turns.take(network));
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
    fn who_goes_away_keeps_no_place_and_no_turn() {
        let turns = Turns::new(1, 2);
        let working = line_up(&turns, "a").err().unwrap().unwrap();
        let (gone, mut stays) = (line_up(&turns, "a").unwrap(), line_up(&turns, "a").unwrap());
        drop(gone);
        let mut late = line_up(&turns, "a").unwrap();
        drop(working);
        let turn = now(&mut stays).unwrap().unwrap();
        drop(turn);
        // They have the turn, and leave before they know.
        drop(late);
        late = line_up(&turns, "a").err().map(|turn| Box::pin(async { turn }) as Waiting<'_>).unwrap();
        assert!(now(&mut late).unwrap().is_ok());
        let room = turns.room.lock();
        assert_eq!((room.free, room.waiting, room.lines.len(), room.order.len()), (1, 0, 0, 0));
    }
}
