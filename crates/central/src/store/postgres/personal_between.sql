-- $3 is the device, whose agreements are its own; $4 the only office whose people it holds.
SELECT 'agreement', revision, document
FROM agreement
WHERE revision > $1 AND revision <= $2 AND device = $3
UNION ALL
SELECT 'applicant', revision, document
FROM applicant
WHERE revision > $1 AND revision <= $2 AND ($4::bigint IS NULL OR office = $4)
UNION ALL
SELECT 'application', revision, document
FROM application
WHERE revision > $1 AND revision <= $2 AND ($4 IS NULL OR office = $4)
UNION ALL
SELECT 'published_result', published_result.revision, published_result.document
FROM published_result JOIN application ON application.id = published_result.application
WHERE published_result.revision > $1 AND published_result.revision <= $2
  AND ($4 IS NULL OR application.office = $4);
