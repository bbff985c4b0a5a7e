SELECT revision, document
FROM application
WHERE revision > ?1 AND revision <= ?2 AND (?3 IS NULL OR office = ?3);
