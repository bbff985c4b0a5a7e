SELECT applicant.id, applicant.revision
FROM applicant
WHERE applicant.revision > ?1
  AND EXISTS (
    SELECT 1 FROM application
    WHERE application.applicant = applicant.id AND application.state IN ('awaiting_code', 'queued')
  )
UNION ALL
SELECT applicant, revision FROM application WHERE revision > ?1
ORDER BY 2
LIMIT ?2;
