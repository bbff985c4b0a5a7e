SELECT 'office', revision, document FROM office WHERE revision > ?1 AND revision <= ?2
UNION ALL SELECT 'site', revision, document FROM site WHERE revision > ?1 AND revision <= ?2
UNION ALL SELECT 'clerk', revision, document FROM clerk WHERE revision > ?1 AND revision <= ?2
UNION ALL SELECT 'policy', revision, document FROM policy WHERE revision > ?1 AND revision <= ?2
UNION ALL SELECT 'notice', revision, document FROM notice WHERE revision > ?1 AND revision <= ?2;
