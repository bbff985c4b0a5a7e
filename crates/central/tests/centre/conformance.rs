//! What every store engine must do, written once against the trait.

use crate::kit::cluster::Database;
use yuyue_central::audit::{Act, Entry, Tail};
use yuyue_central::store::postgres::PostgresStore;
use yuyue_central::store::sqlite::SqliteStore;
use yuyue_central::store::{
    Account, Batch, FeedQuery, NewDevice, NewSms, PurgeBefore, Store, StoreConfig, StoreError, Wants, Write,
};
use yuyue_domain::identity::PhoneNumber;
use yuyue_domain::ids::{ApplicantId, ApplicationId, DeviceId, OfficeId, PublicationId, SessionId};
use yuyue_domain::licence::LicenceClass;
use yuyue_domain::lookup::{Term, parse_query};
use yuyue_domain::publication::{PublicationResult, PublishedResult};
use yuyue_domain::rights::Role;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{Clerk, DeviceKind};
use yuyue_protocol::change::{ApplicantRow, Row, RowKey, What};
use yuyue_protocol::cursor::{Cursor, Epoch, Revision};
use yuyue_sample::{CastRole, City, CityConfig};

fn city() -> City {
    let config = CityConfig::new(3, 20, crate::kit::TODAY.parse().unwrap());
    City::generate(&config, &yuyue_domain::seed::policy(config.today).unwrap()).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T08:00:00+08:00".parse().unwrap()
}

async fn write<S: Store>(store: &S, rows: Vec<Row>) -> Result<(), StoreError> {
    store.transact(&Wants::default(), |_| (Batch { rows, ..Batch::at(now()) }, ())).await
}

async fn write_others<S: Store>(store: &S, writes: Vec<Write>) -> Result<(), StoreError> {
    store.transact(&Wants::default(), |_| (Batch { writes, ..Batch::at(now()) }, ())).await
}

/// Offices, sites and sessions.
async fn fill<S: Store>(store: &S, city: &City) {
    let offices = city.offices().offices.iter().cloned().map(Row::Office);
    let sites = city.sites().iter().cloned().map(Row::Site);
    let sessions = city.sessions().iter().cloned().map(Row::Session);
    write(store, offices.chain(sites).chain(sessions).collect()).await.unwrap();
}

fn person(city: &City, role: CastRole) -> Row {
    let record = city.find_cast(role).unwrap();
    Row::Applicant(Box::new(ApplicantRow { applicant: record.applicant.clone(), tests: record.tests.clone() }))
}

const fn everything(after: Option<Cursor>, kind: DeviceKind, office: Option<OfficeId>) -> FeedQuery {
    FeedQuery { after, limit: 5_000, device: DeviceId(1), kind, office }
}

async fn revisions_follow_the_order_of_commits_and_a_page_ends_where_it_says<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    write(store, vec![person(&city, CastRole::RuleFour)]).await.unwrap();
    let head = store.get_head().await.unwrap();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let query = FeedQuery { limit: 7, ..everything(after, DeviceKind::Counter, None) };
        let page = store.find_changes(&query).await.unwrap().unwrap();
        assert!(page.changes.len() <= 7, "no page is longer than asked for");
        seen.extend(page.changes.iter().map(|change| change.revision));
        after = Some(page.cursor);
        if page.cursor.revision == page.head {
            assert_eq!(page.counts.unwrap().applicants, 1, "the last page says what the cache must hold");
            break;
        }
        assert_eq!(page.counts, None, "only the last page counts");
    }
    let all: Vec<Revision> = (1..=head.revision.0).map(Revision).collect();
    assert_eq!(seen, all, "every revision once, in order, none skipped");
    write(store, vec![person(&city, CastRole::RuleFour)]).await.unwrap();
    let page = store.find_changes(&everything(after, DeviceKind::Counter, None)).await.unwrap().unwrap();
    assert_eq!(page.changes.len(), 1, "a changed row is there once, under its newest revision");
}

async fn a_kiosk_gets_no_person_and_an_office_only_its_own<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    write(store, vec![person(&city, CastRole::Namesake), person(&city, CastRole::OtherNamesake)]).await.unwrap();
    let people = |page: yuyue_protocol::change::ChangesPage| {
        page.changes.iter().filter(|change| matches!(change.what, What::Set(Row::Applicant(_)))).count()
    };
    let page = store.find_changes(&everything(None, DeviceKind::Kiosk, None)).await.unwrap().unwrap();
    assert_eq!(page.counts.unwrap().applicants, 0, "a kiosk must hold nobody");
    assert_eq!(people(page), 0, "and gets nobody");
    let page = store.find_changes(&everything(None, DeviceKind::Counter, None)).await.unwrap().unwrap();
    assert_eq!(people(page), 2, "a counter of the city gets both");
    let office = city.find_cast(CastRole::Namesake).unwrap().applicant.office;
    let page = store.find_changes(&everything(None, DeviceKind::Counter, Some(office))).await.unwrap().unwrap();
    assert_eq!(page.counts.unwrap().applicants, 1, "an office's counter must hold its own");
    let cursor = page.cursor;
    assert_eq!(people(page), 1, "and gets its own");
    let moved = city.find_cast(CastRole::Namesake).unwrap();
    let mut applicant = moved.applicant.clone();
    applicant.office = city.find_cast(CastRole::OtherNamesake).unwrap().applicant.office;
    let gone = RowKey::Applicant(applicant.id);
    write(store, vec![Row::Applicant(Box::new(ApplicantRow { applicant, tests: moved.tests.clone() }))]).await.unwrap();
    let page = store.find_changes(&everything(Some(cursor), DeviceKind::Counter, Some(office))).await.unwrap().unwrap();
    let told: Vec<What> = page.changes.into_iter().map(|change| change.what).collect();
    assert_eq!(told, [What::Gone(gone)], "somebody who moved away is dropped");
    let page = store.find_changes(&everything(Some(cursor), DeviceKind::Counter, None)).await.unwrap().unwrap();
    assert_eq!(people(page), 1, "a counter of the city only sees a change");
}

async fn a_row_that_is_gone_leaves_a_tombstone_until_it_is_purged<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    write(store, vec![person(&city, CastRole::RuleFour)]).await.unwrap();
    let before = store.get_head().await.unwrap();
    let id = city.find_cast(CastRole::RuleFour).unwrap().applicant.id;
    let gone = vec![(RowKey::Applicant(id), None)];
    store.transact(&Wants::default(), |_| (Batch { gone, ..Batch::at(now()) }, ())).await.unwrap();
    assert!(store.find_record(id).await.unwrap().is_none(), "nothing is left of the person");
    let page = store.find_changes(&everything(Some(before), DeviceKind::Counter, None)).await.unwrap().unwrap();
    assert_eq!(page.changes.len(), 1, "who followed is told");
    let fresh = store.find_changes(&everything(None, DeviceKind::Counter, None)).await.unwrap().unwrap();
    let is_tombstone = |what: &What| matches!(what, What::Gone(_));
    assert!(!fresh.changes.iter().any(|change| is_tombstone(&change.what)), "a first fill needs no tombstones");
    let later = now().plus_days(1);
    let (rows_max, term) = (100, None);
    let purge = PurgeBefore { now: later, tombstones: later, commands: later, messages: later, rows_max, term };
    assert_eq!(store.purge(&purge).await.unwrap().tombstones, 1, "its time is over");
    let missed = store.find_changes(&everything(Some(before), DeviceKind::Counter, None)).await.unwrap();
    assert!(missed.is_none(), "whoever would miss it has to fill anew");
}

async fn what_nobody_needs_any_more_goes_in_parts<S: Store>(store: &S) {
    let message = |text: &str| {
        let (phone, text) = ("13900000001".to_owned(), text.to_owned());
        Write::Sms(NewSms { phone, text, created_at: now(), expires_at: now().plus_days(1) })
    };
    let batch = Batch { writes: ["甲", "乙", "丙"].map(message).into(), ..Batch::at(now()) };
    store.transact(&Wants::default(), |_| (batch, ())).await.unwrap();
    let due = store.list_due_sms(now(), 10).await.unwrap();
    let sent = due.iter().map(|message| Write::SmsSent { id: message.id }).collect();
    store.transact(&Wants::default(), |_| (Batch { writes: sent, ..Batch::at(now()) }, ())).await.unwrap();
    let later = now().plus_days(1);
    let (rows_max, term) = (2, None);
    let purge = PurgeBefore { now: later, tombstones: later, commands: later, messages: later, rows_max, term };
    let parts = [store.purge(&purge).await.unwrap(), store.purge(&purge).await.unwrap()];
    assert_eq!(
        parts.map(|part| (part.messages, part.has_more)),
        [(2, true), (1, false)],
        "not more than may go at once"
    );
}

async fn a_message_that_is_taken_is_left_alone_for_a_while<S: Store>(store: &S) {
    let (phone, text) = ("13900000001".to_owned(), "甲".to_owned());
    let message = Write::Sms(NewSms { phone, text, created_at: now(), expires_at: now().plus_days(1) });
    let write = async |write| {
        let batch = Batch { writes: vec![write], ..Batch::at(now()) };
        store.transact(&Wants::default(), |_| (batch, ())).await.unwrap();
    };
    write(message).await;
    let due = async |seconds| store.list_due_sms(now().plus_seconds(seconds), 10).await.unwrap();
    let id = due(0).await[0].id;
    write(Write::SmsTaken { ids: vec![id], until: now().plus_seconds(30) }).await;
    assert!(due(29).await.is_empty(), "somebody is handing it over");
    assert_eq!(due(30).await[0].tries, 0, "nothing was heard of that, and it was no failure");
    write(Write::SmsSent { id }).await;
    write(Write::SmsTaken { ids: vec![id], until: now() }).await;
    assert!(due(60).await.is_empty(), "what was sent is not taken");
}

/// Somebody queued with a published result, everything written.
async fn fill_with_result<S: Store>(store: &S, city: &City) -> (ApplicantRow, ApplicationId) {
    fill(store, city).await;
    let record = city.find_cast(CastRole::Queued).unwrap();
    let own = record.applications.iter().find(|own| own.is_live()).unwrap();
    let result = PublishedResult {
        publication: PublicationId(1),
        application: own.id,
        applicant: own.applicant,
        name_masked: "例*".to_owned(),
        number_masked: "500***********0000".to_owned(),
        subject: own.subject,
        class: own.class,
        rank: 1,
        sort_time: now(),
        result: PublicationResult::Waiting,
    };
    let rows =
        vec![person(city, CastRole::Queued), Row::Application(Box::new(own.clone())), Row::PublishedResult(result)];
    write(store, rows).await.unwrap();
    (ApplicantRow { applicant: record.applicant.clone(), tests: record.tests.clone() }, own.id)
}

async fn whoever_is_deleted_takes_applications_and_results_along<S: Store>(store: &S) {
    let city = city();
    let (row, application) = fill_with_result(store, &city).await;
    let before = store.get_head().await.unwrap();
    let gone = vec![(RowKey::Applicant(row.applicant.id), None)];
    store.transact(&Wants::default(), |_| (Batch { gone, ..Batch::at(now()) }, ())).await.unwrap();
    let page = store.find_changes(&everything(Some(before), DeviceKind::Counter, None)).await.unwrap().unwrap();
    let told: Vec<What> = page.changes.into_iter().map(|change| change.what).collect();
    let expected = [
        What::Gone(RowKey::PublishedResult(PublicationId(1), application)),
        What::Gone(RowKey::Application(application)),
        What::Gone(RowKey::Applicant(row.applicant.id)),
    ];
    assert_eq!(told, expected, "devices forget everything of the person");
    let changed = store.list_changed_records(before.revision, 10).await.unwrap();
    assert_eq!(changed.gone, [row.applicant.id], "and whoever counts those who wait hears of it");
}

async fn whoever_moves_to_another_office_takes_results_along<S: Store>(store: &S) {
    let city = city();
    let (mut row, application) = fill_with_result(store, &city).await;
    let old = row.applicant.office;
    let new = city.offices().offices.iter().map(|office| office.id).find(|office| *office != old).unwrap();
    let before = store.get_head().await.unwrap();
    row.applicant.office = new;
    write(store, vec![Row::Applicant(Box::new(row.clone()))]).await.unwrap();
    let told = async |office| -> Vec<What> {
        let query = everything(Some(before), DeviceKind::Counter, Some(office));
        let page = store.find_changes(&query).await.unwrap().unwrap();
        page.changes.into_iter().map(|change| change.what).collect()
    };
    let left = told(old).await;
    let result = RowKey::PublishedResult(PublicationId(1), application);
    for key in [RowKey::Applicant(row.applicant.id), RowKey::Application(application), result] {
        assert!(left.contains(&What::Gone(key)), "the old office forgets {key:?}: {left:?}");
    }
    let came = told(new).await;
    assert_eq!(came.len(), 3, "the new office gets person, application and result: {came:?}");
    assert!(came.iter().all(|what| matches!(what, What::Set(_))), "as they are");
}

async fn an_application_stays_with_its_person<S: Store>(store: &S) {
    let city = city();
    fill_with_result(store, &city).await;
    write(store, vec![person(&city, CastRole::RuleFour)]).await.unwrap();
    let own = city.find_cast(CastRole::Queued).unwrap().applications.iter().find(|own| own.is_live()).unwrap();
    let mut taken = own.clone();
    taken.applicant = city.find_cast(CastRole::RuleFour).unwrap().applicant.id;
    let refused = write(store, vec![Row::Application(Box::new(taken))]).await;
    assert!(matches!(refused, Err(StoreError::Constraint { row: Some(0), .. })), "the table refuses it: {refused:?}");
    assert_eq!(store.find_application(own.id).await.unwrap().as_ref(), Some(own), "it is as it was");
}

async fn a_cursor_of_another_feed_is_gone<S: Store>(store: &S) {
    let before = store.get_head().await.unwrap();
    store.begin_epoch(Epoch(uuid::Uuid::from_u128(99))).await.unwrap();
    let page = store.find_changes(&everything(Some(before), DeviceKind::Counter, None)).await.unwrap();
    assert!(page.is_none(), "a restored centre begins a new feed");
}

async fn a_broken_rule_writes_nothing_at_all<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    let before = store.get_head().await.unwrap();
    let session = city.sessions()[0].id;
    let writes = vec![Write::PriorityTaken { session, by: 1_000 }];
    let batch = Batch { rows: vec![person(&city, CastRole::RuleFour)], writes, ..Batch::at(now()) };
    let refused = store.transact(&Wants::default(), |_| (batch, ())).await;
    assert!(matches!(refused, Err(StoreError::Constraint { .. })), "no place is given twice: {refused:?}");
    assert_eq!(store.get_head().await.unwrap(), before, "the row beside it is not there either");
}

async fn one_live_application_for_a_person_and_subject<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    let record = city.find_cast(CastRole::Queued).unwrap();
    write(store, vec![person(&city, CastRole::Queued)]).await.unwrap();
    let live = record.applications.iter().find(|own| own.is_live()).unwrap().clone();
    let mut twin = live.clone();
    twin.id = yuyue_domain::ids::ApplicationId(uuid::Uuid::from_u128(1));
    write(store, vec![Row::Application(Box::new(live))]).await.unwrap();
    let refused = write(store, vec![Row::Application(Box::new(twin))]).await;
    assert!(matches!(refused, Err(StoreError::Constraint { .. })), "the table itself refuses a second one");
}

async fn people_are_found_by_whatever_was_typed<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    write(store, vec![person(&city, CastRole::RareCharacters), person(&city, CastRole::Namesake)]).await.unwrap();
    let rare = &city.find_cast(CastRole::RareCharacters).unwrap().applicant;
    let number = rare.document.number.reveal();
    let phone = rare.phone.as_ref().map(PhoneNumber::reveal).unwrap();
    for typed in [rare.name.reveal(), number, &number[number.len() - 4..], phone, &phone[7..]] {
        let found = store.search(&parse_query(typed), 10).await.unwrap();
        assert!(found.iter().any(|person| person.id == rare.id), "{typed} finds the person");
    }
    let found = store.search(&[Term::Serial(rare.serial)], 10).await.unwrap();
    assert_eq!(found.len(), 1, "the serial number finds exactly one");
    let mut renamed = rare.clone();
    renamed.phone = None;
    write(store, vec![Row::Applicant(Box::new(ApplicantRow { applicant: renamed, tests: vec![] }))]).await.unwrap();
    let found = store.search(&parse_query(phone), 10).await.unwrap();
    assert!(found.is_empty(), "a phone that was unbound finds nobody");
}

async fn an_act_that_waited_for_the_lock_is_not_dated_before_what_came_first<S: Store>(store: &S) {
    for (at, act) in
        [(now().plus_seconds(2), Act::Searched), (now(), Act::Lapsed), (now().plus_seconds(3), Act::Purged)]
    {
        write_others(store, vec![Write::Audit(Entry::new(at, act))]).await.unwrap();
    }
    let records = store.list_audit(0, 10).await.unwrap();
    let seconds: Vec<i64> = records.iter().map(|record| record.entry.at.seconds_since(now())).collect();
    assert_eq!(seconds, [2, 2, 3], "no record is older than the one before it");
    yuyue_central::audit::check_chain(&mut { Tail::EMPTY }, records).unwrap();
}

async fn messages_are_due_until_they_are_sent_and_the_audit_only_grows<S: Store>(store: &S) {
    let lasting = |text: &str, seconds| {
        let phone = "13900000001".to_owned();
        Write::Sms(NewSms { phone, text: text.to_owned(), created_at: now(), expires_at: now().plus_seconds(seconds) })
    };
    let sms = |text: &str| lasting(text, 300);
    let audit = Write::Audit(Entry::new(now(), Act::Imported));
    write_others(store, vec![lasting("丙", 3_600), sms("甲"), sms("乙"), audit]).await.unwrap();
    let mut due = store.list_due_sms(now(), 10).await.unwrap();
    let texts: Vec<_> = due.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["甲", "乙", "丙"], "what ends first, and of that the oldest");
    let lasting = due.pop().expect("three");
    write_others(store, vec![Write::SmsSent { id: lasting.id }]).await.unwrap();
    let later = now().plus_seconds(5);
    let writes = vec![Write::SmsSent { id: due[0].id }, Write::SmsFailed { id: due[1].id, next_at: Some(later) }];
    write_others(store, writes).await.unwrap();
    assert!(store.list_due_sms(now(), 10).await.unwrap().is_empty(), "one is sent, the other waits");
    assert_eq!(store.list_due_sms(later, 10).await.unwrap().len(), 1, "and is tried again");
    let mut tail = Tail::EMPTY;
    let records = store.list_audit(0, 10).await.unwrap();
    yuyue_central::audit::check_chain(&mut tail, records).unwrap();
    assert_eq!(tail, store.get_audit_tail().await.unwrap(), "the chain ends where the store says");
}

async fn nothing_is_loaded_that_was_not_asked_for<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    write(store, vec![person(&city, CastRole::RuleFour)]).await.unwrap();
    let id = city.find_cast(CastRole::RuleFour).unwrap().applicant.id;
    let wants = Wants { applicants: [id, ApplicantId(77)].into(), ..Wants::default() };
    let loaded = store.transact(&wants, |loaded| (Batch::default(), loaded)).await.unwrap();
    assert_eq!(loaded.records.len(), 1, "the known one of the two");
    assert_eq!(loaded.records[&id].applicant.class, LicenceClass::C1, "as it was written");
    assert!(loaded.catalogue.is_empty() && loaded.commands.is_empty(), "and nothing else");
    assert!(!loaded.priority_places.contains_key(&SessionId(1)), "nor places");
}

async fn the_row_that_breaks_a_rule_is_named<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    let model = &city.find_cast(CastRole::RuleFour).unwrap().applicant;
    let person = |number: u32| {
        let mut applicant = model.clone();
        applicant.id = ApplicantId(number);
        // The eighth has the serial number of the third.
        applicant.serial = if number == 7 { 2 } else { number.into() };
        Row::Applicant(Box::new(ApplicantRow { applicant, tests: vec![] }))
    };
    let before = store.get_head().await.unwrap();
    let refused = write(store, (0..12).map(person).collect()).await;
    let Err(StoreError::Constraint { rule, row }) = refused else { panic!("two people have one number: {refused:?}") };
    assert!(row == Some(7) && rule.contains("serial"), "which row and which rule: {row:?} {rule}");
    assert!(!rule.contains(model.name.reveal()), "and nothing of the person");
    assert_eq!(store.get_head().await.unwrap(), before, "none of them is there");
}

async fn a_row_that_stands_twice_in_a_batch_is_as_it_was_last<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    write(store, vec![person(&city, CastRole::Queued)]).await.unwrap();
    let record = city.find_cast(CastRole::Queued).unwrap();
    let first = record.applications.iter().find(|own| own.is_live()).unwrap().clone();
    let before = store.get_head().await.unwrap();
    let over = yuyue_domain::application::Application {
        state: yuyue_domain::application::ApplicationState::Withdrawn,
        ..first.clone()
    };
    // A smaller identifier, so that no order of keys hides the order of the rows.
    let next = yuyue_domain::application::Application { id: ApplicationId(uuid::Uuid::from_u128(1)), ..first.clone() };
    let rows = [first, over.clone(), next.clone()].map(|row| Row::Application(Box::new(row)));
    write(store, rows.into()).await.unwrap();
    let after = store.find_record(record.applicant.id).await.unwrap().unwrap();
    assert_eq!(after.applications, [next, over], "one live application takes the place of the other");
    let head = store.get_head().await.unwrap();
    assert_eq!(head.revision.0 - before.revision.0, 3, "each row has a revision");
    let page = store.find_changes(&everything(Some(before), DeviceKind::Counter, None)).await.unwrap().unwrap();
    let told: Vec<u64> = page.changes.iter().map(|change| change.revision.0 - before.revision.0).collect();
    assert_eq!(told, [2, 3], "and the last one counts");
    assert_eq!(page.counts.unwrap().applications, 2, "counted once each");
}

async fn a_text_with_a_zero_byte_is_kept_as_it_was_signed_and_finds_nobody<S: Store>(store: &S) {
    fill(store, &city()).await;
    assert!(store.find_account("\0").await.unwrap().is_none(), "nobody has such a number");
    assert!(store.search(&[Term::Name("\0".to_owned())], 10).await.unwrap().is_empty(), "nor such a name");
    let device = NewDevice {
        id: DeviceId(1),
        kind: DeviceKind::Counter,
        label: "测试窗口".to_owned(),
        office: OfficeId(1),
        code: [0; 32],
        until: now(),
        exit_verifier: None,
    };
    let head = yuyue_protocol::envelope::Head {
        id: uuid::Uuid::from_u128(7),
        device: device.id,
        number: 1,
        clerk: None,
        taken_at: now(),
    };
    let command = yuyue_protocol::command::Command::RecordReveal { applicant: ApplicantId(1) };
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]);
    let mut envelope = yuyue_protocol::envelope::Envelope::seal(head, &command, &key).unwrap();
    "\0 is no command".clone_into(&mut envelope.body);
    let outcome = yuyue_protocol::outcome::ItemOutcome {
        id: envelope.id,
        decided_at: now(),
        outcome: yuyue_protocol::outcome::Outcome::Refused { reasons: vec![], alternatives: vec![] },
    };
    let row = Box::new(yuyue_central::store::CommandRow { envelope, outcome: outcome.clone() });
    write_others(store, vec![Write::DeviceAdded(device), Write::Command(row)]).await.unwrap();
    let wants = Wants { commands: [outcome.id].into(), numbers: [(DeviceId(1), 1)].into(), ..Wants::default() };
    let loaded = store.transact(&wants, |loaded| (Batch::default(), loaded)).await.unwrap();
    assert_eq!(loaded.commands[&outcome.id].outcome, outcome, "it has its outcome");
    assert_eq!(loaded.numbers[&(DeviceId(1), 1)], outcome.id, "and its number is used");
}

async fn one_visit_at_a_kiosk_for_as_long_as_something_is_heard_of_it<S: Store>(store: &S) {
    let (kiosk, other) = (DeviceId(1), DeviceId(2));
    let visit = |token: u8, applicant| yuyue_central::store::VisitRow {
        opening: uuid::Uuid::from_u128(token.into()),
        number: [9; 32],
        token: [token; 32],
        applicant: ApplicantId(applicant),
        opened_at: now(),
        expires_at: now().plus_seconds(300),
    };
    let span = yuyue_central::store::VisitSpan { idle_seconds: 300, whole_seconds: 500 };
    let find = async |device, token: u8, seconds| {
        store.prolong_visit(device, &[token; 32], now().plus_seconds(seconds), span).await.unwrap()
    };
    assert_eq!(store.find_visit(kiosk).await.unwrap(), None, "nobody is there");
    store.open_visit(kiosk, &visit(1, 5)).await.unwrap();
    assert_eq!(store.find_visit(kiosk).await.unwrap(), Some(visit(1, 5)), "as it was opened");
    assert_eq!((find(other, 1, 0).await, find(kiosk, 2, 0).await), (None, None), "at its kiosk, with its token");
    assert_eq!(find(kiosk, 1, 299).await, Some(ApplicantId(5)), "until its time is over");
    assert_eq!(find(kiosk, 1, 499).await, Some(ApplicantId(5)), "which every use prolongs");
    assert_eq!(find(kiosk, 1, 500).await, None, "not for ever");
    store.open_visit(kiosk, &visit(2, 6)).await.unwrap();
    store.open_visit(kiosk, &visit(3, 7)).await.unwrap();
    assert_eq!(
        (find(kiosk, 2, 0).await, find(kiosk, 3, 0).await),
        (None, Some(ApplicantId(7))),
        "the next one ends it"
    );
    store.end_visit(kiosk).await.unwrap();
    assert_eq!(find(kiosk, 3, 0).await, None, "and so does leaving");
    let mut counts = Vec::new();
    for seconds in [0, 1, 599, 600, 601] {
        counts.push(store.count_asked(kiosk, now().plus_seconds(seconds), 600).await.unwrap().count);
    }
    assert_eq!(counts, [1, 2, 3, 1, 2], "codes are counted for so long");
    assert_eq!(store.count_asked(other, now(), 600).await.unwrap().count, 1, "each kiosk's by themselves");
}

async fn a_token_is_its_clerks_at_its_device_and_until_its_end<S: Store>(store: &S) {
    let city = city();
    fill(store, &city).await;
    let sample = &city.clerks()[0];
    let clerk = Clerk {
        id: sample.id,
        staff_number: sample.staff_number.clone(),
        name: "样例员".to_owned(),
        office: sample.office,
        role: Role::Clerk,
        renewed_at: None,
    };
    let account =
        Account { clerk: clerk.clone(), verifier: String::new(), disabled: false, failures: 0, locked_until: now() };
    let device = |id: u32| {
        let (code, until) = ([u8::try_from(id).unwrap(); 32], now());
        let (kind, label, office) = (DeviceKind::Counter, "测试窗口".to_owned(), sample.office);
        Write::DeviceAdded(NewDevice { id: DeviceId(id), kind, label, office, code, until, exit_verifier: None })
    };
    let (token, expires_at) = ([7; 32], now().plus_seconds(60));
    let made = Write::TokenMade { token, clerk: clerk.id, device: DeviceId(1), expires_at };
    write(store, vec![Row::Clerk(clerk.clone())]).await.unwrap();
    write_others(store, vec![Write::Account(Box::new(account)), device(1), device(2), made]).await.unwrap();
    let find = async |token, device, at| store.find_token(&token, DeviceId(device), at).await.unwrap();
    assert_eq!(find(token, 1, now()).await, Some(clerk), "whoever brings it is this clerk");
    assert_eq!(find(token, 2, now()).await, None, "not at another device");
    assert_eq!(find([8; 32], 1, now()).await, None, "nor with another token");
    assert_eq!(find(token, 1, expires_at).await, None, "nor when its time is over");
}

macro_rules! conform {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            #[tokio::test]
            async fn in_sqlite() {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("store.db");
                let epoch = super::Epoch(uuid::Uuid::from_u128(1));
                let store = super::SqliteStore::init(&path, None, "测试市", epoch, super::now()).unwrap();
                super::$story(&store).await;
            }

            #[tokio::test]
            async fn in_postgres() {
                let database = super::Database::new().await;
                let epoch = super::Epoch(uuid::Uuid::from_u128(1));
                let limits = super::StoreConfig::default();
                let store = super::PostgresStore::init(&database.url, &limits, "测试市", epoch, super::now()).await.unwrap();
                super::$story(&store).await;
            }
        }
    )+};
}

conform! {
    revisions_follow_the_order_of_commits_and_a_page_ends_where_it_says,
    a_kiosk_gets_no_person_and_an_office_only_its_own,
    a_row_that_is_gone_leaves_a_tombstone_until_it_is_purged,
    what_nobody_needs_any_more_goes_in_parts,
    a_message_that_is_taken_is_left_alone_for_a_while,
    whoever_is_deleted_takes_applications_and_results_along,
    whoever_moves_to_another_office_takes_results_along,
    an_application_stays_with_its_person,
    a_cursor_of_another_feed_is_gone,
    a_broken_rule_writes_nothing_at_all,
    one_live_application_for_a_person_and_subject,
    people_are_found_by_whatever_was_typed,
    an_act_that_waited_for_the_lock_is_not_dated_before_what_came_first,
    messages_are_due_until_they_are_sent_and_the_audit_only_grows,
    nothing_is_loaded_that_was_not_asked_for,
    the_row_that_breaks_a_rule_is_named,
    a_row_that_stands_twice_in_a_batch_is_as_it_was_last,
    a_text_with_a_zero_byte_is_kept_as_it_was_signed_and_finds_nobody,
    one_visit_at_a_kiosk_for_as_long_as_something_is_heard_of_it,
    a_token_is_its_clerks_at_its_device_and_until_its_end,
}
