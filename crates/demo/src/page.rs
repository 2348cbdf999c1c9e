//! The pages of the sample application. It represents a third-party product, so it shares nothing with our pages.

/// Escapes text for HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark;background:Canvas;color:CanvasText}\
a.b{display:inline-block;padding:.6rem 1rem;margin:.3rem .5rem .3rem 0;border-radius:.5rem;background:#0f766e;color:#fff;text-decoration:none;font-weight:600}\
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem}dt{opacity:.75}dd{margin:0;overflow-wrap:anywhere}";

fn frame(title: &str, content: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{} · Ledger Sync</title><style>{STYLE}</style><main>{content}</main></html>",
        escape(title)
    )
}

pub fn home() -> String {
    frame(
        "Home",
        "<h1>Ledger Sync</h1><p>A sample application of a third party.</p>\
         <p><a class=\"b\" id=\"sign-in\" href=\"/start?sub_type=user\">Sign in</a> \
         <a class=\"b\" id=\"connect-workspace\" href=\"/start?sub_type=workspace\">Connect a workspace</a></p>",
    )
}

/// What the application received, as names and values, with the subject separately.
pub fn received(sub: &str, facts: &[(String, String)]) -> String {
    let items: Vec<_> = facts.iter().map(|(n, v)| format!("<dt>{}</dt><dd>{}</dd>", escape(n), escape(v))).collect();
    let list = items.concat();
    let sub = escape(sub);
    frame(
        "Connected",
        &format!(
            "<h1>Connected</h1><p>Subject <code id=\"sub\">{sub}</code></p><dl>{list}</dl><p><a class=\"b\" href=\"/\">Back</a></p>"
        ),
    )
}

pub fn failed(error: &str, description: &str) -> String {
    let (error, description) = (escape(error), escape(description));
    frame(
        "Not connected",
        &format!(
            "<h1>Not connected</h1><p><code id=\"error\">{error}</code></p><p id=\"description\">{description}</p><p><a class=\"b\" href=\"/\">Back</a></p>"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_received_becomes_markup() {
        let page = failed("<script>", "\"a\" & <b>");
        assert!(
            page.contains("&lt;script&gt;")
                && page.contains("&quot;a&quot; &amp; &lt;b&gt;")
                && !page.contains("<script>")
        );
    }
}
