//! Parts of lists.
use clap::Args;
use flows::Page;

/// One page of a list.
#[derive(Debug, Clone, Copy, Args)]
pub struct Pages {
    /// Page number, from 1.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=1_000_000))]
    page: i64,
    /// Rows per page, at most 100.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100))]
    limit: i64,
}

impl Pages {
    pub fn page(self) -> Page {
        Page::new(self.page, self.limit)
    }
}
