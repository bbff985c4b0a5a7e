//! What the tests of this crate share: a world whose clock they set, a small city, and a centre that only keeps books.
#![expect(dead_code, reason = "some of it serves tests of use cases that come with them")]

mod centre;

use crate::device::DEVICE_DB;
use crate::device::identity::{Identity, insert_identity};
use crate::journal::Journal;
use crate::world::World;
use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_domain::notice::{Notice, NoticeKind, NoticeSection};
use yuyue_domain::seed;
use yuyue_domain::time::{Date, Timestamp};
use yuyue_protocol::account::{Clerk, DeviceKind};
use yuyue_sample::{City, CityConfig};
use yuyue_sqlite::{Key, Place};

pub use centre::{TestCentre, VISIT_CODE};

/// A clock that is set and randomness that counts.
pub struct TestWorld {
    wall: AtomicI64,
    elapsed: AtomicU64,
    next: AtomicU64,
}

impl TestWorld {
    pub fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self { wall: AtomicI64::new(now.unix()), elapsed: AtomicU64::new(0), next: AtomicU64::new(1) })
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.elapsed.fetch_add(seconds, Ordering::Relaxed);
        self.wall.fetch_add(i64::try_from(seconds).unwrap_or(0), Ordering::Relaxed);
    }

    /// Somebody sets the clock of the computer.
    pub fn set_wall(&self, to: Timestamp) {
        self.wall.store(to.unix(), Ordering::Relaxed);
    }
}

impl World for TestWorld {
    fn wall(&self) -> Timestamp {
        Timestamp::from_unix(self.wall.load(Ordering::Relaxed)).expect("test clocks stay in range")
    }

    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.elapsed.load(Ordering::Relaxed))
    }

    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.next.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&number.to_be_bytes()[..chunk.len()]);
        }
    }
}

pub const OFFICE: OfficeId = OfficeId(5);
pub const DEVICE: DeviceId = DeviceId(3);

pub fn today() -> Date {
    Date::from_ymd_opt(2026, 11, 23).expect("a day of the calendar")
}

pub fn key() -> Key {
    Key::new([7; 32])
}

pub fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

pub fn identity(now: Timestamp) -> Identity {
    Identity {
        device: DEVICE,
        kind: DeviceKind::Counter,
        label: "YB-W03".into(),
        office: OFFICE,
        certificate: String::new(),
        certificate_key: String::new(),
        authority: String::new(),
        signing_key: signing_key(),
        centre: "https://127.0.0.1:1".into(),
        enrolled_at: now,
        exit_verifier: None,
    }
}

/// An enrolled device in `folder`.
pub fn device(folder: &Path, world: &TestWorld) -> (Connection, Journal) {
    let (device, journal) = reopen(folder);
    insert_identity(&device, &identity(world.wall())).expect("a new device");
    (device, journal)
}

/// The same device after a restart.
pub fn reopen(folder: &Path) -> (Connection, Journal) {
    let device = yuyue_sqlite::open(&DEVICE_DB, Place::new(&folder.join("device.db"), Some(&key()))).expect("opens");
    let journal = Journal::open(&crate::files::SystemFiles, &folder.join("outbox.journal"), &key()).expect("opens");
    (device, journal.0)
}

pub fn city(applicants: u32) -> City {
    let policy = seed::policy(today()).expect("the seed is in force");
    City::generate(&CityConfig::new(7, applicants, today()), &policy).expect("a city of this size")
}

pub fn clerk() -> Clerk {
    Clerk {
        id: yuyue_domain::ids::ClerkId(1),
        staff_number: "0317".into(),
        name: "周例九".into(),
        office: OFFICE,
        role: yuyue_domain::rights::Role::Clerk,
        renewed_at: None,
    }
}

pub fn notice(kind: NoticeKind, version: u32) -> Notice {
    let section = NoticeSection {
        title_zh: "一".into(),
        title_en: "1".into(),
        text_zh: vec!["请阅读。".into()],
        text_en: vec!["Please read.".into()],
    };
    Notice { kind, version, sections: vec![section] }
}

/// Lets a future go as far as it can without an answer.
pub fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
    future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
}

/// Runs a future that never really waits.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("nothing in a test waits"),
    }
}

/// Keys in memory.
#[derive(Default)]
pub struct TestKeys(Mutex<Option<Key>>);

impl TestKeys {
    /// Somebody loses the key.
    pub fn forget(&self) {
        *self.0.lock().expect("no test panics with it") = None;
    }
}

impl crate::keys::KeyStore for TestKeys {
    fn find_key(&self) -> Result<Option<Key>, crate::keys::KeyStoreError> {
        Ok(self.0.lock().expect("no test panics with it").clone())
    }

    fn insert_key(&self, key: &Key) -> Result<(), crate::keys::KeyStoreError> {
        *self.0.lock().expect("no test panics with it") = Some(key.clone());
        Ok(())
    }
}
