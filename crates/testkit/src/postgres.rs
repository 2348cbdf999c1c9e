//! The PostgreSQL server that tests run against. The tests of `store` include this file: they cannot depend on this crate.
use std::io::Write as _;
use std::sync::Once;

pub const VARIABLE: &str = "COUNTERSIGN_TEST_POSTGRES";

/// The message of a run without a server.
pub const HELP: &str = "No PostgreSQL: run `cargo xtask test --only rust`, which starts one, or set \
    COUNTERSIGN_TEST_POSTGRES=postgres://user:password@127.0.0.1:5432/postgres (a superuser)";

/// Returns the URL of a superuser of the server. If it is not set, the run ends with a one-line message instead of hundreds of
/// failures for the same reason.
pub fn server() -> String {
    static MISSING: Once = Once::new();
    std::env::var(VARIABLE).unwrap_or_else(|_| {
        // Tests run in parallel, and the output of `eprintln!` in a test is captured.
        MISSING.call_once(|| {
            let _ = writeln!(std::io::stderr(), "\nerror: {HELP}");
            std::process::exit(1)
        });
        std::process::exit(1)
    })
}
