//! Claims about the person or workspace behind a token (OpenID Connect Core §5).
use super::scope::ScopeSet;
use crate::WorkspaceId;
use crate::identity::{User, Workspace};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The `claims` parameter (OpenID Connect Core §5.5), as far as it changes an answer: the names asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    pub userinfo: Vec<String>,
    pub id_token: Vec<String>,
    /// `acr` as an essential claim with the values that would do.
    pub essential_acr: Vec<String>,
    /// `auth_time` was asked for.
    pub auth_time: bool,
    /// `sub` was asked for with one value: no other subject will do.
    pub sub: Option<String>,
}

/// A `claims` parameter that is not a JSON object of the documented form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("claims must be a JSON object with the members userinfo and id_token")]
pub struct InvalidClaims;

impl ClaimsRequest {
    pub fn parse(text: &str) -> Result<Self, InvalidClaims> {
        let json: Value = serde_json::from_str(text).map_err(|_| InvalidClaims)?;
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
}

/// What a scope opens (OpenID Connect Core §5.4).
pub fn of_scope(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &["name", "picture", "updated_at", "locale"],
        "email" => &["email", "email_verified"],
        _ => &[],
    }
}

/// Claims that this server can answer, for discovery.
pub const SUPPORTED: &[&str] = &[
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "name",
    "picture",
    "updated_at",
    "locale",
    "email",
    "email_verified",
    "tenant_id",
    "roles",
];

/// Who a token is about. A workspace has a name and no e-mail address, and says nothing of the person who connected it.
#[derive(Debug, Clone, Copy)]
pub enum Speaks<'s> {
    Person(&'s User),
    Workspace(&'s Workspace),
}

/// The same with the workspace whose roles count.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'s> {
    pub speaks: Speaks<'s>,
    pub tenant_id: Option<WorkspaceId>,
    pub roles: &'s [String],
}

impl Subject<'_> {
    /// One claim's value, if this subject has it.
    fn claim(&self, name: &str) -> Option<Value> {
        use Speaks::{Person, Workspace};
        match (self.speaks, name) {
            (_, "tenant_id") => self.tenant_id.map(|id| id.to_string().into()),
            (_, "roles") => Some(self.roles.into()),
            (Workspace(workspace), "name") => Some(workspace.name.as_str().into()),
            (Workspace(workspace), "updated_at") => Some(workspace.updated_at.seconds().into()),
            (Person(user), "name") => Some(user.name.as_str().into()),
            (Person(user), "picture") => user.picture.as_deref().map(Into::into),
            (Person(user), "locale") => user.locale.as_deref().map(Into::into),
            (Person(user), "updated_at") => Some(user.updated_at.seconds().into()),
            (Person(user), "email") => Some(user.email.as_str().into()),
            (Person(user), "email_verified") => Some(user.email_verified.into()),
            _ => None,
        }
    }

    /// The claims that `scopes` and the names in `asked` open, added to `into`. `tenant_id` and `roles` always come.
    pub fn collect(&self, scopes: &ScopeSet, asked: &[String], into: &mut Map<String, Value>) {
        let always: [&str; 2] = ["tenant_id", "roles"];
        let by_scope = scopes.iter().flat_map(|scope| of_scope(scope).iter().copied());
        // Naming a claim is not a way around consent: only claims whose scope was granted are answered.
        let by_name = asked.iter().map(String::as_str).filter(|name| {
            ["profile", "email"].iter().all(|scope| !of_scope(scope).contains(name) || scopes.contains(scope))
        });
        for name in by_scope.chain(by_name).chain(always) {
            if let Some(value) = self.claim(name) {
                into.insert(name.to_owned(), value);
            }
        }
    }
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
