//! The next step of an authorization: a pure function of the request, the signed-in user, and earlier consents.
use crate::account::{Email, PersonProof};
use crate::clients::{Client, GrantType, SubType};
use crate::grants::authorization::Access;
use crate::grants::consent::{Consent, Home};
use crate::oauth::authorize::{AuthorizationRequest, AuthorizeRefusal as R};
use crate::platform::scope::ScopeSet;
use crate::platform::text::is_legible;
use crate::workspace::WorkspaceMembership;
use crate::{SessionId, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// The scope that requests a refresh token (OpenID Connect Core §11).
pub const OFFLINE: &str = "offline_access";

/// A validated request waiting for the user. Sealed into the page's forms, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// The request, as it was validated.
    pub request: AuthorizationRequest,
    /// The browser it belongs to, as a hash of that browser's cookie. It is useless in another browser.
    pub browser: [u8; 32],
    /// The user can continue until then.
    pub expires_at: Timestamp,
    /// The session started for this request; it satisfies `prompt=login` and `max_age`.
    pub fresh_session: Option<SessionId>,
    /// The user has chosen an account (`prompt=select_account`).
    pub account_selected: bool,
    /// The user who was shown the consent page; only their answer counts.
    pub consent_shown_to: Option<UserId>,
    /// The user who was shown why their account cannot continue. They can only go back.
    pub refusal_shown_to: Option<UserId>,
    /// The workspace that the consent page named. The answer applies to it, even if the default changes in the
    /// meantime.
    pub home: Home,
}

/// The signed-in user.
#[derive(Debug, Clone)]
pub struct SignedIn<'s> {
    /// The user's id.
    pub user_id: UserId,
    /// `None` for a caller with a personal access token, because a token is no sign-in.
    pub session_id: Option<SessionId>,
    /// How the user was authenticated; `None` with a personal access token.
    pub proof: Option<&'s PersonProof>,
    /// Whether they may let a client stay connected; a personal access token needs `offline_access` for that.
    pub may_stay: bool,
    /// Current memberships only.
    pub memberships: &'s [WorkspaceMembership],
    /// The memberships whose workspace does not allow this client.
    pub forbidden: &'s [WorkspaceId],
    /// All of this user's consents for this client.
    pub consents: &'s [Consent],
    /// The workspace last chosen for this client.
    pub last_choice: Option<WorkspaceId>,
}

/// What has been satisfied during this interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// As in [`Interaction::fresh_session`].
    pub fresh_session: Option<SessionId>,
    /// As in [`Interaction::account_selected`].
    pub account_selected: bool,
}

/// The next step. Pages and the JSON API render the same value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// No user is signed in.
    Login,
    /// The user is signed in, but the request requires them to authenticate again.
    Reauthenticate,
    /// The request requires the user to choose an account.
    SelectAccount,
    /// Everything is already allowed, but the workspace is unclear.
    SelectWorkspace(ConsentQuestion),
    /// The user has to consent.
    AskConsent(ConsentQuestion),
    /// A code may be issued.
    Approve(Box<Approval>),
    /// This account cannot be used: the user sees why, and can continue with another or return to the client.
    Explain(R),
    /// No step helps.
    Refuse(R),
}

/// What the consent page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentQuestion {
    /// The requested scopes that are not allowed yet.
    pub missing: ScopeSet,
    /// The requested scopes that were allowed before.
    pub allowed: ScopeSet,
    /// The workspaces to choose from: a single one for workspace grants without a choice, none for user grants.
    pub workspaces: Vec<WorkspaceMembership>,
    /// The user's last choice, or the only workspace; `None` if the user has to choose.
    pub preselected: Option<WorkspaceId>,
    /// Set if the client will get a refresh token without having requested `offline_access`, which the user can untick.
    /// The value is the initial state of the box.
    pub stay: Option<bool>,
}

/// What a code is issued for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// What the user granted.
    pub access: Access,
    /// Whether a refresh token may be issued, if the client can use one.
    pub stays: bool,
}

/// What the user chose on the consent page. Anything the page did not offer is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// One of the workspaces that the page offered.
    pub workspace: Option<WorkspaceId>,
    /// The scopes that the user left ticked; `None` allows all that the page showed.
    pub ticked: Option<ScopeSet>,
    /// Whether the client may stay connected.
    pub stay: Option<bool>,
}

/// Decides the next step.
pub fn decide(
    request: &AuthorizationRequest,
    client: &Client,
    who: Option<&SignedIn<'_>>,
    progress: Progress,
    now: Timestamp,
) -> Step {
    let silent = request.prompt.none;
    let or_refuse = |step: Step, refusal: R| if silent { Step::Refuse(refusal) } else { step };

    let Some(who) = who else { return or_refuse(Step::Login, R::LoginRequired) };
    let fresh = progress.fresh_session.is_some() && progress.fresh_session == who.session_id;
    if request.prompt.login && !fresh {
        return Step::Reauthenticate;
    }
    let too_old = |limit: i64| who.proof.is_none_or(|proof| now.since(proof.at) > limit);
    if !fresh && request.max_age.is_some_and(too_old) {
        return or_refuse(Step::Reauthenticate, R::SessionTooOld);
    }
    if let Some(refusal) = subject_mismatch(request, who) {
        return or_refuse(if fresh { Step::Refuse(refusal) } else { Step::Login }, refusal);
    }
    if request.prompt.select_account && !fresh && !progress.account_selected {
        return Step::SelectAccount;
    }
    if !client.allows(who.user_id) {
        return or_refuse(Step::Explain(R::UserNotAllowed), R::UserNotAllowed);
    }
    let essential = &request.access.claims.essential_acr;
    if !essential.is_empty() && !who.proof.is_some_and(|proof| proof.meets(essential)) {
        return Step::Refuse(R::AcrUnmet);
    }
    match candidates(request, who) {
        Err(refusal) => or_refuse(Step::Explain(refusal), refusal),
        Ok(candidates) => consent_step(request, client, who, candidates),
    }
}

/// Whether the request names a user (by hint or by claim) other than the signed-in one.
fn subject_mismatch(request: &AuthorizationRequest, who: &SignedIn<'_>) -> Option<R> {
    let is_theirs = |sub: &String| *sub == who.user_id.to_string();
    let named = [&request.hinted_sub, &request.access.claims.sub];
    (!named.into_iter().flatten().all(is_theirs)).then_some(R::OtherUser)
}

/// The address in a `login_hint` (OpenID Connect Core §3.1.2.1), if it differs from the signed-in user's. A hint may be
/// anything; one that is not a legible email address is ignored.
pub fn expected(hint: &str, signed_in: &Email) -> Option<Email> {
    let named = Email::parse(hint).ok()?;
    (named.key() != signed_in.key() && is_legible(named.as_str())).then_some(named)
}

/// The workspaces that the grant could be for: none for user grants, else at least one current membership whose
/// workspace allows the client.
fn candidates(request: &AuthorizationRequest, who: &SignedIn<'_>) -> Result<Vec<WorkspaceMembership>, R> {
    if request.access.sub_type == SubType::User {
        return Ok(Vec::new());
    }
    let lets_in = |m: &WorkspaceMembership| !who.forbidden.contains(&m.workspace_id);
    match request.access.workspace_id {
        Some(named) => match who.memberships.iter().find(|m| m.workspace_id == named) {
            None => Err(R::WorkspaceNotMember),
            Some(member) if lets_in(member) => Ok(vec![member.clone()]),
            Some(_) => Err(R::WorkspaceForbids),
        },
        None if who.memberships.is_empty() => Err(R::NoWorkspace),
        None => {
            let open: Vec<_> = who.memberships.iter().filter(|m| lets_in(m)).cloned().collect();
            if open.is_empty() { Err(R::WorkspaceForbids) } else { Ok(open) }
        }
    }
}

fn consent_step(
    request: &AuthorizationRequest,
    client: &Client,
    who: &SignedIn<'_>,
    candidates: Vec<WorkspaceMembership>,
) -> Step {
    let silent = request.prompt.none;
    let member_of = |id: WorkspaceId| candidates.iter().any(|m| m.workspace_id == id);
    let last = who.last_choice.filter(|id| member_of(*id));
    let chosen = match candidates.as_slice() {
        [] => None,
        [one] => Some(one.workspace_id),
        // Without a page the user cannot choose: the last choice applies, if there is one.
        _ if silent => match last {
            Some(last) => Some(last),
            None => return Step::Refuse(R::SelectionRequired),
        },
        _ => last,
    };
    let must_choose = candidates.len() > 1 && !silent;
    let given = who.consents.iter().find(|c| c.workspace_id == chosen).map(|c| &c.standing);
    let asked = request.access.consent_scopes();
    let allowed = match given {
        _ if client.config.internal => asked.clone(),
        Some(given) => asked.filter(|name| given.contains(name)),
        None => ScopeSet::default(),
    };
    let missing = asked.minus(&allowed);
    let stayed = client.config.internal
        || who.consents.iter().find(|c| c.workspace_id == chosen).is_none_or(|consent| consent.stays);
    let unproven = client.is_unproven_at(request.destination.redirect_uri()) && !client.config.internal;
    // A claim that cannot be returned is not an error (OpenID Connect Core §5.5.1).
    let may_lack = |name: &str| name == OFFLINE || !request.access.scopes.contains(name);
    let only_offline = !missing.is_empty() && missing.iter().all(may_lack);
    if silent {
        return if unproven {
            Step::Refuse(R::ConsentUnproven)
        } else if (missing.is_empty() || only_offline) && !allowed.is_empty() {
            // Ignored, not an error: OpenID Connect Core §11.
            let stays = stays(request, &allowed, stayed);
            Step::Approve(Box::new(approval(request, chosen, &allowed, stays)))
        } else {
            Step::Refuse(R::ConsentRequired)
        };
    }
    let stay = (who.may_stay && stays_unasked(request, client)).then_some(stayed);
    let ask = ConsentQuestion { missing, allowed, workspaces: candidates, preselected: chosen, stay };
    if request.prompt.consent || unproven || !ask.missing.is_empty() {
        Step::AskConsent(ask)
    } else if must_choose {
        Step::SelectWorkspace(ask)
    } else {
        let stays = stays(request, &asked, stayed);
        Step::Approve(Box::new(approval(request, chosen, &asked, stays)))
    }
}

/// What these scopes allow of the request, in this workspace.
fn approval(
    request: &AuthorizationRequest,
    workspace: Option<WorkspaceId>,
    scopes: &ScopeSet,
    stays: bool,
) -> Approval {
    Approval { access: Access { workspace_id: workspace, ..request.access.clone().within(scopes) }, stays }
}

/// Whether the client gets a refresh token although it did not request `offline_access`.
fn stays_unasked(request: &AuthorizationRequest, client: &Client) -> bool {
    client.may_use(GrantType::RefreshToken) && !request.access.scopes.contains(OFFLINE) && !client.config.internal
}

/// Whether a refresh token may be issued with these scopes: if `offline_access` was requested, the scope decides, else
/// the user's choice.
fn stays(request: &AuthorizationRequest, scopes: &ScopeSet, word: bool) -> bool {
    if request.access.scopes.contains(OFFLINE) { scopes.contains(OFFLINE) } else { word }
}

/// The question that an answer belongs to, regardless of the current step. If everything was allowed in the meantime
/// (in another tab), the answer still decides what this authorization may do. `Err` is a step that an answer cannot
/// resolve.
pub fn answerable(
    step: Step,
    request: &AuthorizationRequest,
    client: &Client,
    memberships: &[WorkspaceMembership],
) -> Result<ConsentQuestion, Step> {
    match step {
        Step::AskConsent(ask) | Step::SelectWorkspace(ask) => Ok(ask),
        Step::Approve(approval) => Ok(ConsentQuestion {
            missing: ScopeSet::default(),
            allowed: approval.access.consent_scopes(),
            workspaces: memberships
                .iter()
                .filter(|m| Some(m.workspace_id) == approval.access.workspace_id)
                .cloned()
                .collect(),
            preselected: approval.access.workspace_id,
            stay: stays_unasked(request, client).then_some(approval.stays),
        }),
        other => Err(other),
    }
}

/// Turns the user's answer into an approval: the workspace must be one of those offered, required scopes are kept, and
/// only requested scopes can be ticked (checklist 111), whatever was allowed before. `forbidden`: the user's workspaces
/// that do not allow the client.
pub fn approve(
    request: &AuthorizationRequest,
    ask: &ConsentQuestion,
    choice: &Choice,
    forbidden: &[WorkspaceId],
    required: impl Fn(&str) -> bool,
) -> Result<Approval, R> {
    let workspace = match (ask.workspaces.as_slice(), choice.workspace) {
        ([], None) => None,
        ([], Some(_)) => return Err(R::WorkspaceNotMember),
        ([only], None) => Some(only.workspace_id),
        (_, None) => return Err(R::SelectionRequired),
        (offered, Some(id)) if offered.iter().any(|m| m.workspace_id == id) => Some(id),
        // Its rule may have changed while the page was open.
        (_, Some(id)) if forbidden.contains(&id) => return Err(R::WorkspaceForbids),
        _ => return Err(R::WorkspaceNotMember),
    };
    let asked = request.access.consent_scopes().filter(|name| ask.missing.contains(name) || ask.allowed.contains(name));
    let scopes = match &choice.ticked {
        None => asked,
        Some(ticked) => asked.filter(|name| required(name) || ticked.contains(name)),
    };
    let stays = stays(request, &scopes, ask.stay.is_none_or(|before| choice.stay.unwrap_or(before)));
    if scopes.is_empty() { Err(R::UserDenied) } else { Ok(approval(request, workspace, &scopes, stays)) }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
