-- What the centre says, as the feed brought it. Only sync writes here, and the whole file can be fetched again.
-- `fill` names the fill in which a row was last seen: a new fill sweeps what it did not bring.

CREATE TABLE feed (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    epoch        BLOB CHECK (length(epoch) = 16),
    revision     INTEGER,
    head         INTEGER NOT NULL DEFAULT 0,
    fill         INTEGER NOT NULL DEFAULT 1,
    is_filling   INTEGER NOT NULL DEFAULT 1 CHECK (is_filling IN (0, 1)),
    filled_rows  INTEGER NOT NULL DEFAULT 0,
    counts_differ INTEGER NOT NULL DEFAULT 0 CHECK (counts_differ IN (0, 1)), -- at the end of the last fill
    complete_at  INTEGER -- the centre's time at which these rows were all there were
) STRICT;
INSERT INTO feed (one) VALUES (1);

-- What look-ups need, narrow, so that few pages are read; the whole row lies beside it.
CREATE TABLE applicant (
    id         INTEGER PRIMARY KEY,
    number     TEXT NOT NULL,
    tail       TEXT NOT NULL, -- the number read backwards: what it ends with is then what this begins with
    name       TEXT NOT NULL,
    phone_tail TEXT,          -- the phone read backwards
    serial     INTEGER NOT NULL,
    office     INTEGER NOT NULL,
    fill       INTEGER NOT NULL
) STRICT;
CREATE TABLE applicant_body (
    id   INTEGER PRIMARY KEY,
    body TEXT NOT NULL -- JSON of the applicant with the tests
) STRICT;

-- Every part of a name, its pinyin and its initials. One set for each name, not for each person: namesakes share it.
CREATE TABLE name (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE name_term (
    term TEXT NOT NULL,
    name INTEGER NOT NULL,
    PRIMARY KEY (term, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE application (
    id        BLOB PRIMARY KEY CHECK (length(id) = 16),
    applicant INTEGER NOT NULL,
    subject   INTEGER NOT NULL,
    state     TEXT NOT NULL,
    office    INTEGER NOT NULL,
    device    INTEGER NOT NULL,
    taken_at  INTEGER NOT NULL,
    body      TEXT NOT NULL,
    fill      INTEGER NOT NULL
) STRICT;
CREATE INDEX application_applicant ON application (applicant, taken_at);
CREATE INDEX application_office ON application (office, taken_at);

CREATE TABLE session (
    id             INTEGER PRIMARY KEY,
    subject        INTEGER NOT NULL,
    site           INTEGER NOT NULL,
    starts_at      INTEGER NOT NULL,
    publication_at INTEGER NOT NULL,
    body           TEXT NOT NULL,
    fill           INTEGER NOT NULL
) STRICT;
CREATE INDEX session_starts ON session (subject, starts_at);
CREATE INDEX session_publication ON session (publication_at);

CREATE TABLE session_counts (
    session INTEGER PRIMARY KEY,
    body    TEXT NOT NULL,
    fill    INTEGER NOT NULL
) STRICT;

CREATE TABLE published_result (
    publication INTEGER NOT NULL,
    application BLOB NOT NULL CHECK (length(application) = 16),
    session     INTEGER, -- the place that was given
    subject     INTEGER NOT NULL,
    class       TEXT NOT NULL,
    rank        INTEGER NOT NULL,
    body        TEXT NOT NULL,
    fill        INTEGER NOT NULL,
    PRIMARY KEY (publication, application)
) STRICT, WITHOUT ROWID;
CREATE INDEX published_result_session ON published_result (publication, session, rank);
CREATE INDEX published_result_application ON published_result (application);

-- Everything of which there is little: offices, sites, clerks, policy, notices, agreements, ladders, publications.
CREATE TABLE document (
    kind TEXT NOT NULL,
    key  TEXT NOT NULL,
    body TEXT NOT NULL,
    fill INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- How many rows there are, kept by the rows themselves: counting a million at the end of every sync would take too long.
CREATE TABLE row_count (
    name  TEXT PRIMARY KEY,
    count INTEGER NOT NULL CHECK (count >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO row_count (name, count) VALUES ('applicant', 0), ('application', 0), ('session', 0);
CREATE TRIGGER applicant_added AFTER INSERT ON applicant
    BEGIN UPDATE row_count SET count = count + 1 WHERE name = 'applicant'; END;
CREATE TRIGGER applicant_dropped AFTER DELETE ON applicant
    BEGIN UPDATE row_count SET count = count - 1 WHERE name = 'applicant'; END;
CREATE TRIGGER application_added AFTER INSERT ON application
    BEGIN UPDATE row_count SET count = count + 1 WHERE name = 'application'; END;
CREATE TRIGGER application_dropped AFTER DELETE ON application
    BEGIN UPDATE row_count SET count = count - 1 WHERE name = 'application'; END;
CREATE TRIGGER session_added AFTER INSERT ON session
    BEGIN UPDATE row_count SET count = count + 1 WHERE name = 'session'; END;
CREATE TRIGGER session_dropped AFTER DELETE ON session
    BEGIN UPDATE row_count SET count = count - 1 WHERE name = 'session'; END;
