INSERT INTO session (
    id, plan, site, subject, starts_at, closes_at, publication_at, extended, cancelled, document, revision
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (id) DO UPDATE
SET plan = excluded.plan,
    site = excluded.site,
    subject = excluded.subject,
    starts_at = excluded.starts_at,
    closes_at = excluded.closes_at,
    publication_at = excluded.publication_at,
    extended = excluded.extended,
    cancelled = excluded.cancelled,
    document = excluded.document,
    revision = excluded.revision;
