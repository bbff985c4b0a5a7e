-- What a clerk leaves to whoever works here next about something of the outbox that is not done.
CREATE TABLE handover (
    command BLOB PRIMARY KEY CHECK (length(command) = 16),
    clerk   TEXT NOT NULL, -- the name
    at      INTEGER NOT NULL,
    note    TEXT NOT NULL
) STRICT;
