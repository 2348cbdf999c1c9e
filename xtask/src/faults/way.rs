//! The connection from a node to its database.
use anyhow::Result;

/// A connection that can be cut.
pub trait Way {
    /// From now on nothing passes, and nothing is closed.
    fn cut(&self) -> Result<()>;
    fn mend(&self) -> Result<()>;
}
