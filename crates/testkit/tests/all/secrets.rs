//! Two secrets at once: one is brought in before the other is ended.
use domain::access::PermissionDenied;
use domain::workspace::Role;
use flows::Failure;
use flows::clients::secrets;
use flows::platform::management_error::{ManagementError, ManagementRefusal};
use testkit::{Kind, Party, TestApp, for_each_database};

fn refusal<T: std::fmt::Debug>(outcome: Result<T, Failure<ManagementError>>) -> ManagementError {
    match outcome {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_second_secret_comes_before_the_first_one_goes() {
    for_each_database(async |database| {
        let app = TestApp::start(database).await;
        let ada = app.user("ada@example.com", 1).await;
        let workspace = ada.workspaces[0];
        let who = |role| app.acting(&ada, Some((workspace, role)), false);
        let (admin, member) = (who(Role::Admin), who(Role::Member));
        let owned = |new: &mut flows::unguarded::applications::NewClient| new.owner_workspace_id = Some(workspace);
        let mut party = Party::with(&app, Kind::Machine, owned).await;
        let public = Party::with(&app, Kind::Spa, owned).await;
        let (id, first) = (party.id.to_string(), party.secret.clone());
        let token = async |party: &Party| party.token(&[("grant_type", "client_credentials")]).await.status.as_u16();
        let list = async || {
            app.app.flush().await.unwrap();
            secrets::list(&app.app, &app.ctx(), &member, &id).await.unwrap()
        };
        let before = list().await;
        assert_eq!((before.len(), before[0].last_used_at), (1, None));
        assert_eq!(token(&party).await, 200);
        let used = list().await;
        assert_eq!(used[0].last_used_at, Some(app.ctx().now));
        app.clock.advance(60);
        assert_eq!(token(&party).await, 200);
        assert_eq!(list().await, used, "kept to the hour");

        let added = secrets::add(&app.app, &app.ctx(), &admin, &id).await.unwrap();
        assert!(added.secret.expose().ends_with(&added.view.hint));
        let full = secrets::add(&app.app, &app.ctx(), &admin, &id).await;
        assert_eq!(refusal(full), ManagementRefusal::SecretsTooMany.into());
        assert_eq!(token(&party).await, 200, "the first one lives on");
        party.secret = Some(added.secret.expose().to_owned());
        assert_eq!(token(&party).await, 200);
        let both = list().await;
        assert_eq!(both.iter().map(|secret| secret.id).collect::<Vec<_>>(), [used[0].id, added.view.id]);
        assert_eq!(both[1].last_used_at, Some(app.ctx().now));

        let end = async |id: &str, secret: &str| secrets::end(&app.app, &app.ctx(), &admin, id, secret).await;
        let old = both[0].id.to_string();
        end(&id, &old).await.unwrap();
        assert_eq!(refusal(end(&id, &old).await), ManagementRefusal::SecretUnknown.into());
        assert_eq!(refusal(end(&id, "rubbish").await), ManagementRefusal::SecretUnknown.into());
        assert_eq!(token(&party).await, 200);
        party.secret = first;
        assert_eq!(token(&party).await, 401, "ended at once");
        assert_eq!(list().await.len(), 1);

        let of_public = secrets::add(&app.app, &app.ctx(), &admin, public.id.as_str()).await;
        assert_eq!(refusal(of_public), ManagementRefusal::NoSecret.into());
        let by_member = secrets::add(&app.app, &app.ctx(), &member, &id).await;
        assert_eq!(refusal(by_member), ManagementError::from(PermissionDenied::Role));
        // Many at once: one of them finds room.
        let mut racing = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (app, admin, id) = (app.clone(), admin.clone(), id.clone());
            racing.spawn(async move { secrets::add(&app.app, &app.ctx(), &admin, &id).await.is_ok() });
        }
        assert_eq!(racing.join_all().await.into_iter().filter(|added| *added).count(), 1);
        app.stop().await;
    })
    .await;
}
