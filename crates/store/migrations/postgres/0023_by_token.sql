-- The personal access token that a grant was authorized with: it ends with the token.
ALTER TABLE grants ADD COLUMN by_token TEXT;
CREATE INDEX grants_by_token ON grants (by_token) WHERE by_token IS NOT NULL;

-- The scopes that need not be asked for again: absent where that is all of them.
ALTER TABLE consents ADD COLUMN standing TEXT;
CREATE INDEX consents_spent ON consents (client_id, user_id, workspace_id) WHERE standing = '';
