INSERT INTO sms (phone, text, state, tries, next_at, expires_at, created_at)
VALUES (?1, ?2, 'waiting', 0, ?3, ?4, ?3);
