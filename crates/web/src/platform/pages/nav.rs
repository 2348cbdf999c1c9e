//! The navigation of a signed-in user.
use domain::access::{Operation, Principal};
use domain::workspace::WorkspaceMembership;

/// An area of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Account,
    Workspace,
    Operator,
}

impl Area {
    const fn key(self) -> Option<&'static str> {
        match self {
            Self::Account => Some("nav-account"),
            Self::Workspace => None,
            Self::Operator => Some("nav-operator"),
        }
    }
}

macro_rules! sections {
    ($($name:ident => $area:ident, $path:literal, $key:literal, $operation:ident;)*) => {
        /// A page in the navigation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Section { $($name,)* }

        impl Section {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            pub const fn area(self) -> Area {
                match self { $(Self::$name => Area::$area,)* }
            }
            /// The path below the area's own.
            const fn path(self) -> &'static str {
                match self { $(Self::$name => $path,)* }
            }
            /// The text key of its name.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }
            /// The operation required to see it.
            const fn operation(self) -> Operation {
                match self { $(Self::$name => Operation::$operation,)* }
            }
        }
    };
}

sections! {
    Profile => Account, "", "nav-profile", ReadScopes;
    Connected => Account, "/apps", "nav-connected", ReadConsents;
    Security => Account, "/security", "nav-security", ReadScopes;
    Tokens => Account, "/tokens", "nav-tokens", ReadTokens;
    OwnApplications => Account, "/applications", "nav-own-applications", ReadScopes;
    Applications => Workspace, "/applications", "nav-applications", ReadClients;
    Access => Workspace, "/access", "nav-access", ReadClientUsers;
    Members => Workspace, "/members", "nav-members", ReadMembers;
    ApiKeys => Workspace, "/api-keys", "nav-api-keys", ReadApiKeys;
    Webhooks => Workspace, "/webhooks", "nav-webhooks", ReadWebhooks;
    Audit => Workspace, "/audit", "nav-audit", ReadAudit;
    Health => Operator, "", "nav-health", ReadServer;
    Users => Operator, "/users", "nav-users", ReadAllUsers;
    Workspaces => Operator, "/workspaces", "nav-workspaces", ReadAllWorkspaces;
    Clients => Operator, "/clients", "nav-clients", ReadAllClients;
    Keys => Operator, "/keys", "nav-keys", ReadServer;
    AllAudit => Operator, "/audit", "nav-all-audit", ReadAllAudit;
    AllWebhooks => Operator, "/webhooks", "nav-all-webhooks", ReadAllWebhooks;
    Settings => Operator, "/settings", "nav-settings", ReadServer;
}

impl Section {
    /// The path below the issuer's. `workspace` is only used for pages of a workspace.
    pub fn href(self, base: &str, workspace: &str) -> String {
        let path = self.path();
        match self.area() {
            Area::Account => format!("{base}/account{path}"),
            Area::Workspace => format!("{base}/workspaces/{workspace}{path}"),
            Area::Operator => format!("{base}/operator{path}"),
        }
    }
}

/// A link in the navigation.
#[derive(Debug)]
pub struct Link {
    pub href: String,
    pub key: &'static str,
    pub here: bool,
}

/// The links of one area.
#[derive(Debug)]
pub struct Group {
    /// The text key of its title. `None` for the workspace, whose title is its name.
    pub key: Option<&'static str>,
    pub links: Vec<Link>,
}

fn links(base: &str, area: Area, principal: &Principal, workspace: &str, here: Option<Section>) -> Vec<Link> {
    let sections = Section::ALL.iter().filter(|s| s.area() == area && principal.may(s.operation()).is_ok());
    sections.map(|s| Link { href: s.href(base, workspace), key: s.key(), here: here == Some(*s) }).collect()
}

/// The pages of a workspace that the user may see as this member.
pub fn of_workspace(base: &str, person: &Principal, member: &WorkspaceMembership) -> Vec<Link> {
    let there = Principal { workspace: Some((member.workspace_id, member.roles.role)), ..person.clone() };
    links(base, Area::Workspace, &there, &member.workspace_id.to_string(), None)
}

/// The navigation of a signed-in user.
#[derive(Debug)]
pub struct Nav {
    pub email: String,
    /// The workspace of the current pages.
    pub workspace: Option<String>,
    /// Whether there are other workspaces to switch to.
    pub several: bool,
    pub groups: Vec<Group>,
}

impl Nav {
    /// The pages that `principal` may see, with the current one marked.
    pub fn new(
        base: &str,
        email: &str,
        principal: &Principal,
        memberships: &[WorkspaceMembership],
        here: Option<Section>,
    ) -> Self {
        let workspace = principal.workspace.and_then(|(id, _)| memberships.iter().find(|m| m.workspace_id == id));
        let id = workspace.map(|m| m.workspace_id.to_string()).unwrap_or_default();
        let groups = [Area::Account, Area::Workspace, Area::Operator]
            .map(|area| Group { key: area.key(), links: links(base, area, principal, &id, here) });
        Self {
            email: email.to_owned(),
            workspace: workspace.map(|m| m.workspace_name.clone()),
            several: memberships.len() > 1,
            groups: groups.into_iter().filter(|group| !group.links.is_empty()).collect(),
        }
    }
}
