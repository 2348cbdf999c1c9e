//! What `cargo test` says where no PostgreSQL server is named.
use std::process::Command;
use testkit::postgres::{HELP, VARIABLE, server};

/// Set for the run inside of this test.
const INSIDE: &str = "COUNTERSIGN_TEST_WITHOUT_POSTGRES";

#[test]
fn point_7_without_a_server_the_run_ends_with_one_line() {
    if std::env::var_os(INSIDE).is_some() {
        server();
    }
    let mut inside = Command::new(std::env::current_exe().unwrap());
    inside.args(["--exact", "postgres::point_7_without_a_server_the_run_ends_with_one_line"]);
    let output = inside.env(INSIDE, "1").env_remove(VARIABLE).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), format!("\nerror: {HELP}\n"));
}
