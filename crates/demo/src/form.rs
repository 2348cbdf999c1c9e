//! Reads forms from a page, like a browser without scripts.
use anyhow::Context as _;
use scraper::{ElementRef, Html, Selector};

/// A form: its action and the values of its controls.
#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// The values of each group of radio buttons, checked or not.
    pub choices: Vec<(String, String)>,
}

fn all<'p>(root: ElementRef<'p>, css: &str) -> Vec<ElementRef<'p>> {
    let Ok(selector) = Selector::parse(css) else { return Vec::new() };
    root.select(&selector).collect()
}

impl Form {
    /// The form that contains the element with this id.
    pub fn with(html: &str, id: &str) -> anyhow::Result<Self> {
        let page = Html::parse_document(html);
        let forms = all(page.root_element(), "form");
        let form = forms.into_iter().find(|form| !all(*form, &format!("[id=\"{id}\"]")).is_empty());
        let form = form.with_context(|| format!("the page has no form with #{id}"))?;
        let mut fields = Vec::new();
        let mut choices = Vec::new();
        for input in all(form, "input[name]") {
            let attribute = |name: &str| input.value().attr(name).unwrap_or_default().to_owned();
            let pair = (attribute("name"), attribute("value"));
            let kind = attribute("type");
            if kind == "radio" {
                choices.push(pair.clone());
            }
            if !matches!(kind.as_str(), "radio" | "checkbox") || input.value().attr("checked").is_some() {
                fields.push(pair);
            }
        }
        Ok(Self { action: form.value().attr("action").unwrap_or_default().to_owned(), fields, choices })
    }

    /// Fills in a field, or selects another radio button of its group.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_browser_would_send() {
        let html = r#"<form action="/a"><input name="h" type="hidden" value="1&amp;2"><input type=radio name=w value=x><input type=radio name=w value=y checked>
            <input type=checkbox name=s value=t checked><input type=checkbox name=s value=u><button id=go></button></form>"#;
        let form = Form::with(html, "go").unwrap();
        let pair = |n: &str, v: &str| (n.to_owned(), v.to_owned());
        assert_eq!(form.action, "/a");
        assert_eq!(form.fields, [pair("h", "1&2"), pair("w", "y"), pair("s", "t")]);
        assert_eq!(form.choices, [pair("w", "x"), pair("w", "y")]);
        assert_eq!(form.set("w", "x").fields.last(), Some(&pair("w", "x")));
        assert!(Form::with(html, "other").is_err());
    }
}
