INSERT INTO application (id, applicant, subject, state, office, document, revision)
SELECT ?1, applicant.id, ?3, ?4, applicant.office, ?5, ?6 FROM applicant WHERE applicant.id = ?2
ON CONFLICT (id) DO UPDATE
SET state = excluded.state,
    office = excluded.office,
    document = excluded.document,
    revision = excluded.revision;
