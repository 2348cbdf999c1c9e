//! Sample code for a client: with curl, and with widely used libraries.
use domain::clients::{AuthMethod, Client, GrantType};
use domain::oauth::client_authentication::assertion::JWT_BEARER;
use domain::resources::OF_A_USER;

/// A code sample.
#[derive(Debug)]
pub struct Snippet {
    pub id: &'static str,
    /// The name of the tool or library; it is not translated.
    pub name: &'static str,
    pub code: String,
}

/// The values inserted into the code.
struct Around<'c> {
    issuer: &'c str,
    client: &'c Client,
    redirect_uri: String,
    scope: String,
    public: bool,
    post: bool,
    machine: bool,
}

impl Around<'_> {
    /// Whether the client signs assertions with a key.
    fn key(&self) -> bool {
        self.client.auth_method == AuthMethod::PrivateKeyJwt
    }
}

/// Quotes a text as one word for a POSIX shell.
pub fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Quotes a string literal for JavaScript, Python and Rust. The text is printable ASCII, for which they all agree with JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// All code samples for the client.
pub fn of(issuer: &str, client: &Client) -> Vec<Snippet> {
    let machine = !client.may_use(GrantType::AuthorizationCode);
    let scopes = client.config.scopes.filter(|name| !machine || !OF_A_USER.contains(&name));
    let around = Around {
        issuer,
        client,
        redirect_uri: client.config.redirect_uris.first().cloned().unwrap_or_default(),
        scope: scopes.to_string(),
        public: client.is_public(),
        post: client.auth_method == AuthMethod::ClientSecretPost,
        machine,
    };
    let mut all = vec![
        Snippet { id: "curl", name: "curl", code: curl(&around) },
        Snippet { id: "node", name: "Node: openid-client", code: node(&around) },
        Snippet { id: "python", name: "Python: Authlib", code: python(&around) },
    ];
    // The library requests `openid` on its own, and cannot sign assertions.
    if around.key() {
        return all;
    }
    if machine || client.config.scopes.contains("openid") {
        all.push(Snippet { id: "rust", name: "Rust: openidconnect", code: rust(&around) });
    }
    all
}

/// The curl arguments that authenticate the client at the token endpoint.
pub fn curl_client(client: &Client) -> String {
    let id = client.id.as_str();
    match client.auth_method {
        AuthMethod::None => format!("--data client_id={id}"),
        AuthMethod::ClientSecretBasic => format!("--user \"{id}:$CLIENT_SECRET\""),
        AuthMethod::ClientSecretPost => format!("--data client_id={id} --data client_secret=\"$CLIENT_SECRET\""),
        AuthMethod::PrivateKeyJwt => {
            format!("--data client_assertion_type={JWT_BEARER} \\\n  --data client_assertion=\"$CLIENT_ASSERTION\"")
        }
    }
}

/// The client credentials request.
pub fn curl_machine(issuer: &str, client: &Client) -> String {
    let scopes = client.config.scopes.filter(|name| !OF_A_USER.contains(&name));
    let scope =
        if scopes.is_empty() { String::new() } else { format!(" \\\n  --data scope={}", shell(&scopes.to_string())) };
    let (token, auth) = (shell(&format!("{issuer}/oauth2/token")), curl_client(client));
    format!("curl {token} \\\n  {auth} \\\n  --data grant_type=client_credentials{scope}\n")
}

/// The exchange of a code; `code` and `verifier` are quoted for a shell.
pub fn curl_exchange(issuer: &str, client: &Client, redirect_uri: &str, code: &str, verifier: &str) -> String {
    let (token, auth) = (shell(&format!("{issuer}/oauth2/token")), curl_client(client));
    let uri = shell(redirect_uri);
    format!(
        "curl {token} \\\n  {auth} \\\n  --data grant_type=authorization_code \\\n  --data-urlencode code={code} \\\n  --data-urlencode redirect_uri={uri} \\\n  --data-urlencode code_verifier={verifier}\n"
    )
}

fn curl(a: &Around<'_>) -> String {
    let discovery = shell(&format!("{}/.well-known/openid-configuration", a.issuer));
    let then = if a.machine {
        curl_machine(a.issuer, a.client)
    } else {
        curl_exchange(a.issuer, a.client, &a.redirect_uri, "\"$CODE\"", "\"$CODE_VERIFIER\"")
    };
    format!("curl {discovery}\n\n{then}")
}

fn node(a: &Around<'_>) -> String {
    let auth = match a.client.auth_method {
        AuthMethod::None => "undefined, oidc.None()",
        AuthMethod::ClientSecretPost => "undefined, oidc.ClientSecretPost(process.env.CLIENT_SECRET)",
        AuthMethod::ClientSecretBasic => "undefined, oidc.ClientSecretBasic(process.env.CLIENT_SECRET)",
        AuthMethod::PrivateKeyJwt => "undefined, oidc.PrivateKeyJwt({ key: privateKey, kid })",
    };
    // With the algorithm of the key.
    let import = if a.key() {
        "// The private key as a JWK, in the environment.\nconst { kid, alg, ...jwk } = JSON.parse(process.env.PRIVATE_KEY);\nconst privateKey = await importJWK(jwk, alg);\n\n"
    } else {
        ""
    };
    let packages = if a.key() { "openid-client jose" } else { "openid-client" };
    let with_jose = if a.key() { "import { importJWK } from 'jose';\n" } else { "" };
    let insecure = if a.issuer.starts_with("http:") { ", {\n  execute: [oidc.allowInsecureRequests],\n}" } else { "" };
    let (issuer, id) = (quoted(a.issuer), quoted(a.client.id.as_str()));
    let head = format!(
        "// npm install {packages}\nimport * as oidc from 'openid-client';\n{with_jose}\n{import}const config = await oidc.discovery(new URL({issuer}), {id}, {auth}{insecure});\n"
    );
    let scope = quoted(&a.scope);
    if a.machine {
        let asked = if a.scope.is_empty() { String::new() } else { format!(", {{ scope: {scope} }}") };
        return format!("{head}const tokens = await oidc.clientCredentialsGrant(config{asked});\n");
    }
    let (uri, scope) =
        (quoted(&a.redirect_uri), if a.scope.is_empty() { String::new() } else { format!("\n  scope: {scope},") });
    format!(
        "{head}\nconst verifier = oidc.randomPKCECodeVerifier();\nconst state = oidc.randomState();\nconst away = oidc.buildAuthorizationUrl(config, {{\n  redirect_uri: {uri},{scope}\n  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),\n  code_challenge_method: 'S256',\n  state,\n}});\n\n// Send the browser to `away`; `back` is the URL that it returns to.\nconst tokens = await oidc.authorizationCodeGrant(config, back, {{\n  pkceCodeVerifier: verifier,\n  expectedState: state,\n}});\n"
    )
}

fn python(a: &Around<'_>) -> String {
    let method = a.client.auth_method.as_str();
    let secret = match (a.public, a.key()) {
        (true, _) => "",
        (_, false) => "\n    client_secret=os.environ[\"CLIENT_SECRET\"],",
        // The private key in PEM.
        (_, true) => "\n    client_secret=os.environ[\"PRIVATE_KEY\"],",
    };
    let redirect = if a.machine {
        String::new()
    } else {
        format!("\n    redirect_uri={},\n    code_challenge_method=\"S256\",", quoted(&a.redirect_uri))
    };
    let scope = if a.scope.is_empty() { String::new() } else { format!("\n    scope={},", quoted(&a.scope)) };
    let os = if a.public { "" } else { "import os\n\n" };
    let generate = if a.machine { "" } else { "from authlib.common.security import generate_token\n" };
    let discovery = quoted(&format!("{}/.well-known/openid-configuration", a.issuer));
    let (jwt, sign) = if a.key() {
        (
            "\nfrom authlib.oauth2.rfc7523 import PrivateKeyJWT",
            "# The private key is in PEM; name its algorithm and, if there are several keys, its id.\nsession.register_client_auth_method(\n    PrivateKeyJWT(metadata[\"issuer\"], alg=\"RS256\", headers={\"kid\": os.environ[\"KEY_ID\"]})\n)\n",
        )
    } else {
        ("", "")
    };
    let head = format!(
        "# pip install authlib requests\n{os}{generate}from authlib.integrations.requests_client import OAuth2Session{jwt}\n\nsession = OAuth2Session(\n    client_id={},{secret}\n    token_endpoint_auth_method=\"{method}\",{redirect}{scope}\n)\nmetadata = session.get({discovery}, withhold_token=True).json()\n{sign}",
        quoted(a.client.id.as_str())
    );
    if a.machine {
        return format!(
            "{head}token = session.fetch_token(metadata[\"token_endpoint\"], grant_type=\"client_credentials\")\n"
        );
    }
    format!(
        "{head}\nverifier = generate_token(48)\naway, state = session.create_authorization_url(\n    metadata[\"authorization_endpoint\"], code_verifier=verifier\n)\n\n# Send the browser to `away`; `back` is the address that it returns to.\ntoken = session.fetch_token(\n    metadata[\"token_endpoint\"], authorization_response=back, state=state, code_verifier=verifier\n)\n"
    )
}

fn rust(a: &Around<'_>) -> String {
    let secret = if a.public { "None" } else { "Some(ClientSecret::new(std::env::var(\"CLIENT_SECRET\")?))" };
    let auth = if a.post && !a.public { "\n.set_auth_type(AuthType::RequestBody)" } else { "" };
    let redirect = if a.machine {
        String::new()
    } else {
        format!("\n.set_redirect_uri(RedirectUrl::new({}.to_owned())?)", quoted(&a.redirect_uri))
    };
    let scopes: String =
        a.scope.split(' ').filter(|scope| !scope.is_empty() && *scope != "openid").fold(String::new(), |all, scope| {
            format!("{all}\n    .add_scope(Scope::new({}.to_owned()))", quoted(scope))
        });
    let indented = format!("{auth}{redirect}").replace('\n', "\n    ");
    let head = format!(
        "// cargo add openidconnect\nuse openidconnect::core::*;\nuse openidconnect::*;\n\nlet http = reqwest::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).build()?;\nlet issuer = IssuerUrl::new({}.to_owned())?;\nlet metadata = CoreProviderMetadata::discover_async(issuer, &http).await?;\nlet client = CoreClient::from_provider_metadata(metadata, ClientId::new({}.to_owned()), {secret}){indented};\n",
        quoted(a.issuer),
        quoted(a.client.id.as_str())
    );
    if a.machine {
        return format!(
            "{head}let tokens = client\n    .exchange_client_credentials()?{scopes}\n    .request_async(&http)\n    .await?;\n"
        );
    }
    format!(
        "{head}\nlet (challenge, verifier) = PkceCodeChallenge::new_random_sha256();\nlet (away, state, nonce) = client\n    .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random){scopes}\n    .set_pkce_challenge(challenge)\n    .url();\n\n// Send the browser to `away`; it returns with `code` and with the same `state`.\nlet tokens = client\n    .exchange_code(AuthorizationCode::new(code))?\n    .set_pkce_verifier(verifier)\n    .request_async(&http)\n    .await?;\nlet id_token = tokens.id_token().ok_or(\"no ID token\")?;\nlet claims = id_token.claims(&client.id_token_verifier(), &nonce)?;\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_word_of_the_shell_or_a_text_of_a_program() {
        assert_eq!(shell("a'b; rm -rf \"$HOME\""), r#"'a'\''b; rm -rf "$HOME"'"#);
        assert_eq!(quoted("a\"b\\"), r#""a\"b\\""#);
    }
}
