#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use super::*;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const JOB: PrintJob<'_> =
    PrintJob { kind: DocumentKind::Voucher, paper: Paper::Thermal80, height: 173_200, pdf: b"%PDF-1.7 sample" };
const IDLE: &str = "echo 'printer counter is idle.  enabled since Tue'; echo '\tAlerts: none'";
const TAKES: &str = "echo 'counter accepting requests since Tue'";

/// Programs that answer as CUPS does; `lp` keeps what it was called with and given, and what waits stands in the file `jobs`.
#[cfg(unix)]
fn commands(takes: &str, state: &str, lp: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let lpstat = format!(
        "cd \"$(dirname \"$0\")\"; \
         case \"$1\" in -a) {takes};; -e) echo counter; echo office;; -o) [ ! -e jobs ] || cat jobs;; *) {state};; esac"
    );
    for (name, body) in [("lpstat", lpstat.as_str()), ("lp", lp)] {
        write_program(folder.path(), name, body);
    }
    folder
}

#[cfg(unix)]
fn write_program(folder: &Path, name: &str, body: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
fn printer(folder: &TempDir) -> CupsPrinter {
    CupsPrinter::new("counter").with_commands_in(folder.path().to_owned())
}

#[cfg(unix)]
fn code_of(takes: &str, state: &str, lp: &str) -> (&'static str, bool) {
    let folder = commands(takes, state, lp);
    let error = printer(&folder).print(&JOB).unwrap_err();
    assert!(!folder.path().join("given").exists(), "nothing was sent to a printer that cannot print");
    (error.code(), error.is_retryable())
}

#[cfg(unix)]
#[test]
fn one_copy_goes_to_the_queue_without_a_dialog_and_names_nobody() {
    let lp = "cd \"$(dirname \"$0\")\"; echo \"$@\" > called; cat > given; echo 'request id is counter-12 (1 file(s))'";
    let folder = commands(TAKES, IDLE, lp);
    let printed = printer(&folder).print(&JOB).unwrap();
    assert_eq!(printed.job, "counter-12", "the journal can name the job");
    assert_eq!(fs::read(folder.path().join("given")).unwrap(), JOB.pdf, "the queue gets the document itself");
    let called = fs::read_to_string(folder.path().join("called")).unwrap();
    let expected = "-d counter -n 1 -t yuyue-voucher -o media=Custom.80x174mm -o print-scaling=none -";
    assert_eq!(called.trim(), expected, "one copy, cut where the slip ends, not scaled");
}

#[cfg(unix)]
#[test]
fn what_stands_in_the_way_is_said_before_anything_is_sent() {
    let lp = "cat > \"$(dirname \"$0\")/given\"";
    let alert = |alert: &str| format!("echo 'printer counter is idle.'; echo '\tAlerts: {alert}'");
    let nobody = "echo 'lpstat: Invalid destination name in list \"counter\".' >&2; exit 1";
    let no_server = "echo 'lpstat: Scheduler is not running.' >&2; exit 1";
    let disabled = "echo 'printer counter disabled since Tue -'; echo '\treason unknown'";
    let refuses = "echo 'counter not accepting requests since Tue -'";
    let cases = [
        (TAKES, alert("media-empty-error"), ("print_out_of_paper", true)),
        (TAKES, alert("cover-open-report"), ("print_cover_open", true)),
        (TAKES, alert("offline-report"), ("print_offline", true)),
        (TAKES, disabled.to_owned(), ("print_stopped", true)),
        (refuses, IDLE.to_owned(), ("print_stopped", true)),
        (nobody, IDLE.to_owned(), ("print_no_printer", false)),
        (no_server, IDLE.to_owned(), ("print_no_system", false)),
    ];
    for (takes, state, expected) in cases {
        assert_eq!(code_of(takes, &state, lp), expected, "{takes} {state}");
    }
}

#[cfg(unix)]
#[test]
fn a_job_that_is_refused_says_why() {
    let folder = commands(TAKES, IDLE, "echo 'lp: Unsupported format' >&2; exit 1");
    match printer(&folder).print(&JOB) {
        Err(PrintError::Refused { reason }) => assert_eq!(reason, "lp: Unsupported format", "the system's own words"),
        other => panic!("it was refused, not {other:?}"),
    }
}

#[cfg(unix)]
#[test]
fn a_printing_system_that_does_not_answer_is_left_alone_and_nothing_is_repeated() {
    // Reads from a pipe that nobody writes to.
    let folder = commands(TAKES, IDLE, "mkfifo \"$0.pipe\"; exec cat \"$0.pipe\"");
    let error = printer(&folder).with_timeout(Duration::from_millis(400)).print(&JOB).unwrap_err();
    assert_eq!(error.code(), "print_silent", "the paper may come out all the same");
    assert!(!error.is_retryable(), "so nothing prints it again by itself");
}

#[cfg(unix)]
#[test]
fn the_queues_of_a_computer_can_be_listed() {
    let folder = commands(TAKES, IDLE, "true");
    assert_eq!(printer(&folder).list_queues().unwrap(), ["counter", "office"], "for the choice in the settings");
}

#[test]
fn a_computer_without_printing_system_says_so() {
    let folder = TempDir::new().unwrap();
    let printer = CupsPrinter::new("counter").with_commands_in(folder.path().to_owned());
    assert_eq!(printer.print(&JOB).unwrap_err().code(), "print_no_system", "lpstat is not there");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_simulated_printer_numbers_its_papers_and_goes_on_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let prints = folder.path().join("prints");
    SimulatedPrinter::new(prints.clone()).print(&JOB).unwrap();
    let job = SimulatedPrinter::new(prints.clone()).print(&JOB).unwrap().job;
    assert_eq!(job, "000002-yuyue-voucher.pdf", "the second paper of this folder");
    assert_eq!(names(&prints), ["000001-yuyue-voucher.pdf", "000002-yuyue-voucher.pdf"], "one file for each paper");
    assert_eq!(fs::read(prints.join(job)).unwrap(), JOB.pdf, "and it holds the document");
}

#[test]
fn the_simulated_printer_can_run_out_of_paper_and_be_filled_again() {
    let folder = TempDir::new().unwrap();
    let printer = SimulatedPrinter::new(folder.path().to_owned());
    printer.set_out_of_paper(true);
    assert_eq!(printer.print(&JOB).unwrap_err().code(), "print_out_of_paper", "there is none");
    assert!(names(folder.path()).is_empty(), "and nothing came out");
    printer.set_out_of_paper(false);
    assert!(printer.print(&JOB).is_ok(), "somebody has put some in");
}

#[test]
fn the_folder_of_the_simulated_printer_stays_bounded() {
    let folder = TempDir::new().unwrap();
    let printer = SimulatedPrinter::new(folder.path().to_owned());
    fs::write(folder.path().join("keep.pdf"), b"not ours").unwrap();
    for _ in 0..503 {
        printer.print(&JOB).unwrap();
    }
    let names = names(folder.path());
    assert_eq!(names.len(), 501, "500 papers, and the file of somebody else");
    assert_eq!(names[0], "000004-yuyue-voucher.pdf", "the oldest made room");
}

/// `cancel` keeps what it was called with.
#[cfg(unix)]
fn keep_cancelled(folder: &TempDir) {
    write_program(folder.path(), "cancel", "cd \"$(dirname \"$0\")\"; echo \"$@\" >> cancelled; rm -f jobs");
}

/// What is cancelled of two jobs when somebody leaves.
#[cfg(unix)]
fn cancelled_of(state: &str) -> String {
    let folder = commands(TAKES, state, "true");
    keep_cancelled(&folder);
    fs::write(folder.path().join("jobs"), "counter-12 kiosk 1024 Tue\ncounter-13 kiosk 1024 Tue\n").unwrap();
    printer(&folder).clear().unwrap();
    fs::read_to_string(folder.path().join("cancelled")).unwrap().trim().to_owned()
}

/// Longer than any test takes.
#[cfg(unix)]
const LONG: Duration = Duration::from_secs(60);
/// Takes a job that waits from then on.
#[cfg(unix)]
const WAITS: &str = "cd \"$(dirname \"$0\")\"; cat > given; echo 'counter-12 kiosk 1024 Tue' > jobs; \
    echo 'request id is counter-12 (1 file(s))'";

#[cfg(unix)]
#[test]
fn a_paper_is_said_to_be_printed_once_it_has_come() {
    // It comes while somebody looks at the state of the printer.
    let connects =
        "if [ -e jobs ]; then rm jobs; echo '\tAlerts: connecting-to-device'; else echo '\tAlerts: none'; fi";
    let folder = commands(TAKES, connects, WAITS);
    let printed = printer(&folder).with_patience(LONG).print(&JOB).unwrap();
    assert_eq!((printed.job.as_str(), folder.path().join("jobs").exists()), ("counter-12", false), "nothing waits");
    let folder = commands(TAKES, IDLE, WAITS);
    printer(&folder).print(&JOB).unwrap();
    assert!(folder.path().join("jobs").exists(), "a counter waits for no paper");
}

#[cfg(unix)]
#[test]
fn a_paper_that_cannot_come_is_taken_back_and_comes_for_nobody_else() {
    let empty = "if [ -e jobs ]; then echo '\tAlerts: media-empty-error'; else echo '\tAlerts: none'; fi";
    let off = "if [ -e jobs ]; then echo '\tWaiting for printer to become available.'; else echo '\tAlerts: none'; fi";
    let slow = "echo 'printer counter now printing counter-12.  enabled since Tue'";
    for (state, patience, expected) in [
        (empty, LONG, "print_out_of_paper"),
        (off, Duration::ZERO, "print_offline"),
        (slow, Duration::ZERO, "print_silent"),
    ] {
        let folder = commands(TAKES, state, WAITS);
        keep_cancelled(&folder);
        let error = printer(&folder).with_patience(patience).print(&JOB).unwrap_err();
        assert_eq!(error.code(), expected, "what stands in the way is said");
        let cancelled = fs::read_to_string(folder.path().join("cancelled")).unwrap();
        assert_eq!(cancelled.trim(), "-x counter-12", "and the job is gone");
    }
}

#[cfg(unix)]
#[test]
fn what_was_printed_or_waits_is_taken_back_when_a_person_leaves() {
    let printing = "echo 'printer counter now printing counter-12.  enabled since Tue'";
    assert_eq!(cancelled_of(printing), "-x counter-13", "the paper that is coming out is that of whoever leaves");
    let empty = "echo 'printer counter now printing counter-12.'; echo '\tAlerts: media-empty-error'";
    assert_eq!(cancelled_of(empty), "-x counter-12\n-x counter-13", "one that cannot come out would be the next one's");
    let folder = commands(TAKES, IDLE, "true");
    printer(&folder).clear().unwrap();
    assert!(!folder.path().join("cancelled").exists(), "nothing waits");

    let folder = tempfile::tempdir().unwrap();
    let simulated = SimulatedPrinter::new(folder.path().join("printed"));
    simulated.clear().unwrap();
    simulated.print(&JOB).unwrap();
    simulated.clear().unwrap();
    assert!(names(&folder.path().join("printed")).is_empty(), "nobody finds another person's paper");
}
