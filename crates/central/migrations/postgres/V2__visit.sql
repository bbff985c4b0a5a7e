-- Codes that open visits at kiosks, by a keyed hash of the typed number. Numbers that nobody has stand here like others, so
-- that the answers to whoever types them are the same.
CREATE TABLE visit_code (
    number     BYTEA  PRIMARY KEY CHECK (length(number) = 32),
    request    UUID   NOT NULL, -- the last request: asked again, it sends nothing
    state      TEXT   NOT NULL,
    tag        BYTEA  NOT NULL CHECK (length(tag) = 32), -- keyed hash of the last code
    changed_at BIGINT NOT NULL
);
CREATE INDEX visit_code_changed_at ON visit_code (changed_at);

-- Argon2id verifier of the code with which staff leave a kiosk; it goes to the kiosk with its enrolment.
ALTER TABLE device ADD COLUMN exit_verifier TEXT;

-- Who is at which kiosk, for all processes: one visit a kiosk, for minutes. What a crash takes need not be kept, and it
-- never goes to a log or a replica.
CREATE UNLOGGED TABLE visit (
    device     BIGINT PRIMARY KEY,
    opening    UUID   NOT NULL, -- the request that opened it: asked again, it is answered again
    number     BYTEA  NOT NULL CHECK (length(number) = 32), -- keyed hash of the typed number
    token      BYTEA  NOT NULL CHECK (length(token) = 32), -- SHA-256: the token itself is never kept
    applicant  BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- How many codes each kiosk has asked for.
CREATE UNLOGGED TABLE visit_asked (
    device BIGINT PRIMARY KEY,
    since  BIGINT NOT NULL,
    count  BIGINT NOT NULL
);

-- Whose record is open at which counter. A counter repeats it, and what it does not repeat counts no more.
CREATE UNLOGGED TABLE open_record (
    device    BIGINT PRIMARY KEY,
    office    BIGINT NOT NULL,
    applicant BIGINT NOT NULL,
    since     BIGINT NOT NULL,
    heard_at  BIGINT NOT NULL
);
CREATE INDEX open_record_applicant ON open_record (applicant);
