INSERT INTO command (id, device, number, clerk, taken_at, body, signature, decided_at, outcome)
SELECT *
FROM unnest(
    $1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[], $8::bigint[], $9::text[]
);
