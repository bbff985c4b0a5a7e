INSERT INTO audit (sequence, at, act, clerk, device, applicant, application, detail, hash)
SELECT *
FROM unnest(
    $1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::uuid[], $8::bytea[], $9::bytea[]
);
