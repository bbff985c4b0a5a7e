//! The files survive every failing operation, power losses at any moment and flipped bits; and each of these nets finds a
//! deliberate bug.

use yuyue_simulation::storage::{CacheSweep, CentreSweep, DeskSweep, StorageBug, Swept, flip_bits, lose_power, sweep};

/// Here only every `stride`th operation fails, so that it does not take minutes; all of them do in `cargo xtask storage`.
fn swept(result: Result<Swept, String>, least: u64, stride: u64) {
    let swept = result.unwrap_or_else(|broken| panic!("a promise is broken: {broken}"));
    assert!(swept.operations >= least, "too little happened: {swept:?}");
    assert!(swept.failures >= least / stride, "too little failed: {swept:?}");
}

#[test]
fn whatever_operation_fails_under_the_counter_nothing_told_is_lost() {
    swept(sweep(&DeskSweep { bug: None }, 7), 400, 7);
}

#[test]
fn whatever_operation_fails_under_the_cache_no_page_is_there_in_half() {
    swept(sweep(&CacheSweep { bug: None }, 3), 200, 3);
}

#[test]
fn whatever_operation_fails_under_the_centre_what_it_answered_is_kept() {
    swept(sweep(&CentreSweep { bug: None }, 13), 400, 13);
}

#[test]
fn five_hundred_power_losses_cost_nothing_that_was_told() {
    let told = lose_power(500, 1, None).unwrap_or_else(|broken| panic!("a promise is broken: {broken}"));
    assert!(told >= 500, "too little was told: {told}");
}

#[test]
fn every_flipped_bit_is_noticed_and_costs_no_command() {
    let flipped = flip_bits(100, 1, None).unwrap_or_else(|broken| panic!("a promise is broken: {broken}"));
    assert!(flipped.noticed >= 50, "most flips are in pages: {flipped:?}");
}

/// A net that finds a bug complains.
fn is_found<T>(bug: StorageBug, result: &Result<T, String>) {
    assert!(result.is_err(), "nobody noticed that {bug:?}");
}

#[test]
fn a_journal_whose_failed_sync_is_tried_again_is_found_by_failing_operations() {
    let bug = StorageBug::AFailedSyncIsTriedAgain;
    is_found(bug, &sweep(&DeskSweep { bug: Some(bug) }, 1));
}

#[test]
fn saying_too_early_that_something_is_saved_is_found_without_any_failure() {
    let bug = StorageBug::SavedIsSaidTooEarly;
    is_found(bug, &sweep(&DeskSweep { bug: Some(bug) }, 1));
}

#[test]
fn pages_that_are_applied_in_part_are_found_under_the_cache() {
    let bug = StorageBug::PagesAreAppliedInPart;
    is_found(bug, &sweep(&CacheSweep { bug: Some(bug) }, 1));
}

#[test]
fn outcomes_and_syncs_that_are_forgotten_are_found_under_the_centre() {
    for bug in [StorageBug::OutcomesAreForgotten, StorageBug::TheCentreForgetsSyncs] {
        is_found(bug, &sweep(&CentreSweep { bug: Some(bug) }, 1));
    }
}

#[test]
fn syncs_that_are_forgotten_are_found_by_power_losses() {
    let bug = StorageBug::SyncsAreForgotten;
    is_found(bug, &lose_power(100, 1, Some(bug)));
}

#[test]
fn a_journal_that_is_not_written_is_found_by_flipped_bits() {
    let bug = StorageBug::TheJournalIsNotWritten;
    is_found(bug, &flip_bits(100, 1, Some(bug)));
}
