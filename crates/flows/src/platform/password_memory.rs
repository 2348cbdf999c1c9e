//! The memory for hashing passwords: large, and needed for milliseconds. It is reused for the next hash, and freed if there is
//! none.
use argon2::Block;
use parking_lot::Mutex;

type Area = Vec<Block>;

/// The memory areas that no hash is using.
#[derive(Default)]
pub(crate) struct PasswordMemory(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    areas: Vec<Area>,
    /// Whether an area was used since [`PasswordMemory::take_unused`].
    used: bool,
}

impl PasswordMemory {
    /// Runs `work` in an area of `blocks` blocks, which may contain data of earlier work: Argon2 writes each block before it
    /// reads it.
    pub(crate) fn with<T>(&self, blocks: usize, work: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut area = self.0.lock().areas.pop().unwrap_or_default();
        area.resize(blocks, Block::new());
        let result = work(&mut area);
        let mut idle = self.0.lock();
        idle.areas.push(area);
        idle.used = true;
        result
    }

    /// Takes all areas if none was used since the last call.
    pub(crate) fn take_unused(&self) -> Vec<Area> {
        let mut idle = self.0.lock();
        if std::mem::take(&mut idle.used) { Vec::new() } else { std::mem::take(&mut idle.areas) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_used_again_and_go_when_nobody_uses_them() {
        let memory = PasswordMemory::default();
        let sizes = memory.with(8, |one| (one.len(), memory.with(16, |other| other.len())));
        assert_eq!(sizes, (8, 16), "each has its own");
        assert_eq!(memory.with(4, |area| area.len()), 4);
        assert_eq!(memory.take_unused().len(), 0, "just used");
        assert_eq!(memory.with(4, |area| area.len()), 4);
        assert_eq!(memory.take_unused().len(), 0, "used since");
        assert_eq!(memory.take_unused().len(), 2);
        assert_eq!(memory.take_unused().len(), 0);
    }
}
