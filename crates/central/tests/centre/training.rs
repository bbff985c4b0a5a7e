//! The training edition's centre.

use yuyue_central::city::Progress;
use yuyue_central::store::Store as _;
use yuyue_central::training::{Training, TrainingConfig};
use yuyue_domain::application::StateKind;
use yuyue_domain::time::{Date, Timestamp};

/// Long over or yet to come, whenever this runs.
fn day() -> Date {
    Date::from_ymd_opt(2026, 11, 3).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_centre_loads_publishes_goes_on_and_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let config = TrainingConfig { seed: 5, applicants: 300, begins_at: Some(Timestamp::start_of(day())) };
    let mut heard = Vec::new();
    let clock = Training::clock(folder.path(), config).unwrap();
    let training = Training::start(folder.path(), config, clock, |progress| heard.push(progress)).await.unwrap();
    let begun = training.now();
    assert_eq!(begun.date(), day(), "it begins on the day that was wanted");
    training.pass(300).await.unwrap();
    assert!(training.now().seconds_since(begun) >= 300, "five minutes have passed");
    let Progress { applicants, of } = *heard.last().unwrap();
    assert_eq!(applicants, of, "the progress ends at the whole");
    let before = training.central().core.store().get_head().await.unwrap();
    let at = training.publish_now().await.unwrap().expect("there is a plan");
    assert!(training.now() >= at, "the clock went there");
    let publications = training.central().core.store().list_publications(10).await.unwrap();
    assert!(publications.iter().any(|publication| publication.publication_at <= at), "and it was published");
    for _ in 0..4 {
        training.next_day().await.unwrap();
    }
    let now = training.now();
    let core = &training.central().core;
    let over: Vec<_> = core.catalogue().sessions.values().filter(|one| one.ends_at <= now).map(|one| one.id).collect();
    let wants = yuyue_central::store::Wants { placed_in: over.iter().copied().collect(), ..Default::default() };
    let still_placed = core
        .store()
        .transact(&wants, |loaded| {
            let own = loaded.records.values().flat_map(|record| &record.applications);
            let count = own
                .filter(|own| own.state.kind() == StateKind::Placed)
                .filter(|own| own.session().is_some_and(|session| over.contains(&session)))
                .count();
            (yuyue_central::store::Batch::default(), count)
        })
        .await
        .unwrap();
    assert_eq!(still_placed, 0, "tests whose time is over were taken");
    training.reset(|_| ()).await.unwrap();
    let after = training.central().core.store().get_head().await.unwrap();
    assert_ne!(after.epoch, before.epoch, "caches fill anew");
    training.stop().await;
    let clock = Training::clock(folder.path(), config).unwrap();
    let again = Training::start(folder.path(), config, clock, |_| panic!("the city is there already")).await.unwrap();
    assert!(again.now().seconds_since(now) >= 0, "the clock did not go back");
    again.stop().await;
}
