//! The commands of `docs/production.md` from outside: a new centre, its files, its people, its backup.

use chrono::Days;
use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use yuyue_central::clock::{Clock as _, SystemClock};
use yuyue_domain::seed;
use yuyue_domain::session::SessionInstants;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::change::ApplicantRow;
use yuyue_sample::{City, CityConfig};

type Outcome = Result<(), Box<dyn Error>>;

const SITES: &str = r#"[{"id":2,"code":"S2","name":"样例考场","district":"样例区","address":"样例路1号","near":[],
    "subjects":[{"subject":2,"classes":["C1"],"daily_ceiling":132}],"status":"A"}]"#;

/// A day on which a session can be planned today.
fn test_day() -> String {
    let today = SystemClock.now().date();
    let policy = seed::policy(today).expect("a policy is in force");
    let days = (21..60).filter_map(|days| today.checked_add_days(Days::new(days)));
    let can_be_planned = |day: &Date| SessionInstants::compute(Timestamp::start_of(*day), today, &policy).is_ok();
    days.into_iter().find(can_be_planned).expect("the calendar knows the next weeks").to_string()
}

/// A planned session, with the columns of the national exchange format.
fn plan(number: &str, site: &str, places: u16) -> String {
    let day = test_day();
    format!(
        r#"{{"jhxh":"{number}","kcdddh":"{site}","ksrq":"{day}","kssj":"08:30:00","jssj":"11:30:00",
            "kskm":2,"kscx":["C1"],"kkrs":{places}}}"#
    )
}

/// A folder in which an operator works.
struct Desk(TempDir);

impl Desk {
    fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self(tempfile::tempdir()?))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs a command on the centre in `folder`, with `input` as its standard input.
    fn run(&self, folder: &str, arguments: &[&str], input: &str) -> Result<Output, Box<dyn Error>> {
        fs::write(self.path().join("input"), input)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_yuyue-central"));
        command.current_dir(self.path()).args(arguments).env("YUYUE_FOLDER", folder);
        Ok(command.stdin(Stdio::from(File::open(self.path().join("input"))?)).output()?)
    }

    /// What a command prints that must succeed.
    fn does(&self, folder: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
        let output = self.run(folder, arguments, "a password of the tests\n")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} succeeds, but: {complaint}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// That an import is refused for what the file says, in words that hold all of these.
    fn refuses(&self, option: &str, text: &str, words: &[&str]) -> Outcome {
        fs::write(self.path().join("bad.json"), text)?;
        let output = self.run("centre", &["import", option, "bad.json"], "")?;
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "bad input has its own exit code, but: {message}");
        for word in words {
            assert!(message.contains(word), "the message says {word}, but: {message}");
        }
        Ok(())
    }
}

#[test]
fn sites_and_plans_of_the_national_system_are_imported_and_wrong_ones_are_named() -> Outcome {
    let desk = Desk::new()?;
    desk.does("centre", &["init"])?;
    fs::write(desk.path().join("sites.json"), SITES)?;
    let plans = format!("[{},{}]", plan("P1", "S2", 60), plan("P2", "S2", 60));
    fs::write(desk.path().join("plans.json"), plans)?;
    let told = desk.does("centre", &["import", "--sites", "sites.json", "--plans", "plans.json"])?;
    assert_eq!(told, "1 sites\n2 sessions\n", "both files arrive");
    desk.refuses("--plans", &format!("[{}]", plan("P3", "S9", 60)), &["bad.json", "P3", "S9"])?;
    let twice = format!("[{},{}]", plan("P3", "S2", 1), plan("P3", "S2", 1));
    desk.refuses("--plans", &twice, &["bad.json", "P3"])?;
    desk.refuses("--plans", &format!("[{}]", plan("P3", "S2", 133)), &["bad.json", "132"])?;
    desk.refuses("--sites", r#"[{"id":2}]"#, &["bad.json", "code"])?;
    desk.refuses("--applicants", "[{", &["bad.json", "line 1"])?;
    desk.refuses("--results", "{}", &["bad.json"])?;
    let today = SystemClock.now().date();
    let city = City::generate(&CityConfig::new(1, 1, today), &seed::policy(today)?)?;
    let somebody = &city.cast()[0].record;
    let row = ApplicantRow { applicant: somebody.applicant.clone(), tests: Vec::new() };
    let row = serde_json::to_value(&row)?;
    let person = |id: u32, serial: u32| {
        let mut row = row.clone();
        row["applicant"]["id"] = id.into();
        row["applicant"]["serial"] = serial.into();
        row.to_string()
    };
    let many: Vec<String> = (1..=5_002).map(|id| person(id, if id == 5_002 { 1 } else { id })).collect();
    desk.refuses("--applicants", &format!("[{}]", many.join(",")), &["bad.json", "row 5002", "serial"])?;
    fs::write(desk.path().join("one.json"), format!("[{}]", person(9, 1)))?;
    let told = desk.does("centre", &["import", "--applicants", "one.json"])?;
    assert_eq!(told, "1 applicants\n", "nobody of the refused file has the number");
    Ok(())
}

#[test]
fn a_backup_with_the_keys_becomes_the_same_centre_again() -> Outcome {
    let desk = Desk::new()?;
    desk.does("centre", &["init"])?;
    desk.does("centre", &["clerk", "add", "--staff-number", "9001", "--name", "样例员", "--office", "5"])?;
    desk.does("centre", &["backup", "--output", "backup.db"])?;
    let again = desk.run("centre", &["backup", "--output", "backup.db"], "")?;
    assert!(!again.status.success(), "an existing file is never overwritten");
    fs::create_dir(desk.path().join("other"))?;
    for name in ["authority.key", "authority.pem", "code.key", "store.key"] {
        fs::copy(desk.path().join("centre").join(name), desk.path().join("other").join(name))?;
    }
    let key = desk.path().join("other").join("store.key");
    let right = fs::read(&key)?;
    fs::write(&key, [7; 32])?;
    let refused = desk.run("other", &["init", "--from", "backup.db"], "")?;
    assert!(!refused.status.success(), "a backup needs its own key");
    let served = desk.run("other", &["clerk", "list"], "")?;
    assert!(!served.status.success(), "no centre of the old feed is left in place");
    fs::write(&key, right)?;
    desk.does("other", &["init", "--from", "backup.db"])?;
    let clerks = desk.does("other", &["clerk", "list"])?;
    assert!(clerks.contains("9001") && clerks.contains("active"), "the clerk is there again: {clerks}");
    desk.does("other", &["clerk", "disable", "--staff-number", "9001"])?;
    assert!(desk.does("other", &["clerk", "list"])?.contains("disabled"), "and can leave");
    let second = desk.run("other", &["init"], "")?;
    assert!(!second.status.success(), "a centre is never overwritten");
    Ok(())
}
