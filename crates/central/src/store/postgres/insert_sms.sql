INSERT INTO sms (phone, text, state, tries, next_at, expires_at, created_at)
SELECT phone, text, 'waiting', 0, created_at, expires_at, created_at
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
    WITH ORDINALITY AS new (phone, text, created_at, expires_at, position)
ORDER BY position;
