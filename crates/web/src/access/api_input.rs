//! What several endpoints read from a body.
use crate::platform::problem::Problem;
use flows::clients;
use flows::platform::management_error::ManagementRefusal;
use serde::Deserialize;
use utoipa::ToSchema;

/// How long the old secret lives on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// Seconds; 0 unless something else is said.
    #[schema(nullable = false, minimum = 0, maximum = 2_592_000)]
    overlap_seconds: Option<i64>,
}

impl Overlap {
    pub fn seconds(&self) -> Result<i64, Problem> {
        overlap(self.overlap_seconds, 0, "overlap_seconds")
    }
}

/// How long the old secret lives on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CamelOverlap {
    /// Seconds; 0 unless something else is said.
    #[schema(nullable = false, minimum = 0, maximum = 2_592_000)]
    overlap_seconds: Option<i64>,
}

impl CamelOverlap {
    pub fn seconds(&self) -> Result<i64, Problem> {
        overlap(self.overlap_seconds, 0, "overlapSeconds")
    }
}

/// How long the old secret lives on, in seconds. `name` is the member's.
pub fn overlap(seconds: Option<i64>, default: i64, name: &'static str) -> Result<i64, Problem> {
    let seconds = seconds.unwrap_or(default);
    let fits = (0..=clients::manage::LONGEST_OVERLAP).contains(&seconds);
    if fits { Ok(seconds) } else { Err(ManagementRefusal::Number.of(name).into()) }
}
