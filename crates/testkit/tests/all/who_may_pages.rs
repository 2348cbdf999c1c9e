//! Who may open which page with a session: the third table of `docs/src/who-may-do-what.md`.
use crate::routes::routes;
use crate::who_may_forms::{Scene, shape};
use std::collections::BTreeSet;
use testkit::{Browser, for_each_database};

/// Page, and what the member, the admin, the owner, the owner of another workspace, and the operator are answered.
/// Somebody who is not signed in is sent to the sign-in page (303).
const TABLE: &str = "
    /account                                            200 200 200 200 200
    /account/apps                                       200 200 200 200 200
    /account/security                                   200 200 200 200 200
    /account/tokens                                     200 200 200 200 200
    /account/tokens/new                                 200 200 200 200 200
    /account/apps/{client}/disconnect                   404 200 404 404 404
    /account/security/sessions/{session}/end            404 200 404 404 404
    /account/security/others/end                        200 200 200 200 200
    /account/tokens/{token}/revoke                      404 200 404 404 404
    /account/applications                               200 200 200 200 200
    /account/applications/{own}                         404 200 404 404 404
    /account/applications/{own}/settings                404 200 404 404 404
    /account/applications/{own}/secrets                 404 200 404 404 404
    /account/applications/{own}/secrets/{secret}/end    404 200 404 404 404
    /account/applications/{own}/test                    404 200 404 404 404
    /account/applications/{own}/users                   404 200 404 404 404
    /account/applications/{own}/users/revoke            404 200 404 404 404
    /account/applications/{own}/users/{user}/revoke     404 200 404 404 404
    /account/applications/{own}/activity                404 200 404 404 404
    /account/applications/{own}/failures                404 200 404 404 404
    /account/applications/{own}/delete                  404 200 404 404 404
    /invitations/{invitation}                           200 200 200 200 200
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
    /workspaces/{workspace}/applications/new/about      403 200 200 403 403
    /workspaces/{workspace}/applications/new/permissions 403 200 200 403 403
    /workspaces/{workspace}/applications/new/review     403 200 200 403 403
    /workspaces/{workspace}/applications/{client}/secrets/{secret}/end 403 200 200 403 403
    /workspaces/{workspace}/applications/{client}/test  200 200 200 403 403
    /workspaces/{workspace}/applications/{client}/users/revoke 403 200 200 403 403
    /workspaces/{workspace}/applications/{client}/users/{user}/revoke 403 200 200 403 403
    /workspaces/{workspace}/access/policy/change?policy=listed 403 403 200 403 403
    /workspaces/{workspace}/access/policy/apps/{client}/remove 403 403 200 403 403
    /workspaces/{workspace}/access/{client}             403 200 200 403 403
    /workspaces/{workspace}/access/{client}/revoke      403 200 200 403 403
    /workspaces/{workspace}/access/{client}/people/{user}/revoke 403 200 200 403 403
    /workspaces/{workspace}/api-keys/{key}/revoke       403 200 200 403 403
    /workspaces/{workspace}/members/leave               200 200 422 403 403
    /workspaces/{workspace}/members/{person}/remove     403 200 200 403 403
    /workspaces/{workspace}/invitations/{invitation}/revoke 403 200 200 403 403
    /workspaces/{workspace}/webhooks/{webhook}          403 200 200 403 403
    /workspaces/{workspace}/webhooks/{webhook}/secret   403 200 200 403 403
    /workspaces/{workspace}/webhooks/{webhook}/delete   403 200 200 403 403
    /workspaces/{workspace}/webhooks/{webhook}/deliveries 403 200 200 403 403
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
    /operator/users/{person}/{change}                   403 403 403 403 200
    /operator/clients/{client}/trust?trust=verified     403 403 403 403 200
    /operator/clients/{client}/owner?owner=host%40example.com 403 403 403 403 200
    /operator/clients/{client}/disable                  403 403 403 403 200
    /operator/clients/{client}/enable                   403 403 403 403 200
    /operator/clients/{client}/pkce?require=true        403 403 403 403 200
    /operator/webhooks/new                              403 403 403 403 200
    /operator/webhooks/{webhook}                        403 403 403 403 200
    /operator/webhooks/{webhook}/secret                 403 403 403 403 200
    /operator/webhooks/{webhook}/delete                 403 403 403 403 200
    /operator/webhooks/{webhook}/deliveries             403 403 403 403 200
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

/// Pages that nobody needs to sign in for, and what programs read.
const OPEN: [&str; 16] = [
    "/",
    "/device",
    "/docs",
    "/docs/objects",
    "/docs/openapi.json",
    "/docs/problems",
    "/docs/{}",
    "/healthz",
    "/invitations/accept",
    "/login",
    "/oauth2/authorize",
    "/oauth2/end_session",
    "/oauth2/interaction",
    "/readyz",
    "/setup",
    "/signup",
];

#[test]
fn point_1_1_the_table_has_every_page() {
    let served: BTreeSet<_> = routes("get").iter().map(|path| shape(path)).collect();
    let known: BTreeSet<_> = rows().map(|row| shape(row[0])).collect();
    assert_eq!((known.len(), known.difference(&served).next()), (rows().count(), None), "twice, or no longer there");
    let open: Vec<_> = served.difference(&known).map(String::as_str).collect();
    assert_eq!(open, OPEN, "pages that the table lacks");
}

#[tokio::test]
async fn point_1_1_every_page_for_every_role() {
    for_each_database(async |database| {
        let mut scene = Scene::new(database).await;
        scene.settle().await;
        let mut browsers = Vec::new();
        for person in PEOPLE {
            let mut browser = Browser::new(&scene.world.app);
            browser.sign_in_here(&format!("{person}@example.com")).await;
            browsers.push(browser);
        }
        let mut wrong = Vec::new();
        for row in rows() {
            let template = row[0].replace("{change}", "disable");
            let (mut path, _) = Box::pin(scene.prepare(&template, &mut browsers[0], "")).await;
            let stranger = Browser::new(&scene.world.app).get(&path).await;
            // That of an invitation opens in the browser that followed its link.
            let refused = template.starts_with("/invitations/") && stranger.status == 403;
            if !refused && (stranger.status != 303 || !stranger.location().path().ends_with("/login")) {
                wrong.push(format!("{path} by nobody: {}", stranger.status));
            }
            for (n, person) in PEOPLE.iter().enumerate() {
                if template.starts_with("/invitations/") {
                    // Its link is opened in each browser.
                    path = Box::pin(scene.prepare(&template, &mut browsers[n], "")).await.0;
                }
                let reply = browsers[n].get(&path).await;
                let status = reply.status;
                if status.as_str() != row[n + 1] {
                    wrong.push(format!("{} by {person}: {status}, not {}", row[0], row[n + 1]));
                }
                if status == 403 {
                    let logged = scene.world.app.logged(reply.header("x-request-id")).await;
                    let reason = refused_as(row[0], person);
                    let known = logged.first().is_some_and(|(actor, credential, outcome)| {
                        let session = credential.as_deref().is_some_and(|credential| credential.starts_with("ses_"));
                        actor.starts_with("usr_") && session && outcome == reason
                    });
                    if logged.len() != 1 || !known {
                        wrong.push(format!("{} by {person}: the log has {logged:?}", row[0]));
                    }
                }
            }
            scene.forget().await;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        scene.world.app.stop().await;
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
