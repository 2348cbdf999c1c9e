//! Checks the settings, and warns about questionable ones.
use super::{Config, Loaded};
use domain::clients::metadata::LONGEST_SIGNED;
use domain::clients::redirect_uri::is_private_use;
use flows::RegistrationPolicy;
use url::{Host, Url};

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Errors that keep the server from starting; each names its setting.
pub fn problems(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    let mut need = |holds: bool, said: String| {
        if !holds {
            found.push(said);
        }
    };
    match Url::parse(&config.issuer) {
        Err(error) => need(false, format!("issuer: {error}")),
        Ok(url) => {
            let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
            need(secure, "issuer: must be https (http only on loopback)".to_owned());
            let plain = !config.issuer.contains(['?', '#']) && url.username().is_empty();
            need(plain, "issuer: must have no query, fragment or user (RFC 8414 section 2)".to_owned());
            need(!config.issuer.ends_with('/'), "issuer: must not end with a slash".to_owned());
            let elsewhere = is_loopback(&url) && config.listen.ip().is_loopback() && config.listen.port() != 0;
            let reached = url.scheme() == "https" || url.port_or_known_default() == Some(config.listen.port());
            need(
                !elsewhere || reached,
                format!(
                    "issuer, listen: {} does not lead to {}, where the server listens",
                    config.issuer, config.listen
                ),
            );
        }
    }
    let prefix = config.token_prefix.as_bytes();
    let letters = prefix.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let fits = (1..=16).contains(&prefix.len()) && prefix[0].is_ascii_lowercase() && letters;
    need(fits, "token_prefix: 1 to 16 lower-case letters and digits, a letter first".to_owned());
    let database = config.database_url();
    let known = ["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database.starts_with(scheme));
    need(known, "database: must begin with `sqlite:` or `postgres:`".to_owned());
    let p = &config.postgres;
    need((2..=1_000).contains(&p.max_connections), "postgres.max_connections: 2 to 1000".to_owned());
    let times = [p.connect_timeout, p.statement_timeout, p.pool_timeout];
    let bounded = times.iter().all(|seconds| (1..=60).contains(seconds)) && p.startup_wait <= 3_600;
    need(bounded, "postgres: each timeout must be 1 to 60 seconds, startup_wait at most 3600".to_owned());
    let bounded = config.shutdown.delay <= 300 && config.shutdown.grace <= 600;
    need(bounded, "shutdown: delay must be at most 300 seconds, grace at most 600".to_owned());
    let l = &config.lifetimes;
    let positive = [
        l.access_token,
        l.id_token,
        l.refresh_idle,
        l.refresh_absolute,
        l.session_idle,
        l.session_absolute,
        l.interaction,
    ];
    need(positive.iter().all(|s| *s > 0), "lifetimes: each must be at least one second".to_owned());
    let signed = l.access_token.max(l.id_token);
    need(
        signed <= LONGEST_SIGNED,
        "lifetimes.access_token, lifetimes.id_token: 30 days at most, as long as old keys are published".to_owned(),
    );
    need((0..=600).contains(&l.refresh_window), "lifetimes.refresh_window: 0 to 600 seconds".to_owned());
    need(
        (1..=600).contains(&l.authorization_code),
        "lifetimes.authorization_code: 1 to 600 seconds (OAuth 2.1 section 4.1.2)".to_owned(),
    );
    if let Err(error) = config.catalogue().check() {
        need(false, format!("scopes, permissions, resources: {error}"));
    }
    let known = |name: &String| config.scopes.iter().any(|s| s.name == *name);
    let own = config.registration.self_registered_scopes.iter().flatten().find(|name| !known(name));
    if let Some(name) = own {
        need(false, format!("registration.self_registered_scopes: the scope `{name}` is not declared"));
    }
    if let Some(bad) = config.registration.private_schemes.iter().find(|scheme| !is_private_use(scheme)) {
        need(false, format!("registration.private_schemes: `{bad}` is not a private-use scheme in lower case"));
    }
    let tokens = config.registration.policy != RegistrationPolicy::Token
        || !config.registration.initial_access_tokens.is_empty();
    need(tokens, "registration.initial_access_tokens: the policy `token` needs at least one".to_owned());
    need((1..=36_500).contains(&config.audit_retention_days), "audit_retention_days: 1 to 36500 days".to_owned());
    let is_colour =
        |text: &str| text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit());
    need(is_colour(&config.brand.primary_colour), "brand.primary_colour: must be #rrggbb".to_owned());
    let dark = config.brand.primary_colour_dark.as_deref();
    need(dark.is_none_or(is_colour), "brand.primary_colour_dark: must be #rrggbb".to_owned());
    found
}

/// KiB of memory times iterations. Less than this is below OWASP's recommendation for Argon2id (19 MiB, 2 iterations).
const CHEAP: u64 = 19_456 * 2;

/// Settings that work but deserve attention.
pub fn warnings(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    if config.issuer.starts_with("http:") {
        found.push("issuer: without TLS nobody but this machine can use the server safely".to_owned());
    }
    if config.registration.policy == RegistrationPolicy::Open {
        found.push("registration.policy: `open` lets anybody register clients; unused ones are removed".to_owned());
    }
    if config.outbound_allow_private {
        found.push("outbound_allow_private: anyone who can set a URL can reach the server's own network".to_owned());
    }
    if config.trusted_proxies.is_empty() && config.issuer.starts_with("https:") {
        found.push("trusted_proxies: empty, so behind a proxy every request seems to come from the proxy".to_owned());
    }
    if config.trusted_proxies.iter().any(|network| network.prefix_len() == 0) {
        found.push("trusted_proxies: everyone is a proxy, so anyone can claim any address".to_owned());
    }
    let cost = config.password_hashing;
    if u64::from(cost.memory_kib) * u64::from(cost.iterations) < CHEAP {
        found.push(
            "password_hashing: a stolen password hash is cheap to guess; use 19456 KiB and 2 iterations or more"
                .to_owned(),
        );
    }
    found
}

/// The settings in force and where each came from, secrets masked.
pub fn explain(loaded: &Loaded) -> Vec<String> {
    let mut lines = Vec::new();
    let Ok(serde_json::Value::Object(all)) = serde_json::to_value(&loaded.config) else { return lines };
    for (name, value) in all {
        let source = loaded.source(&name);
        let shown = match (name.as_str(), value) {
            ("database", serde_json::Value::String(url)) => masked(&url).into(),
            ("registration", mut registration) => {
                let tokens = registration["initial_access_tokens"].as_array().map_or(0, Vec::len);
                registration["initial_access_tokens"] = format!("{tokens} (masked)").into();
                registration
            }
            (_, value) => value,
        };
        lines.push(format!("{name} = {shown}  # {source}"));
    }
    lines
}

/// A database URL without its password. Unlike other URLs, it may name several hosts.
fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let place = match place.rsplit_once('@') {
        Some((who, place)) => match who.split_once(':') {
            Some((name, _)) => format!("{name}:***@{place}"),
            None => format!("{who}@{place}"),
        },
        None => place.to_owned(),
    };
    let query = query.map_or_else(String::new, |query| {
        let hidden = |pair: &str| match pair.split_once('=') {
            Some((name, _)) if name.eq_ignore_ascii_case("password") => format!("{name}=***"),
            _ => pair.to_owned(),
        };
        format!("?{}", query.split('&').map(hidden).collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{place}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checklist 87.
    #[test]
    fn the_defaults_start_and_faults_name_their_setting() {
        assert_eq!(problems(&Config::default()), Vec::<String>::new());
        let broken = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            problems(&config).join("; ")
        };
        assert!(broken(|c| c.issuer = "http://as.example".to_owned()).starts_with("issuer"));
        assert!(broken(|c| c.issuer = "https://as.example/?x".to_owned()).starts_with("issuer"));
        assert!(broken(|c| c.token_prefix = "CS".to_owned()).starts_with("token_prefix"));
        assert!(broken(|c| c.database = Some("mysql:x".to_owned())).starts_with("database"));
        assert!(broken(|c| c.lifetimes.authorization_code = 601).starts_with("lifetimes.authorization_code"));
        assert!(
            broken(|c| c.lifetimes.id_token = 31 * 24 * 3600).starts_with("lifetimes.access_token, lifetimes.id_token")
        );
        assert!(broken(|c| c.scopes.clear()).contains("openid"));
        assert!(broken(|c| c.brand.primary_colour = "red".to_owned()).starts_with("brand"));
        assert!(broken(|c| c.brand.primary_colour_dark = Some("#12".to_owned())).starts_with("brand"));
        let dangerous = broken(|c| c.registration.private_schemes.push("javascript".to_owned()));
        assert!(dangerous.starts_with("registration.private_schemes"));
        assert!(broken(|c| c.audit_retention_days = 0).starts_with("audit_retention_days"));
        assert!(broken(|c| c.postgres.max_connections = 1).starts_with("postgres.max_connections"));
        assert!(broken(|c| c.postgres.statement_timeout = 0).starts_with("postgres"));
        assert!(broken(|c| c.shutdown.delay = 301).starts_with("shutdown"));
        for (url, shown) in [
            ("postgres://u:secret@h/db", "postgres://u:***@h/db"),
            ("postgres://u:sec@r:et@h1:5432,h2:5433/db?a=b", "postgres://u:***@h1:5432,h2:5433/db?a=b"),
            ("postgres://h/db?user=u&password=secret", "postgres://h/db?user=u&password=***"),
            ("postgres://u@h/db", "postgres://u@h/db"),
            ("sqlite:data/a@b.db", "sqlite:data/a@b.db"),
        ] {
            assert_eq!(masked(url), shown);
        }
    }

    /// The reference page lists every setting.
    #[test]
    fn every_setting_is_documented() {
        fn walk(prefix: &str, value: &serde_json::Value, names: &mut Vec<String>) {
            if let serde_json::Value::Object(members) = value {
                for (name, value) in members {
                    let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                    walk(&name, value, names);
                    names.push(name);
                }
            }
        }
        let page =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/configuration.md")).unwrap();
        let mut names = Vec::new();
        walk("", &serde_json::to_value(Config::default()).unwrap(), &mut names);
        let missing: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "not in docs/src/configuration.md: {missing:?}");
    }
}
