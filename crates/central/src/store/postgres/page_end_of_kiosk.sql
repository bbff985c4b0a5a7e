SELECT revision FROM office WHERE revision > $1
UNION ALL SELECT revision FROM site WHERE revision > $1
UNION ALL SELECT revision FROM clerk WHERE revision > $1
UNION ALL SELECT revision FROM policy WHERE revision > $1
UNION ALL SELECT revision FROM notice WHERE revision > $1
UNION ALL SELECT revision FROM agreement WHERE revision > $1
UNION ALL SELECT revision FROM session WHERE revision > $1
UNION ALL SELECT revision FROM session_counts WHERE revision > $1
UNION ALL SELECT revision FROM ladder WHERE revision > $1
UNION ALL SELECT revision FROM publication WHERE revision > $1
UNION ALL SELECT revision FROM tombstone WHERE revision > $1 AND NOT personal
ORDER BY revision LIMIT 1 OFFSET $2;
