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
    let mut lines = vec![plain(if names(scopes) { "receives-workspace-named" } else { "receives-workspace" })];
    if catalogue.asks_who_authorized(resources, issuer) {
        let asks = |one: &&String| catalogue.asks_who_authorized(std::slice::from_ref(*one), issuer);
        let resource = resources.iter().find(asks).map_or(issuer, String::as_str);
        lines.push(frame.rich("receives-resource", "resource", resource));
    }
    lines
}

/// Among connected apps: for a workspace, or in the person's own name.
pub fn allowed(frame: &Frame, catalogue: &Catalogue, for_workspace: bool, scopes: &ScopeSet) -> String {
    let said = frame.say(match (for_workspace, names(scopes)) {
        (true, true) => "receives-workspace-named",
        (true, false) => "receives-workspace",
        (false, true) => "receives-own-kept-named",
        (false, false) => "receives-own-kept",
    });
    // Which API the app asked for is not kept with what was allowed.
    let some_ask = for_workspace && !catalogue.authorized_by_resources.is_empty();
    if some_ask { format!("{said} {}", frame.say("receives-apis")) } else { said }
}

/// Among the apps of a workspace, for those who look after it.
pub fn in_workspace(frame: &Frame, scopes: &ScopeSet) -> String {
    frame.say(if names(scopes) { "receives-people-named" } else { "receives-people" })
}
