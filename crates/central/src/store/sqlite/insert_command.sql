INSERT INTO command (id, device, number, clerk, taken_at, body, signature, decided_at, outcome)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
