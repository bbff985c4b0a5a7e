//! The processes that a test starts, as one group that ends with it: also after a failed test, also those that its
//! processes have started in turn.

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, kill_process_group, set_child_subreaper, waitpgid};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A group of processes. All of them are gone once this is dropped.
pub struct Processes {
    group: Pid,
}

impl Processes {
    /// Starts the first of them.
    #[expect(clippy::zombie_processes, reason = "the end of the group waits for each of them")]
    pub fn start(mut first: Command) -> Self {
        // Whoever loses its parent becomes a child of this test, which can then wait for its end.
        set_child_subreaper(Some(rustix::process::getpid())).unwrap();
        let child = first.process_group(0).spawn().unwrap();
        Self { group: Pid::from_child(&child) }
    }

    /// Starts another one.
    #[expect(clippy::zombie_processes, reason = "the end of the group waits for each of them")]
    pub fn join(&self, mut another: Command) {
        another.process_group(self.group.as_raw_nonzero().get()).spawn().unwrap();
    }

    /// Whether one of them runs `program`.
    pub fn is_running(&self, program: &Path) -> bool {
        self.running(program).next().is_some()
    }

    /// Ends those of them that run `program` where they stand, without a chance to tidy up.
    pub fn kill(&self, program: &Path) {
        self.running(program).for_each(|folder| send(&folder, Signal::KILL));
    }

    /// As [`Self::kill`], those that run a program with this name; answers how many there were.
    pub fn kill_named(&self, name: &str) -> usize {
        self.send_named(name, Signal::KILL)
    }

    /// Lets those stand still that run a program with this name; answers how many there were.
    pub fn halt_named(&self, name: &str) -> usize {
        self.send_named(name, Signal::STOP)
    }

    fn send_named(&self, name: &str, signal: Signal) -> usize {
        self.all().filter(|folder| is_named(folder, name)).inspect(|folder| send(folder, signal)).count()
    }

    /// Lets all of them stand still, as on a machine that has too much to do.
    pub fn halt(&self) {
        kill_process_group(self.group, Signal::STOP).unwrap();
    }

    /// Lets all of them go on.
    pub fn go_on(&self) {
        kill_process_group(self.group, Signal::CONT).unwrap();
    }

    /// What the system tells of each of them.
    pub fn all(&self) -> impl Iterator<Item = PathBuf> {
        let all = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        all.filter(|folder| self.has(folder))
    }

    /// What the system tells of those of them that run `program`.
    fn running<'a>(&'a self, program: &'a Path) -> impl Iterator<Item = PathBuf> + 'a {
        let runs = move |folder: &Path| fs::read_link(folder.join("exe")).is_ok_and(|running| running == program);
        self.all().filter(move |folder| runs(folder))
    }

    /// Whether a process belongs to the group: the third field after the name, which stands in brackets.
    fn has(&self, folder: &Path) -> bool {
        let Ok(stat) = fs::read_to_string(folder.join("stat")) else { return false };
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        after_name.split_whitespace().nth(2) == Some(&self.group.to_string())
    }
}

/// Whether a process runs a program with this name; one that has ended, and that nobody has asked about yet, runs none.
pub fn is_named(process: &Path, name: &str) -> bool {
    fs::read_link(process.join("exe")).is_ok_and(|program| program.ends_with(name))
}

fn send(process: &Path, signal: Signal) {
    let id = process.file_name().and_then(|name| name.to_str()?.parse().ok()).and_then(Pid::from_raw);
    // It may have gone by itself meanwhile.
    let _ = id.map(|id| kill_process(id, signal));
}

impl Drop for Processes {
    fn drop(&mut self) {
        // Again for those that were being started meanwhile; it ends when none is left to wait for.
        while kill_process_group(self.group, Signal::KILL).is_ok() {
            match waitpgid(self.group, WaitOptions::empty()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Processes;
    use std::io::{BufRead, BufReader};
    use std::path::Path;
    use std::process::Command;

    #[test]
    fn what_a_test_has_started_ends_with_it_and_so_does_what_that_has_started() {
        let mut shell = Command::new("sh");
        // The shell goes at once and leaves two without a parent, who would wait for ever.
        shell.args(["-c", "tail -f /dev/null & (tail -f /dev/null & echo $!)"]);
        let (ours, theirs) = std::io::pipe().unwrap();
        shell.stdout(theirs);
        let processes = Processes::start(shell);
        let mut lines = BufReader::new(ours).lines();
        let orphan: u32 = lines.next().unwrap().unwrap().parse().unwrap();
        let alive = || Path::new(&format!("/proc/{orphan}")).exists();
        assert!(alive(), "it waits for ever");
        drop(processes);
        assert!(!alive(), "nobody is left behind, not even as an entry in the table of processes");
        assert_eq!(lines.count(), 0, "and nobody holds the output of the test");
    }
}
