INSERT INTO session (
    id, plan, site, subject, starts_at, closes_at, publication_at, extended, cancelled, document, revision
)
SELECT *
FROM unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::boolean[],
    $9::boolean[], $10::text[], $11::bigint[]
)
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
