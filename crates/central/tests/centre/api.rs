//! The centre over real HTTPS.

use super::World;
use crate::wire::{client, problem, serve, url};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use yuyue_central::scheduler::Scheduler;
use yuyue_central::serve::{ServeConfig, start};
use yuyue_central::sms::SimulatedPhone;
use yuyue_central::store::Store as _;
use yuyue_domain::licence::Subject;
use yuyue_protocol::account::{Secret, SignIn, SignedIn};
use yuyue_protocol::change::ChangesPage;
use yuyue_protocol::command::Command;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::ItemOutcome;
use yuyue_protocol::query::{Hits, OutlookFound};
use yuyue_sample::CastRole;

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_signs_in_looks_up_sends_commands_and_follows_the_feed() {
    let world = World::new(100).await;
    let counter = world.counter().await;
    let running = serve(&world).await;
    let line = client(&running, Some(&counter));
    let devices = |path: &str| url(running.devices, path);
    let request =
        SignIn { staff_number: world.clerk().staff_number.clone(), password: Secret(world.clerk().password.clone()) };
    let answer = line.post(devices("/v1/sign-in")).json(&request).send().await.unwrap();
    let token = answer.json::<SignedIn>().await.unwrap().token.0;
    let person = world.cast(CastRole::RuleFour);
    let search = json!({"text": person.applicant.name.reveal(), "limit": 5});
    let found = line.post(devices("/v1/applicants/search")).bearer_auth(&token).json(&search).send().await.unwrap();
    let hits: Hits = found.json().await.unwrap();
    assert!(hits.applicants.iter().any(|hit| hit.id == person.applicant.id), "found by name");
    let read = line.get(devices(&format!("/v1/applicants/{}", person.applicant.id))).bearer_auth(&token);
    assert_eq!(read.send().await.unwrap().status(), StatusCode::OK, "the whole record");
    let envelope = world.seal(&counter, &Command::RecordReveal { applicant: person.applicant.id });
    let answer = line.post(devices("/v1/commands")).json(&[&envelope]).send().await.unwrap();
    let outcomes: Vec<ItemOutcome> = answer.json().await.unwrap();
    assert_eq!(outcomes[0].id, envelope.id, "each command has its outcome");
    let page: ChangesPage = line.get(devices("/v1/changes?limit=10")).send().await.unwrap().json().await.unwrap();
    assert_eq!(page.changes.len(), 10, "a page of the feed");
    let after = format!("/v1/changes?limit=10&after={}:{}", page.cursor.epoch.0, page.cursor.revision);
    let next: ChangesPage = line.get(devices(&after)).send().await.unwrap().json().await.unwrap();
    assert!(next.changes[0].revision > page.cursor.revision, "it goes on where it ended");
    let mut stream = line.get(devices("/v1/changes/live")).send().await.unwrap();
    let first = stream.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("event: head"), "the stream tells the head at once");
    let session = world.open_sessions(person, Subject::Two)[0].id;
    let wish = json!({"applicant": person.applicant.id, "subject": 2, "sessions": [session], "ordered": true});
    let outlook = line.post(devices("/v1/outlook")).bearer_auth(&token).json(&wish).send().await.unwrap();
    let found: OutlookFound = outlook.json().await.unwrap();
    assert_eq!(found.as_of, world.now(), "where it would end, and as of when");
    let sessions = "/v1/sessions?subject=2&class=C1&first=2026-11-23&last=2026-12-31";
    let answer = line.get(devices(sessions)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "sessions need no clerk");
    let body: Value = answer.json().await.unwrap();
    assert_eq!(
        body["sessions"].as_array().unwrap().len(),
        body["queues"].as_array().unwrap().len(),
        "a queue for each session"
    );
    drop(stream);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_enrolled_devices_that_are_not_revoked_and_clerks_with_tokens_get_in() {
    let world = World::new(20).await;
    let counter = world.counter().await;
    let running = serve(&world).await;
    let devices = |path: &str| url(running.devices, path);
    let stranger = client(&running, None).get(devices("/v1/time")).send().await;
    assert!(stranger.is_err(), "without a certificate there is no connection");
    let line = client(&running, Some(&counter));
    assert_eq!(line.get(devices("/v1/time")).send().await.unwrap().status(), StatusCode::OK, "an enrolled device");
    let search = json!({"text": "张例三", "limit": 5});
    let answer = line.post(devices("/v1/applicants/search")).json(&search).send().await.unwrap();
    assert_eq!(problem(answer).await.1.code, ErrorCode::SignedOut, "nobody is signed in");
    let answer = line.post(devices("/v1/applicants/search")).bearer_auth("made-up").json(&search).send().await.unwrap();
    assert_eq!(problem(answer).await.1.code, ErrorCode::SignedOut, "a token that is none");
    let basic = line.post(devices("/v1/applicants/search")).basic_auth("nobody", None::<&str>).json(&search);
    let (status, problem_of_basic) = problem(basic.send().await.unwrap()).await;
    assert_eq!((status, problem_of_basic.code), (StatusCode::UNAUTHORIZED, ErrorCode::SignedOut), "no bearer token");
    world.core.revoke_device(counter.caller.device).await.unwrap();
    let answer = line.get(devices("/v1/time")).send().await.unwrap();
    assert_eq!(problem(answer).await.1.code, ErrorCode::DeviceRevoked, "checked with every request");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_not_agreed_is_a_problem_and_never_a_failure() {
    let world = World::new(20).await;
    let counter = world.counter().await;
    let running = serve(&world).await;
    let line = client(&running, Some(&counter));
    let devices = |path: &str| url(running.devices, path);
    for path in [
        "/v1/changes?limit=0",
        "/v1/changes?limit=5001",
        "/v1/changes?after=x",
        "/v1/changes?unknown=1",
        "/v1/sessions?subject=9&class=C1&first=2026-11-23&last=2026-12-31",
        "/v1/sessions?subject=2",
        "/v1/priority-places?sessions=a",
        "/v1/priority-places?sessions=%2B1",
    ] {
        let (status, problem) = problem(line.get(devices(path)).send().await.unwrap()).await;
        assert_eq!((status, problem.code), (StatusCode::BAD_REQUEST, ErrorCode::BadRequest), "{path}");
    }
    for body in ["", "{", "[]]", r#"{"text":"x"}"#, r#"[{"id":"x"}]"#, "null", "[1]"] {
        let request = line.post(devices("/v1/commands")).header("content-type", "application/json").body(body);
        let (status, _) = problem(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    }
    let huge = line.post(devices("/v1/codes")).header("content-type", "application/json").body("x".repeat(100_000));
    assert_eq!(problem(huge.send().await.unwrap()).await.0, StatusCode::PAYLOAD_TOO_LARGE, "bodies are bounded");
    let nothing = line.get(devices("/v1/nothing")).send().await.unwrap();
    assert_eq!(problem(nothing).await.0, StatusCode::NOT_FOUND, "no such path");
    let method = line.delete(devices("/v1/time")).send().await.unwrap();
    assert_eq!(problem(method).await.0, StatusCode::METHOD_NOT_ALLOWED, "another method");
    let empty = line.post(devices("/v1/commands")).json(&json!([])).send().await.unwrap();
    assert_eq!(empty.status(), StatusCode::OK, "nothing to do is no mistake");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_has_been_heard_out() {
    let world = World::new(20).await;
    let counter = world.counter().await;
    let running = serve(&world).await;
    let line = client(&running, Some(&counter));
    let sent = Arc::new(AtomicUsize::new(0));
    for path in ["/v1/applicants/search", "/v1/commands", "/v1/codes", "/v1/sign-in"] {
        let counting = Arc::clone(&sent);
        let pieces = (0..64).map(move |_| {
            counting.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>(vec![b' '; 512])
        });
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
        let request = line.post(url(running.devices, path)).bearer_auth("made-up").body(body);
        let (status, problem) = problem(request.send().await.unwrap()).await;
        assert_eq!((status, problem.code), (StatusCode::UNAUTHORIZED, ErrorCode::SignedOut), "{path}");
        assert_eq!(sent.swap(0, Ordering::SeqCst), 64, "{path}: an earlier answer finds the line closed");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_bounded_and_their_places_are_given_back() {
    let world = World::new(10).await;
    let config = ServeConfig { connections: 2, ..ServeConfig::loopback() };
    let running = start(&world.central, &config, Arc::new(SimulatedPhone::default())).await.unwrap();
    let healthz = url(running.public, "/healthz");
    let [first, second, third] = [client(&running, None), client(&running, None), client(&running, None)];
    for line in [&first, &second, &first] {
        assert_eq!(line.get(&healthz).send().await.unwrap().text().await.unwrap(), "ok\n", "one connection each, kept");
    }
    let answer = async || third.get(&healthz).send().await.map(|answer| answer.status()).ok();
    assert_eq!(answer().await, Some(StatusCode::SERVICE_UNAVAILABLE), "the third is turned away");
    drop(first);
    while answer().await != Some(StatusCode::OK) {
        // The centre has not yet heard that the first is gone, or whoever was told to come back.
        tokio::task::yield_now().await;
    }
    assert_eq!(second.get(&healthz).send().await.unwrap().status(), StatusCode::OK, "the others go on");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_offices_plans_results_and_vouchers_without_personal_data() {
    let world = World::new(50).await;
    let running = serve(&world).await;
    let line = client(&running, None);
    let public = |path: &str| url(running.public, path);
    let get = async |path: &str| -> Value { line.get(public(path)).send().await.unwrap().json().await.unwrap() };
    assert_eq!(get("/v1/offices").await.as_array().unwrap().len(), 15, "the offices of the guide");
    assert!(!get("/v1/plans").await["sessions"].as_array().unwrap().is_empty(), "the plan of the week");
    assert_eq!(get("/openapi.json").await["info"]["title"], "渝约 Yuyue centre", "the description");
    let none = line.get(public("/v1/results")).send().await.unwrap();
    assert_eq!(problem(none).await.0, StatusCode::NOT_FOUND, "nothing was published yet");
    let sessions = world.open_sessions(world.cast(CastRole::PriorityEligible), Subject::Two);
    world.clock.set(sessions[sessions.len() - 1].instants.publication_at);
    Scheduler::default().tick(&world.core).await.unwrap();
    let publications = world.core.store().list_publications(30).await.unwrap();
    let longest = publications.iter().max_by_key(|one| one.placed + one.unplaced + one.waiting).unwrap().id;
    let all = get(&format!("/v1/results?publication={}", longest.0)).await;
    let all = all["results"].as_array().unwrap();
    assert!(all.len() > 1, "several pages can be made of it: {all:?}");
    let mut paged = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let page = get(&format!("/v1/results?publication={}&limit=1&after={after}", longest.0)).await;
        paged.extend(page["results"].as_array().unwrap().clone());
        after = page["next"].clone();
    }
    assert_eq!(&paged, all, "page by page it is the same list");
    let text = serde_json::to_string(all).unwrap();
    for result in world.core.store().list_results(longest, 0, 10_000).await.unwrap() {
        assert!(!text.contains(&result.application.to_string()), "whoever reads the list has no vouchers");
    }
    let placed = world.cast(CastRole::Placed);
    let token = placed.applications.iter().find(|own| own.session().is_some() && own.is_live()).unwrap().id;
    let voucher = get(&format!("/v1/vouchers/{token}")).await;
    assert_eq!(voucher["valid"], true, "the place is the person's");
    assert!(!voucher.to_string().contains(placed.applicant.name.reveal()), "the name is masked");
    let made_up = get(&format!("/v1/vouchers/{}", world.uuid())).await;
    assert_eq!(made_up, json!({"valid": false}), "a made-up token");
    let admin = format!("http://{}/metrics", running.admin);
    let text = Client::builder().no_proxy().build().unwrap().get(admin).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("yuyue_applicants "), "numbers for the operator");
    assert_eq!(served_numbers(&text), documented_numbers(), "each of them is documented, and no other");
    running.stop().await;
}

/// What `/metrics` serves, by the names under which a monitoring system finds it.
fn served_numbers(text: &str) -> BTreeSet<String> {
    let kinds = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    kinds.map(|(name, kind)| if kind == "counter" { format!("{name}_total") } else { name.to_owned() }).collect()
}

/// What `docs/production.md` names in its table.
fn documented_numbers() -> BTreeSet<String> {
    let document = include_str!("../../../../docs/production.md");
    let names = document.lines().filter_map(|line| line.strip_prefix("| `yuyue_")?.split_once('`'));
    names.map(|(name, _)| format!("yuyue_{name}")).collect()
}
