-- A row of every table of `device.db` that holds what cannot be fetched again, for `stored.rs`.
INSERT INTO identity (one, device, kind, label, office, certificate, certificate_key, authority, signing_key, centre,
    enrolled_at, last_number)
VALUES (1, 7, 'counter', 'YB-W03', 5, '', '', '', zeroblob(32), 'https://centre.example:8444', 1795399200, 2);
INSERT INTO outbox (id, device, number, envelope, applicant, taken_at, in_journal, outcome, decided_at, answered_at)
VALUES (x'01a20000000070008000000000000001', 7, 1,
    '{"id":"01a20000-0000-7000-8000-000000000001","device":7,"number":1,"clerk":1,"taken_at":"2026-11-23T10:01:00+08:00","body":"{\"command\":\"record_reveal\",\"applicant\":77}","signature":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}',
    77, 1795399260, 1, '{"kind":"accepted","effect":{"kind":"recorded"}}', 1795399300, 1795399300);
INSERT INTO outbox (id, device, number, envelope, applicant, taken_at, in_journal)
VALUES (x'01a20000000070008000000000000002', 7, 2,
    '{"id":"01a20000-0000-7000-8000-000000000002","device":7,"number":2,"clerk":1,"taken_at":"2026-11-23T10:02:00+08:00","body":"{\"command\":\"record_reveal\",\"applicant\":77}","signature":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}',
    77, 1795399320, 1);
INSERT INTO draft (applicant, command, body, is_open, updated_at) VALUES (77, x'01a20000000070008000000000000003', '{}', 0, 1795399200);
INSERT INTO agreement (kind, version, applicant, clerk, agreed_at) VALUES ('booking', 1, 77, 1, 1795399200);
INSERT INTO verifier (staff_number, clerk, hash, offline_until) VALUES ('0317', '{}', '$argon2id$', 1795485600);
INSERT INTO setting (name, value) VALUES ('name', '"测试值"');
INSERT INTO served (applicant, at) VALUES (77, 1795399200);
INSERT INTO print_job (id, document, copy, at) VALUES (x'01a20000000070008000000000000004', '{}', 1, 1795399200);
