//! What an app receives of a person and a workspace besides the permissions that it asks for: said alike on the consent page,
//! in the person's connected apps, and among a workspace's apps.
use super::frame::Frame;
use crate::texts::Rich;
use domain::ScopeSet;
use domain::catalogue::Catalogue;
use domain::client::SubType;

/// Without `openid` there is no ID token and no userinfo, which name the workspace. The ids and roles are in every access
/// token all the same.
fn names(scopes: &ScopeSet) -> bool {
    scopes.contains("openid")
}

/// On the consent page. `home` names the workspace that a token in the person's own name shows, where there is one.
pub fn asked(
    frame: &Frame,
    catalogue: &Catalogue,
    issuer: &str,
    sub_type: SubType,
    scopes: &ScopeSet,
    resources: &[String],
    home: Option<&str>,
) -> Vec<Rich> {
    let plain = |key: &str| frame.rich(key, "workspace", "");
    if sub_type == SubType::User {
        return vec![match (home, names(scopes)) {
            (Some(home), true) => frame.rich("receives-own-named", "workspace", home),
            (Some(home), false) => frame.rich("receives-own-in", "workspace", home),
            (None, _) => plain("receives-own"),
        }];
    }
    let (first, sees) = if names(scopes) {
        ("receives-workspace-named", "receives-resource")
    } else {
        // Whoever looks into such a token reads the person, the app among them.
        ("receives-workspace", "receives-resource-app")
    };
    let asks = |one: &&str| catalogue.asks_who_authorized(&[(*one).to_owned()], issuer);
    let of_issuer = resources.is_empty().then_some(issuer);
    let all = resources.iter().map(String::as_str).chain(of_issuer).filter(asks);
    let sees = all.map(|resource| frame.rich(sees, "resource", resource));
    std::iter::once(plain(first)).chain(sees).collect()
}

/// Among connected apps: for a workspace, or in the person's own name.
pub fn allowed(frame: &Frame, catalogue: &Catalogue, for_workspace: bool, scopes: &ScopeSet) -> String {
    let said = frame.say(match (for_workspace, names(scopes)) {
        (true, true) => "receives-workspace-named",
        (true, false) => "receives-workspace",
        (false, true) => "receives-own-kept-named",
        (false, false) => "receives-own-kept",
    });
    match (for_workspace && some_ask(catalogue), names(scopes)) {
        (false, _) => said,
        (true, true) => format!("{said} {}", frame.say("receives-apis")),
        (true, false) => format!("{said} {}", frame.say("receives-apis-app")),
    }
}

/// Whether any API asks who authorized a workspace's token. Which one an app asked for is not kept with what was allowed.
fn some_ask(catalogue: &Catalogue) -> bool {
    !catalogue.authorized_by_resources.is_empty()
}

/// Among the apps of a workspace, for those who look after it.
pub fn in_workspace(frame: &Frame, catalogue: &Catalogue, scopes: &ScopeSet) -> String {
    let (said, apis) = if names(scopes) {
        ("receives-people-named", "receives-people-apis")
    } else {
        ("receives-people", "receives-people-apis-app")
    };
    let said = frame.say(said);
    if some_ask(catalogue) { format!("{said} {}", frame.say(apis)) } else { said }
}
