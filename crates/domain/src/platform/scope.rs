//! Scopes (RFC 6749 §3.3): a set with a stable order, written with single spaces.
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;

/// A text that is not a scope list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a scope is made of visible ASCII characters other than `\"` and `\\`, and scopes are separated by single spaces"
)]
pub struct InvalidScope;

/// A set of scopes, in the order in which they were first named.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopeSet(Vec<String>);

/// A list longer than this is an attack, not a request.
const MAX_SCOPES: usize = 100;

impl ScopeSet {
    /// Parses `scope = scope-token *( SP scope-token )`; repeated names count once. The empty string is the empty set.
    pub fn parse(text: &str) -> Result<Self, InvalidScope> {
        let mut set = Self::default();
        for name in text.split(' ').filter(|n| !n.is_empty()) {
            let valid = name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
            if !valid || set.0.len() == MAX_SCOPES {
                return Err(InvalidScope);
            }
            set.insert(name);
        }
        Ok(set)
    }

    /// One scope per name, without duplicates. Fails for a name that is empty or contains a space.
    pub fn from_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidScope> {
        // Examines each name only once, however many there are.
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        for name in names {
            let named = Self::parse(name)?;
            if named.len() != 1 || name.contains(' ') {
                return Err(InvalidScope);
            }
            all.extend(named.0.into_iter().filter(|_| seen.insert(name)));
        }
        Ok(Self(all))
    }

    fn insert(&mut self, name: &str) {
        if !self.contains(name) {
            self.0.push(name.to_owned());
        }
    }

    /// Whether the scope is in the set. Upper and lower case differ (RFC 6749 §3.3).
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|have| have == name)
    }

    /// Whether the set has no scopes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many different scopes the set has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The names in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether `of` contains every scope of this set. The empty set is a subset of any.
    pub fn is_subset(&self, of: &Self) -> bool {
        self.iter().all(|name| of.contains(name))
    }

    /// Both sets without duplicates, this one's names first.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        other.iter().for_each(|name| all.insert(name));
        all
    }

    /// The names in this set that `keep` accepts.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|name| keep(name)).cloned().collect())
    }

    /// The names in this set that are not in the other.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.filter(|name| !other.contains(name))
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl fmt::Debug for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl TryFrom<String> for ScopeSet {
    type Error = InvalidScope;
    fn try_from(text: String) -> Result<Self, InvalidScope> {
        Self::parse(&text)
    }
}

impl From<ScopeSet> for String {
    fn from(set: ScopeSet) -> Self {
        set.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(text: &str) -> ScopeSet {
        ScopeSet::parse(text).unwrap()
    }

    #[test]
    fn reads_and_writes() {
        assert_eq!(set("openid  email openid").to_string(), "openid email");
        assert_eq!(set("").to_string(), "");
        for bad in ["a\"b", "a\\b", "ü", "a\tb", "a\nb"] {
            assert!(ScopeSet::parse(bad).is_err(), "{bad:?}");
        }
        assert!(ScopeSet::parse(&"a ".repeat(10_000)).is_ok(), "repetition is not size");
        assert!(ScopeSet::parse(&(0..101).map(|i| format!("s{i}")).collect::<Vec<_>>().join(" ")).is_err());
    }

    proptest! {
        #[test]
        fn set_algebra(a in "([a-d] ){0,6}", b in "([a-d] ){0,6}") {
            let (a, b) = (set(&a), set(&b));
            prop_assert!(a.is_subset(&a.union(&b)) && b.is_subset(&a.union(&b)));
            prop_assert!(a.minus(&b).is_subset(&a));
            prop_assert_eq!(a.minus(&b).len() + a.filter(|n| b.contains(n)).len(), a.len());
            prop_assert_eq!(&set(&a.to_string()), &a);
        }
    }
}
