-- ID tokens and userinfo name the person. Those of older workspace grants named the workspace: such a grant gets no ID
-- token at refresh, since its sub must not change (OpenID Connect Core 1.0, section 12.2).
ALTER TABLE grants ADD COLUMN names_person INTEGER NOT NULL DEFAULT 0;
-- The workspace that was a person's only or default one when they consented, for tokens in their own name. No reference:
-- it counts only as long as the person is a member. Grants from before keep the one of today.
ALTER TABLE grants ADD COLUMN home_workspace_id TEXT;
UPDATE grants SET home_workspace_id = (SELECT COALESCE((SELECT MIN(o.workspace_id) FROM members o
    WHERE o.user_id = u.id HAVING COUNT(*) = 1), u.default_workspace_id) FROM users u WHERE u.id = grants.user_id)
    WHERE sub_type = 'user' AND ended_at IS NULL;
ALTER TABLE device_authorizations ADD COLUMN home_workspace_id TEXT;
