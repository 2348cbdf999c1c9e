//! Records that the server's settings were reloaded. There is no caller to check: a reload requires access to the machine.
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::{Ctx, Fault, Server};
use domain::events::Change;
use serde_json::json;

/// Records the names of the changed settings.
pub async fn tell(app: &Server, ctx: &Ctx, changed: &[String]) -> Result<(), Fault> {
    let (ctx, detail) = (ctx.clone(), json!({"settings": changed}));
    let write = app.store().write(move |tx| {
        Box::pin(async move {
            let record = ChangeRecord::of(Change::SettingsReloaded, AuditSubject::default()).with(detail);
            changes::within(tx, &ctx, record).await
        })
    });
    Ok(write.await?)
}
