//! A workspace's app policy as an SQL condition, defined once so that one statement can apply it to many rows.

/// Whether the policy `$policy` of the workspace `$workspace` allows the client `c`.
macro_rules! policy_allows {
    ($policy:literal, $workspace:literal) => {
        concat!(
            "(c.trust = 'first_party' OR ",
            $policy,
            " = 'all' OR (",
            $policy,
            " = 'verified' AND c.trust = 'verified') OR (",
            $policy,
            " = 'listed' AND EXISTS (SELECT 1 FROM workspace_allowed_clients l WHERE l.client_id = c.id \
             AND l.workspace_id = ",
            $workspace,
            ")))"
        )
    };
}

/// Whether the workspace `$workspace` does not allow the client `$client`.
macro_rules! policy_forbids {
    ($workspace:literal, $client:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM workspaces w JOIN clients c ON c.id = ",
            $client,
            " WHERE w.id = ",
            $workspace,
            " AND ",
            crate::clients::policy::policy_allows!("w.app_policy", "w.id"),
            ")"
        )
    };
}
pub(crate) use {policy_allows, policy_forbids};
