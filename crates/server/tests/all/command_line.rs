//! The sub-commands as scripts use them: stable JSON on standard output, errors on standard error, secrets shown once.

use serde_json::Value;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(folder: &Path, words: &[&str], input: &str) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(words)
        .arg("--data-dir")
        .arg(folder.join("data"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn json(folder: &Path, words: &[&str], input: &str) -> Value {
    let output = run(folder, &[words, &["--json"]].concat(), input);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {error}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{words:?}: not one JSON value"))
}

fn refused(folder: &Path, words: &[&str]) -> String {
    let output = run(folder, words, "");
    assert!(!output.status.success(), "{words:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn create_list_and_change_the_basic_things() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let new = ["user", "create", "--email", "ada@example.com", "--name", "Ada", "--password-stdin"];
    let ada = json(at, &new, "correct horse battery\n");
    assert!(ada["id"].as_str().unwrap().starts_with("usr_") && ada.get("password").is_none());
    let bob = json(at, &["user", "create", "--email", "bob@example.com", "--name", "Bob"], "");
    assert!(bob["password"].as_str().unwrap().len() >= 20, "made, and shown once");
    assert_eq!(json(at, &["user", "list"], "")["total"], 2);
    assert!(refused(at, &new[..6]).contains("cannot be used to sign up"), "the address is taken");
    assert_eq!(json(at, &["user", "disable", "bob@example.com"], "")["disabled"], true);
    assert_eq!(json(at, &["user", "sessions", "ada@example.com"], "")["items"], serde_json::json!([]));
    assert_eq!(json(at, &["user", "end-sessions", "ada@example.com"], "")["ended"], 0);

    let workspace = json(at, &["workspace", "create", "--name", "Acme", "--owner", "ada@example.com"], "");
    let id = workspace["id"].as_str().unwrap();
    assert_eq!(json(at, &["workspace", "rename", id, "--name", "Acme Ltd"], "")["name"], "Acme Ltd");
    assert_eq!(json(at, &["workspace", "list"], "")["items"][0]["name"], "Acme Ltd");
    let roles = json(at, &["member", "add", id, "bob@example.com", "--roles", "admin,auditor"], "");
    assert_eq!(roles["roles"], serde_json::json!(["admin", "auditor"]));
    assert_eq!(json(at, &["member", "list", id], "")["total"], 2);
    assert_eq!(json(at, &["member", "remove", id, "bob@example.com"], "")["removed"], true);
    assert!(refused(at, &["member", "remove", id, "bob@example.com"]).contains("not a member"));

    let client =
        json(at, &["client", "create", "--name", "App", "--redirect-uri", "https://a.example/cb", "--no-owner"], "");
    let client_id = client["client_id"].as_str().unwrap();
    let secret = client["client_secret"].as_str().unwrap();
    assert!(
        refused(at, &["client", "create", "--name", "App", "--redirect-uri", "http://a.example/cb", "--no-owner"])
            .contains("loopback")
    );
    assert!(
        refused(
            at,
            &[
                "client",
                "create",
                "--name",
                "App",
                "--redirect-uri",
                "https://a.example/",
                "--scope",
                "nothing",
                "--no-owner"
            ]
        )
        .contains("nothing")
    );
    // Pages and commands, point 6.3: a client has an owner, or the operator says that it has none.
    let without = refused(at, &["client", "create", "--name", "App", "--redirect-uri", "https://a.example/cb"]);
    for choice in ["--workspace", "--user", "--no-owner"] {
        assert!(without.contains(choice), "{without}");
    }
    let owned = json(at, &["client", "assign", client_id, "--workspace", id], "");
    assert_eq!((&owned["owner_workspace_id"], &owned["owner_user_id"]), (&workspace["id"], &serde_json::Value::Null));
    assert_eq!(json(at, &["client", "list", "--workspace", id], "")["total"], 1);
    let adas = json(at, &["client", "assign", client_id, "--user", "ada@example.com"], "");
    assert!(adas["owner_user_id"].as_str().unwrap().starts_with("usr_"), "{adas}");
    assert_eq!(json(at, &["client", "list", "--owner", "ada@example.com"], "")["total"], 1);
    assert!(refused(at, &["client", "assign", client_id]).contains("--no-owner"));
    assert!(
        refused(at, &["client", "assign", client_id, "--workspace", "wsp_00000000000000000000000000"])
            .contains("no workspace")
    );
    assert_eq!(json(at, &["client", "assign", client_id, "--no-owner"], "")["owner_user_id"], serde_json::Value::Null);
    let changed = json(at, &["client", "set-redirect-uris", client_id, "https://a.example/new"], "");
    assert_eq!(changed["redirect_uris"], serde_json::json!(["https://a.example/new"]));
    assert!(refused(at, &["client", "set-redirect-uris", client_id, "http://a.example/"]).contains("not acceptable"));
    let rotated = json(at, &["client", "rotate-secret", client_id], "");
    assert_ne!(rotated["client_secret"], secret);
    assert_eq!(json(at, &["client", "delete", client_id], "")["deleted"], true);
    assert_eq!(json(at, &["client", "list"], "")["total"], 0);

    let keys = json(at, &["key", "list"], "")["keys"].as_array().unwrap().len();
    assert_eq!(json(at, &["key", "rotate"], "")["rotated"], true);
    let after = json(at, &["key", "list"], "");
    assert!(after["keys"].as_array().unwrap().len() > keys);
    assert_eq!(after["sealing_keys"], serde_json::json!([2, 3, 1]), "the active one first");
    // Point 5.3: keys that someone else may have.
    let kid = after["keys"][0]["kid"].as_str().unwrap().to_owned();
    json(at, &["key", "expel", &kid], "");
    json(at, &["key", "expel", "1"], "");
    let left = json(at, &["key", "list"], "");
    assert_eq!(left["sealing_keys"], serde_json::json!([2, 3]));
    assert!(left["keys"].as_array().unwrap().iter().all(|key| key["kid"] != kid.as_str()));
    assert!(
        json(at, &["key", "create-api", id, "--name", "ci", "--every-scope"], "")["api_key"]
            .as_str()
            .unwrap()
            .starts_with("cs_sk_")
    );
    let personal =
        json(at, &["key", "create-personal", "ada@example.com", "--name", "laptop", "--scope", "openid"], "");
    assert!(personal["personal_access_token"].as_str().unwrap().starts_with("cs_pat_"));
    assert_eq!(json(at, &["migrate"], "")["applied"], serde_json::json!([]));
}

#[test]
fn webhooks_are_made_watched_and_sent_to_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let url = "https://hooks.example/in";
    let made = json(at, &["webhook", "create", url, "--event", "key.rotated,member.added", "--description", "ops"], "");
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("whk_") && made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(made["events"], serde_json::json!(["key.rotated", "member.added"]));
    for (words, why) in [
        (&["webhook", "create", "http://hooks.example/"][..], "must be https"),
        (&["webhook", "create", "https://10.0.0.1/"], "public internet"),
        (&["webhook", "create", url, "--event", "nothing"], "catalogue"),
        (&["webhook", "update", "nobody"], "not a webhook id"),
    ] {
        assert!(refused(at, words).contains(why), "{words:?}");
    }
    let list = json(at, &["webhook", "list"], "");
    assert_eq!((list["total"].as_i64(), list["items"][0].get("secret")), (Some(1), None));

    assert_eq!(json(at, &["key", "rotate"], "")["rotated"], true);
    let waiting = json(at, &["webhook", "deliveries", id, "--state", "pending"], "")["items"].clone();
    assert_eq!((waiting[0]["type"].as_str(), waiting[0]["attempts"].as_i64()), (Some("key.rotated"), Some(0)));
    let event = waiting[0]["event_id"].as_str().unwrap();
    assert_eq!(json(at, &["webhook", "replay", id, event], "")["state"], "pending");
    assert!(json(at, &["webhook", "test", id], "")["event_id"].as_str().unwrap().starts_with("msg_"));
    assert_eq!(json(at, &["webhook", "deliveries", id], "")["items"].as_array().unwrap().len(), 2);
    assert_ne!(json(at, &["webhook", "rotate-secret", id], "")["secret"], made["secret"]);
    let off = json(at, &["webhook", "update", id, "--disable", "--event", "*"], "");
    assert_eq!((&off["disabled"], &off["events"]), (&true.into(), &serde_json::json!(["*"])));

    let workspace = json(at, &["workspace", "create", "--name", "Acme"], "");
    let own = ["--workspace", workspace["id"].as_str().unwrap()];
    let theirs = json(at, &[&["webhook", "create", url][..], &own].concat(), "");
    assert_eq!(theirs["workspace_id"], workspace["id"]);
    assert!(refused(at, &[&["webhook", "delete", id][..], &own].concat()).contains("no such"), "the operator's");
    assert_eq!(json(at, &["webhook", "delete", id], "")["deleted"], true);
    assert_eq!(json(at, &["webhook", "list"], "")["total"], 0);
    let kinds = json(at, &["webhook", "events"], "")["items"].clone();
    assert!(kinds.as_array().unwrap().iter().any(|kind| kind["schema"]["properties"]["client_id"].is_object()));
}

#[test]
fn settings_that_are_wrong_are_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert!(refused(at, &["serve", "--issuer", "http://as.example"]).contains("issuer"));
    assert!(refused(at, &["serve", "--database", "mysql:x"]).contains("database"));
    let file = at.join("countersign.toml");
    std::fs::write(&file, "isuer = 'x'\n").unwrap();
    assert!(refused(at, &["serve", "--config", file.to_str().unwrap()]).contains("isuer"));
    assert!(refused(at, &["serve", "--config", "absent.toml"]).contains("absent.toml"));
    let report = json(at, &["check-config"], "");
    assert_eq!(report["ok"], true);
    assert!(report["warnings"].as_array().unwrap().iter().any(|w| w.as_str().unwrap().contains("TLS")));
    let wrong = run(at, &["check-config", "--json", "--issuer", "https://as.example/?x"], "");
    assert!(!wrong.status.success());
    let report: Value = serde_json::from_slice(&wrong.stdout).unwrap();
    assert!(report["problems"][0].as_str().unwrap().starts_with("issuer"));
    std::fs::create_dir_all(at.join("data")).unwrap();
    std::fs::write(at.join("data/master.key"), "x").unwrap();
    assert!(refused(at, &["user", "list"]).contains("chmod 600"), "a master key that others can read");
}

#[test]
fn the_audit_log_is_listed_filtered_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    assert_eq!(json(at, &["audit", "list"], ""), serde_json::json!({"items": [], "next": null}));
    let ada = json(at, &["user", "create", "--email", "ada@example.com", "--name", "Ada"], "");
    let client = |name| {
        let words = ["client", "create", "--name", name, "--redirect-uri", "https://a.example/cb", "--no-owner"];
        json(at, &words, "")["client_id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (client("One"), client("Two"));
    json(at, &["client", "rotate-secret", &first], "");
    let kinds = |words: &[&str]| -> Vec<String> {
        let list = json(at, &[&["audit", "list"], words].concat(), "");
        let items = list["items"].as_array().unwrap().iter();
        let mut kinds: Vec<_> = items.map(|event| event["kind"].as_str().unwrap().to_owned()).collect();
        // Commands of one second have no order.
        kinds.sort();
        kinds
    };
    let (created, rotated) = ("client.created", "client.secret_rotated");
    assert_eq!(kinds(&["--client", &first]), [created, rotated]);
    assert_eq!(kinds(&["--client", &second]), [created]);
    assert_eq!(kinds(&["--kind", "client.sec"]), [rotated]);
    assert_eq!(kinds(&["--kind", "client.", "--outcome", "refused"]), Vec::<String>::new());
    assert_eq!(kinds(&["--user", "ada@example.com"]), kinds(&["--user", ada["id"].as_str().unwrap()]));
    assert_eq!(kinds(&["--user", "ada@example.com"]).len(), 1);
    assert_eq!(kinds(&["--kind", "client.", "--until", "2020-01-01"]), Vec::<String>::new());
    assert_eq!(kinds(&["--kind", "client.", "--since", "2020-01-01T00:00:00Z"]).len(), 3);
    let page = json(at, &["audit", "list", "--kind", "client.", "--limit", "2"], "");
    let next = page["next"].as_str().unwrap();
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert_eq!(kinds(&["--kind", "client.", "--before", next]).len(), 1, "the third");
    assert!(refused(at, &["audit", "list", "--since", "yesterday"]).contains("--since"));
    assert!(refused(at, &["audit", "list", "--user", "nobody@example.com"]).contains("nobody@example.com"));

    let output = run(at, &["audit", "export", "--kind", "client."], "");
    assert!(output.status.success());
    let lines: Vec<Value> = output
        .stdout
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    let mut told: Vec<_> =
        lines.iter().map(|e| (e["kind"].as_str().unwrap(), e["client_id"].as_str().unwrap())).collect();
    let mut expected = [(created, first.as_str()), (created, second.as_str()), (rotated, first.as_str())];
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
    assert!(lines.is_sorted_by_key(|event| event["at"].as_str().unwrap().to_owned()), "the oldest first");
    for line in &lines {
        assert!(line["at"].as_str().unwrap().ends_with('Z') && line["outcome"] == "ok");
        assert!(line["request_id"].is_string() && line["actor"].is_string() && line["detail"].is_object());
    }
    let exported = String::from_utf8(output.stdout).unwrap();
    assert!(!exported.contains("_cs_"), "no secret");
}

/// The help of a command and of those below it.
fn help(folder: &Path, words: &[&str], text: &mut String) {
    let output = run_help(folder, words);
    let below: Vec<String> = output
        .split_once("Commands:\n")
        .map(|(_, rest)| rest.lines().take_while(|line| !line.trim().is_empty()))
        .into_iter()
        .flatten()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != "help")
        .collect();
    let _ = writeln!(text, "$ countersign {}\n{}\n", words.join(" "), output.trim_end());
    for name in below {
        help(folder, &[words, &[name.as_str()]].concat(), text);
    }
}

fn run_help(folder: &Path, words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    let output = command.args(words).arg("--help").current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{words:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn commands_and_their_options_stay_as_scripts_know_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    help(folder.path(), &[], &mut text);
    assert!(text.matches("\n$ countersign").count() > 50, "{text}");
    testkit::frozen("command-line.txt", &text);
    let events = json(folder.path(), &["webhook", "events"], "");
    testkit::frozen("event-types.json", &serde_json::to_string_pretty(&events).unwrap());
}
