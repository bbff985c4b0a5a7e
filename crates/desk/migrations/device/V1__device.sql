-- What this computer alone knows: who it is, what was taken at it and has to reach the centre, and what was begun.

CREATE TABLE identity (
    one             INTEGER PRIMARY KEY CHECK (one = 1), -- a computer is enrolled once
    device          INTEGER NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('counter', 'kiosk')),
    label           TEXT NOT NULL,
    office          INTEGER NOT NULL,
    certificate     TEXT NOT NULL, -- PEM
    certificate_key TEXT NOT NULL, -- PEM
    authority       TEXT NOT NULL, -- PEM
    signing_key     BLOB NOT NULL CHECK (length(signing_key) = 32),
    centre          TEXT NOT NULL, -- base URL
    enrolled_at     INTEGER NOT NULL,
    last_number     INTEGER NOT NULL CHECK (last_number >= 0)
) STRICT;

-- Signed commands, verbatim. A row is never edited but for what became of it.
CREATE TABLE outbox (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    device          INTEGER NOT NULL, -- another device's when it was salvaged from a damaged file
    number          INTEGER NOT NULL CHECK (number > 0),
    envelope        TEXT NOT NULL,    -- JSON
    applicant       INTEGER,          -- for whom
    application     BLOB CHECK (length(application) = 16),
    taken_at        INTEGER NOT NULL,
    closes_at       INTEGER,          -- the instant after which it comes too late; none when it never does
    in_journal      INTEGER NOT NULL DEFAULT 0 CHECK (in_journal IN (0, 1)),
    tries           INTEGER NOT NULL DEFAULT 0,
    tried_at        INTEGER,
    problem         TEXT,             -- why the last try did not get through
    outcome         TEXT,             -- JSON; none until the centre has answered
    is_refused      INTEGER NOT NULL DEFAULT 0 CHECK (is_refused IN (0, 1)),
    decided_at      INTEGER,
    answered_at     INTEGER,
    resend          INTEGER NOT NULL DEFAULT 0 CHECK (resend IN (0, 1)), -- the centre was restored and may have lost it
    acknowledged_at INTEGER,          -- when a clerk dealt with a refusal
    note            TEXT,             -- what the applicant was told
    UNIQUE (device, number)
) STRICT;
CREATE INDEX outbox_waiting ON outbox (closes_at, number) WHERE outcome IS NULL OR resend = 1;
CREATE INDEX outbox_refused ON outbox (taken_at) WHERE is_refused = 1 AND acknowledged_at IS NULL;
CREATE INDEX outbox_taken ON outbox (taken_at);
CREATE INDEX outbox_applicant ON outbox (applicant, taken_at);

-- A booking that was begun and not submitted, one for each person.
CREATE TABLE draft (
    applicant  INTEGER PRIMARY KEY,
    command    BLOB NOT NULL UNIQUE CHECK (length(command) = 16), -- the identifier that its submission will have
    body       TEXT NOT NULL, -- JSON
    is_open    INTEGER NOT NULL CHECK (is_open IN (0, 1)), -- it is the one on the screen
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX draft_open ON draft (is_open) WHERE is_open = 1;

-- Which notices were agreed to on this computer.
CREATE TABLE agreement (
    kind      TEXT NOT NULL CHECK (kind IN ('booking', 'priority')),
    version   INTEGER NOT NULL,
    applicant INTEGER NOT NULL,
    clerk     INTEGER,
    agreed_at INTEGER NOT NULL,
    PRIMARY KEY (kind, version)
) STRICT;

-- Clerks who may sign in without line for a while.
CREATE TABLE verifier (
    staff_number  TEXT PRIMARY KEY,
    clerk         TEXT NOT NULL, -- JSON
    hash          TEXT NOT NULL, -- Argon2id, PHC form
    offline_until INTEGER NOT NULL,
    failures      INTEGER NOT NULL DEFAULT 0,
    blocked_until INTEGER
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Whom this counter served last.
CREATE TABLE served (
    applicant INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX served_at ON served (at);

-- Print jobs, recorded before the printer gets them and again after.
CREATE TABLE print_job (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    document    TEXT NOT NULL, -- JSON
    copy        INTEGER NOT NULL CHECK (copy > 0),
    at          INTEGER NOT NULL,
    finished_at INTEGER,
    error       TEXT,
    UNIQUE (document, copy)
) STRICT;
