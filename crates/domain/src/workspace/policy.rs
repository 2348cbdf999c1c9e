/// Which clients users may authorize for a workspace. The operator's own are always allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppPolicy {
    /// Every client; users decide.
    #[default]
    All,
    /// Clients verified by the operator.
    Verified,
    /// Clients on a list maintained by the owners.
    Listed,
}

impl AppPolicy {
    /// From the widest to the narrowest.
    pub const ALL: [Self; 3] = [Self::All, Self::Verified, Self::Listed];
    /// The value in the database and in the APIs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Verified => "verified",
            Self::Listed => "listed",
        }
    }
    /// Reads [`AppPolicy::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }
}
