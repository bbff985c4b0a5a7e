-- The centre's tables in PostgreSQL, with the names and the meaning that they have in SQLite. A row that devices follow is
-- kept in its wire form (`document`, JSON) beside the columns by which it is searched or constrained, and carries the
-- revision of its last change. Times are Unix seconds. Nothing here is more than distributed engines of this dialect have.

-- One row: which city, and the identity of the feed.
CREATE TABLE centre (
    id         BIGINT PRIMARY KEY CHECK (id = 1), -- there is one centre
    city       TEXT   NOT NULL,
    epoch      UUID   NOT NULL,
    began_at   BIGINT NOT NULL -- what fell due before is history that was imported
);

-- The newest revision. Taking it is the last lock before a commit, so revisions appear in the order of commits.
CREATE TABLE feed_head (
    id           BIGINT PRIMARY KEY CHECK (id = 1), -- there is one feed
    revision     BIGINT NOT NULL CHECK (revision >= 0),
    purged_until BIGINT NOT NULL DEFAULT 0 -- tombstones up to here were deleted: an older cursor would miss them
);

-- Which of several server processes does what the clock makes due. The engine's clock counts, which all of them share.
CREATE TABLE lease (
    id         BIGINT PRIMARY KEY CHECK (id = 1), -- one of them
    term       BIGINT NOT NULL CHECK (term >= 0), -- counts up whenever another one takes over
    holder     UUID,
    expires_at TIMESTAMPTZ NOT NULL
);

-- Rows that are gone. `office` limits one to the devices of an office that keep only their office's applicants.
CREATE TABLE tombstone (
    revision BIGINT  PRIMARY KEY,
    row_key  TEXT    NOT NULL,
    personal BOOLEAN NOT NULL, -- kiosks hold no personal rows and need no such tombstone
    office   BIGINT,
    gone_at  BIGINT  NOT NULL
);
CREATE INDEX tombstone_gone_at ON tombstone (gone_at);

CREATE TABLE office (
    id       BIGINT PRIMARY KEY,
    document TEXT   NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX office_revision ON office (revision);

CREATE TABLE site (
    id       BIGINT PRIMARY KEY,
    code     TEXT   NOT NULL UNIQUE,
    document TEXT   NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX site_revision ON site (revision);

CREATE TABLE clerk (
    id           BIGINT PRIMARY KEY,
    staff_number TEXT   NOT NULL UNIQUE,
    office       BIGINT NOT NULL REFERENCES office (id),
    document     TEXT   NOT NULL,
    revision     BIGINT -- none while the clerk is disabled: devices know active clerks only
);
CREATE UNIQUE INDEX clerk_revision ON clerk (revision);

-- What signs a clerk in; apart from the row that devices follow.
CREATE TABLE clerk_account (
    clerk        BIGINT  PRIMARY KEY REFERENCES clerk (id),
    verifier     TEXT    NOT NULL, -- argon2id in PHC form
    disabled     BOOLEAN NOT NULL,
    failures     BIGINT  NOT NULL CHECK (failures >= 0), -- wrong passwords in a row
    locked_until BIGINT  NOT NULL
);

CREATE TABLE device (
    id              BIGINT PRIMARY KEY,
    kind            TEXT   NOT NULL CHECK (kind IN ('counter', 'kiosk')),
    label           TEXT   NOT NULL,
    office          BIGINT NOT NULL REFERENCES office (id),
    enrolment_hash  BYTEA CHECK (length(enrolment_hash) = 32), -- SHA-256 of the one-time code; none once it was used
    enrolment_until BIGINT,
    signing_key     BYTEA CHECK (length(signing_key) = 32), -- Ed25519; none before the device enrolled
    fingerprint     BYTEA UNIQUE CHECK (length(fingerprint) = 32), -- SHA-256 of the connection's certificate
    enrolled_at     BIGINT,
    revoked_at      BIGINT,
    CHECK ((signing_key IS NULL) = (fingerprint IS NULL)) -- both come with the enrolment
);

CREATE TABLE clerk_token (
    hash       BYTEA  PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256: the token itself is never kept
    clerk      BIGINT NOT NULL REFERENCES clerk (id),
    device     BIGINT NOT NULL REFERENCES device (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX clerk_token_clerk ON clerk_token (clerk);
CREATE INDEX clerk_token_expires_at ON clerk_token (expires_at);

CREATE TABLE policy (
    id       BIGINT PRIMARY KEY CHECK (id = 1), -- the policy in force
    document TEXT   NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX policy_revision ON policy (revision);

-- Every policy that was ever in force, so that an old outcome stays explainable.
CREATE TABLE policy_history (
    since    BIGINT PRIMARY KEY, -- the revision with which it came into force
    document TEXT   NOT NULL
);

CREATE TABLE notice (
    kind     TEXT   PRIMARY KEY CHECK (kind IN ('booking', 'priority')),
    version  BIGINT NOT NULL,
    document TEXT   NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX notice_revision ON notice (revision);

CREATE TABLE agreement (
    device   BIGINT NOT NULL REFERENCES device (id),
    kind     TEXT   NOT NULL CHECK (kind IN ('booking', 'priority')),
    version  BIGINT NOT NULL,
    document TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (device, kind, version)
);
CREATE UNIQUE INDEX agreement_revision ON agreement (revision);

CREATE TABLE session (
    id                 BIGINT  PRIMARY KEY,
    plan               TEXT    NOT NULL UNIQUE,
    site               BIGINT  NOT NULL REFERENCES site (id),
    subject            BIGINT  NOT NULL CHECK (subject BETWEEN 1 AND 4),
    starts_at          BIGINT  NOT NULL,
    closes_at          BIGINT  NOT NULL,
    publication_at     BIGINT  NOT NULL,
    extended           BOOLEAN, -- none until closes_at
    cancelled          BOOLEAN NOT NULL,
    document           TEXT    NOT NULL,
    revision           BIGINT  NOT NULL
);
CREATE UNIQUE INDEX session_revision ON session (revision);
CREATE INDEX session_publication_at ON session (publication_at);

-- Priority places are given at once, so the store itself refuses to give one too many.
CREATE TABLE priority_places (
    session BIGINT PRIMARY KEY REFERENCES session (id),
    total   BIGINT NOT NULL,
    taken   BIGINT NOT NULL,
    CHECK (taken BETWEEN 0 AND total) -- no place is given twice
);

CREATE TABLE applicant (
    id        BIGINT PRIMARY KEY,
    serial    BIGINT NOT NULL UNIQUE,
    office    BIGINT NOT NULL REFERENCES office (id),
    document  TEXT   NOT NULL, -- the person with the tests
    revision  BIGINT NOT NULL
);
CREATE UNIQUE INDEX applicant_revision ON applicant (revision);
CREATE INDEX applicant_office ON applicant (office);

-- By what an applicant can be looked up, in normal form: a letter for the kind of term, then what is typed begins it.
CREATE TABLE applicant_term (
    term      TEXT   COLLATE "C" NOT NULL, -- in the order of its bytes: everything that begins alike stands together
    applicant BIGINT NOT NULL REFERENCES applicant (id) ON DELETE CASCADE,
    PRIMARY KEY (term, applicant)
);
CREATE INDEX applicant_term_applicant ON applicant_term (applicant);

CREATE TABLE application (
    id        UUID   PRIMARY KEY, -- that of its command
    applicant BIGINT NOT NULL REFERENCES applicant (id),
    subject   BIGINT NOT NULL CHECK (subject BETWEEN 1 AND 4),
    state     TEXT   NOT NULL,
    session   BIGINT REFERENCES session (id), -- where it has, or had, its place
    office    BIGINT NOT NULL, -- the applicant's, for devices that keep only their office's
    document  TEXT   NOT NULL,
    revision  BIGINT NOT NULL,
    CHECK (state <> 'placed' OR session IS NOT NULL) -- a place is somewhere
);
CREATE UNIQUE INDEX application_revision ON application (revision);
CREATE INDEX application_applicant ON application (applicant);
-- One live application per applicant and subject, whatever the programs around it believe.
CREATE UNIQUE INDEX application_live ON application (applicant, subject)
    WHERE state IN ('awaiting_code', 'queued', 'placed');
CREATE INDEX application_placed ON application (session) WHERE state = 'placed';
CREATE INDEX application_waiting ON application (applicant) WHERE state IN ('awaiting_code', 'queued');

-- How many rows a device must hold after a sync. Counting a million rows with every poll would be too slow. The program
-- counts, with the head of the feed in hand.
CREATE TABLE row_count (
    kind   TEXT   NOT NULL CHECK (kind IN ('applicant', 'application', 'session')),
    office BIGINT NOT NULL, -- the applicant's; 0 for sessions, which every device holds
    rows   BIGINT NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (kind, office)
);

-- Every command that was decided, with its outcome; answered again whenever it arrives again.
CREATE TABLE command (
    id         UUID   PRIMARY KEY,
    device     BIGINT NOT NULL REFERENCES device (id),
    number     BIGINT NOT NULL,
    clerk      BIGINT,
    taken_at   BIGINT NOT NULL,
    body       BYTEA  NOT NULL, -- as it was signed; what cannot be read need not be text for the engine
    signature  BYTEA  NOT NULL CHECK (length(signature) = 64), -- Ed25519
    decided_at BIGINT NOT NULL,
    outcome    TEXT   NOT NULL
);
CREATE UNIQUE INDEX command_number ON command (device, number);
CREATE INDEX command_decided_at ON command (decided_at);

CREATE TABLE session_counts (
    session  BIGINT PRIMARY KEY REFERENCES session (id),
    document TEXT   NOT NULL,
    revision BIGINT NOT NULL
);
CREATE UNIQUE INDEX session_counts_revision ON session_counts (revision);

CREATE TABLE ladder (
    subject  BIGINT NOT NULL CHECK (subject BETWEEN 1 AND 4),
    class    TEXT   NOT NULL,
    document TEXT   NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (subject, class)
);
CREATE UNIQUE INDEX ladder_revision ON ladder (revision);

CREATE TABLE publication (
    id             BIGINT PRIMARY KEY,
    publication_at BIGINT NOT NULL UNIQUE, -- each instant is published exactly once
    document       TEXT   NOT NULL,
    revision       BIGINT NOT NULL
);
CREATE UNIQUE INDEX publication_revision ON publication (revision);

CREATE TABLE published_result (
    publication BIGINT NOT NULL, -- its header is written last, hence no reference
    application UUID   NOT NULL REFERENCES application (id),
    session     BIGINT,
    document    TEXT   NOT NULL,
    revision    BIGINT NOT NULL,
    PRIMARY KEY (publication, application)
);
CREATE UNIQUE INDEX published_result_revision ON published_result (revision);
CREATE INDEX published_result_application ON published_result (application);

-- Codes are kept as keyed hashes only.
CREATE TABLE code_ledger (
    applicant  BIGINT PRIMARY KEY REFERENCES applicant (id),
    state      TEXT   NOT NULL, -- what the rules look at: counts, and when the last code was sent for what
    tag        BYTEA  NOT NULL CHECK (length(tag) = 32), -- the keyed hash of the last code
    changed_at BIGINT NOT NULL
);

-- The answer to each request for a code, so that the same request sends nothing twice.
CREATE TABLE code_request (
    id           UUID   PRIMARY KEY,
    applicant    BIGINT NOT NULL REFERENCES applicant (id),
    purpose      TEXT   NOT NULL, -- the same identifier for somebody or something else is refused
    answer       TEXT   NOT NULL,
    requested_at BIGINT NOT NULL
);
CREATE INDEX code_request_requested_at ON code_request (requested_at);
CREATE INDEX code_request_applicant ON code_request (applicant);

-- Messages on their way to a phone. The text is emptied as soon as nobody needs it any more.
CREATE TABLE sms (
    id         BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    phone      TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
    tries      BIGINT NOT NULL CHECK (tries >= 0),
    next_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL, -- a code that arrives too late only confuses
    created_at BIGINT NOT NULL
);
CREATE INDEX sms_waiting ON sms (next_at) WHERE state = 'waiting';

-- Who did what, and when: identifiers and hashes only, each record bound to the one before.
CREATE TABLE audit (
    sequence    BIGINT PRIMARY KEY,
    at          BIGINT NOT NULL,
    act         TEXT   NOT NULL,
    clerk       BIGINT,
    device      BIGINT,
    applicant   BIGINT,
    application UUID,
    detail      BYTEA CHECK (length(detail) = 32), -- the SHA-256 of what the act was about
    hash        BYTEA  NOT NULL CHECK (length(hash) = 32)
);
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'the audit is append-only';
END
$$;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
