INSERT INTO application (id, applicant, subject, state, session, office, document, revision)
SELECT ?1, applicant.id, ?3, ?4, ?5, applicant.office, ?6, ?7 FROM applicant WHERE applicant.id = ?2
ON CONFLICT (id) DO UPDATE
SET state = excluded.state,
    session = excluded.session,
    office = excluded.office,
    document = excluded.document,
    revision = excluded.revision
-- An identifier never goes over to somebody else.
WHERE application.applicant = excluded.applicant;
