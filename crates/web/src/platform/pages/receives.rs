//! What an app receives about a user and a workspace in addition to its permissions. The wording is the same on the consent
//! page, in the user's connected apps, and in a workspace's apps.
use super::frame::Frame;
use crate::platform::texts::Rich;
use domain::ScopeSet;
use domain::clients::{Client, SubType};
use domain::oauth::authorize::AuthorizationRequest;
use domain::resources::Catalogue;
use flows::Settings;
use flows::account::apps::ConnectedWorkspace;
use flows::workspace::apps::{Identified, WorkspaceApp};

/// Whether the app receives the workspace's name. It is in the ID token and in userinfo, which require `openid`. The ids and
/// roles are in every access token either way.
fn names(scopes: &ScopeSet) -> bool {
    scopes.contains("openid")
}

fn plain(frame: &Frame, key: &str) -> Rich {
    frame.texts().rich(key, &[])
}

/// For the consent page. `home` is the workspace that a token in the user's own name shows, if any.
pub fn asked(
    frame: &Frame,
    settings: &Settings,
    client: &Client,
    request: &AuthorizationRequest,
    home: Option<&str>,
) -> Vec<Rich> {
    let named = names(&request.access.scopes);
    if request.access.sub_type == SubType::User {
        return vec![match (home, named) {
            (Some(home), true) => frame.rich("receives-own-named", "workspace", home),
            (Some(home), false) => frame.rich("receives-own-in", "workspace", home),
            (None, _) => plain(frame, "receives-own"),
        }];
    }
    // An app that inspects a token for such a resource can see the user, too.
    let (first, sees) = if named {
        ("receives-workspace-named", "receives-resource")
    } else {
        ("receives-workspace", "receives-resource-app")
    };
    let asks = |one: &&str| settings.catalogue.asks_who_authorized(&[(*one).to_owned()], &settings.issuer);
    let of_issuer = request.access.resources.is_empty().then_some(settings.issuer.as_str());
    let all = request.access.resources.iter().map(String::as_str).chain(of_issuer).filter(asks);
    let mut lines = vec![plain(frame, first)];
    lines.extend(all.map(|resource| frame.rich(sees, "resource", resource)));
    // The developer sees the ids of an app's users in the console, regardless of what the app receives.
    if lines.len() == 1 && !named && client.has_owner() {
        lines.push(plain(frame, "receives-developer"));
    }
    lines
}

/// For authorizations in the user's own name: the user id, and the workspaces that the app's authorizations show. Each
/// authorization keeps the workspace named on its consent page, so there may be several. The next one shows one of them, unless
/// what the page named is not recorded.
fn in_own_name(frame: &Frame, place: &ConnectedWorkspace, named: bool) -> Vec<Rich> {
    let (only, also) = if named {
        ("receives-own-named", "receives-own-also-named")
    } else {
        ("receives-own-in", "receives-own-also")
    };
    let mut lines = match place.homes.as_slice() {
        [] => vec![plain(frame, "receives-own-none")],
        [home] => vec![frame.rich(only, "workspace", home)],
        homes => {
            let each = homes.iter().map(|home| frame.rich(also, "workspace", home));
            std::iter::once(plain(frame, "receives-own")).chain(each).collect()
        }
    };
    lines.extend(place.follows_default.then(|| plain(frame, "receives-own-next")));
    lines
}

/// For connected apps: in a workspace, or in the user's own name.
pub fn allowed(frame: &Frame, catalogue: &Catalogue, place: &ConnectedWorkspace, has_owner: bool) -> Vec<Rich> {
    let named = names(&place.scopes);
    if place.workspace_id.is_none() {
        return in_own_name(frame, place, named);
    }
    let (first, sees) =
        if named { ("receives-workspace-named", "receives-apis") } else { ("receives-workspace", "receives-apis-app") };
    let developer = (!named && has_owner).then_some("receives-developer");
    lines(frame, catalogue, plain(frame, first), developer, sees)
}

/// The name of a permission in the page's language.
fn permission<'c>(frame: &Frame, catalogue: &'c Catalogue, name: &'c str) -> &'c str {
    catalogue.scope(name).map_or(name, |scope| scope.words(frame.language()).0)
}

/// For the apps of a workspace that act in users' own names. Which user allowed which permission is not shown, since that is
/// private to the user.
pub fn of_own_names(frame: &Frame, catalogue: &Catalogue) -> Rich {
    frame.rich("receives-own-names", "permission", permission(frame, catalogue, "openid"))
}

/// For the apps of a workspace, as shown to those who manage it.
pub fn in_workspace(frame: &Frame, catalogue: &Catalogue, app: &WorkspaceApp) -> Vec<Rich> {
    let (first, sees) = match app.identified {
        Identified::All => (plain(frame, "receives-people-named"), "receives-people-apis"),
        Identified::None => (plain(frame, "receives-people"), "receives-people-apis-app"),
        Identified::Some => {
            let permission = permission(frame, catalogue, "openid");
            (frame.rich("receives-people-some", "permission", permission), "receives-people-apis-app")
        }
    };
    let developer = (app.identified != Identified::All && app.has_owner).then_some("receives-people-developer");
    lines(frame, catalogue, first, developer, sees)
}

/// The first line, who else receives the ids, and the APIs that ask who authorized a workspace's token. Which of these APIs an
/// app uses is not stored with its authorization.
fn lines(frame: &Frame, catalogue: &Catalogue, first: Rich, developer: Option<&str>, sees: &str) -> Vec<Rich> {
    let developer = developer.map(|key| plain(frame, key));
    let apis = catalogue.authorized_by_resources.iter().map(|resource| frame.rich(sees, "resource", resource));
    std::iter::once(first).chain(developer).chain(apis).collect()
}
