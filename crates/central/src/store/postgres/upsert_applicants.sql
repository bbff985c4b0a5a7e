INSERT INTO applicant (id, serial, office, document, revision)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
ON CONFLICT (id) DO UPDATE
SET serial = excluded.serial,
    office = excluded.office,
    document = excluded.document,
    revision = excluded.revision;
