//! Names that look like others (UTS #39 §4).
use super::case::fold;
use super::marks;
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::{GeneralSecurityProfile as _, skeleton};

/// Whether the name mixes scripts or uses characters outside the general profile; the page then shows a note next to
/// it.
pub fn looks_alike(text: &str) -> bool {
    use unicode_security::MixedScript as _;
    !text.is_single_script() || text.chars().any(|c| c.is_alphanumeric() && !c.identifier_allowed())
}

/// The common form of all texts that look the same as this one, in any letter case. Which letters look alike depends on
/// their case: `I` looks like `l`, but neither `i` nor `L` does. So each case is examined separately, and the letters
/// are folded afterwards.
fn looks(text: &str) -> [String; 3] {
    let look = |text: &str| fold(&skeleton(text).collect::<String>());
    [look(text), look(&text.to_lowercase()), look(&text.to_uppercase())]
}

/// Whether two texts can be mistaken for each other, in any letter case and with letters that look alike.
pub fn resembles(one: &str, other: &str) -> bool {
    let others = looks(other);
    looks(one).iter().any(|look| others.contains(look))
}

/// Whether a name can be mistaken for one of `brand`: some of its words look the same, whatever is placed between or on
/// top of the letters.
pub fn poses_as(name: &str, brand: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let bare: String = text.nfd().filter(|c| !marks::stacks(*c)).collect();
        let apart = bare.split(|c: char| !c.is_alphanumeric());
        apart.filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect()
    };
    let (name, brand) = (words(name), words(brand).concat());
    if brand.is_empty() {
        return false;
    }
    let (brands, letters) = (looks(&brand), brand.chars().count());
    (0..name.len()).any(|first| {
        let mut some = String::new();
        name[first..].iter().any(|word| {
            some.push_str(word);
            // A letter looks like two at most, such as `m` like `rn`.
            let long = some.chars().count();
            long <= 2 * letters && letters <= 2 * long && looks(&some).iter().any(|look| brands.contains(look))
        })
    })
}
