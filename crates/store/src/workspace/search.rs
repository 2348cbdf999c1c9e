//! Finds workspaces and their members by a substring of their names.
use crate::account::users;
use crate::platform::dialect::{self, each};
use crate::platform::page::Page;
use crate::platform::row::Row;
use crate::platform::search::{SearchPage, SearchQuery, all_of, arrange, list, total};
use crate::platform::search_index::Kind;
use crate::{StoreError, Tx, params, workspace as workspaces};
use domain::WorkspaceId;
use domain::account::User;
use domain::platform::text::fold;
use domain::workspace::{Member, Workspace};

/// A workspace as shown to the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWorkspace {
    /// The workspace itself.
    pub workspace: Workspace,
    /// Number of its members.
    pub members: i64,
    /// Number of clients it owns.
    pub applications: i64,
}

macro_rules! workspace_columns {
    () => {
        concat!(
            workspaces::columns!(),
            ", COALESCE((SELECT k.names FROM name_counts k WHERE k.term = 'M' || w.id), 0), \
             COALESCE((SELECT k.names FROM name_counts k WHERE k.term = 'O' || w.id), 0)"
        )
    };
}

fn found_workspace(row: &mut Row) -> Result<FoundWorkspace, StoreError> {
    Ok(FoundWorkspace { workspace: workspaces::read(row)?, members: row.int()?, applications: row.int()? })
}

pub(crate) const WORKSPACES: (&str, &str) =
    each!(concat!("SELECT ", workspace_columns!(), " FROM "), " CROSS JOIN workspaces w WHERE w.id = j.value->>'id'");

pub(crate) const ALL_WORKSPACES: &str = all_of!(workspace_columns!(), "workspace", "workspaces w", "w.id");

/// One workspace by id.
pub async fn workspace(tx: &mut Tx, id: WorkspaceId) -> Result<Option<FoundWorkspace>, StoreError> {
    let sql = concat!("SELECT ", workspace_columns!(), " FROM workspaces w WHERE w.id = $1");
    tx.one(sql, params![id]).await?.as_mut().map(found_workspace).transpose()
}

/// The workspaces with `part` in their names, ignoring case, in order of creation.
pub async fn workspaces(tx: &mut Tx, part: &str, page: Page) -> Result<SearchPage<FoundWorkspace>, StoreError> {
    if part.is_empty() {
        let mut rows = tx.all(ALL_WORKSPACES, params![page.offset(), page.limit()]).await?;
        let items = rows.iter_mut().map(found_workspace).collect::<Result<_, _>>()?;
        return Ok(SearchPage { items, total: total(tx, Kind::Workspace).await?, more: false });
    }
    let kind = Kind::Workspace;
    let wanted = SearchQuery { kind, part: fold(part), belongs: Vec::new(), member_of: None, newest_first: false };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, WORKSPACES.0, WORKSPACES.1);
    let mut rows = tx.all(sql, params![list(&ids)]).await?;
    let items = rows.iter_mut().map(found_workspace).collect::<Result<_, _>>()?;
    Ok(SearchPage { items: arrange(&ids, items, |found| found.workspace.id.to_string()), total, more })
}

pub(crate) const MEMBERS: (&str, &str) = each!(
    concat!("SELECT ", workspaces::member_columns!(), ", ", users::columns!(), " FROM "),
    " CROSS JOIN members m JOIN users u ON u.id = m.user_id WHERE m.user_id = j.value->>'id' AND m.workspace_id = $2"
);

/// The members of a workspace with `part` in their email address or name, ignoring case, in order of registration.
pub async fn members(
    tx: &mut Tx,
    workspace: WorkspaceId,
    part: &str,
    page: Page,
) -> Result<SearchPage<(Member, User)>, StoreError> {
    if part.is_empty() {
        return Ok(workspaces::list_members(tx, workspace, page).await?.into());
    }
    let id = workspace.to_string();
    let wanted = SearchQuery {
        kind: Kind::User,
        part: fold(part),
        belongs: Vec::new(),
        member_of: Some(&id),
        newest_first: false,
    };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, MEMBERS.0, MEMBERS.1);
    let mut rows = tx.all(sql, params![list(&ids), workspace]).await?;
    let items = rows.iter_mut().map(|row| Ok((workspaces::read_member(row)?, users::read(row)?)));
    let items = items.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(SearchPage { items: arrange(&ids, items, |(member, _)| member.user_id.to_string()), total, more })
}
