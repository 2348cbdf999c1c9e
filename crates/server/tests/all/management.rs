//! The sub-commands that do what the management APIs do: each once with its success and its main refusal.

use domain::{ClientId, Day, ScopeSet, Timestamp};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use std::process::{Command, Output};
use store::account::users::Profile;
use store::clients::activity::ActivityCount;
use store::{SchemaMode, Store, StoreError, StoreOptions, Tx};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command.args(words).arg("--data-dir").arg(self.0.path().join("data")).output().unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        let output = self.run(&[words, &["--json"]].concat());
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{words:?}: not one JSON value"))
    }

    fn text(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, words: &[&str], why: &str) {
        let output = self.run(words);
        assert!(!output.status.success() && output.stdout.is_empty(), "{words:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(why), "{words:?}: {error}");
    }

    fn user(&self, email: &str) -> String {
        id(&self.json(&["user", "create", "--email", email, "--name", "Ada"]), "id")
    }

    fn workspace(&self, owner: &str) -> String {
        id(&self.json(&["workspace", "create", "--name", "Acme", "--owner", owner]), "id")
    }

    fn client(&self, name: &str, more: &[&str]) -> Value {
        let words = ["client", "create", "--name", name, "--redirect-uri", "https://a.example/cb"];
        let owner: &[&str] = if more.contains(&"--workspace") { &[] } else { &["--no-owner"] };
        self.json(&[&words, owner, more].concat())
    }

    /// What a user would have allowed on the consent page.
    fn consent(&self, user: &str, client: &str, workspace: Option<&str>, scopes: &str) {
        let (user, client) = (user.parse().unwrap(), ClientId::parse(client).unwrap());
        let (workspace, scopes) = (workspace.map(|id| id.parse().unwrap()), ScopeSet::parse(scopes).unwrap());
        self.write(move |tx| {
            Box::pin(async move {
                store::grants::consents::put(tx, user, &client, workspace, &scopes, Timestamp::default())
                    .await
                    .map(drop)
            })
        });
    }

    /// Writes what no sub-command does, while none runs.
    fn write<F>(&self, work: F)
    where
        F: for<'a> FnOnce(&'a mut Tx) -> BoxFuture<'a, Result<(), StoreError>> + Send + 'static,
    {
        let url = format!("sqlite:{}", self.0.path().join("data/countersign.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let options = StoreOptions { leave: SchemaMode::Verify, ..StoreOptions::default() };
            let store = Store::open(&url, &options).await.unwrap();
            store.write(work).await.unwrap();
            store.close().await;
        });
    }
}

fn id(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

const NOBODY: &str = "cs_client_00000000000000000000000000";

#[test]
fn a_client_is_shown_and_changed_as_over_the_api() {
    let at = Place::new();
    let ada = at.user("ada@example.com");
    let made = at.client("App", &["--kind", "web"]);
    let (client, secret) = (id(&made, "client_id"), id(&made, "client_secret"));
    let update = |words: &[&str]| at.json(&[&["client", "update", &client], words].concat());

    let changed = update(&["--name", "Ledger", "--description", "Books", "--homepage", "https://a.example/"]);
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Ledger"), &json!("Books")));
    assert_eq!(changed["redirect_uris"], json!(["https://a.example/cb"]), "what is not named stays");
    update(&["--icon", "https://a.example/i.png", "--project", "p1", "--allowed-user", "ada@example.com"]);
    update(&["--redirect-uri", "https://a.example/1", "--redirect-uri", "https://a.example/2"]);
    update(&["--post-logout-redirect-uri", "https://a.example/bye", "--grant-type", "authorization_code"]);
    update(&["--scope", "openid email", "--access-token-lifetime", "600", "--refresh-token-lifetime", "700"]);
    update(&["--id-token-lifetime", "800"]);
    let shown = at.json(&["client", "show", &client]);
    let expected = json!({
        "client_id": client, "name": "Ledger", "description": "Books", "homepage_url": "https://a.example/",
        "icon": "https://a.example/i.png", "client_type": "confidential", "project_id": "p1", "allowed_user_ids": [ada],
        "redirect_uris": ["https://a.example/1", "https://a.example/2"], "grant_types": ["authorization_code"],
        "post_logout_redirect_uris": ["https://a.example/bye"], "response_types": ["code"], "scopes": ["openid", "email"],
        "access_token_lifetime_seconds": 600, "refresh_token_lifetime_seconds": 700, "id_token_lifetime_seconds": 800,
        "trust": "unverified", "internal": false, "require_pkce": false, "user_count": 0, "last_activity": null,
        "disabled": false, "deleted": false, "revision": 6, "owner_workspace_id": null,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    let known = &shown["secrets"][0];
    assert!(known["created_at"].is_string() && known["expires_at"].is_null() && known["last_used_at"].is_null());
    assert!(secret.ends_with(known["hint"].as_str().unwrap().trim_start_matches('…')));
    let text = at.text(&["client", "show", &client]);
    assert!(text.contains("name: Ledger\n") && !text.contains(&secret) && !shown.to_string().contains(&secret));

    update(&["--icon", "", "--project", "", "--allowed-user", "", "--access-token-lifetime", "default"]);
    let shown = at.json(&["client", "show", &client]);
    let cleared = ["icon", "project_id", "access_token_lifetime_seconds"].map(|name| shown[name].is_null());
    assert_eq!((cleared, &shown["allowed_user_ids"]), ([true; 3], &json!([])));
    assert_eq!(update(&["--type", "public"])["client_type"], "public");
    assert_eq!(at.json(&["client", "show", &client])["secrets"], json!([]));
    assert_ne!(id(&update(&["--type", "confidential"]), "client_secret"), secret);

    for (words, why) in [
        (&["--name", ""][..], "name: "),
        (&["--redirect-uri", "http://a.example/"], "redirect_uris: "),
        (&["--scope", "nothing"], "scopes: "),
        (&["--scope", "openid admin"], "scopes: "),
        (&["--access-token-lifetime", "0"], "access_token_lifetime_seconds: "),
        (&["--grant-type", "password"], "grant_types: "),
        (&["--allowed-user", "nobody@example.com"], "no user has the address"),
        (&["--access-token-lifetime", "soon"], "neither `default`"),
        (&[], "nothing to change"),
    ] {
        at.refused(&[&["client", "update", &client], words].concat(), why);
    }
    assert_eq!(at.json(&["client", "trust", &client, "verified"])["trust"], "verified");
    assert_eq!(update(&["--scope", "openid admin"])["scopes"], json!(["openid", "admin"]), "a trusted client may");
    at.refused(&["client", "trust", &client, "much"], "possible values");
    for words in [
        &["client", "show", NOBODY][..],
        &["client", "update", NOBODY, "--name", "X"],
        &["client", "trust", NOBODY, "verified"],
    ] {
        at.refused(words, "no client has this id");
    }

    assert_eq!(at.json(&["client", "disable", &client])["disabled"], true);
    assert_eq!(at.json(&["client", "show", &client])["disabled"], true);
    assert_eq!(at.json(&["client", "enable", &client])["disabled"], false);
    assert!(at.json(&["client", "show", &client])["disabled_at"].is_null());
    at.refused(&["client", "disable", NOBODY], "no client has this id");
    at.json(&["client", "delete", &client]);
    assert_eq!(at.json(&["client", "show", &client])["deleted"], true, "the record stays");
    at.refused(&["client", "enable", &client], "no client has this id");
}

#[test]
fn point_3_3_an_address_is_verified_until_it_changes() {
    let at = Place::new();
    at.user("ada@example.com");
    let verified = |email: &str| at.json(&["user", "show", email])["email_verified"].clone();
    assert_eq!(verified("ada@example.com"), false);
    let said = at.json(&["user", "verify-email", "ada@example.com"]);
    assert_eq!((&said["email_verified"], verified("ada@example.com")), (&json!(true), json!(true)));
    at.json(&["user", "change-email", "ada@example.com", "ada@new.example"]);
    assert_eq!(verified("ada@new.example"), false);
    at.json(&["user", "verify-email", "ada@new.example"]);
    at.json(&["user", "verify-email", "ada@new.example", "--revoke"]);
    assert_eq!(verified("ada@new.example"), false);
    at.refused(&["user", "verify-email", "ada@example.com"], "no user has the address");
}

#[test]
fn clients_are_listed_by_owner_and_by_page() {
    let at = Place::new();
    at.user("ada@example.com");
    let acme = at.workspace("ada@example.com");
    for name in ["One", "Two", "Three"] {
        at.client(name, &["--workspace", &acme]);
    }
    at.client("Nobody's", &[]);
    assert_eq!(at.json(&["client", "list"])["total"], 4);
    let page = at.json(&["client", "list", "--workspace", &acme, "--page", "2", "--limit", "2"]);
    assert_eq!((page["total"].as_i64(), page["items"].as_array().unwrap().len()), (Some(3), 1));
    assert_eq!(at.json(&["client", "list", "--owner", "ada@example.com"])["total"], 0);
    assert_eq!(at.text(&["client", "list", "--workspace", &acme]).lines().count(), 3);
    at.refused(&["client", "list", "--owner", "x@example.com"], "no user has the address");
    at.refused(&["client", "list", "--workspace", "acme"], "not a workspace id");
    at.refused(&["client", "list", "--limit", "101"], "101");
}

#[test]
fn what_users_allowed_is_seen_and_taken_back() {
    let at = Place::new();
    let (ada, bob) = (at.user("ada@example.com"), at.user("bob@example.com"));
    let acme = at.workspace("ada@example.com");
    let client = id(&at.client("App", &["--workspace", &acme]), "client_id");
    let other = id(&at.client("Other", &[]), "client_id");
    at.consent(&ada, &client, None, "openid");
    at.consent(&ada, &client, Some(&acme), "email");
    at.consent(&bob, &client, None, "openid");
    at.consent(&ada, &other, None, "openid");

    let users = at.json(&["client", "users", &client]);
    assert_eq!((users["total"].as_i64(), users["items"].as_array().unwrap().len()), (Some(2), 2));
    let adas = users["items"].as_array().unwrap().iter().find(|user| user["user_id"] == ada.as_str()).unwrap();
    assert_eq!(adas["scopes"], json!(["openid", "email"]), "of all consents together");
    let second = at.json(&["client", "users", &client, "--page", "2", "--limit", "1"]);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert!(at.text(&["client", "users", &client]).contains(&bob));
    assert_eq!(at.json(&["client", "show", &client])["user_count"], 2);
    at.refused(&["client", "users", NOBODY], "no client has this id");

    let apps = at.json(&["user", "connections", "ada@example.com"])["items"].clone();
    let names: Vec<_> = apps.as_array().unwrap().iter().map(|a| a["client_name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&"App") && names.contains(&"Other"));
    assert!(at.text(&["user", "connections", "ada@example.com"]).contains(&other));
    at.refused(&["user", "connections", "x@example.com"], "no user has the address");
    assert_eq!(at.json(&["user", "disconnect", "ada@example.com", &other])["disconnected"], true);
    at.refused(&["user", "disconnect", "ada@example.com", &other], "has not given");
    assert_eq!(at.json(&["user", "connections", "ada@example.com"])["items"].as_array().unwrap().len(), 1);

    assert_eq!(at.json(&["client", "revoke-user", &client, "bob@example.com"])["revoked"], true);
    at.refused(&["client", "revoke-user", &client, &bob], "has not given");
    assert_eq!(at.json(&["client", "revoke-all", &client])["revoked"], 1, "one user, whatever they allowed");
    assert_eq!(at.json(&["client", "users", &client])["total"], 0);
    at.refused(&["client", "revoke-all", NOBODY], "no client has this id");
}

#[test]
fn activity_is_told_by_day() {
    let at = Place::new();
    let (ada, bob) = (at.user("ada@example.com"), at.user("bob@example.com"));
    let acme = at.workspace("ada@example.com");
    let client = id(&at.client("App", &["--workspace", &acme]), "client_id");
    let days = at.json(&["client", "activity", &client, "--days", "3"])["items"].clone();
    let today = id(&days[2], "activity_date");
    let at_noon = Timestamp::parse(&format!("{today}T12:00:00Z")).unwrap();
    let counted = ActivityCount {
        client_id: ClientId::parse(&client).unwrap(),
        day: Day::of(at_noon),
        total_access: 7,
        last_access_at: at_noon,
        users: vec![ada.parse().unwrap(), bob.parse().unwrap()],
    };
    at.write(move |tx| Box::pin(async move { store::clients::activity::add(tx, &[counted]).await }));
    let days = at.json(&["client", "activity", &client, "--days", "3"])["items"].clone();
    assert_eq!(days.as_array().unwrap().len(), 3, "days without activity are told, too");
    assert_eq!((&days[0]["total_access"], &days[2]["total_access"]), (&json!(0), &json!(7)));
    assert!(at.text(&["client", "activity", &client]).ends_with(&format!("{today} 7 2\n")));
    let all = at.json(&["client", "activity", "--workspace", &acme]);
    let expected = json!([{"client_id": client, "activity_date": today, "total_access": 7, "unique_users": 2}]);
    assert_eq!((&all["items"], &all["next"]), (&expected, &Value::Null));
    let behind = at.json(&["client", "activity", "--workspace", &acme, "--after", &client]);
    assert_eq!(behind["items"], json!([]));
    at.refused(&["client", "activity", NOBODY], "no client has this id");
    at.refused(&["client", "activity"], "required");
    at.refused(&["client", "activity", &client, "--days", "401"], "401");
}

#[test]
fn a_user_is_shown_and_changed() {
    let at = Place::new();
    let ada = at.user("ada@example.com");
    at.user("bob@example.com");
    let acme = at.workspace("ada@example.com");
    let foreign = at.workspace("bob@example.com");
    let shown = at.json(&["user", "show", "ada@example.com"]);
    let place = json!([{"id": acme, "name": "Acme", "roles": ["owner"]}]);
    assert_eq!((&shown["workspaces"], &shown["default_workspace_id"]), (&place, &Value::Null));
    assert_eq!((&shown["has_password"], shown.get("password_hash")), (&json!(true), None));
    at.refused(&["user", "show", "x@example.com"], "no user has the address");

    assert_eq!(at.json(&["user", "rename", "ada@example.com", "--name", "Ada L."])["name"], "Ada L.");
    at.refused(&["user", "rename", "ada@example.com", "--name", ""], "1 to 100 characters");
    let set = at.json(&["user", "default-workspace", "ada@example.com", &acme]);
    assert_eq!(set["default_workspace_id"], acme.as_str());
    at.refused(&["user", "default-workspace", "ada@example.com", &foreign], "not a member");
    assert_eq!(at.json(&["user", "set-operator", "ada@example.com"])["operator"], true);
    at.refused(&["user", "set-operator", "x@example.com"], "no user has the address");

    let (ada, workspace) = (ada.parse().unwrap(), acme.parse().unwrap());
    at.write(move |tx| {
        Box::pin(async move {
            let user = store::account::users::by_id(tx, ada).await?.unwrap();
            let profile = Profile {
                email: &user.email,
                email_verified: true,
                name: &user.name,
                picture: None,
                default_workspace_id: Some(workspace),
                locale: None,
                zone: None,
            };
            store::account::users::update_profile(tx, ada, &profile, Timestamp::default()).await.map(drop)
        })
    });
    assert_eq!(at.json(&["user", "show", "ada@example.com"])["email_verified"], true);
    let moved = at.json(&["user", "change-email", "ada@example.com", "lovelace@example.com"]);
    assert_eq!(moved["email"], "lovelace@example.com");
    at.refused(&["user", "show", "ada@example.com"], "no user has the address");
    at.refused(&["user", "change-email", "lovelace@example.com", "BOB@example.com"], "cannot be used");
    at.refused(&["user", "change-email", "lovelace@example.com", "nothing"], "not an email address");
    let shown = at.json(&["user", "show", "lovelace@example.com"]);
    assert_eq!((&shown["name"], &shown["default_workspace_id"]), (&json!("Ada L."), &json!(acme)), "the rest stays");
    assert_eq!((&shown["email_verified"], &shown["operator"]), (&json!(false), &json!(true)));
    let text = at.text(&["user", "show", "lovelace@example.com"]);
    assert!(text.contains("(operator)") && text.contains("Acme owner (default)"), "{text}");
    at.refused(&["user", "set-operator", "lovelace@example.com", "--revoke"], "Somebody must run this server");
    at.refused(&["user", "disable", "lovelace@example.com"], "Somebody must run this server");
    at.user("grace@example.com");
    assert_eq!(at.json(&["user", "set-operator", "grace@example.com"])["operator"], true);
    assert_eq!(at.json(&["user", "set-operator", "lovelace@example.com", "--revoke"])["operator"], false);
    let none = at.json(&["user", "default-workspace", "lovelace@example.com"]);
    assert_eq!(none["default_workspace_id"], Value::Null);
}

#[test]
fn keys_and_tokens_are_limited_listed_and_revoked() {
    let at = Place::new();
    at.user("ada@example.com");
    let acme = at.workspace("ada@example.com");
    let create = |scope: &str| at.json(&["key", "create-api", &acme, "--name", "ci", "--scope", scope]);
    let key = create("clients:read contracts:read");
    let secret = id(&key, "api_key");
    let listed = at.json(&["key", "list-api", &acme])["items"].clone();
    assert_eq!((&listed[0]["id"], &listed[0]["name"]), (&key["id"], &json!("ci")));
    assert_eq!(listed[0]["scopes"], json!(["clients:read", "contracts:read"]));
    assert_eq!((&listed[0]["roles"], &listed[0]["revoked_at"]), (&json!(["admin"]), &Value::Null));
    assert!(!listed.to_string().contains(&secret) && !at.text(&["key", "list-api", &acme]).contains(&secret));
    at.refused(&["key", "create-api", &acme, "--name", "ci", "--scope", "clients:raed"], "`clients:raed`");
    at.refused(&["key", "create-api", &acme, "--name", "", "--every-scope"], "--name");
    // Point 6.1: what it may do is chosen.
    at.refused(&["key", "create-api", &acme, "--name", "ci"], "--scope");
    at.refused(&["key", "create-api", &acme, "--name", "ci", "--scope", " "], "--scope");
    at.refused(&["key", "list-api", "acme"], "not a workspace id");
    assert_eq!((&listed[0]["created_by"], &listed[0]["lost_rights"]), (&Value::Null, &json!(false)));
    assert_eq!(at.json(&["key", "adopt-api", &acme, &id(&key, "id")])["adopted"], true);
    at.refused(&["key", "adopt-api", &acme, "key_00000000000000000000000000"], "no such live");
    assert_eq!(at.json(&["key", "revoke-api", &acme, &id(&key, "id")])["revoked"], true);
    assert!(at.text(&["key", "list-api", &acme]).contains(" revoked "));
    at.refused(&["key", "revoke-api", &acme, &id(&key, "id")], "no such live");
    at.refused(&["key", "revoke-api", &acme, "key"], "not the id");

    let new = ["key", "create-personal", "ada@example.com", "--name", "laptop", "--expires-in", "60"];
    let token = at.json(&[&new[..], &["--scope", "keys:rotate"]].concat());
    at.refused(&[&new[..], &["--scope", "anything"]].concat(), "`anything`");
    let listed = at.json(&["key", "list-personal", "ada@example.com"])["items"].clone();
    assert_eq!((&listed[0]["id"], listed[0].get("roles")), (&token["id"], None));
    assert!(listed[0]["expires_at"].is_string());
    assert!(at.text(&["key", "list-personal", "ada@example.com"]).contains(" live never used keys:rotate"));
    at.refused(&["key", "list-personal", "x@example.com"], "no user has the address");
    let words = ["key", "revoke-personal", "ada@example.com"];
    assert_eq!(at.json(&[&words[..], &[&id(&token, "id")]].concat())["revoked"], true);
    at.refused(&[&words[..], &[&id(&token, "id")]].concat(), "no such live");
}

#[test]
fn scopes_and_permissions_are_listed() {
    let at = Place::new();
    let all = at.json(&["scope", "list"]);
    let openid = all["scopes"].as_array().unwrap().iter().find(|scope| scope["name"] == "openid").unwrap();
    assert_eq!((&openid["required"], &openid["default"]), (&json!(true), &json!(true)));
    let level = &all["permissions"][0]["groups"][0]["levels"][2];
    assert_eq!((&level["value"], &level["scopes"]), (&json!("write"), &json!(["contracts:read", "contracts:write"])));
    let own = all["management_scopes"].as_array().unwrap();
    assert!(own.iter().any(|one| one["name"] == "keys:rotate" && one["operations"][0].is_string()));
    let text = at.text(&["scope", "list"]);
    assert!(
        text.contains("admin (sensitive) ") && text.contains("    write: contracts:read contracts:write\n"),
        "{text}"
    );
}
