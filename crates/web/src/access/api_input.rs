//! What several endpoints read from a body.
use crate::access::api_caller::Members;
use flows::clients;
use flows::platform::management_error::ManagementRefusal;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How long the old secret lives on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it describes what `overlap` reads")]
pub struct Overlap {
    /// Seconds; 0 unless something else is said.
    #[schema(nullable = false, minimum = 0, maximum = 2_592_000)]
    overlap_seconds: Option<i64>,
}

/// How long, in seconds, the old secret lives on; 0 unless the body says otherwise.
pub fn overlap(body: &Map<String, Value>, name: &'static str) -> Result<i64, crate::platform::problem::Problem> {
    let members = Members(body);
    members.known(&[name])?;
    let seconds = members.number(name)?.unwrap_or_default();
    let fits = (0..=clients::manage::LONGEST_OVERLAP).contains(&seconds);
    if fits { Ok(seconds) } else { Err(ManagementRefusal::Number.of(name).into()) }
}
