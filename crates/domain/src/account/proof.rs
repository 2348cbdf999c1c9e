//! How and when a user was authenticated.
use crate::Timestamp;

/// A way to authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonMethod {
    /// A password, verified against its stored hash.
    Password,
}

impl PersonMethod {
    /// The value in `amr` (RFC 8176 §2), and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
        }
    }
    /// Reads [`PersonMethod::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::Password.as_str()).then_some(Self::Password)
    }
}

/// How strongly a user was authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// With one factor.
    #[default]
    Single,
}

impl Level {
    /// The value of `acr`. The lowest level has none, so that it never claims to be another.
    pub const fn acr(self) -> Option<&'static str> {
        match self {
            Self::Single => None,
        }
    }

    /// The level with this `acr`, as it was stored.
    fn stored(_acr: Option<&str>) -> Self {
        Self::Single
    }

    /// The methods of a proof that was stored without them. Every level has one combination of methods.
    fn methods(self) -> Vec<PersonMethod> {
        match self {
            Self::Single => vec![PersonMethod::Password],
        }
    }
}

/// The proof that a user was there: `amr`, `acr` and `auth_time` (OpenID Connect Core §2). Only a sign-in creates one; a
/// personal access token is no proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonProof {
    /// Every method that was used.
    pub methods: Vec<PersonMethod>,
    /// The level that the methods reach together.
    pub level: Level,
    /// When the user authenticated.
    pub at: Timestamp,
}

impl PersonProof {
    /// The user has just authenticated with these methods.
    pub fn new(methods: Vec<PersonMethod>, at: Timestamp) -> Self {
        Self { methods, level: Level::Single, at }
    }

    /// Restores a proof of which only the time and the level were stored; `None` if there was none.
    pub fn stored(at: Option<Timestamp>, acr: Option<&str>) -> Option<Self> {
        let level = Level::stored(acr);
        at.map(|at| Self { methods: level.methods(), level, at })
    }

    /// Whether the level is one of those that a client insists on.
    pub fn meets(&self, essential: &[String]) -> bool {
        essential.is_empty() || self.level.acr().is_some_and(|acr| essential.iter().any(|one| one == acr))
    }
}

/// In sealed tokens, a proof is its time and its `acr`.
pub(crate) mod sealed {
    use super::PersonProof;
    use crate::Timestamp;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    type Stored<S> = (Option<Timestamp>, Option<S>);

    #[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
    pub fn serialize<S: Serializer>(proof: &Option<PersonProof>, serializer: S) -> Result<S::Ok, S::Error> {
        let acr = proof.as_ref().and_then(|proof| proof.level.acr());
        let stored: Stored<&str> = (proof.as_ref().map(|proof| proof.at), acr);
        stored.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PersonProof>, D::Error> {
        let (at, acr) = Stored::<String>::deserialize(deserializer)?;
        Ok(PersonProof::stored(at, acr.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_1_methods_have_the_names_of_rfc_8176() {
        assert_eq!(PersonMethod::parse("pwd"), Some(PersonMethod::Password));
        assert_eq!(PersonMethod::Password.as_str(), "pwd");
        assert_eq!(PersonMethod::parse("otp"), None);
    }

    #[test]
    fn point_1_the_lowest_level_meets_no_demand() {
        let at = Timestamp::from_seconds(7);
        let proof = PersonProof::new(vec![PersonMethod::Password], at);
        assert!(proof.meets(&[]));
        assert!(!proof.meets(&["phr".to_owned()]) && !proof.meets(&[String::new()]));
        assert_eq!(PersonProof::stored(Some(at), None), Some(proof));
        assert_eq!(PersonProof::stored(None, None), None);
    }
}
