-- The index of names: what is found by a part of its name. nr counts within a kind, in the order in which things came; text
-- is folded, a line for each name that the thing has; belongs are terms.
DROP INDEX clients_names;
DROP INDEX users_names;
CREATE TABLE names (
    kind TEXT NOT NULL,
    nr BIGINT NOT NULL,
    id TEXT NOT NULL,
    text TEXT NOT NULL,
    belongs TEXT NOT NULL,
    PRIMARY KEY (kind, nr)
);
CREATE UNIQUE INDEX names_id ON names (kind, id);

-- Which of the 64 names of a block have a term: a run of letters, an owner, a tier, or a workspace that a user belongs to.
CREATE TABLE name_bits (
    term TEXT NOT NULL,
    block BIGINT NOT NULL,
    bits BIGINT NOT NULL,
    PRIMARY KEY (term, block)
);

-- What pages tell of the applications of a workspace, each read at one place: since when, what for, and the last use.
CREATE INDEX consents_workspace_first ON consents (workspace_id, client_id, created_at) WHERE workspace_id <> '';
CREATE INDEX consents_workspace_scopes ON consents (workspace_id, client_id, scopes) WHERE workspace_id <> '';
CREATE INDEX grants_workspace_used ON grants (workspace_id, client_id, last_used_at);

-- How many clients an owner has, and how many members a workspace: kept, because lists tell it on every page.
CREATE TABLE name_counts (
    term TEXT NOT NULL PRIMARY KEY,
    names BIGINT NOT NULL
);
