//! The letter shown in place of an app's or a workspace's icon.

/// The first letter of a name, in upper case.
pub fn initial(name: &str) -> String {
    name.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect()).unwrap_or_default()
}
