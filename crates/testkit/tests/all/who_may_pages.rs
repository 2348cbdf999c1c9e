//! Who may open which page with a session: the third table of `docs/src/who-may-do-what.md`.
use crate::world::{World, fill};
use testkit::{Browser, for_each_database};

/// Page, and what the member, the admin, the owner, the owner of another workspace, and the operator are answered.
/// Somebody who is not signed in is sent to the sign-in page (303).
const TABLE: &str = "
    /account                                            200 200 200 200 200
    /account/apps                                       200 200 200 200 200
    /account/security                                   200 200 200 200 200
    /account/tokens                                     200 200 200 200 200
    /account/tokens/new                                 200 200 200 200 200
    /workspaces                                         200 200 200 200 200
    /workspaces/{workspace}/applications                200 200 200 403 403
    /workspaces/{workspace}/applications/new            403 200 200 403 403
    /workspaces/{workspace}/applications/{client}       200 200 200 403 403
    /workspaces/{workspace}/applications/{client}/settings 403 200 200 403 403
    /workspaces/{workspace}/applications/{client}/secrets 403 200 200 403 403
    /workspaces/{workspace}/applications/{client}/users 403 200 200 403 403
    /workspaces/{workspace}/applications/{client}/activity 200 200 200 403 403
    /workspaces/{workspace}/applications/{client}/failures 403 200 200 403 403
    /workspaces/{workspace}/applications/{client}/delete 403 200 200 403 403
    /workspaces/{workspace}/access                      403 200 200 403 403
    /workspaces/{workspace}/access/policy               403 403 200 403 403
    /workspaces/{workspace}/api-keys                    403 200 200 403 403
    /workspaces/{workspace}/api-keys/new                403 200 200 403 403
    /workspaces/{workspace}/members                     200 200 200 403 403
    /workspaces/{workspace}/invitations                 403 200 200 403 403
    /workspaces/{workspace}/invitations/new             403 200 200 403 403
    /workspaces/{workspace}/webhooks                    403 200 200 403 403
    /workspaces/{workspace}/webhooks/new                403 200 200 403 403
    /workspaces/{workspace}/audit                       403 200 200 403 403
    /operator                                           403 403 403 403 200
    /operator/deliveries                                403 403 403 403 200
    /operator/users                                     403 403 403 403 200
    /operator/users/{user}                              403 403 403 403 200
    /operator/workspaces                                403 403 403 403 200
    /operator/workspaces/{workspace}                    403 403 403 403 200
    /operator/workspaces/{workspace}/applications       403 403 403 403 200
    /operator/clients                                   403 403 403 403 200
    /operator/clients/{client}                          403 403 403 403 200
    /operator/keys                                      403 403 403 403 200
    /operator/keys/rotate                               403 403 403 403 200
    /operator/settings                                  403 403 403 403 200
    /operator/webhooks                                  403 403 403 403 200
    /operator/audit                                     403 403 403 403 200
";

const PEOPLE: [&str; 5] = ["member", "admin", "owner", "foreign", "operator"];

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().map(|row| row.split_whitespace().collect::<Vec<_>>()).filter(|row| !row.is_empty())
}

/// With which reason the log holds that this person may not open it.
fn refused_as(path: &str, person: &str) -> &'static str {
    match person {
        _ if path.starts_with("/operator") => "not_the_operator",
        "foreign" | "operator" => "workspace_unknown",
        _ => "role_too_low",
    }
}

#[tokio::test]
async fn point_1_1_every_page_for_every_role() {
    for_each_database(async |database| {
        let world = World::new(database).await;
        let mut ids = world.things("{client}", world.workspace, &world.admin).await;
        ids.push(("{workspace}", world.workspace.to_string()));
        let mut wrong = Vec::new();
        for (n, person) in PEOPLE.iter().enumerate() {
            let mut browser = Browser::new(&world.app);
            browser.sign_in_here(&format!("{person}@example.com")).await;
            for row in rows() {
                let path = fill(row[0], &ids);
                let reply = browser.get(&path).await;
                let status = reply.status;
                if status.as_str() != row[n + 1] {
                    wrong.push(format!("{} by {person}: {status}, not {}", row[0], row[n + 1]));
                }
                if status == 403 {
                    let logged = world.app.logged(reply.header("x-request-id")).await;
                    let reason = refused_as(row[0], person);
                    let known = logged.first().is_some_and(|(actor, credential, outcome)| {
                        let session = credential.as_deref().is_some_and(|credential| credential.starts_with("ses_"));
                        actor.starts_with("usr_") && session && outcome == reason
                    });
                    if logged.len() != 1 || !known {
                        wrong.push(format!("{} by {person}: the log has {logged:?}", row[0]));
                    }
                }
                if n == 0 {
                    let stranger = Browser::new(&world.app).get(&path).await;
                    assert_eq!(stranger.status, 303, "{path}");
                    assert!(stranger.location().path().ends_with("/login"), "{path}");
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        world.app.stop().await;
    })
    .await;
}

/// The table that people read says the same.
#[test]
fn the_documented_pages_are_these() {
    let page = include_str!("../../../../docs/src/who-may-do-what.md");
    let (_, section) = page.split_once("\n## On the pages\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let documented: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| `/"))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    assert_eq!(documented, rows().collect::<Vec<_>>());
}
