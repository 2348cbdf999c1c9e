//! The letter that stands for an app or a workspace.

/// The first letter of a name, as large as it gets.
pub fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect()).unwrap_or_default()
}
