//! Names that look like another (UTS #39 §4).
use super::case::fold;
use super::marks;
use unicode_security::{GeneralSecurityProfile as _, skeleton};

/// The name mixes scripts or uses characters outside the general profile: the page says so next to it.
pub fn looks_alike(text: &str) -> bool {
    use unicode_security::MixedScript as _;
    !text.is_single_script() || text.chars().any(|c| c.is_alphanumeric() && !c.identifier_allowed())
}

/// What all texts that look the same as this one have in common, in any case of letters. Which letters look alike depends on
/// their case: `I` is an `l`, but neither `i` nor `L` is. So each case is looked at, and letters are folded after that.
fn looks(text: &str) -> [String; 3] {
    let look = |text: &str| fold(&skeleton(text).collect::<String>());
    [look(text), look(&text.to_lowercase()), look(&text.to_uppercase())]
}

/// Whether two texts can be taken for one another: in any case of letters, and with letters that look alike.
pub fn resembles(one: &str, other: &str) -> bool {
    let others = looks(other);
    looks(one).iter().any(|look| others.contains(look))
}

/// Whether a name can be taken for one of whoever is called `brand`: it looks the same, whatever is put between its letters,
/// or it has the brand among its words.
pub fn poses_as(name: &str, brand: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let apart = text.split(|c: char| !c.is_alphanumeric() && !marks::stacks(c));
        apart.filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
    };
    let (name, brand) = (words(name), words(brand));
    if brand.is_empty() {
        return false;
    }
    let whole = brand.concat();
    let among = name.windows(brand.len()).any(|some| resembles(&some.concat(), &whole));
    among || resembles(&name.concat(), &whole)
}
