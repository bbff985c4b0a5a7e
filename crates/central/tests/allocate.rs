//! `yuyue-central allocate` from outside: the program, a file in, a file out.

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn Error>>;

const SESSION: &str = r#"{"id":"s1","places":1,"starts_at":"2026-12-01T08:30:00+08:00"}"#;

struct Run {
    folder: TempDir,
    output: Output,
}

impl Run {
    fn of(input: &str) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("in.json"), input)?;
        let output = Command::new(env!("CARGO_BIN_EXE_yuyue-central"))
            .current_dir(folder.path())
            .args(["allocate", "--input", "in.json", "--output", "out.json"])
            .output()?;
        Ok(Self { folder, output })
    }

    fn answer(&self) -> PathBuf {
        self.folder.path().join("out.json")
    }

    fn message(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// The answer of a run that must succeed.
    fn success(&self) -> Result<serde_json::Value, Box<dyn Error>> {
        assert_eq!(self.output.status.code(), Some(0), "good input succeeds, but: {}", self.message());
        Ok(serde_json::from_slice(&std::fs::read(self.answer())?)?)
    }

    /// That a run was refused for what its input says, in words that hold all of these.
    fn refused(&self, words: &[&str]) -> Outcome {
        let message = self.message();
        assert_eq!(self.output.status.code(), Some(2), "bad input has its own exit code, but: {message}");
        for word in words {
            assert!(message.contains(word), "the message says {word}, but: {message}");
        }
        let left: Vec<_> = std::fs::read_dir(self.folder.path())?.collect::<Result<_, _>>()?;
        assert_eq!(left.len(), 1, "nothing is written beside the input: {left:?}");
        Ok(())
    }
}

fn application(id: &str, applicant: &str, accepts: &str) -> String {
    format!(
        r#"{{"id":"{id}","applicant":"{applicant}","subject":2,"sort_time":"2026-10-18T09:40:00+08:00",
            "accepted_at":"2026-09-01T10:00:00+08:00","serial":17,"accepts":{accepts},"ordered":true}}"#
    )
}

fn input(sessions: &[&str], applications: &[String]) -> String {
    format!(r#"{{"sessions":[{}],"applications":[{}]}}"#, sessions.join(","), applications.join(","))
}

#[test]
fn the_answer_has_the_agreed_form() -> Outcome {
    let applications = [application("a2", "p2", r#"["s1"]"#), application("a1", "p1", r#"["s1"]"#)];
    let run = Run::of(&input(&[SESSION], &applications))?;
    let expected = serde_json::json!({
        "placed": [{"application": "a1", "session": "s1"}],
        "unplaced": [{"application": "a2", "reason": "full", "cut_offs": [{"session": "s1", "last_admitted": "a1"}]}],
    });
    assert_eq!(run.success()?, expected, "all else equal, the smaller identifier is served first");
    Ok(())
}

#[test]
fn sort_time_then_acceptance_then_serial_decide_whatever_zone_they_are_written_in() -> Outcome {
    let ranked = |id: &str, sort_time: &str, accepted_at: &str, serial: u32| {
        format!(
            r#"{{"id":"{id}","applicant":"p{id}","subject":1,"sort_time":"{sort_time}","accepted_at":"{accepted_at}",
                "serial":{serial},"accepts":["s1"],"ordered":false}}"#
        )
    };
    let applications = [
        ranked("a", "2026-10-18T10:00:00+08:00", "2026-09-01T10:00:00+08:00", 2),
        ranked("b", "2026-10-18T02:00:00Z", "2026-09-01T10:00:00+08:00", 1),
        ranked("c", "2026-10-18T10:00:00+08:00", "2026-09-01T09:59:59+08:00", 9),
        ranked("d", "2026-10-18T09:59:59+08:00", "2026-09-02T10:00:00+08:00", 9),
    ];
    let answer = Run::of(&input(&[&SESSION.replace("\"places\":1", "\"places\":4")], &applications))?.success()?;
    let placed: Vec<_> = answer["placed"].as_array().into_iter().flatten().map(|place| &place["application"]).collect();
    assert_eq!(placed, ["d", "c", "b", "a"], "placed are in rank order");
    Ok(())
}

#[test]
fn assigned_applications_get_the_earliest_start_then_the_smaller_identifier() -> Outcome {
    let sessions = [
        r#"{"id":"s3","places":1,"starts_at":"2026-12-01T08:30:00+08:00"}"#,
        r#"{"id":"s2","places":1,"starts_at":"2026-12-01T09:30:00+08:00"}"#,
        r#"{"id":"s1","places":1,"starts_at":"2026-12-01T09:30:00+08:00"}"#,
    ];
    let applications = ["a1", "a2", "a3"]
        .map(|id| application(id, id, r#"["s2","s1","s3"]"#).replace("\"ordered\":true", "\"ordered\":false"));
    let answer = Run::of(&input(&sessions, &applications))?.success()?;
    let sessions: Vec<_> = answer["placed"].as_array().into_iter().flatten().map(|place| &place["session"]).collect();
    assert_eq!(sessions, ["s3", "s1", "s2"], "by rank, each gets the earliest that is left");
    Ok(())
}

#[test]
fn a_session_without_places_admits_nobody_and_an_empty_file_places_nobody() -> Outcome {
    let empty = SESSION.replace("\"places\":1", "\"places\":0");
    let answer = Run::of(&input(&[&empty], &[application("a1", "p1", r#"["s1"]"#)]))?.success()?;
    assert!(answer["unplaced"][0]["cut_offs"][0]["last_admitted"].is_null(), "nobody was last admitted");
    let answer = Run::of(r#"{"sessions":[],"applications":[]}"#)?.success()?;
    assert_eq!(answer, serde_json::json!({"placed": [], "unplaced": []}), "nothing in, nothing out");
    Ok(())
}

#[test]
fn identifiers_with_escapes_and_applications_before_the_sessions_are_read() -> Outcome {
    let text = format!(
        r#"{{"applications":[{}],"sessions":[{}]}}"#,
        application(r#"\u6e1d\"1"#, "p1", r#"["s\u0031"]"#),
        SESSION
    );
    let answer = Run::of(&text)?.success()?;
    assert_eq!(answer["placed"][0]["application"], "渝\"1", "an identifier is the text that it stands for");
    Ok(())
}

#[test]
fn an_earlier_answer_is_replaced_by_a_good_run_and_kept_by_a_bad_one() -> Outcome {
    let run = Run::of(&input(&[SESSION], &[]))?;
    run.success()?;
    std::fs::write(run.answer(), "old")?;
    let again = |input: &str| -> Result<String, Box<dyn Error>> {
        std::fs::write(run.folder.path().join("in.json"), input)?;
        Command::new(env!("CARGO_BIN_EXE_yuyue-central"))
            .current_dir(run.folder.path())
            .args(["allocate", "--input", "in.json", "--output", "out.json"])
            .output()?;
        Ok(std::fs::read_to_string(run.answer())?)
    };
    assert_eq!(again("{")?, "old", "a bad run leaves the answer alone");
    assert!(again(&input(&[SESSION], &[]))?.contains("placed"), "a good one replaces it");
    Ok(())
}

#[test]
fn bad_input_is_refused_with_its_place() -> Outcome {
    let good = application("a1", "p1", r#"["s1"]"#);
    let bad = |from: &str, to: &str| input(&[SESSION], &[good.replace(from, to)]);
    let cases: [(String, &[&str]); 17] = [
        ("{\n\"sessions\": [}".to_owned(), &["line 2 column"]),
        (input(&[SESSION], &[]) + "x", &["trailing", "line 1 column"]),
        ("[]".to_owned(), &["sessions and applications", "line 1"]),
        (r#"{"applications":[]}"#.to_owned(), &["missing field `sessions`"]),
        (r#"{"sessions":[]}"#.to_owned(), &["missing field `applications`"]),
        (r#"{"sessions":[],"sessions":[],"applications":[]}"#.to_owned(), &["duplicate field `sessions`"]),
        (input(&[SESSION, SESSION], &[]), &["sessions[1]", "\"s1\"", "twice", "line 1 column"]),
        (input(&[&SESSION.replace("\"places\":1,", "")], &[]), &["sessions[0]", "missing field `places`"]),
        (input(&[&SESSION.replace("\"places\":1", "\"places\":-1")], &[]), &["sessions[0]", "-1"]),
        (input(&[&SESSION.replace("T08:30", " 8.30")], &[]), &["sessions[0]", "a time such as"]),
        (input(&[SESSION], &[good.clone(), application("a1", "p2", "[]")]), &["applications[1]", "\"a1\"", "twice"]),
        (
            input(&[SESSION], &[good.clone(), application("a2", "p1", "[]")]),
            &["applications[1]", "second one of the same applicant and subject"],
        ),
        (bad(r#"["s1"]"#, r#"["s1","s9"]"#), &["applications[0].accepts[1]", "\"s9\"", "not among the sessions"]),
        (bad(r#"["s1"]"#, r#"["s1","s1"]"#), &["applications[0].accepts[1]", "\"s1\"", "accepted twice"]),
        (bad("2026-10-18T", "2026-13-18T"), &["applications[0]", "a time such as"]),
        (bad("\"subject\":2", "\"subject\":5"), &["applications[0]", "subjects are numbered 1 to 4"]),
        (bad(",\"ordered\":true", ""), &["applications[0]", "missing field `ordered`", "line 2 column"]),
    ];
    for (text, words) in cases {
        Run::of(&text)?.refused(words)?;
    }
    Ok(())
}

#[test]
fn one_applicant_may_apply_for_two_subjects() -> Outcome {
    let other = application("a2", "p1", r#"["s1"]"#).replace("\"subject\":2", "\"subject\":3");
    let run = Run::of(&input(&[SESSION], &[application("a1", "p1", r#"["s1"]"#), other]))?;
    run.success()?;
    Ok(())
}

#[test]
fn a_file_that_cannot_be_read_is_not_called_bad_input() -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_yuyue-central"))
        .args(["allocate", "--input", "/nowhere/in.json", "--output", "/nowhere/out.json"])
        .output()?;
    assert_eq!(output.status.code(), Some(1), "exit code 2 is kept for what the file says");
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/in.json"), "the message names the file");
    Ok(())
}
