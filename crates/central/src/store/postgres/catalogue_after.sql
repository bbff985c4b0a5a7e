SELECT 'office', document FROM office WHERE revision > $1
UNION ALL SELECT 'site', document FROM site WHERE revision > $1
UNION ALL SELECT 'clerk', document FROM clerk WHERE revision > $1
UNION ALL SELECT 'policy', document FROM policy WHERE revision > $1
UNION ALL SELECT 'notice', document FROM notice WHERE revision > $1
UNION ALL SELECT 'session', document FROM session WHERE revision > $1;
