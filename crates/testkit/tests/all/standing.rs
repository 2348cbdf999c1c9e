//! Whether the server says that it is ready, and tells the truth (bounds, point 6.1).
use serde_json::json;
use testkit::{Api, Database, TestApp, for_each_database};

#[tokio::test]
async fn point_6_1_ready_is_who_can_write() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let before = app.store.commits();
        // All at once: one of them asks the database for all.
        let replies = futures_util::future::join_all((0..20).map(|_| async { Api::nobody(&app).get("/readyz").await }));
        for reply in replies.await {
            assert_eq!((reply.status.as_u16(), reply.body.as_str()), (200, "ready\n"));
        }
        assert_eq!(app.store.commits() - before, 1);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn point_6_1_who_cannot_write_is_not_ready_and_says_when_to_try_again() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres().await);
    let (on_file, on_server) = (TestApp::start(&sqlite).await, TestApp::start(&postgres).await);
    std::fs::remove_file(sqlite.url.strip_prefix("sqlite:").unwrap()).unwrap();
    postgres.remove().await;
    for app in [&on_file, &on_server] {
        let reply = Api::nobody(app).get("/readyz").await;
        assert_eq!((reply.status.as_u16(), reply.body.as_str()), (503, "the database is not available\n"));
        assert_eq!(reply.header("retry-after"), "2");
        let client =
            Api::nobody(app).post("/oauth2/register", &json!({"redirect_uris": ["https://a.example/cb"]})).await;
        assert_eq!((client.status.as_u16(), client.header("retry-after")), (503, "2"), "{}", client.body);
        // What waits to be written cannot be; closing works all the same.
        let _ = app.app.stop().await;
    }
}

#[tokio::test]
async fn point_6_2_who_is_about_to_end_is_not_ready_and_serves() {
    let database = Database::sqlite();
    let app = TestApp::start(&database).await;
    let nobody = Api::nobody(&app);
    assert_eq!(nobody.get("/readyz").await.status, 200);
    app.app.standing().leave();
    let reply = nobody.get("/readyz").await;
    assert_eq!((reply.status.as_u16(), reply.body.as_str()), (503, "the server is stopping\n"));
    assert_eq!(nobody.get("/healthz").await.status, 200);
    assert_eq!(nobody.post("/oauth2/register", &json!({"redirect_uris": ["https://a.example/cb"]})).await.status, 201);
    app.stop().await;
}
