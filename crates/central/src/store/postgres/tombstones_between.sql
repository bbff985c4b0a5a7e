-- $3 tells whether the device holds personal rows, $4 the only office whose people it holds. A tombstone with an office
-- is for the devices that hold that office's people only: the row went to another office.
SELECT revision, row_key
FROM tombstone
WHERE revision > $1 AND revision <= $2
  AND ($3 OR NOT personal)
  AND (office IS NULL OR office = $4);
