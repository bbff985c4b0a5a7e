-- Those that stop being live come before those that take their place.
INSERT INTO application (id, applicant, subject, state, session, office, document, revision)
SELECT new.id, applicant.id, new.subject, new.state, new.session, applicant.office, new.document, new.revision
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::bigint[])
        WITH ORDINALITY AS new (id, applicant, subject, state, session, document, revision, position)
    JOIN applicant ON applicant.id = new.applicant
ORDER BY new.position
ON CONFLICT (id) DO UPDATE
SET state = excluded.state,
    session = excluded.session,
    office = excluded.office,
    document = excluded.document,
    revision = excluded.revision
-- An identifier never goes over to somebody else.
WHERE application.applicant = excluded.applicant
RETURNING id, office;
