-- Codes that open visits at kiosks, by a keyed hash of the typed number. Numbers that nobody has stand here like others, so
-- that the answers to whoever types them are the same.
CREATE TABLE visit_code (
    number     BLOB    PRIMARY KEY CHECK (length(number) = 32),
    request    BLOB    NOT NULL CHECK (length(request) = 16), -- the last request: asked again, it sends nothing
    state      TEXT    NOT NULL,
    tag        BLOB    NOT NULL CHECK (length(tag) = 32), -- keyed hash of the last code
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX visit_code_changed_at ON visit_code (changed_at);

-- Argon2id verifier of the code with which staff leave a kiosk; it goes to the kiosk with its enrolment.
ALTER TABLE device ADD COLUMN exit_verifier TEXT;
