//! What a person allowed applications, by workspace, and taking one of it back.
use domain::clients::Trust;
use flows::{Page, account};
use testkit::{Browser, Kind, Party, TestApp, Tokens, for_each_database};

#[tokio::test]
async fn one_workspace_is_disconnected_and_the_others_stay() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 2).await;
        let party = Party::with(&app, Kind::Web, |new| {
            new.trust = Trust::Verified;
            new.config.client_uri = Some("https://client.example".to_owned());
        })
        .await;
        let mut browser = Browser::new(&app);
        let own = party.tokens(&mut browser, &ada, &[]).await;
        let mut of = Vec::new();
        for workspace in &ada.workspaces {
            app.clock.advance(10);
            let reply = party.approve(&mut browser, &ada, &[("sub_type", "workspace")], Some(*workspace)).await;
            of.push(Tokens(party.exchange(&reply.answer("code").unwrap()).await.json()));
        }
        let (who, ctx) = (app.principal(&ada, None).await, app.ctx());
        let list = async |part, page| account::apps::page(&app.app, &ctx, &who, part, page).await.unwrap();
        let all = list("", Page::default()).await;
        assert_eq!((all.total, all.items.len()), (1, 1));
        let connected = &all.items[0];
        assert_eq!((connected.client_name.as_str(), connected.trust), ("Relying Party", Trust::Verified));
        assert_eq!(connected.homepage.as_deref(), Some("https://client.example"));
        let places: Vec<_> = connected.places.iter().map(|one| one.workspace_id).collect();
        assert_eq!(places, [Some(ada.workspaces[1]), Some(ada.workspaces[0]), None]);
        let first = &connected.places[0];
        assert_eq!(first.workspace_name.as_deref(), Some("Workspace 1"));
        assert_eq!(first.scopes.to_string(), "openid profile email");
        assert_eq!((first.since, first.last_used_at), (ctx.now, Some(ctx.now)));
        assert_eq!(list("LYING", Page::default()).await, all);
        assert_eq!((list("nobody", Page::default()).await.total, list("", Page::new(2, 2)).await.items), (0, vec![]));
        assert_eq!(&account::apps::one(&app.app, &ctx, &who, party.id.as_str()).await.unwrap(), connected);

        let end = async |id: &str, workspace: Option<&str>| {
            let outcome = account::apps::disconnect(&app.app, &app.ctx(), &who, id, workspace).await;
            outcome.map_err(|failure| failure.reason())
        };
        let id = party.id.as_str();
        let second = ada.workspaces[1].to_string();
        assert_eq!(end(id, Some(&second)).await, Ok(()));
        assert_eq!(end(id, Some(&second)).await, Err("consent_unknown"));
        assert_eq!(end(id, Some("rubbish")).await, Err("consent_unknown"));
        assert_eq!(end("cs_ci_nobody", None).await, Err("consent_unknown"));
        assert_eq!(party.introspect(&of[1].access()).await["active"], false);
        assert_eq!(party.introspect(&of[0].access()).await["active"], true);
        assert_eq!(end(id, None).await, Ok(()));
        assert_eq!(party.introspect(&own.access()).await["active"], false);
        assert_eq!(party.introspect(&of[0].access()).await["active"], true);
        let left = account::apps::one(&app.app, &ctx, &who, id).await.unwrap().places;
        assert_eq!(left.iter().map(|one| one.workspace_id).collect::<Vec<_>>(), [Some(ada.workspaces[0])]);
        account::apps::revoke(&app.app, &ctx, &who, id).await.unwrap();
        assert_eq!(party.introspect(&of[0].access()).await["active"], false);
        assert_eq!(list("", Page::default()).await.total, 0);
        let gone = account::apps::one(&app.app, &ctx, &who, id).await.map_err(|failure| failure.reason());
        assert_eq!(gone, Err("consent_unknown"));
        app.stop().await;
    })
    .await;
}
