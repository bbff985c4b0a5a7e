//! A test of the tests: each deliberate bug is found, and it is the bug that is found.

use yuyue_simulation::bugs::Bug;
use yuyue_simulation::{Config, run_once_or_twice};

/// Seeds within which each bug must show.
const SEEDS: u64 = 40;

/// Looks for a seed in which a bug breaks a promise, which it does not without the bug. A bug that shows in one way only has
/// to be found by that promise; the others break now this and now that one first.
fn check(bug: Bug, promise: &str) {
    let mut others = Vec::new();
    for seed in 1..=SEEDS {
        let Err(failure) = run_once_or_twice(Config { bug: Some(bug), ..Config::new(seed) }, false) else { continue };
        if !failure.promise.contains(promise) {
            others.push(failure.promise);
            continue;
        }
        let without = run_once_or_twice(Config::new(seed), false);
        assert!(without.is_ok(), "seed {seed} breaks a promise without the bug, too: {without:?}");
        return;
    }
    panic!("none of {SEEDS} seeds says of {bug:?} that {promise:?}; they say {others:?}");
}

macro_rules! is_found {
    ($($name:ident: $bug:ident, $promise:literal);+ $(;)?) => {
        $(#[test]
        fn $name() {
            check(Bug::$bug, $promise);
        })+

        #[test]
        fn every_bug_has_its_test() {
            assert_eq!([$(Bug::$bug),+], Bug::ALL, "a bug that nobody looks for is no test of the tests");
        }
    };
}

is_found! {
    outcomes_are_forgotten: OutcomesAreForgotten, "the centre lacks it";
    priority_places_are_not_counted: PriorityPlacesAreNotCounted, "the count of priority places taken";
    effects_are_lost: EffectsAreLost, "";
    places_are_given_early: PlacesAreGivenEarly, "has a place before the publication";
    ranks_are_reversed: RanksAreReversed, "";
    changes_keep_their_revision: ChangesKeepTheirRevision, "";
    answers_without_asking: AnswersWithoutAsking, "the centre lacks it";
    commands_are_copied: CommandsAreCopied, "which nobody has taken";
    answers_are_mixed_up: AnswersAreMixedUp, "";
    a_change_is_skipped: AChangeIsSkipped, "are not the centre's";
    the_cursor_moves_first: TheCursorMovesFirst, "";
    tombstones_are_forgotten: TombstonesAreForgotten, "are not the centre's";
    old_caches_are_kept: OldCachesAreKept, "";
    the_wrong_clock_counts: TheWrongClockCounts, "off the centre's clock";
    pages_are_applied_in_part: PagesAreAppliedInPart, "";
    commands_are_given_up: CommandsAreGivenUp, "";
    refusals_are_hidden: RefusalsAreHidden, "";
    saved_is_said_too_early: SavedIsSaidTooEarly, "";
    numbers_are_given_twice: NumbersAreGivenTwice, "";
    syncs_are_forgotten: SyncsAreForgotten, "";
}
