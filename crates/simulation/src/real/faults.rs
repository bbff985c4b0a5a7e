//! What breaks: programs are killed, stand still, or have no room on the disk; lines are cut. And how it is mended.

use super::World;
use super::history::CENTRE;
use super::process::Program;
use std::time::{Duration, Instant};

/// For so many acts of clerks work may go on between two faults, or for so long at most.
const ACTS_MAX: u64 = 4;
const CALM_MAX: Duration = Duration::from_secs(2);

impl World {
    fn program(&self, node: usize) -> &Program {
        if node == CENTRE { &self.centre.program } else { &self.desks[node].program }
    }

    /// One fault, mended again, and a little work behind it.
    pub(super) fn break_something(&mut self) -> Result<(), String> {
        // The centre is a program among four and hurts the most.
        let node = usize::try_from(self.draw(5)).unwrap_or(0).min(CENTRE);
        match self.draw(100) {
            0..64 => self.kill(node)?,
            64..75 => self.stand_still(node)?,
            75..88 => self.fill_the_disk(node)?,
            _ => self.cut_the_line()?,
        }
        self.restart_whoever_ended()?;
        let enough = self.history.count_of("acts") + self.draw(ACTS_MAX);
        let until = Instant::now() + CALM_MAX;
        while self.history.count_of("acts") < enough && self.history.hear_until(until)? {}
        self.centre.notice_ports(&self.history, &self.proxy);
        Ok(())
    }

    fn kill(&mut self, node: usize) -> Result<(), String> {
        let program = if node == CENTRE { &mut self.centre.program } else { &mut self.desks[node].program };
        if program.kill() {
            self.history.count("kills");
            self.history.count(if node == CENTRE { "kills of the centre" } else { "kills of counters" });
            self.history.note(format!("kill -9 of program {}", node + 1));
        }
        let millis = self.draw(300);
        self.pump(Duration::from_millis(millis))
    }

    fn stand_still(&mut self, node: usize) -> Result<(), String> {
        self.history.count("stops");
        self.history.note(format!("program {} stands still", node + 1));
        self.program(node).signal("STOP")?;
        let millis = 100 + self.draw(1_500);
        self.pump(Duration::from_millis(millis))?;
        self.program(node).signal("CONT")
    }

    /// No file grows any more. Half of the time the program is killed in that state.
    fn fill_the_disk(&mut self, node: usize) -> Result<(), String> {
        let bytes = self.draw(64) * 1024;
        self.history.count("disks full");
        self.history.note(format!("no file of program {} grows beyond {bytes} bytes", node + 1));
        self.program(node).limit_files(Some(bytes))?;
        let millis = 100 + self.draw(1_200);
        self.pump(Duration::from_millis(millis))?;
        if self.draw(2) == 0 {
            return self.kill(node);
        }
        self.program(node).limit_files(None)
    }

    fn cut_the_line(&mut self) -> Result<(), String> {
        self.history.count("lines cut");
        self.history.note("all lines are cut".to_owned());
        self.proxy.cut(true);
        let millis = 100 + self.draw(1_500);
        self.pump(Duration::from_millis(millis))?;
        self.proxy.cut(false);
        Ok(())
    }

    pub(super) fn start_desk(&mut self, index: usize) -> Result<(), String> {
        self.desks[index].start(index, &self.history)
    }

    /// Whoever was killed, or ended because it had no room on the disk, starts again.
    pub(super) fn restart_whoever_ended(&mut self) -> Result<(), String> {
        for index in 0..self.desks.len() {
            if !self.desks[index].program.is_running() {
                self.start_desk(index)?;
            }
        }
        if !self.centre.program.is_running() {
            self.centre.start_again(&self.history)?;
        }
        self.centre.notice_ports(&self.history, &self.proxy);
        Ok(())
    }

    /// Nothing stands still, and there is room.
    pub(super) fn mend_all(&mut self) -> Result<(), String> {
        for node in 0..=CENTRE {
            self.program(node).limit_files(None)?;
            self.program(node).signal("CONT")?;
        }
        self.restart_whoever_ended()
    }
}
