-- Messages are handed over in the order in which they end: a code waits behind no day's results.
DROP INDEX sms_waiting;
CREATE INDEX sms_waiting ON sms (expires_at, id) WHERE state = 'waiting';
