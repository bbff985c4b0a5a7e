//! Audits that were touched in every way, by the thousand.

use super::*;
use crate::audit::Entry;
use ed25519_dalek::SigningKey;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;
use yuyue_domain::ids::{ApplicantId, ApplicationId, ClerkId};

const FEED: Epoch = Epoch(Uuid::from_u128(1));

fn key() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn chained(entries: &[Entry]) -> Vec<Record> {
    let mut tail = Tail::EMPTY;
    entries.iter().map(|entry| tail.append(*entry)).collect()
}

fn witness(records: &[Record], sequence: u64, epoch: Epoch) -> Checkpoint {
    let hash = records.iter().find(|record| record.sequence == sequence).map_or([0; 32], |record| record.hash);
    Checkpoint::sign(epoch, sequence, RecordHash(hash), Timestamp::MIN, &key())
}

fn verify(records: &[Record], checkpoints: Vec<Checkpoint>) -> Result<Verified, Contradiction> {
    let mut verification = Verification::new(checkpoints);
    for page in records.chunks(7) {
        verification.follow(page)?;
    }
    verification.conclude(FEED, &key().verifying_key())
}

fn random_entry(random: &mut ChaCha8Rng) -> Entry {
    const ACTS: [Act; 5] = [Act::CommandAccepted, Act::Searched, Act::Revealed, Act::SignedIn, Act::CodeSent];
    Entry {
        at: Timestamp::MIN.plus_seconds(random.random_range(0..1_000_000)),
        act: ACTS[random.random_range(0..ACTS.len())],
        clerk: random.random_bool(0.8).then(|| ClerkId(random.random_range(0..50))),
        device: Some(DeviceId(random.random_range(0..50))),
        applicant: random.random_bool(0.8).then(|| ApplicantId(random.random())),
        application: random.random_bool(0.5).then(|| ApplicationId(Uuid::from_u128(random.random()))),
        detail: random.random_bool(0.5).then(|| random.random()),
    }
}

/// Changes one field of an entry.
fn altered(entry: Entry, random: &mut ChaCha8Rng) -> Entry {
    match random.random_range(0..7) {
        0 => Entry { at: entry.at.plus_seconds(1), ..entry },
        1 => Entry { act: if entry.act == Act::Printed { Act::Searched } else { Act::Printed }, ..entry },
        2 => Entry { clerk: Some(ClerkId(entry.clerk.map_or(0, |id| id.0 + 1))), ..entry },
        3 => Entry { device: None, ..entry },
        4 => Entry { applicant: Some(ApplicantId(entry.applicant.map_or(0, |id| id.0 ^ 1))), ..entry },
        5 => Entry { application: Some(ApplicationId(Uuid::from_u128(7))), ..entry },
        _ => Entry { detail: Some([9; 32]), ..entry },
    }
}

/// Touches the entries in one of five ways; none when that changed nothing.
fn touched(entries: &[Entry], random: &mut ChaCha8Rng) -> Option<(&'static str, Vec<Entry>)> {
    let mut copy = entries.to_vec();
    let at = random.random_range(0..copy.len());
    let what = match random.random_range(0..5) {
        0 => {
            copy[at] = altered(copy[at], random);
            "changed"
        }
        1 => {
            copy.remove(at);
            "removed"
        }
        2 => {
            copy.insert(at, random_entry(random));
            "added"
        }
        3 => {
            let other = random.random_range(0..copy.len());
            copy.swap(at, other);
            "swapped"
        }
        _ => {
            copy.truncate(at);
            "cut off"
        }
    };
    (copy != entries).then_some((what, copy))
}

#[test]
fn whatever_is_touched_is_found_also_when_the_whole_chain_is_made_anew() {
    let mut random = ChaCha8Rng::seed_from_u64(20_261_128);
    let mut found = BTreeMap::new();
    while found.values().sum::<u32>() < 10_000 {
        let entries: Vec<Entry> = (0..random.random_range(2..60)).map(|_| random_entry(&mut random)).collect();
        let records = chained(&entries);
        let last = records.len() as u64;
        let checkpoints = vec![witness(&records, random.random_range(1..=last), FEED), witness(&records, last, FEED)];
        let whole = verify(&records, checkpoints.clone());
        assert!(whole.is_ok_and(|whole| whole.confirmed == 2), "nobody touched it");
        let Some((what, copy)) = touched(&entries, &mut random) else { continue };
        // Whoever knows the rule makes a chain that is whole in itself. Records behind the last checkpoint may follow it.
        let mut forged = chained(&copy);
        assert!(
            verify(&forged, checkpoints.clone()).is_err(),
            "{what}, with a new chain: the devices know the old one"
        );
        let mut more = copy.clone();
        more.extend((0..random.random_range(0..5)).map(|_| random_entry(&mut random)));
        assert!(verify(&chained(&more), checkpoints.clone()).is_err(), "{what}, and the audit went on");
        // Whoever does not leaves the hashes as they were.
        for (record, old) in forged.iter_mut().zip(&records) {
            record.hash = old.hash;
        }
        assert!(verify(&forged, checkpoints).is_err(), "{what}, with the hashes of before");
        *found.entry(what).or_insert(0_u32) += 1;
    }
    assert_eq!(found.len(), 5, "every way was tried: {found:?}");
}

#[test]
fn a_hash_that_was_changed_breaks_the_chain_without_any_witness() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let entries: Vec<Entry> = (0..40).map(|_| random_entry(&mut random)).collect();
    for bit in 0..40 * 256 {
        let mut records = chained(&entries);
        records[bit / 256].hash[bit % 256 / 8] ^= 1 << (bit % 8);
        assert!(verify(&records, Vec::new()).is_err(), "bit {bit} is part of the chain");
    }
}

#[test]
fn what_was_witnessed_before_a_restore_is_explained_by_the_restore_and_by_nothing_else() {
    let before = Epoch(Uuid::from_u128(99));
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let mut entries: Vec<Entry> = (0..10).map(|_| random_entry(&mut random)).collect();
    let old = chained(&entries);
    let early = witness(&old, 4, before);
    let late = witness(&old, 9, before);
    // The backup held six records.
    entries.truncate(6);
    let mut restored = entries.clone();
    restored.push(Entry { detail: Some(restored_detail(before)), ..Entry::new(Timestamp::MIN, Act::Restored) });
    restored.extend((0..5).map(|_| random_entry(&mut random)));
    let verified = verify(&chained(&restored), vec![early, late]).expect("nothing was touched");
    assert_eq!((verified.confirmed, verified.lost_with_restore), (1, 1), "one is there, one was lost with the restore");
    let restore = Noted { record: 7, at: Timestamp::MIN, device: None };
    assert_eq!(verified.restores, [restore], "and whoever has restored nothing sees that somebody says so");
    let silent: Vec<Entry> = restored.iter().copied().filter(|entry| entry.act != Act::Restored).collect();
    let refused = verify(&chained(&silent), vec![early, late]);
    assert_eq!(refused, Err(Contradiction::UnknownFeed { sequence: 4 }), "a restore that nobody tells of is a cut");
    let mut random_key = witness(&old, 4, before);
    random_key = Checkpoint { sequence: 5, ..random_key };
    let foreign = verify(&chained(&restored), vec![random_key]);
    assert_eq!(foreign, Err(Contradiction::Foreign { sequence: 5 }), "what nobody signed proves nothing");
}
