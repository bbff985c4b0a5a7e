//! Deliberate bugs, a test of the tests: each breaks a promise from outside the product, at its files, its tables or its
//! line, and the simulation has to find it.

use yuyue_desk::cache::CACHE_DB;
use yuyue_desk::device::DEVICE_DB;
use yuyue_sqlite::FileKind;

/// A deliberate bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// The centre forgets what it has decided, so that the same command is decided again.
    OutcomesAreForgotten,
    /// The centre does not count the priority places that it gives.
    PriorityPlacesAreNotCounted,
    /// The centre accepts some applications and drops them.
    EffectsAreLost,
    /// The centre gives a place when it accepts, before the publication.
    PlacesAreGivenEarly,
    /// A publication ranks the wrong way round.
    RanksAreReversed,
    /// A changed application keeps its revision, so that nobody hears of the change.
    ChangesKeepTheirRevision,
    /// Something between answers commands as accepted and never hands them on.
    AnswersWithoutAsking,
    /// Something between makes a second command of an application.
    CommandsAreCopied,
    /// The answers to two commands of one batch are mixed up.
    AnswersAreMixedUp,
    /// A change is missing in a page of the feed.
    AChangeIsSkipped,
    /// The cursor moves on although the changes of its page are not there.
    TheCursorMovesFirst,
    /// Nobody hears that a row is gone.
    TombstonesAreForgotten,
    /// A device goes on with its old cache after the centre was restored.
    OldCachesAreKept,
    /// A device believes its own clock.
    TheWrongClockCounts,
    /// A device's cache drops some rows of a page.
    PagesAreAppliedInPart,
    /// A device gives a command up after two tries.
    CommandsAreGivenUp,
    /// A device never shows a refusal.
    RefusalsAreHidden,
    /// A device says that some command is saved and has not written it.
    SavedIsSaidTooEarly,
    /// A device gives a number twice.
    NumbersAreGivenTwice,
    /// A device's disk says that it has synced and has not.
    SyncsAreForgotten,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::OutcomesAreForgotten,
        Self::PriorityPlacesAreNotCounted,
        Self::EffectsAreLost,
        Self::PlacesAreGivenEarly,
        Self::RanksAreReversed,
        Self::ChangesKeepTheirRevision,
        Self::AnswersWithoutAsking,
        Self::CommandsAreCopied,
        Self::AnswersAreMixedUp,
        Self::AChangeIsSkipped,
        Self::TheCursorMovesFirst,
        Self::TombstonesAreForgotten,
        Self::OldCachesAreKept,
        Self::TheWrongClockCounts,
        Self::PagesAreAppliedInPart,
        Self::CommandsAreGivenUp,
        Self::RefusalsAreHidden,
        Self::SavedIsSaidTooEarly,
        Self::NumbersAreGivenTwice,
        Self::SyncsAreForgotten,
    ];

    /// What it does to the tables of the centre.
    #[must_use]
    pub const fn in_centre(self) -> Option<&'static str> {
        match self {
            Self::OutcomesAreForgotten => {
                Some("CREATE TRIGGER bug AFTER INSERT ON command BEGIN DELETE FROM command WHERE id = NEW.id; END;")
            }
            Self::PriorityPlacesAreNotCounted => Some(
                "CREATE TRIGGER bug AFTER UPDATE OF taken ON priority_places WHEN NEW.taken > OLD.taken
                 BEGIN UPDATE priority_places SET taken = OLD.taken WHERE session = NEW.session; END;",
            ),
            Self::EffectsAreLost => Some(
                "CREATE TRIGGER bug AFTER INSERT ON application WHEN hex(NEW.id) LIKE '%0'
                 BEGIN DELETE FROM application WHERE id = NEW.id; END;",
            ),
            Self::PlacesAreGivenEarly => Some(
                "CREATE TRIGGER bug AFTER INSERT ON application WHEN NEW.state = 'queued'
                 BEGIN UPDATE application SET state = 'placed', session = json_extract(document, '$.accepts[0]')
                     WHERE id = NEW.id; END;",
            ),
            Self::RanksAreReversed => Some(
                "CREATE TRIGGER bug AFTER INSERT ON published_result
                 BEGIN UPDATE published_result
                     SET document = json_set(document, '$.rank', 100 - json_extract(document, '$.rank'))
                     WHERE publication = NEW.publication AND application = NEW.application; END;",
            ),
            Self::ChangesKeepTheirRevision => Some(
                "CREATE TRIGGER bug AFTER UPDATE OF document ON application
                 BEGIN UPDATE application SET revision = OLD.revision WHERE id = NEW.id; END;",
            ),
            _ => None,
        }
    }

    /// What it does to the tables of every device.
    #[must_use]
    pub const fn in_device(self) -> Option<(&'static FileKind, &'static str)> {
        match self {
            Self::PagesAreAppliedInPart => Some((
                &CACHE_DB,
                "CREATE TRIGGER bug BEFORE INSERT ON application WHEN hex(NEW.id) LIKE '%0' OR hex(NEW.id) LIKE '%1'
                 BEGIN SELECT RAISE(IGNORE); END;",
            )),
            Self::CommandsAreGivenUp => Some((
                &DEVICE_DB,
                "CREATE TRIGGER bug AFTER UPDATE OF tries ON outbox WHEN NEW.tries >= 2
                 BEGIN DELETE FROM outbox WHERE id = NEW.id; END;",
            )),
            Self::RefusalsAreHidden => Some((
                &DEVICE_DB,
                "CREATE TRIGGER bug AFTER UPDATE OF is_refused ON outbox WHEN NEW.is_refused = 1
                 BEGIN UPDATE outbox SET acknowledged_at = NEW.answered_at WHERE id = NEW.id; END;",
            )),
            Self::SavedIsSaidTooEarly => Some((
                &DEVICE_DB,
                "CREATE TRIGGER bug BEFORE INSERT ON outbox WHEN NEW.number % 4 = 0
                 BEGIN SELECT RAISE(IGNORE); END;",
            )),
            Self::NumbersAreGivenTwice => Some((
                &DEVICE_DB,
                "CREATE TRIGGER bug AFTER UPDATE OF last_number ON identity WHEN NEW.last_number % 5 = 0
                 BEGIN UPDATE identity SET last_number = NEW.last_number - 1; END;",
            )),
            _ => None,
        }
    }
}
