//! What devices have kept of the audit and do not find there any more reaches whoever runs the centre.

use super::World;
use crate::wire::{client, problem, serve, url};
use reqwest::StatusCode;
use yuyue_central::audit::verify::{Noted, Verification};
use yuyue_central::audit::{Act, restored_detail};
use yuyue_central::secret::ServerKey;
use yuyue_central::store::Store as _;
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::error::ErrorCode;
use yuyue_protocol::witness::{AuditTail, Checkpoint, RecordHash};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_has_kept_and_misses_is_counted_noted_and_shown_to_the_operator() {
    let world = World::new(20).await;
    let counter = world.counter().await;
    let running = serve(&world).await;
    let line = client(&running, Some(&counter));
    let tail = async || -> AuditTail {
        line.get(url(running.devices, "/v1/audit")).send().await.unwrap().json().await.unwrap()
    };
    let contradict = async |kept: &Checkpoint| {
        let post = line.post(url(running.devices, "/v1/audit/contradictions"));
        post.json(kept).send().await.unwrap()
    };
    let operator = reqwest::Client::builder().no_proxy().build().unwrap();
    let operator = async |path: &str| {
        let answer = operator.get(format!("http://{}{path}", running.admin)).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let kept = tail().await.checkpoint;
    assert_eq!(contradict(&kept).await.status(), StatusCode::NO_CONTENT, "it is heard");
    assert_eq!(tail().await.checkpoint.hash, kept.hash, "and what is there contradicts nothing");
    let made_up = Checkpoint { hash: RecordHash([1; 32]), ..kept };
    assert_eq!(problem(contradict(&made_up).await).await.1.code, ErrorCode::BadRequest, "nobody raises a false alarm");
    assert_eq!(operator("/readyz").await, (StatusCode::OK, "ready\n".to_owned()), "nothing is wrong");

    // What the centre signed of an audit that is not there any more, in this feed and in one that is said to have ended.
    let key = std::fs::read(world.folder.path().join("code.key")).unwrap();
    let seal = ServerKey::new(key.try_into().unwrap()).seal();
    let here = Checkpoint::sign(kept.epoch, kept.sequence, RecordHash([1; 32]), kept.at, &seal);
    let before = Checkpoint::sign(Epoch(uuid::Uuid::from_u128(99)), 2, RecordHash([2; 32]), kept.at, &seal);
    for checkpoint in [here, here, before] {
        assert_eq!(contradict(&checkpoint).await.status(), StatusCode::NO_CONTENT, "it is heard");
    }
    let (_, metrics) = operator("/metrics").await;
    assert!(metrics.contains("yuyue_audit_contradicted_total 2\n"), "an alarm: {metrics}");
    assert!(metrics.contains("yuyue_audit_lost_with_restore_total 1\n"), "and one more where nobody restored a backup");
    let (status, ready) = operator("/readyz").await;
    assert!(
        status == StatusCode::OK && ready.contains("audit verify"),
        "it works on, and says what to look at: {ready}"
    );
    let store = world.core.store();
    let records = store.list_audit(0, 10_000).await.unwrap();
    let noted = records.iter().filter(|record| record.entry.act == Act::AuditContradicted).count();
    assert_eq!(noted, 1, "the audit keeps one of a device each day");
    let mut verification = Verification::new(vec![kept]);
    verification.follow(&records).unwrap();
    let epoch = store.get_head().await.unwrap().epoch;
    let verified = verification.conclude(epoch, &seal.verifying_key()).unwrap();
    assert_eq!(verified.restores, [], "no backup was restored");
    assert!(
        matches!(verified.contradicted[..], [Noted { device: Some(device), .. }] if device == counter.caller.device)
    );
    assert!(records.iter().all(|one| one.entry.detail != Some(restored_detail(before.epoch))), "as the audit says");
    running.stop().await;
}
