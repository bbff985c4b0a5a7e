//! The program from outside.

use crate::kit::cluster::Database;
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    run_at(folder, None, arguments, input)
}

/// Runs a command on the centre in a folder, whose rows are in a database when one is given.
pub fn run_at(folder: &Path, database: Option<&Database>, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_yuyue-central"))
        .args(arguments)
        .env("YUYUE_FOLDER", folder)
        .envs(database.map(|database| ("YUYUE_STORE", &database.url)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_operator_makes_a_centre_with_clerks_and_devices_and_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let centre = folder.path().join("centre");
    let ok = |arguments: &[&str], input: &str| {
        let output = run(&centre, arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    };
    ok(&["init", "--city", "测试市"], "");
    let twice = run(&centre, &["init"], "");
    assert_eq!(twice.status.code(), Some(1), "a centre is never made over another");
    let add = ["clerk", "add", "--staff-number", "1001", "--name", "测试员", "--office", "1", "--json"];
    let clerk = json(&ok(&add, "a good password\n"));
    assert_eq!(clerk["staff_number"], "1001", "added");
    assert_eq!(run(&centre, &add, "a good password\n").status.code(), Some(1), "the staff number is taken");
    let short = ["clerk", "add", "--staff-number", "1002", "--name", "测试员", "--office", "1"];
    assert_eq!(run(&centre, &short, "short\n").status.code(), Some(1), "the password is too short");
    ok(&["clerk", "disable", "--staff-number", "1001"], "");
    let clerks = json(&ok(&["clerk", "list", "--json"], ""));
    assert_eq!(clerks[0]["disabled"], true, "and disabled");
    ok(&["clerk", "reset-password", "--staff-number", "1001"], "another password\n");
    let device = ["device", "add", "--kind", "counter", "--label", "1 号窗口", "--office", "1", "--json"];
    let device = json(&ok(&device, ""));
    assert_eq!(device["code"].as_str().unwrap().len(), 19, "a code to type");
    ok(&["device", "revoke", "--device", "1"], "");
    let devices = json(&ok(&["device", "list", "--json"], ""));
    assert!(devices[0]["revoked_at"].is_string(), "revoked");
    let published = json(&ok(&["publish", "--dry-run", "--json"], ""));
    assert_eq!(published.as_array().unwrap().len(), 0, "nothing is due");
    let audit = json(&ok(&["audit", "verify", "--json"], ""));
    assert!(audit["records"].as_u64().unwrap() >= 6, "every act is there");

    let copy = folder.path().join("copy.db");
    ok(&["backup", "--output", copy.to_str().unwrap()], "");
    let again = run(&centre, &["backup", "--output", copy.to_str().unwrap()], "");
    assert_eq!(again.status.code(), Some(1), "a backup is never overwritten");
    let text = std::fs::read(&copy).unwrap();
    let name = "测试员".as_bytes();
    assert!(!text.windows(name.len()).any(|part| part == name), "nobody's name stands in it");
    for file in ["centre.db", "centre.db-wal", "centre.db-shm"] {
        let _ = std::fs::remove_file(centre.join(file));
    }
    ok(&["init", "--from", copy.to_str().unwrap()], "");
    assert_eq!(json(&ok(&["clerk", "list", "--json"], ""))[0]["staff_number"], "1001", "what was backed up is back");
}

#[test]
fn what_is_wrong_is_told_with_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let missing = run(folder.path(), &["device", "list"], "");
    assert_eq!(missing.status.code(), Some(1), "there is no centre");
    let told = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert!(told.contains("init"), "what to do is told: {told}");
    let config = folder.path().join("yuyue.toml");
    std::fs::write(&config, "[serve]\nnonsense = 1\n").unwrap();
    let wrong = run(folder.path(), &["device", "list", "--config", config.to_str().unwrap()], "");
    assert_eq!(wrong.status.code(), Some(2), "the configuration is wrong");
    assert_eq!(run(folder.path(), &["nonsense"], "").status.code(), Some(2), "no such command");
    for command in ["init", "serve", "import", "allocate", "publish", "device", "clerk", "audit", "backup", "generate"]
    {
        assert!(run(folder.path(), &[command, "--help"], "").status.success(), "{command} explains itself");
    }
    let description = json(&run(folder.path(), &["openapi"], ""));
    assert!(description["paths"]["/v1/commands"].is_object(), "the interface is described");
}

#[test]
fn a_generated_city_and_files_are_imported() {
    let folder = tempfile::tempdir().unwrap();
    let centre = folder.path().join("centre");
    let made = run(&centre, &["generate", "--applicants", "50", "--seed", "3"], "");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let clerks = json(&run(&centre, &["clerk", "list", "--json"], ""));
    assert!(!clerks.as_array().unwrap().is_empty(), "the city has clerks");
    let plans = folder.path().join("plans.json");
    std::fs::write(&plans, r#"[{"jhxh":"P1","kcdddh":"nowhere"}]"#).unwrap();
    let refused = run(&centre, &["import", "--plans", plans.to_str().unwrap()], "");
    assert_eq!(refused.status.code(), Some(2), "the file is not as agreed");
    std::fs::write(&plans, "[]").unwrap();
    let empty = run(&centre, &["import", "--plans", plans.to_str().unwrap()], "");
    assert!(empty.status.success(), "an empty plan changes nothing");
}
