//! `pgbench` with the statements of one booking, each booking a transaction of its own: what the engine does by itself.

use crate::kit::cluster::program;
use crate::kit::{Postgres, World};
use std::process::Command;

/// As many as the centre has connections.
const CLIENTS: [u32; 3] = [1, 8, 16];

/// Of one of the copies of a person that the measurement has made, with rows of the length that a booking's have.
const BOOKING: &str = "\\set applicant random(5000000, 5000000 + :people - 1)
BEGIN;
SELECT id FROM applicant WHERE id = :applicant FOR UPDATE;
SELECT document FROM applicant WHERE id = :applicant;
SELECT document FROM application WHERE applicant = :applicant ORDER BY id;
SELECT revision + 1 AS revision FROM feed_head FOR UPDATE \\gset
SELECT sequence + 1 AS sequence FROM audit ORDER BY sequence DESC LIMIT 1 \\gset
INSERT INTO application (id, applicant, subject, state, session, office, document, revision)
VALUES (gen_random_uuid(), :applicant, 2, 'withdrawn', NULL, 1, repeat('x', 700), :revision);
INSERT INTO command (id, device, number, clerk, taken_at, body, signature, decided_at, outcome)
SELECT gen_random_uuid(), min(id), 1000000000 + :revision, 1, 0, decode(repeat('00', 300), 'hex'),
       decode(repeat('00', 64), 'hex'), 0, repeat('x', 250)
FROM device;
INSERT INTO audit (sequence, at, act, clerk, device, applicant, application, detail, hash)
VALUES (:sequence, 0, 'command_accepted', 1, 1, :applicant, gen_random_uuid(), decode(repeat('00', 32), 'hex'),
        decode(repeat('00', 32), 'hex'));
UPDATE row_count SET rows = rows + 1 WHERE kind = 'application' AND office = 1;
UPDATE feed_head SET revision = :revision;
COMMIT;
";

/// Measures it on the database of a city; the audit's chain is broken behind it.
pub fn run(world: &World<Postgres>, people: u32, seconds: u32) {
    let database = world.database.as_ref().unwrap();
    let script = world.folder.path().join("booking.sql");
    std::fs::write(&script, BOOKING).unwrap();
    println!("\npgbench, one booking a transaction");
    for clients in CLIENTS {
        let output = Command::new(program("pgbench"))
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .args([format!("--client={clients}"), format!("--time={seconds}"), format!("--define=people={people}")])
            .arg("--file")
            .args([script.as_os_str(), database.url.as_ref()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8_lossy(&output.stdout);
        let told = text.lines().filter(|line| line.starts_with("tps") || line.starts_with("latency average"));
        println!("{clients:>4} clients: {}", told.collect::<Vec<_>>().join(", "));
    }
}
