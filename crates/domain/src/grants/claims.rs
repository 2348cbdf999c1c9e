//! Claims about the user behind a token (OpenID Connect Core §5).
use crate::account::User;
use crate::clients::SubType;
use crate::platform::scope::ScopeSet;
use crate::workspace::Workspace;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The `claims` parameter (OpenID Connect Core §5.5), reduced to what affects responses: the names requested.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// The claims requested of userinfo. At most 64; names over 64 bytes are left out.
    pub userinfo: Vec<String>,
    /// The claims requested of the ID token, with the limits of `userinfo`.
    pub id_token: Vec<String>,
    /// `acr` requested as an essential claim, with the acceptable values.
    pub essential_acr: Vec<String>,
    /// Whether `auth_time` was requested.
    pub auth_time: bool,
    /// `sub` requested with a value: no other subject is acceptable.
    pub sub: Option<String>,
}

/// A `claims` parameter that is not a JSON object of the documented form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("claims must be a JSON object with the members userinfo and id_token")]
pub struct InvalidClaims;

impl ClaimsRequest {
    /// Reads the parameter. Unknown members are ignored, and so is everything but names in a claim's request.
    pub fn parse(text: &str) -> Result<Self, InvalidClaims> {
        let json = crate::platform::json::parse(text.as_bytes()).map_err(|_| InvalidClaims)?;
        let object = json.as_object().ok_or(InvalidClaims)?;
        let mut request = Self::default();
        for (member, names) in [("userinfo", &mut request.userinfo), ("id_token", &mut request.id_token)] {
            match object.get(member) {
                None | Some(Value::Null) => {}
                Some(Value::Object(asked)) => names.extend(asked.keys().filter(|k| k.len() <= 64).take(64).cloned()),
                Some(_) => return Err(InvalidClaims),
            }
        }
        let asked = |name: &str| object.get("id_token").and_then(|t| t.get(name));
        let values = |claim: &Value| -> Vec<String> {
            let one = claim.get("value").and_then(Value::as_str).map(str::to_owned);
            let many = claim.get("values").and_then(Value::as_array).into_iter().flatten();
            one.into_iter().chain(many.filter_map(|v| v.as_str().map(str::to_owned))).collect()
        };
        if let Some(acr) = asked("acr").filter(|acr| acr.get("essential") == Some(&Value::Bool(true))) {
            request.essential_acr = values(acr);
        }
        request.auth_time = asked("auth_time").is_some();
        request.sub = asked("sub").and_then(|sub| values(sub).into_iter().next());
        Ok(request)
    }

    /// The scopes that the named claims belong to: requesting a claim also requests its scope.
    pub fn scopes(&self) -> ScopeSet {
        let names = self.userinfo.iter().chain(&self.id_token);
        ScopeSet::from_names(names.filter_map(|name| scope_of(name))).unwrap_or_default()
    }

    /// Only the claims whose scope is in `allowed`, so that naming a claim cannot bypass consent.
    #[must_use]
    pub fn within(&self, allowed: &ScopeSet) -> Self {
        let keep = |names: &[String]| {
            let open = |name: &&String| scope_of(name).is_none_or(|scope| allowed.contains(scope));
            names.iter().filter(open).cloned().collect()
        };
        Self { userinfo: keep(&self.userinfo), id_token: keep(&self.id_token), ..self.clone() }
    }
}

/// The claims of a scope (OpenID Connect Core §5.4) that an account can have.
pub fn of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &["name", "locale", "zoneinfo", "updated_at"],
        "email" => &["email", "email_verified"],
        _ => &[],
    }
}

/// The scope that a claim belongs to, if any.
pub fn scope_of(claim: &str) -> Option<&'static str> {
    ["profile", "email"].into_iter().find(|scope| of_scope(scope).contains(&claim))
}

/// Claims of `openid` in every response: the workspace in which the user uses the client, and their roles there.
const ALWAYS: [&str; 3] = ["sub_type", "tenant_id", "roles"];

/// Claims this server supports, for discovery. A test produces each of them.
pub const SUPPORTED: &[&str] = &[
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "amr",
    "sid",
    "name",
    "locale",
    "zoneinfo",
    "updated_at",
    "email",
    "email_verified",
    "sub_type",
    "tenant_id",
    "roles",
    "workspace",
];

/// The subject of ID tokens and userinfo: the user, whatever the subject of the access token, and the workspace in
/// which the user uses the client.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    /// The user, whose id is `sub`.
    pub user: &'s User,
    /// The subject of the access token that was issued with it.
    pub sub_type: SubType,
    /// `None` if the token has no workspace, the user has left it, or it no longer allows the client.
    pub workspace: Option<(&'s Workspace, &'s [String])>,
}

impl Subject<'_> {
    /// The value of a claim, if this subject has it.
    fn claim(&self, name: &str) -> Option<Value> {
        let user = self.user;
        match name {
            "sub_type" => Some(self.sub_type.as_str().into()),
            "tenant_id" => self.workspace.map(|(workspace, _)| workspace.id.to_string().into()),
            "roles" => self.workspace.map(|(_, roles)| roles.into()),
            "workspace" => self.workspace.map(|(workspace, _)| json!({"id": workspace.id, "name": workspace.name})),
            "name" => Some(user.name.as_str().into()),
            "locale" => user.locale.as_deref().map(Into::into),
            "zoneinfo" => user.zone.as_ref().map(|zone| zone.as_str().into()),
            "updated_at" => Some(user.updated_at.seconds().into()),
            "email" => Some(user.email.as_str().into()),
            "email_verified" => Some(user.email_verified.into()),
            _ => None,
        }
    }

    fn put(&self, names: impl Iterator<Item = impl AsRef<str>>, into: &mut Map<String, Value>) {
        for name in names {
            if let Some(value) = self.claim(name.as_ref()) {
                into.insert(name.as_ref().to_owned(), value);
            }
        }
    }

    /// The userinfo response: the claims of the scopes, those requested by name and allowed, and the workspace.
    pub fn userinfo(&self, scopes: &ScopeSet, claims: &ClaimsRequest) -> Map<String, Value> {
        let mut all = Map::new();
        all.insert("sub".to_owned(), self.user.id.to_string().into());
        self.put(ALWAYS.iter().chain(&["workspace"]), &mut all);
        self.put(scopes.iter().flat_map(of_scope), &mut all);
        self.put(claims.userinfo.iter(), &mut all);
        all
    }

    /// The user's claims in the ID token. Claims of scopes are returned by userinfo (OpenID Connect Core §5.4); the ID
    /// token contains only those requested for it by name, unless `with_scopes` is set.
    pub fn id_token(&self, scopes: &ScopeSet, claims: &ClaimsRequest, with_scopes: bool) -> Map<String, Value> {
        let mut all = Map::new();
        all.insert("sub".to_owned(), self.user.id.to_string().into());
        self.put(ALWAYS.iter(), &mut all);
        self.put(scopes.iter().filter(|_| with_scopes).flat_map(of_scope), &mut all);
        self.put(claims.id_token.iter(), &mut all);
        all
    }
}

/// The userinfo response for a workspace credential, as documented in reference 000 (`UserInfoWorkspace`).
pub fn of_workspace(workspace: &Workspace, roles: &[String]) -> Map<String, Value> {
    let id = workspace.id.to_string();
    let sub_type = SubType::Workspace.as_str();
    let all = [
        ("sub", Value::from(id.as_str())),
        ("name", workspace.name.as_str().into()),
        ("sub_type", sub_type.into()),
        ("tenant_id", id.as_str().into()),
        ("roles", roles.into()),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_matters_and_refuses_other_shapes() {
        let request = ClaimsRequest::parse(
            r#"{"userinfo":{"email":null,"x":{"essential":true}},"id_token":{"auth_time":null,"acr":{"essential":true,"values":["a","b"]},"sub":{"value":"usr_1"}}}"#,
        )
        .unwrap();
        assert_eq!(request.userinfo, ["email", "x"]);
        assert!(request.auth_time);
        assert_eq!(request.essential_acr, ["a", "b"]);
        assert_eq!(request.sub.as_deref(), Some("usr_1"));
        for bad in ["", "[]", "{\"userinfo\":1}", "{"] {
            assert!(ClaimsRequest::parse(bad).is_err(), "{bad}");
        }
        assert!(ClaimsRequest::parse("{\"unknown\":{}}").is_ok());
    }
}
