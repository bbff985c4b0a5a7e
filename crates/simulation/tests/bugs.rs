//! A test of the tests: each deliberate bug is found.

use yuyue_simulation::bugs::Bug;
use yuyue_simulation::{Config, run_once_or_twice};

/// Seeds within which each bug must show.
const SEEDS: u64 = 40;

macro_rules! is_found {
    ($($name:ident: $bug:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            let found = (1..=SEEDS).any(|seed| {
                let bug = Some(Bug::$bug);
                run_once_or_twice(Config { bug, ..Config::new(seed) }, false).is_err()
            });
            assert!(found, "none of {SEEDS} seeds notices that {}", stringify!($name).replace('_', " "));
        })+

        #[test]
        fn every_bug_has_its_test() {
            assert_eq!([$(Bug::$bug),+], Bug::ALL, "a bug that nobody looks for is no test of the tests");
        }
    };
}

is_found! {
    outcomes_are_forgotten: OutcomesAreForgotten,
    priority_places_are_not_counted: PriorityPlacesAreNotCounted,
    effects_are_lost: EffectsAreLost,
    places_are_given_early: PlacesAreGivenEarly,
    ranks_are_reversed: RanksAreReversed,
    changes_keep_their_revision: ChangesKeepTheirRevision,
    answers_without_asking: AnswersWithoutAsking,
    commands_are_copied: CommandsAreCopied,
    answers_are_mixed_up: AnswersAreMixedUp,
    a_change_is_skipped: AChangeIsSkipped,
    the_cursor_moves_first: TheCursorMovesFirst,
    tombstones_are_forgotten: TombstonesAreForgotten,
    old_caches_are_kept: OldCachesAreKept,
    the_wrong_clock_counts: TheWrongClockCounts,
    pages_are_applied_in_part: PagesAreAppliedInPart,
    commands_are_given_up: CommandsAreGivenUp,
    refusals_are_hidden: RefusalsAreHidden,
    saved_is_said_too_early: SavedIsSaidTooEarly,
    numbers_are_given_twice: NumbersAreGivenTwice,
    syncs_are_forgotten: SyncsAreForgotten,
    the_journal_loses_its_end: TheJournalLosesItsEnd,
}
