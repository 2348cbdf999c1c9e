/// Which applications a workspace lets people authorize for it. The operator's own are always among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppPolicy {
    #[default]
    All,
    /// Those that the operator looked at.
    Verified,
    /// Those on a list that the owners keep.
    Listed,
}

impl AppPolicy {
    pub const ALL: [Self; 3] = [Self::All, Self::Verified, Self::Listed];
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Verified => "verified",
            Self::Listed => "listed",
        }
    }
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }
}
