//! The centre's file, while a counter that is well works: commands are decided, codes sent, and a publication gives places.

use super::desk::{check, filled, work};
use super::stage::Stage;
use super::{StorageBug, Sweep};
use crate::city::small_city;
use crate::clerk::Told;
use crate::disk::Failing;
use crate::oracle::{order, places, truth::Truth};
use yuyue_protocol::outcome::Outcome;

/// The work.
pub struct CentreSweep {
    /// With a deliberate bug.
    pub bug: Option<StorageBug>,
}

fn read(stage: &Stage) -> Result<Truth, String> {
    stage.centre.borrow().with_store_file(|file| {
        Ok(yuyue_sqlite::check_integrity(file)
            .map_err(|error| format!("the centre's file: {error}"))
            .and_then(|()| places::check(file))
            .and_then(|()| Truth::read(file)))
    })?
}

/// Seconds until everything of the city is published.
fn seconds_to_publication() -> u64 {
    let last = small_city().sessions.iter().map(|session| session.instants.publication_at).max();
    let wait = last.map_or(0, |last| last.seconds_since(small_city().begin));
    u64::try_from(wait).unwrap_or(0) + 60
}

impl Sweep for CentreSweep {
    fn run(&self, failing: Option<Failing>, seed: u64) -> Result<(u64, bool), String> {
        let stage = Stage::new(filled(), 1, self.bug)?;
        stage.centre.borrow().disk.fail(failing);
        let told = work(&stage)?;
        stage.pass(seconds_to_publication());
        // What fails stays due.
        stage.tick();
        stage.tick();
        let (operations, hit) = {
            let centre = stage.centre.borrow();
            let counts = (centre.disk.operations(), centre.disk.was_hit());
            centre.disk.fail(None);
            counts
        };
        // The power fails; what was not synced may be gone.
        let mut number = seed;
        let mut dice = || {
            number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            number >> 33
        };
        stage.centre.borrow_mut().stop();
        stage.centre.borrow_mut().start(Some(&mut dice))?;
        let truth = read(&stage)?;
        order::check(&truth)?;
        for (id, _) in told.iter().filter(|(_, how)| *how == Told::Accepted) {
            let decided = truth.commands.get(id).map(|decided| &decided.outcome);
            if !matches!(decided, Some(Outcome::Accepted { .. })) {
                return Err(format!("{id} was answered as accepted and the answer is not kept"));
            }
        }
        check(&stage, &told)?;
        stage.tick();
        let truth = read(&stage)?;
        order::check(&truth)?;
        if truth.publications.is_empty() {
            return Err("nothing was published".to_owned());
        }
        Ok((operations, hit))
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, filled, seconds_to_publication};

    #[test]
    fn what_a_full_disk_kept_from_being_done_is_done_at_the_first_try_with_room() {
        let stage = Stage::new(filled(), 1, None).expect("a stage");
        stage.pass(seconds_to_publication());
        let tick = || stage.centre.borrow_mut().tick();
        let fill_up = |full| stage.centre.borrow().disk.fill_up(full);
        fill_up(true);
        for _ in 0..3 {
            assert!(tick().expect("a full disk is no mistake").starts_with("failed"), "nothing can be written");
        }
        fill_up(false);
        let done = tick().expect("the first try with room succeeds");
        assert!(done.contains("Published"), "and what was due is done: {done}");
    }
}
