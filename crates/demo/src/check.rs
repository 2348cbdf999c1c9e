//! `countersign demo --check`: runs the whole flow over HTTP and prints one line per step.
use crate::form::Form;
use crate::seed::Seed;
use anyhow::{Context as _, bail, ensure};
use domain::oauth::pkce::CodeChallenge;
use reqwest::{Client, Response, StatusCode, header};
use serde_json::Value;
use url::Url;

struct Check<'s> {
    seed: &'s Seed,
    http: Client,
    print: &'s dyn Fn(&str),
}

#[expect(clippy::disallowed_methods, reason = "the check is a client of its own demo")]
pub async fn run(seed: &Seed, verifier: &str, print: &dyn Fn(&str)) -> anyhow::Result<()> {
    let http = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).build()?;
    Check { seed, http, print }.all(verifier).await
}

async fn json(response: Response) -> anyhow::Result<Value> {
    let (status, text) = (response.status(), response.text().await?);
    ensure!(status == StatusCode::OK, "status {status}: {text}");
    Ok(serde_json::from_str(&text)?)
}

fn location(response: &Response) -> anyhow::Result<Url> {
    let text = response.headers().get(header::LOCATION).context("no redirect")?.to_str()?;
    Ok(response.url().join(text)?)
}

impl Check<'_> {
    fn step(&self, said: &str) {
        (self.print)(&format!("ok - {said}"));
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.seed.issuer)
    }

    async fn submit(&self, at: &Url, form: &Form) -> anyhow::Result<Response> {
        let to = at.join(&form.action)?;
        Ok(self.http.post(to).form(&form.fields).send().await?)
    }

    /// Follows redirects within the server until a page, or a redirect to another origin.
    async fn settle(&self, mut response: Response) -> anyhow::Result<Result<(Url, String), Url>> {
        for _ in 0..10 {
            if !response.status().is_redirection() {
                let (url, status) = (response.url().clone(), response.status());
                ensure!(status == StatusCode::OK, "status {status} at {url}");
                return Ok(Ok((url, response.text().await?)));
            }
            let to = location(&response)?;
            if !to.as_str().starts_with(&self.seed.issuer) {
                return Ok(Err(to));
            }
            response = self.http.get(to).send().await?;
        }
        bail!("too many redirects")
    }

    async fn token(&self, fields: &[(&str, &str)]) -> anyhow::Result<Response> {
        self.as_client("/oauth2/token", fields).await
    }

    async fn as_client(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Response> {
        let web = self.seed.client("web")?;
        let request = self.http.post(self.url(path)).basic_auth(&web.client_id, web.client_secret.as_ref());
        Ok(request.form(fields).send().await?)
    }

    async fn all(&self, verifier: &str) -> anyhow::Result<()> {
        let user = self.seed.users.iter().find(|u| u.workspaces.len() == 2).context("a user with two workspaces")?;
        let workspace = &user.workspaces[1];
        let web = self.seed.client("web")?;

        let metadata = json(self.http.get(self.url("/.well-known/openid-configuration")).send().await?).await?;
        ensure!(metadata["issuer"] == self.seed.issuer.as_str(), "the issuer is another");
        self.step("discovery names the issuer");

        let mut url = Url::parse(metadata["authorization_endpoint"].as_str().context("authorization_endpoint")?)?;
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &web.client_id),
            ("redirect_uri", &web.redirect_uris[0]),
            ("scope", "openid profile email offline_access"),
            ("state", "demo state"),
            ("nonce", "demo-nonce"),
            ("code_challenge", &CodeChallenge::of(verifier).text()),
            ("code_challenge_method", "S256"),
        ]);
        let Ok((at, html)) = self.settle(self.http.get(url).send().await?).await? else { bail!("no sign-in page") };
        let form = Form::with(&html, "login-submit")?.set("username", &user.email).set("password", &user.password);
        self.step("the sign-in page is shown");

        let Ok((at, html)) = self.settle(self.submit(&at, &form).await?).await? else { bail!("no consent page") };
        let form = Form::with(&html, "consent-allow")?;
        self.step("signed in; the consent page is shown");

        let offered: Vec<_> = form.choices.iter().filter(|(n, _)| n == "workspace").map(|(_, v)| v.as_str()).collect();
        ensure!(
            offered.len() == 2 && offered.contains(&workspace.id.as_str()),
            "the workspaces offered are {offered:?}"
        );
        let form = form.set("workspace", &workspace.id).set("action", "allow");
        let Err(back) = self.settle(self.submit(&at, &form).await?).await? else {
            bail!("no redirect to the application")
        };
        let answer = |name: &str| back.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
        ensure!(answer("state").as_deref() == Some("demo state"), "the state is another");
        ensure!(answer("iss").as_deref() == Some(self.seed.issuer.as_str()), "iss is another");
        let code = answer("code").context("no code")?;
        self.step("chose a workspace and allowed; a code came back with state and iss");

        let exchange = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", &web.redirect_uris[0]),
            ("code_verifier", verifier),
        ];
        let tokens = json(self.token(&exchange).await?).await?;
        let text = |value: &Value, name: &str| value[name].as_str().map(str::to_owned).with_context(|| name.to_owned());
        let (access, refresh) = (text(&tokens, "access_token")?, text(&tokens, "refresh_token")?);
        ensure!(tokens["id_token"].is_string() && tokens["token_type"] == "Bearer", "the answer lacks something");
        self.step("exchanged the code for tokens");

        let userinfo = json(self.http.get(self.url("/oauth2/userinfo")).bearer_auth(&access).send().await?).await?;
        ensure!(
            userinfo["sub"] == user.id.as_str() && userinfo["tenant_id"] == workspace.id.as_str(),
            "userinfo says {userinfo}"
        );
        self.step("userinfo names the person and the chosen workspace");

        let seen = json(self.as_client("/oauth2/introspect", &[("token", &access)]).await?).await?;
        ensure!(seen["active"] == true && seen["sub"] == workspace.id.as_str(), "introspection says {seen}");
        self.step("introspection says active");

        let refreshed =
            json(self.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await?).await?;
        let second = text(&refreshed, "access_token")?;
        ensure!(second != access, "the same access token came again");
        self.step("refreshed");

        json(self.as_client("/oauth2/revoke", &[("token", &refresh)]).await?).await?;
        for token in [&access, &second] {
            let seen = json(self.as_client("/oauth2/introspect", &[("token", token)]).await?).await?;
            ensure!(seen == serde_json::json!({"active": false}), "after revocation introspection says {seen}");
        }
        let refused = self.token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await?;
        let (status, body): (_, Value) = (refused.status(), refused.json().await?);
        ensure!(
            status == StatusCode::BAD_REQUEST && body["error"] == "invalid_grant",
            "after revocation refresh says {status} {body}"
        );
        self.step("revoked: introspection and refresh show it at once");
        Ok(())
    }
}
