-- A row of `cache.db`, for `stored.rs`.
INSERT INTO document (kind, key, body, fill) VALUES ('office', '5', '{}', 1);
