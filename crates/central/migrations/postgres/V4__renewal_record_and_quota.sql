-- A device that asks for a new certificate has two for a while: the one with which it asked, and the new one. Whichever it
-- uses when it asks again stays; so an answer that is lost shuts nobody out.
ALTER TABLE device ADD COLUMN next_fingerprint BYTEA CHECK (length(next_fingerprint) = 32);
CREATE UNIQUE INDEX device_next_fingerprint ON device (next_fingerprint);

-- What a publication was worked out from and what came of it, as everybody may read and check it, with the centre's
-- signature. Written with the publication and never changed.
CREATE TABLE publication_record (
    publication BIGINT PRIMARY KEY REFERENCES publication (id),
    record      BYTEA NOT NULL, -- JSON, compressed (zstd)
    signature   BYTEA NOT NULL CHECK (length(signature) = 64) -- Ed25519 over the JSON
);

-- How often codes were asked for: of one phone, at one device, by a keyed hash of which.
CREATE TABLE code_quota (
    key   BYTEA  PRIMARY KEY CHECK (length(key) = 32),
    since BIGINT NOT NULL, -- when the present span began
    count BIGINT NOT NULL CHECK (count > 0)
);
CREATE INDEX code_quota_since ON code_quota (since);
