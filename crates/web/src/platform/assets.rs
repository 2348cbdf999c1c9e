//! Static files of the pages: the stylesheet with the brand's colours, the script, and the icon.
use domain::platform::encoding::base64url;
use flows::Brand;

/// A file whose name depends on its content.
#[derive(Debug)]
pub struct Asset {
    text: String,
    media_type: &'static str,
    name: String,
    href: String,
}

impl Asset {
    /// The stylesheet. Brands without a colour for dark mode use the light one.
    pub fn stylesheet(brand: &Brand, base: &str) -> Self {
        let light = brand_colours(&brand.primary_colour);
        let dark = brand.primary_colour_dark.as_deref().map(brand_colours).unwrap_or_default();
        let dark = if dark.is_empty() { dark } else { format!("@media (prefers-color-scheme: dark) {{{dark}}}") };
        Self::new(
            format!("{}{light}{dark}", include_str!("../../assets/style.css")),
            "css",
            "text/css; charset=utf-8",
            base,
        )
    }

    pub fn script(base: &str) -> Self {
        Self::new(include_str!("../../assets/script.js").to_owned(), "js", "text/javascript; charset=utf-8", base)
    }

    /// The favicon.
    pub fn icon(brand: &Brand, base: &str) -> Self {
        let colour = luminance(&brand.primary_colour).map_or("#1d4ed8", |_| brand.primary_colour.as_str());
        let tick = if luminance(colour).is_some_and(reads_white) { "#fff" } else { "#000" };
        let mark = format!(
            "<rect width=\"16\" height=\"16\" rx=\"4\" fill=\"{colour}\"/><path d=\"m4.4 8.4 2.5 2.6 4.8-5.9\" \
             fill=\"none\" stroke=\"{tick}\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>"
        );
        let text = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\">{mark}</svg>");
        Self::new(text, "svg", "image/svg+xml", base)
    }

    fn new(text: String, ending: &str, media_type: &'static str, base: &str) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        let name = format!("{}.{ending}", base64url(&digest.as_ref()[..9]));
        Self { text, media_type, href: format!("{base}/assets/{name}"), name }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Whether this is the name of another version of the file.
    pub fn is_like(&self, name: &str) -> bool {
        let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_owned());
        name.len() == self.name.len() && ending(name) == ending(&self.name)
    }
    /// The path used in links.
    pub fn href(&self) -> &str {
        &self.href
    }
}

const WHITE: f64 = 1.0;
const BLACK: f64 = 0.0;

/// The brand's colour, and black or white for the text on it, whichever is more readable (WCAG 2.2 §1.4.3: one of the two
/// always has 4.5:1). Empty unless it has the form `#rrggbb`.
fn brand_colours(colour: &str) -> String {
    let Some(on) = luminance(colour).map(|ground| if reads_white(ground) { "#fff" } else { "#000" }) else {
        return String::new();
    };
    format!(":root{{--brand:{colour};--on-brand:{on}}}\n")
}

/// The relative luminance of `#rrggbb`, from 0 to 1 (WCAG 2.2).
fn luminance(colour: &str) -> Option<f64> {
    let hex = colour.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).ok()?) / 255.0;
        Some(if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * part(0)? + 0.7152 * part(2)? + 0.0722 * part(4)?)
}

/// Whether white is more readable on it than black.
fn reads_white(ground: f64) -> bool {
    contrast(ground, WHITE) >= contrast(ground, BLACK)
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_the_brand_colour_is_legible() {
        for (colour, on) in
            [("#1d4ed8", "#fff"), ("#FFD400", "#000"), ("#ffffff", "#000"), ("#000000", "#fff"), ("#777777", "#000")]
        {
            assert_eq!(brand_colours(colour), format!(":root{{--brand:{colour};--on-brand:{on}}}\n"));
            let ground = luminance(colour).unwrap();
            let text = if on == "#fff" { WHITE } else { BLACK };
            assert!(contrast(ground, text) >= 4.5, "{colour}");
        }
        assert!((contrast(WHITE, BLACK) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn only_a_colour_gets_into_the_stylesheet() {
        for odd in ["", "red", "#12345", "#1234567", "#12345g", "#fff}*{x", "#\u{e9}1234"] {
            assert_eq!(brand_colours(odd), "", "{odd}");
        }
    }

    #[test]
    fn the_name_follows_the_content() {
        let blue = Asset::stylesheet(&Brand::default(), "");
        let red = Asset::stylesheet(&Brand { primary_colour: "#aa0000".to_owned(), ..Brand::default() }, "/base");
        assert_ne!(blue.name(), red.name());
        assert!(
            blue.is_like(red.name()) && !blue.is_like("style.css") && !blue.is_like(&red.name().replace("css", "xml"))
        );
        assert_eq!(red.href(), format!("/base/assets/{}", red.name()));
    }
}
