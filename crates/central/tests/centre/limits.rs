//! Slow, loud and malicious callers cost the others nothing, and whoever comes when everybody comes is told when to come back.

use crate::kit::{Device, Sqlite};
use crate::wire::{client, problem, serve, url};
use futures_util::FutureExt as _;
use reqwest::StatusCode;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU32;
use std::sync::Arc;
use tokio::sync::{oneshot, watch};
use yuyue_central::core::Delivery;
use yuyue_central::serve::{Running, ServeConfig, start};
use yuyue_central::sms::SimulatedPhone;
use yuyue_central::store::{Batch, Store as _, Wants};
use yuyue_central::writer::{GROUP_MAX, QUEUE_MAX, Writer};
use yuyue_protocol::centre::Centre as _;
use yuyue_protocol::command::Command;
use yuyue_protocol::cursor::Revision;
use yuyue_protocol::envelope::Envelope;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::outcome::{ItemOutcome, Outcome};
use yuyue_protocol::query::Search;
use yuyue_sample::CastRole;

/// What one caller costs the others is no matter of the store.
type World = crate::kit::World<Sqlite>;
type Stream = StreamOwned<ClientConnection, TcpStream>;

/// A connection on which a test writes whatever it likes.
fn connect(running: &Running, address: SocketAddr) -> Stream {
    connect_as(running, address, None)
}

fn connect_as(running: &Running, address: SocketAddr, device: Option<&Device>) -> Stream {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(running.authority_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots);
    let config = match device {
        None => config.with_no_client_auth(),
        Some(device) => {
            let certificate = CertificateDer::from_pem_slice(device.certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(device.certificate_key.as_bytes()).unwrap();
            config.with_client_auth_cert(vec![certificate], key).unwrap()
        }
    };
    let name: ServerName<'static> = "localhost".try_into().unwrap();
    let mut connection =
        StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), TcpStream::connect(address).unwrap());
    connection.conn.complete_io(&mut connection.sock).unwrap();
    connection
}

/// The first line of the answer.
fn status(mut stream: Stream) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        answer.push(byte[0]);
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_who_never_finish_their_requests_keep_nobody_waiting() {
    let world = World::new(10).await;
    let running = serve(&world).await;
    // More bodies that never come than are worked on at once, and heads that never end.
    let mut slow = Vec::new();
    for number in 0..600 {
        let mut stream = connect(&running, running.public);
        let begun: &[u8] = if number % 10 != 0 {
            b"POST /v1/devices/enroll HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
        } else {
            b"GET /v1/offices HTTP/1.1\r\nhost: x\r\nx-slow: "
        };
        stream.write_all(begun).unwrap();
        stream.flush().unwrap();
        slow.push(stream);
    }
    let line = client(&running, None);
    for path in ["/healthz", "/v1/offices", "/v1/plans"] {
        let answer = line.get(url(running.public, path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}: whoever asks properly is answered");
    }
    let counter = world.counter().await;
    let time = client(&running, Some(&counter)).get(url(running.devices, "/v1/time")).send().await.unwrap();
    assert_eq!(time.status(), StatusCode::OK, "and devices all the more");
    drop(slow);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_recognised_is_turned_away_before_a_body_is_heard() {
    let world = World::new(10).await;
    let running = serve(&world).await;
    let (known, revoked) = (world.counter().await, world.counter().await);
    world.core.revoke_device(revoked.caller.device).await.unwrap();
    let begin = |stream: &mut Stream, length: usize| {
        let head = format!(
            "POST /v1/commands HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.flush().unwrap();
    };
    let mut stream = connect_as(&running, running.devices, Some(&revoked));
    begin(&mut stream, 9_000_000);
    let line = status(stream);
    assert!(line.contains(" 403 "), "it is not waited for a body of whoever is shut out: {line}");
    let mut stream = connect_as(&running, running.devices, Some(&known));
    begin(&mut stream, 2);
    stream.write_all(b"[]").and_then(|()| stream.flush()).unwrap();
    let line = status(stream);
    assert!(line.contains(" 200 "), "whoever is known is heard: {line}");
    let strange = client(&running, None).post(url(running.public, "/v1/devices/enroll"));
    let strange = strange.header("content-type", "application/json").body(" ".repeat(20_000)).send().await.unwrap();
    assert_eq!(problem(strange).await.1.code, ErrorCode::TooLarge, "a stranger has little to say");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_has_one_long_body_under_way_and_takes_no_room_of_others() {
    let world = World::new(10).await;
    let running = serve(&world).await;
    let (greedy, other) = (world.counter().await, world.counter().await);
    let mut slow = connect_as(&running, running.devices, Some(&greedy));
    let begun =
        "POST /v1/commands HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n[";
    slow.write_all(format!("{begun}{}", " ".repeat(100_000)).as_bytes()).and_then(|()| slow.flush()).unwrap();
    let send = async |device: &Device| {
        let post = client(&running, Some(device)).post(url(running.devices, "/v1/commands"));
        let post = post.header("content-type", "application/json").body(format!("[{}]", " ".repeat(100_000)));
        post.send().await.unwrap()
    };
    let mut answer = send(&greedy).await;
    for _ in 0..1_000 {
        // Until the centre has heard so much of the slow one that it is a long one.
        if answer.status() != StatusCode::OK {
            break;
        }
        answer = send(&greedy).await;
    }
    let (status, problem) = problem(answer).await;
    assert_eq!((status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Busy), "one at a time");
    assert!(problem.retry_after_seconds.is_some_and(|seconds| (1..=60).contains(&seconds)), "and is told when");
    assert_eq!(send(&other).await.status(), StatusCode::OK, "others have room");
    drop(slow);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_long_is_refused_before_it_is_read_to_its_end() {
    let world = World::new(10).await;
    let running = serve(&world).await;
    for (head, why) in [
        (format!("GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: {}", "x".repeat(20_000)), "a long line"),
        (format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{}\r\n", "a: b\r\n".repeat(100)), "many lines"),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(20_000)), "a long path"),
    ] {
        let mut stream = connect(&running, running.public);
        // The centre may hang up while this is still written.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.flush());
        let line = status(stream);
        assert!(line.is_empty() || line.contains(" 431 ") || line.contains(" 414 "), "{why}: {line}");
    }
    let answer = client(&running, None).get(url(running.public, "/healthz")).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "the others notice nothing");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_much_is_told_when_to_come_back_and_others_are_served() {
    let world = World::new(10).await;
    let few = NonZeroU32::MIN;
    let config = ServeConfig { device_requests_per_minute: few, ..ServeConfig::loopback() };
    let running = start(&world.central, &config, Arc::new(SimulatedPhone::default())).await.unwrap();
    let (greedy, modest) = (world.counter().await, world.counter().await);
    let ask = async |device: &Device| {
        client(&running, Some(device)).get(url(running.devices, "/v1/time")).send().await.unwrap()
    };
    assert_eq!(ask(&greedy).await.status(), StatusCode::OK, "one in a minute");
    let refused = ask(&greedy).await;
    let after = refused.headers()["retry-after"].to_str().unwrap().to_owned();
    let (status, problem) = problem(refused).await;
    assert_eq!((status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Busy), "the second is too soon");
    assert!(problem.retry_after_seconds.is_some_and(|seconds| seconds.to_string() == after), "and is told when");
    assert_eq!(ask(&modest).await.status(), StatusCode::OK, "nobody pays for somebody else");
    let metrics = format!("http://{}/metrics", running.admin);
    let text = reqwest::Client::builder().no_proxy().build().unwrap().get(metrics).send().await.unwrap();
    let text = text.text().await.unwrap();
    assert!(text.contains("yuyue_requests_limited_total 1\n"), "the operator sees it: {text}");
    assert!(text.contains(r#"yuyue_requests_total{method="GET",route="/v1/time",status="200"} 2"#), "and the rest");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_does_not_take_all_connections() {
    let world = World::new(10).await;
    let config = ServeConfig { connections_per_address: 2, ..ServeConfig::loopback() };
    let running = start(&world.central, &config, Arc::new(SimulatedPhone::default())).await.unwrap();
    let healthz = url(running.public, "/healthz");
    let lines = [client(&running, None), client(&running, None), client(&running, None)];
    for line in &lines[..2] {
        assert_eq!(line.get(&healthz).send().await.unwrap().status(), StatusCode::OK, "two of one address");
    }
    is_turned_away(lines[2].get(&healthz).send().await.unwrap()).await;
    drop(lines);
    let answer = loop {
        // Until the centre has heard that the others have hung up.
        let answer = client(&running, None).get(&healthz).send().await.unwrap();
        if answer.status() == StatusCode::OK {
            break answer;
        }
    };
    assert_eq!(answer.text().await.unwrap(), "ok\n", "whoever goes makes room");
    running.stop().await;
}

/// The answer of a centre that has no room for somebody.
async fn is_turned_away(answer: reqwest::Response) {
    let after = answer.headers()["retry-after"].to_str().unwrap().to_owned();
    let (status, problem) = problem(answer).await;
    assert_eq!((status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Busy), "there is no room");
    assert!(problem.retry_after_seconds.is_some_and(|seconds| seconds.to_string() == after), "and is told when");
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_all_connections_callers_are_told_when_to_come_back() {
    let world = World::new(10).await;
    let config = ServeConfig { connections: 32, ..ServeConfig::loopback() };
    let running = start(&world.central, &config, Arc::new(SimulatedPhone::default())).await.unwrap();
    let mut open: Vec<Stream> = (0..32).map(|_| connect(&running, running.public)).collect();
    let healthz = url(running.public, "/healthz");
    for _ in 0..8 {
        // One after another, each over a connection that is one too many.
        is_turned_away(client(&running, None).get(&healthz).send().await.unwrap()).await;
        let long = client(&running, None).post(&healthz).body(" ".repeat(60_000)).send().await.unwrap();
        is_turned_away(long).await;
    }
    let mut served = open.pop().unwrap();
    served.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").and_then(|()| served.flush()).unwrap();
    let line = status(served);
    assert!(line.contains(" 200 "), "whoever has one is served meanwhile: {line}");
    drop(open);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_never_takes_an_answer_loses_the_connection_and_others_get_it() {
    let world = World::new(300).await;
    let second = NonZeroU32::MIN;
    let config = ServeConfig { connections_per_address: 1, answer_seconds: second, ..ServeConfig::loopback() };
    let running = start(&world.central, &config, Arc::new(SimulatedPhone::default())).await.unwrap();
    let mut greedy = connect(&running, running.public);
    let ask = b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(500);
    // More answers than any buffer holds, and none of them is read. The centre may hang up while this is still written.
    let _ = greedy.write_all(&ask).and_then(|()| greedy.flush());
    let answer = loop {
        let answer = client(&running, None).get(url(running.public, "/healthz")).send().await.unwrap();
        if answer.status() == StatusCode::OK {
            break answer;
        }
        is_turned_away(answer).await;
    };
    assert_eq!(answer.text().await.unwrap(), "ok\n", "its place is somebody else's");
    let mut rest = Vec::new();
    let _ = greedy.read_to_end(&mut rest);
    let answered = String::from_utf8_lossy(&rest).matches("HTTP/1.1 200").count();
    assert!(answered < 500, "and it was not waited for: {answered}");
    running.stop().await;
}

/// Keeps everybody who wants to write waiting until the other end is dropped.
async fn hold_the_store(world: &World) -> (std::sync::mpsc::Sender<()>, tokio::task::JoinHandle<()>) {
    let ((release, released), (held, is_held)) = (std::sync::mpsc::channel::<()>(), oneshot::channel());
    let (core, runtime) = (Arc::clone(&world.core), tokio::runtime::Handle::current());
    let holding = tokio::task::spawn_blocking(move || {
        let stand_still = move |_| {
            held.send(()).unwrap();
            // Goes on when the other end is gone.
            let _ = released.recv();
            (Batch::default(), ())
        };
        runtime.block_on(core.store().transact(&Wants::default(), stand_still)).unwrap();
    });
    is_held.await.unwrap();
    (release, holding)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_computer_signs_one_clerk_in_at_a_time_and_keeps_nobody_waiting() {
    let world = World::new(10).await;
    let running = serve(&world).await;
    let (greedy, other) = (world.counter().await, world.counter().await);
    let request = json!({"staff_number": world.clerk().staff_number, "password": world.clerk().password});
    let sign_in = async |device: &Device| {
        let post = client(&running, Some(device)).post(url(running.devices, "/v1/sign-in"));
        post.json(&request).send().await.unwrap()
    };
    let (release, holding) = hold_the_store(&world).await;
    let (first, second) = (Box::pin(sign_in(&greedy)), Box::pin(sign_in(&greedy)));
    // The one that found the other under way is answered while the store stands still.
    let (refused, waiting) = match futures_util::future::select(first, second).await {
        futures_util::future::Either::Left(done) => done,
        futures_util::future::Either::Right((done, waiting)) => (done, waiting),
    };
    let (status, problem) = problem(refused).await;
    assert_eq!((status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Busy), "one at a time");
    assert!(problem.retry_after_seconds.is_some_and(|seconds| (1..=60).contains(&seconds)), "and is told when");
    let time = client(&running, Some(&other)).get(url(running.devices, "/v1/time")).send().await.unwrap();
    assert_eq!(time.status(), StatusCode::OK, "the one worker of this program has hands free");
    drop(release);
    holding.await.unwrap();
    assert_eq!(waiting.await.status(), StatusCode::OK, "the first is signed in");
    assert_eq!(sign_in(&other).await.status(), StatusCode::OK, "and so is whoever comes from elsewhere");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_reads_is_answered_while_places_are_given_out_and_whoever_writes_keeps_no_thread() {
    let world = World::new(50).await;
    let running = serve(&world).await;
    let counter = world.counter().await;
    let (release, holding) = hold_the_store(&world).await;
    // A look-up is noted in the audit, so it waits; that it does is known at once.
    let known = world.core.known(counter.caller);
    let person = world.cast(CastRole::Queued).applicant.clone();
    let search = Search { text: person.document.number.reveal().to_owned(), limit: 1 };
    let mut waiting = Box::pin(known.search(search));
    assert!((&mut waiting).now_or_never().is_none(), "it waits for the store, and whoever asked has hands free");
    let line = client(&running, Some(&counter));
    for path in ["/v1/time", "/v1/changes?limit=5000", "/v1/seal"] {
        let answer = line.get(url(running.devices, path)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}: whoever only reads is answered by the one worker");
    }
    let plans = client(&running, None).get(url(running.public, "/v1/plans")).send().await.unwrap();
    assert_eq!(plans.status(), StatusCode::OK, "the plan is read");
    assert!(world.core.store().find_record(person.id).await.unwrap().is_some(), "and so are people");
    drop(release);
    holding.await.unwrap();
    assert_eq!(waiting.await.unwrap().applicants.len(), 1, "the look-up is answered when it is noted");
    running.stop().await;
}

/// A delivery of one command of this device.
fn delivery(envelope: &Envelope) -> Vec<Delivery> {
    vec![Delivery { envelope: envelope.clone(), signer: None, visit: None }]
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_queue_callers_are_told_when_to_come_back_and_nothing_taken_in_is_lost() {
    let world = World::new(50).await;
    let counter = world.counter().await;
    let (head, _) = watch::channel(Revision(0));
    let (writer, _writing) = Writer::start(Arc::clone(&world.core), head);
    let person = world.cast(CastRole::RuleFour).applicant.id;
    let reveal = Command::RecordReveal { applicant: person };
    // The catalogue's lock stops the writer in the middle of its first group, for as long as this test wants.
    let core = Arc::clone(&world.core);
    let (release, stuck) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
    let holder = std::thread::spawn(move || {
        let _catalogue = core.catalogue();
        stuck.0.send(()).unwrap();
        release.1.recv().unwrap();
    });
    stuck.1.recv().unwrap();
    let count = QUEUE_MAX + GROUP_MAX + 200;
    let envelopes: Vec<Envelope> = (0..count).map(|_| world.seal(&counter, &reveal)).collect();
    let mut answers = Vec::with_capacity(count);
    for envelope in &envelopes {
        let (writer, delivery) = (writer.clone(), delivery(envelope));
        answers.push(tokio::spawn(async move { writer.decide(delivery).await }));
    }
    // Whoever finds no room is answered while the writer still stands.
    let turned_away = || answers.iter().filter(|answer| answer.is_finished()).count();
    while turned_away() + QUEUE_MAX + GROUP_MAX < count {
        tokio::task::yield_now().await;
    }
    release.0.send(()).unwrap();
    holder.join().unwrap();
    let (mut accepted, mut busy) = (0, Vec::new());
    for (answer, envelope) in answers.into_iter().zip(&envelopes) {
        match answer.await.unwrap() {
            Ok(outcomes) => {
                assert!(matches!(outcomes[0].outcome, Outcome::Accepted { .. }), "what was taken in is decided");
                accepted += 1;
            }
            Err(problem) => {
                assert_eq!(problem.code, ErrorCode::Busy, "the queue is full");
                assert!(problem.retry_after_seconds.is_some_and(|seconds| (1..=60).contains(&seconds)), "come back");
                busy.push(envelope);
            }
        }
    }
    assert!(accepted >= QUEUE_MAX && busy.len() >= 200, "{accepted} were taken in, {} turned away", busy.len());
    for envelope in busy {
        let outcomes = writer.decide(delivery(envelope)).await.unwrap();
        assert!(matches!(outcomes[0].outcome, Outcome::Accepted { .. }), "whoever comes back is served");
    }
    let tail = world.core.store().get_audit_tail().await.unwrap().sequence;
    let records = world.core.store().list_audit(tail - count as u64, u32::try_from(count).unwrap()).await.unwrap();
    let revealed = records.iter().filter(|one| one.entry.act == yuyue_central::audit::Act::Revealed).count();
    assert_eq!(revealed, count, "each of them is in the store, once");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_would_wait_too_long_for_what_waits_already_is_told_so_at_once() {
    let world = World::new(50).await;
    let running = serve(&world).await;
    let counter = world.counter().await;
    let reveal = Command::RecordReveal { applicant: world.cast(CastRole::RuleFour).applicant.id };
    let line = client(&running, Some(&counter));
    // Batches of computers that were without line for long; at the pace that is assumed they are more than may wait.
    let batch = || (0..50).map(|_| world.seal(&counter, &reveal)).collect::<Vec<Envelope>>();
    let requests: Vec<_> =
        (0..150).map(|_| line.post(url(running.devices, "/v1/commands")).json(&batch()).send()).collect();
    let (release, holding) = hold_the_store(&world).await;
    let answers: Vec<_> = requests.into_iter().map(tokio::spawn).collect();
    let refused = || answers.iter().filter(|answer| answer.is_finished()).count();
    while refused() < 30 {
        tokio::task::yield_now().await;
    }
    drop(release);
    holding.await.unwrap();
    let mut taken_in = 0;
    for answer in answers {
        let answer = answer.await.unwrap().unwrap();
        if answer.status() == StatusCode::OK {
            let outcomes: Vec<ItemOutcome> = answer.json().await.unwrap();
            let is_accepted = |one: &ItemOutcome| matches!(one.outcome, Outcome::Accepted { .. });
            assert!(outcomes.len() == 50 && outcomes.iter().all(is_accepted), "whatever was taken in is decided");
            taken_in += 1;
        } else {
            is_turned_away(answer).await;
        }
    }
    assert!(
        (100..=120).contains(&taken_in),
        "so many as do not wait too long, and far fewer than the queue holds: {taken_in}"
    );
    running.stop().await;
}
