SELECT applicant.id, applicant.revision
FROM applicant
WHERE applicant.revision > $1
  AND EXISTS (
    SELECT 1 FROM application
    WHERE application.applicant = applicant.id AND application.state IN ('awaiting_code', 'queued')
  )
UNION ALL
SELECT applicant, revision FROM application WHERE revision > $1
UNION ALL
SELECT (row_key::jsonb ->> 'key')::bigint, revision
FROM tombstone
WHERE revision > $1 AND office IS NULL AND row_key LIKE '{"table":"applicant"%'
ORDER BY 2
LIMIT $2;
