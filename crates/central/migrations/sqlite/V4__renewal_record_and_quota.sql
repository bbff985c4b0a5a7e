-- A device that asks for a new certificate has two for a while: the one with which it asked, and the new one. Whichever it
-- uses when it asks again stays; so an answer that is lost shuts nobody out.
ALTER TABLE device ADD COLUMN next_fingerprint BLOB CHECK (length(next_fingerprint) = 32);
CREATE UNIQUE INDEX device_next_fingerprint ON device (next_fingerprint);

-- What a publication was worked out from and what came of it, as everybody may read and check it, with the centre's
-- signature. Written with the publication and never changed.
CREATE TABLE publication_record (
    publication INTEGER PRIMARY KEY REFERENCES publication (id),
    record      BLOB NOT NULL, -- JSON, compressed (zstd)
    signature   BLOB NOT NULL CHECK (length(signature) = 64) -- Ed25519 over the JSON
) STRICT;

-- How often codes were asked for: of one phone, at one device, by a keyed hash of which.
CREATE TABLE code_quota (
    key   BLOB    PRIMARY KEY CHECK (length(key) = 32),
    since INTEGER NOT NULL, -- when the present span began
    count INTEGER NOT NULL CHECK (count > 0)
) STRICT, WITHOUT ROWID;
CREATE INDEX code_quota_since ON code_quota (since);
