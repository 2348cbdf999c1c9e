//! The one stylesheet.
use domain::encoding::base64url;
use flows::Brand;

/// The stylesheet, named after its content, with the brand's colour in it.
#[derive(Debug)]
pub struct Stylesheet {
    text: String,
    name: String,
    base: String,
}

impl Stylesheet {
    pub fn new(brand: &Brand, base: &str) -> Self {
        let colour = &brand.primary_colour;
        let plain = colour.len() == 7 && colour.starts_with('#') && colour[1..].bytes().all(|b| b.is_ascii_hexdigit());
        let brand = if plain { format!(":root{{--brand:{colour}}}\n") } else { String::new() };
        let text = format!("{}{brand}", include_str!("../assets/style.css"));
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        Self { text, name: base64url(&digest.as_ref()[..9]), base: base.to_owned() }
    }
    /// The text, with the brand's colour.
    pub fn text(&self) -> String {
        self.text.clone()
    }
    /// Below the issuer's path.
    pub fn route(&self) -> String {
        format!("/assets/{}.css", self.name)
    }
    /// As pages link it.
    pub fn href(&self) -> String {
        format!("{}{}", self.base, self.route())
    }
}
