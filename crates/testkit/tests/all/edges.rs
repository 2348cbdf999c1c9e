//! The edges of HTTP: origins, hosts, challenges, and values of the wrong type.
use axum::http::Method;
use serde_json::{Value, json};
use testkit::{Api, Browser, Kind, Party, TestApp, basic, for_each_database};

fn listed(header: &str) -> Vec<&str> {
    header.split(',').map(str::trim).collect()
}

/// Checklist 18.
#[tokio::test]
async fn point_4_7_pages_of_other_origins_may_send_and_read_the_headers_of_the_protocols() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let asked = "authorization, content-type, mcp-protocol-version, dpop, if-match, idempotency-key, x-request-id";
        for (method, path) in [
            ("POST", "/oauth2/token"),
            ("POST", "/api/oauth2/register"),
            ("PUT", "/oauth2/register/x"),
            ("GET", "/.well-known/oauth-authorization-server"),
            ("GET", "/api/v1/oauth2/userinfo"),
        ] {
            let headers = [
                ("origin", "https://app.example"),
                ("access-control-request-method", method),
                ("access-control-request-headers", asked),
            ];
            let reply = Browser::new(&app).call(Method::OPTIONS, path, &headers, "").await;
            assert!(reply.status.is_success(), "{path}");
            let allowed = listed(reply.header("access-control-allow-headers"));
            for name in listed(asked) {
                assert!(allowed.contains(&name), "{path}: {name}");
            }
            assert!(listed(reply.header("access-control-allow-methods")).contains(&method), "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), "");
        }
        let headers = [("origin", "https://app.example")];
        let reply = Browser::new(&app).call(Method::GET, "/oauth2/userinfo", &headers, "").await;
        let exposed = listed(reply.header("access-control-expose-headers"));
        for name in ["etag", "retry-after", "x-request-id", "dpop-nonce", "www-authenticate"] {
            assert!(exposed.contains(&name), "{name}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_5_a_401_without_a_credential_carries_no_error_code() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let mut paths = vec![("GET", "/api/oauth2/authorize?client_id=x".to_owned(), Value::Null)];
        for mount in ["/oauth2", "/api/oauth2", "/api/v1/oauth2"] {
            paths.push(("GET", format!("{mount}/userinfo"), Value::Null));
            paths.push(("GET", format!("{mount}/register/x"), Value::Null));
            paths.push(("DELETE", format!("{mount}/register/x"), Value::Null));
            paths.push(("PUT", format!("{mount}/register/x"), json!({})));
        }
        for path in ["/oidc/clients", "/api/v1/api-keys", "/api/oauth2/", "/api/v1/audit-events"] {
            paths.push(("GET", path.to_owned(), Value::Null));
        }
        paths.push(("POST", "/api/oauth2/consent".to_owned(), json!({"decision": "allow"})));
        for (method, path, body) in paths {
            let method: Method = method.parse().unwrap();
            let body = Some(&body).filter(|body| !body.is_null());
            let without = Api::nobody(&app).send(method.clone(), &path, body).await;
            assert_eq!((without.status.as_u16(), without.header("www-authenticate")), (401, "Bearer"), "{path}");
            let wrong = Api::with(&app, "cs_at_nothing").send(method, &path, body).await;
            assert_eq!(wrong.status, 401, "{path}");
            assert!(wrong.header("www-authenticate").starts_with("Bearer error=\""), "{path}");
        }
        app.stop().await;
    })
    .await;
}

/// Checklist 41.
#[tokio::test]
async fn point_6_5_an_empty_secret_is_no_authentication() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let user = app.user("ada@example.com", 0).await;
        let public = Party::new(&app, Kind::Spa).await;
        let code = public.code(&mut Browser::new(&app), &user, &[]).await;
        let send = async |id: &str, path: &str, fields: &[(&str, &str)]| {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let header = basic(id, "");
            let headers = [("authorization", header.as_str()), ("content-type", "application/x-www-form-urlencoded")];
            Browser::new(&app).call(Method::POST, path, &headers, &body).await
        };
        // It names a public client, as a `client_id` in the body does, ...
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", public.redirect_uri.as_str()),
            ("code_verifier", testkit::VERIFIER),
        ];
        let tokens = send(public.id.as_str(), "/oauth2/token", &redeem).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        // ... and proves nothing: where a client must authenticate it has not, and is not slowed down for it.
        let access = tokens.json()["access_token"].as_str().unwrap().to_owned();
        let looked = send(public.id.as_str(), "/oauth2/introspect", &[("token", &access)]).await;
        assert_eq!((looked.status.as_u16(), looked.error().as_str()), (401, "invalid_client"));
        assert_eq!(app.outcomes("client.authentication").await[0], "client_authentication_missing");
        let web = Party::new(&app, Kind::Web).await;
        for _ in 0..10 {
            let reply = send(web.id.as_str(), "/oauth2/token", &[("grant_type", "client_credentials")]).await;
            assert_eq!((reply.status.as_u16(), reply.error().as_str()), (401, "invalid_client"));
            assert!(reply.header("www-authenticate").starts_with("Basic "));
            assert_eq!(app.outcomes("client.authentication").await[0], "client_authentication_missing");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_5_json_values_of_the_wrong_type_are_an_invalid_request() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 0).await;
        let person = Api::person(&app, &ada, "").await;
        let party = Party::with(&app, Kind::Web, |new| new.config.any_secret_method = true).await;
        let good = json!({"client_id": party.id, "client_secret": party.secret, "grant_type": "authorization_code",
            "code": "x", "redirect_uri": party.redirect_uri, "token": "x", "decision": "allow", "state": "s"});
        for (path, names) in [
            ("/oauth2/token", &["client_id", "client_secret", "grant_type", "code", "redirect_uri"][..]),
            ("/api/v1/oauth2/revoke", &["client_id", "token"][..]),
            ("/api/oauth2/introspect", &["client_secret", "token"][..]),
            ("/oauth2/device_authorization", &["client_id", "scope"][..]),
            ("/api/oauth2/consent", &["client_id", "state", "scope"][..]),
        ] {
            for name in names {
                for wrong in [json!(1), json!(true), json!(["x"]), json!({"x": "y"})] {
                    let mut body = good.clone();
                    body[*name] = wrong.clone();
                    let reply = person.post(path, &body).await;
                    let said = (reply.status.as_u16(), reply.error());
                    assert_eq!(said, (400, "invalid_request".to_owned()), "{path} {name}: {wrong}");
                }
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_5_a_request_names_one_host() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let get = async |head: &str| {
            let answer = app.raw(&format!("GET /healthz {head}Connection: close\r\n\r\n")).await;
            answer.split(' ').nth(1).unwrap_or_default().to_owned()
        };
        assert_eq!(get("HTTP/1.1\r\nHost: a.example\r\n").await, "200");
        assert_eq!(get("HTTP/1.1\r\n").await, "400");
        assert_eq!(get("HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n").await, "400");
        assert_eq!(get("HTTP/1.1\r\nHost: a.example\r\nhost: a.example\r\n").await, "400");
        assert_eq!(get("HTTP/1.1\r\nHost: a.example/b\r\n").await, "400");
        assert_eq!(get("HTTP/1.0\r\n").await, "200", "HTTP/1.0 has no Host");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_5_a_cookie_from_a_page_without_an_origin_is_refused() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        app.user("ada@example.com", 1).await;
        let mut browser = Browser::new(&app);
        browser.sign_in_here("ada@example.com").await;
        let body = json!({"name": "t", "scopes": ["openid"]}).to_string();
        let json = async |browser: &mut Browser, headers: &[(&str, &str)]| {
            let all: Vec<_> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
            browser.call(Method::POST, "/api/v1/personal-access-tokens", &all, &body).await
        };
        for refused in [
            &[("origin", "null")][..],
            &[("origin", "null"), ("sec-fetch-site", "cross-site")],
            &[("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-site")],
        ] {
            let reply = json(&mut browser, refused).await;
            assert_eq!(reply.status, 403, "{refused:?}");
            assert_eq!(reply.json()["type"], "urn:countersign:problem:session_from_another_site");
            let read = browser.call(Method::GET, "/oidc/user/consent", refused, "").await;
            assert_eq!(read.json()["type"], "urn:countersign:problem:session_from_another_site", "{refused:?}");
            let asked = browser.call(Method::GET, "/api/oauth2/authorize", refused, "").await;
            assert_eq!(
                (asked.status.as_u16(), asked.json()["error"].as_str()),
                (403, Some("access_denied")),
                "{refused:?}"
            );
        }
        for good in [&[("origin", testkit::ISSUER)][..], &[("sec-fetch-site", "same-origin")], &[]] {
            assert_eq!(json(&mut browser, good).await.status, 201, "{good:?}");
        }
        // A form of ours: no-referrer makes browsers write `null` there, and `Sec-Fetch-Site` says that it is ours.
        let page = browser.get("/account").await.form("logout-submit");
        let fields: Vec<_> = page.fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let reply = browser.call(Method::POST, &page.action, &[("origin", "null"), kind], &form).await;
        assert_eq!(reply.status, 400, "{}", reply.body);
        let own = [("origin", "null"), ("sec-fetch-site", "same-origin"), kind];
        assert_eq!(browser.call(Method::POST, &page.action, &own, &form).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_4_9_arrays_are_complete_up_to_a_thousand_rows() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let key = Api::key(&app, ada.workspaces[0], "owner", "").await;
        for n in 0..101 {
            let body = json!({"name": format!("App {n}"), "description": "", "homepage_url": "https://a.example/",
                "redirect_uris": ["https://a.example/cb"], "scopes": ["openid"], "client_type": "public"});
            let made = key.post("/oidc/clients", &body).await;
            assert_eq!(made.status, 200, "{}", made.body);
        }
        let all = key.get("/oidc/clients").await;
        assert_eq!((all.json().as_array().unwrap().len(), all.header("x-total-count")), (101, "101"));
        assert_eq!(all.header("link"), "");
        for path in ["/oidc/clients", "/oidc/org/members"] {
            assert_eq!(key.get(&format!("{path}?limit=1000")).await.status, 200);
            assert_eq!(key.get(&format!("{path}?limit=1001")).await.status, 400);
        }
        app.stop().await;
    })
    .await;
}
