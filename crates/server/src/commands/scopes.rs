//! `countersign scope`.
use crate::cli::Scope;
use crate::output;
use crate::session::Session;
use domain::access::{Operation, management_scopes};
use domain::resources::{PermissionGroup, PermissionLevel};
use serde_json::json;

pub async fn run(session: Session, command: &Scope) -> anyhow::Result<()> {
    let Scope::List = command;
    let catalogue = &session.app.settings().catalogue;
    let opens = |name: &str| {
        let opened = Operation::ALL.iter().filter(|operation| operation.scope() == name).map(|o| o.says());
        json!({"name": name, "operations": opened.collect::<Vec<_>>()})
    };
    let value = json!({
        "scopes": catalogue.scopes,
        "permissions": catalogue.permissions,
        "resources": catalogue.resources,
        "management_scopes": management_scopes().map(opens).collect::<Vec<_>>(),
    });
    output::show(session.json, &value, |_| {
        let scopes = catalogue.scopes.iter().map(|scope| {
            let marks =
                [(scope.sensitive, " (sensitive)"), (scope.required, " (required)"), (scope.default, " (default)")];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            format!("{}{marks} {}", scope.name, scope.description)
        });
        let level = |level: &PermissionLevel| format!("    {}: {}", level.value, level.scopes.join(" "));
        let group = |group: &PermissionGroup| {
            let levels = group.levels.iter().map(level);
            std::iter::once(format!("  {} {}", group.id, group.name)).chain(levels).collect::<Vec<_>>().join("\n")
        };
        let permissions = catalogue.permissions.iter().map(|category| {
            let groups = category.groups.iter().map(group);
            std::iter::once(format!("{} {}", category.id, category.label)).chain(groups).collect::<Vec<_>>().join("\n")
        });
        let own = management_scopes().collect::<Vec<_>>().join(" ");
        let own = format!("of this server itself, for keys and tokens: {own}");
        scopes.chain(permissions).chain([own]).collect::<Vec<_>>().join("\n")
    })?;
    session.close().await
}
