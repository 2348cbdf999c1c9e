//! The queue of log lines. A separate thread writes them, so a full disk or a stuck reader delays nothing else.
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Maximum number of queued bytes. Lines beyond that are dropped and counted.
const MOST: usize = 1024 * 1024;
/// Overhead of a queued line in addition to its text.
const OVERHEAD: usize = 64;
/// Pause between attempts to write while the output accepts nothing.
const PAUSE: Duration = Duration::from_millis(10);

/// The queued lines; cheap to clone.
#[derive(Clone, Default)]
pub struct LogQueue(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Mutex<Waiting>,
    /// Signalled when a line is added, and when the last one is written.
    changed: Condvar,
    lost: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether a line was taken from the queue and is being written.
    writing: bool,
}

impl LogQueue {
    /// Number of lines that could not be written.
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    fn lose(&self) {
        self.0.lost.fetch_add(1, Ordering::Relaxed);
    }

    fn push(&self, line: &[u8]) {
        let mut waiting = self.0.waiting.lock();
        let size = line.len() + OVERHEAD;
        if waiting.bytes + size > MOST {
            drop(waiting);
            return self.lose();
        }
        waiting.bytes += size;
        waiting.lines.push_back(line.to_vec());
        self.0.changed.notify_all();
    }

    /// Takes the next queued line, if any.
    fn next(&self) -> Option<Vec<u8>> {
        let mut waiting = self.0.waiting.lock();
        let line = waiting.lines.pop_front();
        waiting.writing = line.is_some();
        waiting.bytes -= line.as_ref().map_or(0, |line| line.len() + OVERHEAD);
        if line.is_none() {
            self.0.changed.notify_all();
        }
        line
    }

    fn wait(&self) {
        let mut waiting = self.0.waiting.lock();
        while waiting.lines.is_empty() {
            self.0.changed.wait(&mut waiting);
        }
    }

    /// Writes lines forever. Each time the queue is empty, `tell` receives the number of lines lost since the last
    /// time; it may log that.
    pub fn write_to(&self, mut out: impl Write, tell: impl Fn(u64)) {
        let mut told = self.lost();
        loop {
            let mut well = false;
            while let Some(line) = self.next() {
                well = write(&mut out, &line).is_ok();
                if !well {
                    self.lose();
                }
            }
            let lost = self.lost();
            // While writing fails, that line could not be written either.
            if well && lost > told {
                tell(lost - told);
                told = lost;
            }
            self.wait();
        }
    }

    /// Waits until everything is written, up to a limit.
    pub fn finish(&self, limit: Duration) {
        let mut waiting = self.0.waiting.lock();
        let all_written = |waiting: &mut Waiting| !waiting.lines.is_empty() || waiting.writing;
        self.0.changed.wait_while_for(&mut waiting, all_written, limit);
    }
}

/// Writes all bytes, even if the process on the other end has made the pipe non-blocking.
fn write(out: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(PAUSE),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Write for LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// An output controlled by the test: each attempt to write waits for a message and fails if it is `false`.
    struct Gate {
        open: Receiver<bool>,
        written: Sender<String>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if !self.open.recv().unwrap_or(false) {
                return Err(ErrorKind::StorageFull.into());
            }
            let _ = self.written.send(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn start(queue: &LogQueue) -> (Sender<bool>, Receiver<String>) {
        let ((allow, open), (written, read)) = (channel(), channel());
        let (writer, teller) = (queue.clone(), queue.clone());
        let tell = move |lost| teller.push(format!("{lost} lost").as_bytes());
        std::thread::spawn(move || writer.write_to(Gate { open, written }, tell));
        (allow, read)
    }

    #[test]
    fn point_3_4_lines_that_cannot_be_written_are_counted_and_told_of_once_that_works() {
        let queue = LogQueue::default();
        let (allow, read) = start(&queue);
        for line in ["one", "two", "three"] {
            queue.push(line.as_bytes());
            allow.send(line == "three").unwrap();
        }
        assert_eq!(read.recv().unwrap(), "three");
        allow.send(true).unwrap();
        assert_eq!(read.recv().unwrap(), "2 lost");
        queue.push(b"four");
        allow.send(true).unwrap();
        assert_eq!(read.recv().unwrap(), "four");
        queue.finish(Duration::from_mins(1));
        assert_eq!((queue.lost(), read.try_recv().ok()), (2, None), "it is told once");
    }

    #[test]
    fn point_3_4_what_a_stuck_reader_does_not_take_is_lost_and_bounded() {
        let queue = LogQueue::default();
        let (allow, read) = start(&queue);
        let line = vec![b'x'; 1024 - OVERHEAD];
        queue.push(&line);
        // The writer holds the first line and is stuck.
        while !queue.0.waiting.lock().lines.is_empty() {
            std::thread::yield_now();
        }
        for _ in 0..2_000 {
            queue.push(&line);
        }
        assert_eq!(queue.0.waiting.lock().bytes, MOST);
        assert_eq!(queue.lost(), 2_000 - 1_024);
        queue.finish(Duration::from_millis(1));
        for _ in 0..=1_024 {
            allow.send(true).unwrap();
        }
        assert_eq!((0..=1_024).filter(|_| read.recv().unwrap().len() == line.len()).count(), 1_025);
        allow.send(true).unwrap();
        assert_eq!(read.recv().unwrap(), "976 lost");
    }
}
