INSERT INTO audit (sequence, at, act, clerk, device, applicant, application, detail, hash)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
