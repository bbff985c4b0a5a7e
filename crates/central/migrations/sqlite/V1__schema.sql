-- The centre's tables. A row that devices follow is kept in its wire form (`document`, JSON) beside the columns by which
-- it is searched or constrained, and carries the revision of its last change. Times are Unix seconds, identifiers of
-- commands and applications are the 16 bytes of their UUID.

-- One row: which city, and the identity of the feed.
CREATE TABLE centre (
    id         INTEGER PRIMARY KEY CHECK (id = 1), -- there is one centre
    city       TEXT    NOT NULL,
    epoch      BLOB    NOT NULL CHECK (length(epoch) = 16), -- a UUID
    began_at   INTEGER NOT NULL -- what fell due before is history that was imported
) STRICT;

-- The newest revision. Taking it is the last lock before a commit, so revisions appear in the order of commits.
CREATE TABLE feed_head (
    id           INTEGER PRIMARY KEY CHECK (id = 1), -- there is one feed
    revision     INTEGER NOT NULL CHECK (revision >= 0),
    purged_until INTEGER NOT NULL DEFAULT 0 -- tombstones up to here were deleted: an older cursor would miss them
) STRICT;

-- Rows that are gone. `office` limits one to the devices of an office that keep only their office's applicants.
CREATE TABLE tombstone (
    revision INTEGER PRIMARY KEY,
    row_key  TEXT    NOT NULL,
    personal INTEGER NOT NULL CHECK (personal IN (0, 1)), -- kiosks hold no personal rows and need no such tombstone
    office   INTEGER,
    gone_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX tombstone_gone_at ON tombstone (gone_at);

CREATE TABLE office (
    id       INTEGER PRIMARY KEY,
    document TEXT    NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX office_revision ON office (revision);

CREATE TABLE site (
    id       INTEGER PRIMARY KEY,
    code     TEXT    NOT NULL UNIQUE,
    document TEXT    NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX site_revision ON site (revision);

CREATE TABLE clerk (
    id           INTEGER PRIMARY KEY,
    staff_number TEXT    NOT NULL UNIQUE,
    office       INTEGER NOT NULL REFERENCES office (id),
    document     TEXT    NOT NULL,
    revision     INTEGER -- none while the clerk is disabled: devices know active clerks only
) STRICT;
CREATE UNIQUE INDEX clerk_revision ON clerk (revision);

-- What signs a clerk in; apart from the row that devices follow.
CREATE TABLE clerk_account (
    clerk        INTEGER PRIMARY KEY REFERENCES clerk (id),
    verifier     TEXT    NOT NULL, -- argon2id in PHC form
    disabled     INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    failures     INTEGER NOT NULL CHECK (failures >= 0), -- wrong passwords in a row
    locked_until INTEGER NOT NULL
) STRICT;

CREATE TABLE clerk_token (
    hash       BLOB    PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256: the token itself is never kept
    clerk      INTEGER NOT NULL REFERENCES clerk (id),
    device     INTEGER NOT NULL REFERENCES device (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX clerk_token_clerk ON clerk_token (clerk);
CREATE INDEX clerk_token_expires_at ON clerk_token (expires_at);

CREATE TABLE device (
    id              INTEGER PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('counter', 'kiosk')),
    label           TEXT    NOT NULL,
    office          INTEGER NOT NULL REFERENCES office (id),
    enrolment_hash  BLOB CHECK (length(enrolment_hash) = 32), -- SHA-256 of the one-time code; none once it was used
    enrolment_until INTEGER,
    signing_key     BLOB CHECK (length(signing_key) = 32), -- Ed25519; none before the device enrolled
    fingerprint     BLOB UNIQUE CHECK (length(fingerprint) = 32), -- SHA-256 of the connection's certificate
    enrolled_at     INTEGER,
    revoked_at      INTEGER,
    CHECK ((signing_key IS NULL) = (fingerprint IS NULL)) -- both come with the enrolment
) STRICT;

CREATE TABLE policy (
    id       INTEGER PRIMARY KEY CHECK (id = 1), -- the policy in force
    document TEXT    NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX policy_revision ON policy (revision);

-- Every policy that was ever in force, so that an old outcome stays explainable.
CREATE TABLE policy_history (
    since    INTEGER PRIMARY KEY, -- the revision with which it came into force
    document TEXT    NOT NULL
) STRICT;

CREATE TABLE notice (
    kind     TEXT    PRIMARY KEY CHECK (kind IN ('booking', 'priority')),
    version  INTEGER NOT NULL,
    document TEXT    NOT NULL,
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX notice_revision ON notice (revision);

CREATE TABLE agreement (
    device   INTEGER NOT NULL REFERENCES device (id),
    kind     TEXT    NOT NULL CHECK (kind IN ('booking', 'priority')),
    version  INTEGER NOT NULL,
    document TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (device, kind, version)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX agreement_revision ON agreement (revision);

CREATE TABLE session (
    id                 INTEGER PRIMARY KEY,
    plan               TEXT    NOT NULL UNIQUE,
    site               INTEGER NOT NULL REFERENCES site (id),
    subject            INTEGER NOT NULL CHECK (subject BETWEEN 1 AND 4),
    starts_at          INTEGER NOT NULL,
    closes_at          INTEGER NOT NULL,
    publication_at     INTEGER NOT NULL,
    extended           INTEGER CHECK (extended IN (0, 1)), -- none until closes_at
    cancelled          INTEGER NOT NULL CHECK (cancelled IN (0, 1)),
    document           TEXT    NOT NULL,
    revision           INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX session_revision ON session (revision);
CREATE INDEX session_publication_at ON session (publication_at);

-- Priority places are given at once, so the store itself refuses to give one too many.
CREATE TABLE priority_places (
    session INTEGER PRIMARY KEY REFERENCES session (id),
    total   INTEGER NOT NULL,
    taken   INTEGER NOT NULL,
    CHECK (taken BETWEEN 0 AND total) -- no place is given twice
) STRICT;

CREATE TABLE applicant (
    id        INTEGER PRIMARY KEY,
    serial    INTEGER NOT NULL UNIQUE,
    office    INTEGER NOT NULL REFERENCES office (id),
    document  TEXT    NOT NULL, -- the person with the tests
    revision  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX applicant_revision ON applicant (revision);
CREATE INDEX applicant_office ON applicant (office);

-- By what an applicant can be looked up, in normal form: a letter for the kind of term, then what is typed begins it.
CREATE TABLE applicant_term (
    term      TEXT    NOT NULL,
    applicant INTEGER NOT NULL REFERENCES applicant (id) ON DELETE CASCADE,
    PRIMARY KEY (term, applicant)
) STRICT, WITHOUT ROWID;
CREATE INDEX applicant_term_applicant ON applicant_term (applicant);

CREATE TABLE application (
    id        BLOB    PRIMARY KEY CHECK (length(id) = 16), -- the UUID of its command
    applicant INTEGER NOT NULL REFERENCES applicant (id),
    subject   INTEGER NOT NULL CHECK (subject BETWEEN 1 AND 4),
    state     TEXT    NOT NULL,
    session   INTEGER REFERENCES session (id), -- where it has, or had, its place
    office    INTEGER NOT NULL, -- the applicant's, for devices that keep only their office's
    document  TEXT    NOT NULL,
    revision  INTEGER NOT NULL,
    CHECK (state <> 'placed' OR session IS NOT NULL) -- a place is somewhere
) STRICT;
CREATE UNIQUE INDEX application_revision ON application (revision);
CREATE INDEX application_applicant ON application (applicant);
-- One live application per applicant and subject, whatever the programs around it believe.
CREATE UNIQUE INDEX application_live ON application (applicant, subject)
    WHERE state IN ('awaiting_code', 'queued', 'placed');
CREATE INDEX application_placed ON application (session) WHERE state = 'placed';
CREATE INDEX application_waiting ON application (applicant) WHERE state IN ('awaiting_code', 'queued');

-- How many rows a device must hold after a sync. Counting a million rows with every poll would be too slow.
CREATE TABLE row_count (
    kind   TEXT    NOT NULL CHECK (kind IN ('applicant', 'application', 'session')),
    office INTEGER NOT NULL, -- the applicant's; 0 for sessions, which every device holds
    rows   INTEGER NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (kind, office)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER applicant_counted AFTER INSERT ON applicant BEGIN
    INSERT INTO row_count VALUES ('applicant', NEW.office, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER applicant_moved AFTER UPDATE OF office ON applicant WHEN NEW.office <> OLD.office BEGIN
    UPDATE row_count SET rows = rows - 1 WHERE kind = 'applicant' AND office = OLD.office;
    INSERT INTO row_count VALUES ('applicant', NEW.office, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER applicant_uncounted AFTER DELETE ON applicant BEGIN
    UPDATE row_count SET rows = rows - 1 WHERE kind = 'applicant' AND office = OLD.office;
END;
CREATE TRIGGER application_counted AFTER INSERT ON application BEGIN
    INSERT INTO row_count VALUES ('application', NEW.office, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER application_moved AFTER UPDATE OF office ON application WHEN NEW.office <> OLD.office BEGIN
    UPDATE row_count SET rows = rows - 1 WHERE kind = 'application' AND office = OLD.office;
    INSERT INTO row_count VALUES ('application', NEW.office, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER application_uncounted AFTER DELETE ON application BEGIN
    UPDATE row_count SET rows = rows - 1 WHERE kind = 'application' AND office = OLD.office;
END;
CREATE TRIGGER session_counted AFTER INSERT ON session BEGIN
    INSERT INTO row_count VALUES ('session', 0, 1) ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER session_uncounted AFTER DELETE ON session BEGIN
    UPDATE row_count SET rows = rows - 1 WHERE kind = 'session';
END;

-- Every command that was decided, with its outcome; answered again whenever it arrives again.
CREATE TABLE command (
    id         BLOB    PRIMARY KEY CHECK (length(id) = 16),
    device     INTEGER NOT NULL REFERENCES device (id),
    number     INTEGER NOT NULL,
    clerk      INTEGER,
    taken_at   INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    signature  BLOB    NOT NULL CHECK (length(signature) = 64), -- Ed25519
    decided_at INTEGER NOT NULL,
    outcome    TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX command_number ON command (device, number);
CREATE INDEX command_decided_at ON command (decided_at);

CREATE TABLE session_counts (
    session  INTEGER PRIMARY KEY REFERENCES session (id),
    document TEXT    NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX session_counts_revision ON session_counts (revision);

CREATE TABLE ladder (
    subject  INTEGER NOT NULL CHECK (subject BETWEEN 1 AND 4),
    class    TEXT    NOT NULL,
    document TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (subject, class)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ladder_revision ON ladder (revision);

CREATE TABLE publication (
    id             INTEGER PRIMARY KEY,
    publication_at INTEGER NOT NULL UNIQUE, -- each instant is published exactly once
    document       TEXT    NOT NULL,
    revision       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX publication_revision ON publication (revision);

CREATE TABLE published_result (
    publication INTEGER NOT NULL, -- its header is written last, hence no reference
    application BLOB    NOT NULL REFERENCES application (id),
    session     INTEGER,
    document    TEXT    NOT NULL,
    revision    INTEGER NOT NULL,
    PRIMARY KEY (publication, application)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX published_result_revision ON published_result (revision);
CREATE INDEX published_result_application ON published_result (application);

-- Codes are kept as keyed hashes only.
CREATE TABLE code_ledger (
    applicant  INTEGER PRIMARY KEY REFERENCES applicant (id),
    state      TEXT    NOT NULL, -- what the rules look at: counts, and when the last code was sent for what
    tag        BLOB    NOT NULL CHECK (length(tag) = 32), -- the keyed hash of the last code
    changed_at INTEGER NOT NULL
) STRICT;

-- The answer to each request for a code, so that the same request sends nothing twice.
CREATE TABLE code_request (
    id           BLOB    PRIMARY KEY CHECK (length(id) = 16),
    applicant    INTEGER NOT NULL REFERENCES applicant (id),
    purpose      TEXT    NOT NULL, -- the same identifier for somebody or something else is refused
    answer       TEXT    NOT NULL,
    requested_at INTEGER NOT NULL
) STRICT;
CREATE INDEX code_request_requested_at ON code_request (requested_at);

-- Messages on their way to a phone. The text is emptied as soon as nobody needs it any more.
CREATE TABLE sms (
    id         INTEGER PRIMARY KEY,
    phone      TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'given_up')),
    tries      INTEGER NOT NULL CHECK (tries >= 0),
    next_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, -- a code that arrives too late only confuses
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sms_waiting ON sms (next_at) WHERE state = 'waiting';

-- Who did what, and when: identifiers and hashes only, each record bound to the one before.
CREATE TABLE audit (
    sequence    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    act         TEXT    NOT NULL,
    clerk       INTEGER,
    device      INTEGER,
    applicant   INTEGER,
    application BLOB,
    detail      BLOB CHECK (length(detail) = 32), -- the SHA-256 of what the act was about
    hash        BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
