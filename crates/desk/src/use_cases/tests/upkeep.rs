//! The certificate is renewed before it ends, and the end of the centre's audit is kept as a witness.

use super::Counter;
use crate::desk::lock;
use crate::testing::run;
use crate::upkeep::{UpkeepError, look_after};
use ed25519_dalek::SigningKey;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer, KeyPair, PKCS_ED25519,
    PublicKeyData, SignatureAlgorithm, date_time_ymd,
};
use std::sync::{Mutex, MutexGuard};
use uuid::Uuid;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::{RenewRequest, Renewed};
use yuyue_protocol::centre::Upkeep;
use yuyue_protocol::cursor::Epoch;
use yuyue_protocol::error::Problem;
use yuyue_protocol::witness::{AuditTail, Checkpoint, RecordHash, SealKey};

/// A centre with an authority of its own and an audit whose hashes are its numbers.
struct Centre {
    authority: Issuer<'static, KeyPair>,
    authority_pem: String,
    state: Mutex<State>,
}

/// What a test turns.
#[derive(Clone)]
struct State {
    seal: SigningKey,
    /// What the certificate of the seal says whose it is.
    seal_name: &'static str,
    epoch: u128,
    sequence: u64,
    /// A part of every hash: another number means another audit.
    twist: u8,
    now: Timestamp,
    renewals: u32,
    /// What it was told that it has otherwise.
    contradicted: Vec<Checkpoint>,
}

struct Key([u8; 32]);

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ED25519
    }
}

impl Centre {
    fn new(now: Timestamp) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let authority_pem = params.self_signed(&key).expect("signed").pem();
        Self {
            authority: Issuer::new(params, key),
            authority_pem,
            state: Mutex::new(State {
                seal: SigningKey::from_bytes(&[3; 32]),
                seal_name: "Yuyue seal",
                epoch: 1,
                sequence: 1,
                twist: 0,
                now,
                renewals: 0,
                contradicted: Vec::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test has panicked")
    }

    /// A certificate of these years.
    fn certify(mut params: CertificateParams, years: (i32, i32)) -> CertificateParams {
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        params
    }

    /// Enrols the counter at this centre, with a certificate of these years.
    fn enrol(&self, counter: &Counter, years: (i32, i32)) {
        let key = KeyPair::generate().expect("a key");
        let params = Self::certify(CertificateParams::default(), years);
        let certificate = params.signed_by(&key, &self.authority).expect("signed").pem();
        let desk = lock(&counter.desk);
        let kept = desk.device.execute(
            "UPDATE identity SET certificate = ?1, certificate_key = ?2, authority = ?3",
            [&certificate, &key.serialize_pem(), &self.authority_pem],
        );
        assert_eq!(kept, Ok(1), "the counter is enrolled here");
    }
}

impl State {
    fn hash(&self, sequence: u64) -> RecordHash {
        let mut hash = [self.twist; 32];
        hash[..8].copy_from_slice(&sequence.to_be_bytes());
        RecordHash(hash)
    }
}

impl Upkeep for Centre {
    async fn renew_certificate(&self, request: RenewRequest) -> Result<Renewed, Problem> {
        self.state().renewals += 1;
        let mut request = CertificateSigningRequestParams::from_pem(&request.certificate_request).expect("a request");
        request.params = Self::certify(CertificateParams::default(), (2026, 2036));
        Ok(Renewed { certificate: request.signed_by(&self.authority).expect("signed").pem() })
    }

    async fn seal_key(&self) -> Result<SealKey, Problem> {
        let mut params = CertificateParams::default();
        let State { seal, seal_name, .. } = self.state().clone();
        params.distinguished_name.push(DnType::CommonName, seal_name);
        let key = Key(seal.verifying_key().to_bytes());
        Ok(SealKey { certificate: params.signed_by(&key, &self.authority).expect("signed").pem() })
    }

    async fn audit_tail(&self, seen: Option<u64>) -> Result<AuditTail, Problem> {
        let state = self.state();
        let (sequence, epoch) = (state.sequence, Epoch(Uuid::from_u128(state.epoch)));
        let checkpoint = Checkpoint::sign(epoch, sequence, state.hash(sequence), state.now, &state.seal);
        let seen = seen.filter(|seen| *seen <= sequence).map(|seen| state.hash(seen));
        Ok(AuditTail { checkpoint, seen })
    }

    async fn contradict_audit(&self, kept: Checkpoint) -> Result<(), Problem> {
        self.state().contradicted.push(kept);
        Ok(())
    }
}

fn scene(years: (i32, i32)) -> (Counter, Centre) {
    let counter = Counter::open();
    let centre = Centre::new(counter.desk().now());
    centre.enrol(&counter, years);
    (counter, centre)
}

/// What an auditor finds in the folder.
fn kept(counter: &Counter) -> Vec<Checkpoint> {
    let text = std::fs::read_to_string(counter.folder.path().join("audit-witness.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("a checkpoint")).collect()
}

/// What was done.
struct Done {
    renewed: bool,
    contradiction: Option<Checkpoint>,
}

fn look(counter: &Counter, centre: &Centre) -> Result<Done, UpkeepError> {
    let mut renewed = false;
    let contradiction = run(look_after(&counter.desk, centre, |_| renewed = true))?;
    Ok(Done { renewed, contradiction })
}

#[test]
fn a_certificate_is_renewed_in_its_last_third_and_not_before() {
    // The desk stands in November 2026.
    let (counter, centre) = scene((2026, 2028));
    let before = counter.desk().find_identity().expect("readable").expect("enrolled").certificate;
    let done = look(&counter, &centre).expect("the centre answers");
    assert!(!done.renewed && centre.state().renewals == 0, "there is time");
    let (counter, centre) = scene((2024, 2027));
    let done = look(&counter, &centre).expect("the centre answers");
    assert!(done.renewed, "the line is a new one");
    let after = counter.desk().find_identity().expect("readable").expect("enrolled");
    assert_ne!(after.certificate, before, "the new certificate is kept");
    assert!(after.certificate_key.contains("PRIVATE KEY"), "with its key");
    let counter = counter.restart();
    let done = look(&counter, &centre).expect("the centre answers");
    assert!(!done.renewed && centre.state().renewals == 1, "once, also over a restart");
}

#[test]
fn a_renewed_certificate_is_used_although_what_comes_behind_it_fails() {
    let (counter, centre) = scene((2024, 2027));
    centre.state().seal_name = "device-7";
    let mut renewed = false;
    let failed = run(look_after(&counter.desk, &centre, |_| renewed = true)).map(drop);
    assert!(matches!(failed, Err(UpkeepError::Seal)), "the audit cannot be kept");
    assert!(renewed, "and the line goes on with the certificate that is in the file");
}

#[test]
fn the_end_of_the_audit_is_kept_for_auditors_and_never_too_much_of_it() {
    let (counter, centre) = scene((2026, 2036));
    look(&counter, &centre).expect("the centre answers");
    look(&counter, &centre).expect("the centre answers");
    assert_eq!(kept(&counter).len(), 1, "what has not moved is kept once");
    for _ in 0..6 * 100 {
        {
            let mut state = centre.state();
            state.sequence += 1;
            state.now = state.now.plus_seconds(4 * 3600);
        }
        let done = look(&counter, &centre).expect("the centre answers");
        assert_eq!(done.contradiction, None, "nobody has touched it");
    }
    let kept = kept(&counter);
    assert_eq!(kept.len(), 96, "as many as there is room for");
    assert!(kept.is_sorted_by_key(|checkpoint| checkpoint.sequence), "in their order");
    let newest = kept.windows(2).rev().take_while(|pair| pair[1].sequence - pair[0].sequence == 1).count();
    assert!(newest >= 23, "all of the last days: {newest}");
    assert!(kept[95].at.seconds_since(kept[0].at) > 60 * 24 * 3600, "and days of the last months");
    assert!(kept.iter().all(|one| one.is_signed_by(&centre.state().seal.verifying_key())), "each signed by the centre");
}

#[test]
fn an_audit_that_was_rewritten_or_cut_off_is_noticed_and_told_to_the_centre() {
    let (counter, centre) = scene((2026, 2036));
    centre.state().sequence = 50;
    look(&counter, &centre).expect("the centre answers");
    let first = kept(&counter)[0];
    centre.state().twist = 1;
    centre.state().sequence = 60;
    let done = look(&counter, &centre).expect("the centre answers");
    assert_eq!(done.contradiction, Some(first), "another record stands in the place of the one that was kept");
    assert_eq!(kept(&counter), [first], "and what was kept stays");
    centre.state().twist = 0;
    centre.state().sequence = 49;
    let done = look(&counter, &centre).expect("the centre answers");
    assert_eq!(done.contradiction, Some(first), "an end that was cut off");
    centre.state().epoch = 2;
    let done = look(&counter, &centre).expect("the centre answers");
    assert_eq!(done.contradiction, None, "after a restore there is another feed, and auditors compare both");
    assert_eq!(kept(&counter).len(), 2, "both are kept");
    assert_eq!(centre.state().contradicted, [first; 3], "the centre is told each time: nobody restores in silence");
    look(&counter, &centre).expect("the centre answers");
    assert_eq!(centre.state().contradicted.len(), 3, "of a restore once");
    centre.state().epoch = 3;
    look(&counter, &centre).expect("the centre answers");
    assert_eq!(centre.state().contradicted.len(), 3, "what a restore has left in its place is no matter");
}

#[test]
fn what_the_centre_has_not_signed_is_not_kept() {
    let (counter, centre) = scene((2026, 2036));
    centre.state().seal_name = "device-7";
    let refused = look(&counter, &centre).map(drop);
    assert!(matches!(refused, Err(UpkeepError::Seal)), "another certificate of the authority is no seal");
    let stranger = Centre::new(counter.desk().now());
    let refused = look(&counter, &stranger).map(drop);
    assert!(matches!(refused, Err(UpkeepError::Seal)), "another authority's is none either");
    centre.state().seal_name = "Yuyue seal";
    look(&counter, &centre).expect("as it should be");
    centre.state().seal = SigningKey::from_bytes(&[4; 32]);
    centre.state().sequence = 2;
    look(&counter, &centre).expect("a key that the authority has certified");
    assert_eq!(kept(&counter).len(), 2, "only what was signed is kept");
}
