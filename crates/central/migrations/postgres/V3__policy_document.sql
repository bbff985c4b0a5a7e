-- Every document of the policy that was imported, also those that come into force later: the rules of each new day are
-- chosen among them.
CREATE TABLE policy_document (
    name     TEXT COLLATE "C" PRIMARY KEY, -- its kind and version: the same one takes its place
    document TEXT NOT NULL
);
