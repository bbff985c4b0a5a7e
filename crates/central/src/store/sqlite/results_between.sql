SELECT published_result.revision, published_result.document
FROM published_result JOIN application ON application.id = published_result.application
WHERE published_result.revision > ?1 AND published_result.revision <= ?2
  AND (?3 IS NULL OR application.office = ?3);
