use super::*;
use crate::cache::CACHE_DB;
use crate::cache::applicant::find_applicant;
use crate::cache::application::list_applications_of;
use crate::lookup::find_applicants;
use crate::testing::{TestCentre, city, key, run};
use std::path::Path;
use yuyue_protocol::change::RowKey;
use yuyue_sqlite::Place;

fn open(folder: &Path) -> Sync {
    Sync::new(yuyue_sqlite::open(&CACHE_DB, Place::new(&folder.join("cache.db"), Some(&key()))).expect("opens"))
}

fn follow(sync: &mut Sync, centre: &TestCentre, now: Timestamp) -> Vec<SyncStep> {
    let mut steps = Vec::new();
    loop {
        let step = run(sync.step(centre, now)).expect("the line is up");
        if step == SyncStep::Refill {
            sync.refill().expect("writable");
        }
        let more = matches!(step, SyncStep::Refill | SyncStep::Applied { more: true, .. });
        steps.push(step);
        if !more {
            return steps;
        }
        assert!(steps.len() < 100, "a fill of this city ends");
    }
}

#[test]
fn a_first_fill_brings_everything_in_pages_and_makes_it_findable() {
    let city = city(6_000);
    let centre = TestCentre::of(&city);
    let folder = tempfile::tempdir().expect("a folder");
    let mut sync = open(folder.path());
    let steps = follow(&mut sync, &centre, city.as_of());
    assert!(steps.len() > 1, "six thousand people do not fit one page");
    let state = sync.state().expect("readable");
    assert!(!state.is_filling && !state.counts_differ, "the fill ended with the centre's counts");
    assert_eq!(state.complete_at, Some(city.as_of()), "the data are complete as of now");
    let record = &city.cast()[0].record;
    let found = find_applicants(&sync.cache, record.applicant.name.reveal(), None, 20).expect("readable");
    assert_eq!(found.hits.len(), 1, "the cast's first person is found by name");
    let row = find_applicant(&sync.cache, record.applicant.id).expect("readable").expect("here");
    assert_eq!((&row.applicant, &row.tests), (&record.applicant, &record.tests), "the row is whole");
    let applications = list_applications_of(&sync.cache, record.applicant.id).expect("readable");
    assert_eq!(applications, record.applications, "so are the applications, the oldest first");
}

#[test]
fn a_fill_that_was_broken_off_goes_on_where_it_was() {
    let city = city(6_000);
    let centre = TestCentre::of(&city);
    let folder = tempfile::tempdir().expect("a folder");
    let first = run(open(folder.path()).step(&centre, city.as_of())).expect("the line is up");
    assert!(matches!(first, SyncStep::Applied { more: true, .. }), "the first page is not all");
    centre.set_line(false);
    assert!(run(open(folder.path()).step(&centre, city.as_of())).is_err(), "without line nothing goes on");
    centre.set_line(true);
    let mut again = open(folder.path());
    let before = again.state().expect("readable").filled_rows;
    assert_eq!(before, u64::from(CHANGES_MAX), "the first page was kept over the restart");
    follow(&mut again, &centre, city.as_of());
    assert!(!again.state().expect("readable").counts_differ, "the fill ended with the centre's counts");
}

#[test]
fn changes_and_tombstones_arrive_and_applying_them_again_changes_nothing() {
    let city = city(50);
    let centre = TestCentre::of(&city);
    let folder = tempfile::tempdir().expect("a folder");
    let mut sync = open(folder.path());
    follow(&mut sync, &centre, city.as_of());
    let mut record = city.cast()[0].record.clone();
    let old_name = record.applicant.name.reveal().to_owned();
    record.applicant.name = yuyue_domain::identity::PersonName::parse("改例名").expect("a name");
    centre.set_record(&record);
    let gone = city.cast()[1].record.applicant.id;
    centre.remove(RowKey::Applicant(gone));
    let page = run(centre.changes(sync.state().expect("readable").cursor, 100));
    follow(&mut sync, &centre, city.as_of());
    let found = |text: &str| find_applicants(&sync.cache, text, None, 20).expect("readable").hits.len();
    assert_eq!(found("改例名"), 1, "the new name is found");
    assert_eq!(found("glm"), 1, "and its initials");
    assert_eq!(found(&old_name), 0, "the old name is forgotten");
    assert!(find_applicant(&sync.cache, gone).expect("readable").is_none(), "a tombstone purges");
    assert!(!sync.state().expect("readable").counts_differ, "the counts agree");
    assert!(sync.apply(page, city.as_of()).is_err(), "a page that was applied does not continue the feed");
}

#[test]
fn a_gone_cursor_begins_a_fill_that_sweeps_what_is_no_longer_there() {
    let city = city(50);
    let centre = TestCentre::of(&city);
    let folder = tempfile::tempdir().expect("a folder");
    let mut sync = open(folder.path());
    follow(&mut sync, &centre, city.as_of());
    let gone = city.cast()[0].record.applicant.id;
    centre.remove(RowKey::Applicant(gone));
    centre.restore();
    let step = run(sync.step(&centre, city.as_of())).expect("the line is up");
    assert_eq!(step, SyncStep::Refill, "another feed is filled from its beginning");
    assert!(find_applicant(&sync.cache, gone).expect("readable").is_some(), "meanwhile the old rows can be read");
    follow(&mut sync, &centre, city.as_of());
    assert!(find_applicant(&sync.cache, gone).expect("readable").is_none(), "what the fill did not bring is swept");
    assert!(!sync.state().expect("readable").counts_differ, "the counts agree again");
}

#[test]
fn a_fill_that_was_announced_and_not_begun_is_announced_again_after_a_crash() {
    let city = city(20);
    let centre = TestCentre::of(&city);
    let folder = tempfile::tempdir().expect("a folder");
    let mut sync = open(folder.path());
    follow(&mut sync, &centre, city.as_of());
    sync.cache.execute("DELETE FROM applicant WHERE id = 1", []).expect("a row is lost");
    for (why, cause) in [
        ("the counts differ", Box::new(|| centre.set_record(&city.cast()[1].record)) as Box<dyn Fn()>),
        ("another feed", Box::new(|| centre.restore())),
    ] {
        cause();
        for _ in 0..2 {
            let step = run(sync.step(&centre, city.as_of())).expect("the line is up");
            assert_eq!(step, SyncStep::Refill, "{why}: whoever crashed before it began must learn of it again");
            drop(sync);
            sync = open(folder.path());
            centre.set_record(&city.cast()[2].record);
        }
    }
    follow(&mut sync, &centre, city.as_of());
    assert!(!sync.state().expect("readable").counts_differ, "the fill mended it in the end");
}

#[test]
fn counts_that_differ_lead_to_one_fill_and_never_to_a_circle() {
    let city = city(20);
    let centre = TestCentre::of(&city);
    let folder = tempfile::tempdir().expect("a folder");
    let mut sync = open(folder.path());
    follow(&mut sync, &centre, city.as_of());
    sync.cache.execute("DELETE FROM applicant WHERE id = 1", []).expect("a row is lost");
    centre.set_record(&city.cast()[1].record);
    let steps = follow(&mut sync, &centre, city.as_of());
    assert!(steps.contains(&SyncStep::Refill), "a lost row is noticed and fetched again");
    assert!(!sync.state().expect("readable").counts_differ, "the fill mended it");

    let wrong = |mut page: ChangesPage| {
        page.counts = page.counts.map(|counts| RowCounts { applicants: counts.applicants + 1, ..counts });
        page
    };
    sync.refill().expect("writable");
    let page = run(centre.changes(None, CHANGES_MAX)).map(wrong);
    assert!(matches!(sync.apply(page, city.as_of()), Ok(SyncStep::Applied { .. })), "a fill that differs is told once");
    assert!(sync.state().expect("readable").counts_differ, "and the light does not turn green");
    centre.set_record(&city.cast()[1].record);
    let page = run(centre.changes(sync.state().expect("readable").cursor, CHANGES_MAX)).map(wrong);
    assert!(matches!(sync.apply(page, city.as_of()), Ok(SyncStep::Applied { .. })), "it does not fill for ever");
}

#[test]
fn a_page_that_leaves_a_gap_backwards_or_is_out_of_order_is_rejected() {
    let city = city(20);
    let centre = TestCentre::of(&city);
    let state = {
        let folder = tempfile::tempdir().expect("a folder");
        open(folder.path()).state().expect("readable")
    };
    let page = run(centre.changes(None, 10)).expect("the line is up");
    assert!(matches!(plan_page(&state, &page, city.as_of()), Plan::Apply { .. }), "a sound page is applied");
    let mut reversed = page.clone();
    reversed.changes.reverse();
    assert_eq!(plan_page(&state, &reversed, city.as_of()), Plan::Reject, "revisions ascend");
    let mut beyond = page.clone();
    beyond.head.0 = 3;
    assert_eq!(plan_page(&state, &beyond, city.as_of()), Plan::Reject, "nothing lies behind the head");
    let stands = FeedState { cursor: Some(page.cursor), ..state };
    assert_eq!(plan_page(&stands, &page, city.as_of()), Plan::Reject, "nothing is applied twice");
}
