//! `outbox.journal`: every command once more, in a file of its own that is only ever appended to.
//!
//! A record is written and synced after the command was committed to `device.db` and before anything is shown or printed
//! as saved. When `device.db` is damaged, what was taken is read from here. Each record is encrypted and authenticated by
//! itself, so that one damaged record costs no other.

use crate::files::Files;
use crate::world::World;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use yuyue_domain::ids::DeviceId;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::envelope::Envelope;
use yuyue_sqlite::Key;

/// Every record begins with this; salvage looks for it behind damage.
const MARK: &[u8; 4] = b"YYJ1";
/// Bytes before the encrypted part: mark, length, number, nonce.
const HEAD_BYTES: usize = 4 + 4 + 8 + NONCE_LEN;
/// Bytes of one encrypted envelope at most: the largest body in JSON with room to spare.
const SEALED_BYTES_MAX: usize = 128 * 1024;

/// The journal, ready for appending.
pub struct Journal {
    path: PathBuf,
    key: LessSafeKey,
    /// Not after a failed write or sync: then the file is read and cut anew before anything is appended, and the record is
    /// written once more, because syncing again could report success for bytes that never reached the disk.
    is_sound: bool,
}

/// What was read from a journal.
#[derive(Default)]
pub struct Salvaged {
    /// The envelopes in the order of their numbers, each once.
    pub envelopes: Vec<Envelope>,
    /// Bytes that belong to no readable record.
    pub damaged_bytes: usize,
    /// Whether there are such bytes behind the last readable record.
    pub is_end_damaged: bool,
}

/// A number of which something is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The device that took it.
    pub device: DeviceId,
    /// Its number.
    pub number: u64,
    /// When it was taken.
    pub taken_at: Timestamp,
}

/// A number of which nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The device that took it.
    pub device: DeviceId,
    /// Its number.
    pub number: u64,
    /// When the last one before it was taken, as far as that is known.
    pub after: Option<Timestamp>,
    /// When the next one behind it was taken.
    pub before: Option<Timestamp>,
}

impl Journal {
    /// Opens the journal, makes it when it is missing, and reads it. A record that was cut off by a crash is taken away,
    /// for it was never shown as saved.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(files: &dyn Files, path: &Path, key: &Key) -> io::Result<(Self, Salvaged)> {
        let mut journal = Self { path: path.to_owned(), key: journal_key(key), is_sound: false };
        let salvaged = journal.reopen(files)?;
        Ok((journal, salvaged))
    }

    /// Appends one envelope and syncs it to the disk.
    ///
    /// # Errors
    /// When it cannot be written; then nothing may be shown as saved. The next call reads the file again first.
    pub fn append(&mut self, world: &dyn World, envelope: &Envelope) -> io::Result<()> {
        let record = self.seal(world, envelope)?;
        if !self.is_sound {
            self.reopen(world.files())?;
        }
        self.is_sound = false;
        world.files().append(&self.path, &record)?;
        self.is_sound = true;
        Ok(())
    }

    /// Writes the journal anew with these envelopes only, beside the old one, and puts it in its place at once.
    ///
    /// # Errors
    /// When it cannot be written; the old journal then stays.
    pub fn rewrite<'a>(
        &mut self,
        world: &dyn World,
        envelopes: impl IntoIterator<Item = &'a Envelope>,
    ) -> io::Result<()> {
        let next = self.path.with_extension("journal-next");
        let mut bytes = Vec::new();
        for envelope in envelopes {
            bytes.extend(self.seal(world, envelope)?);
        }
        let files = world.files();
        files.delete(&next)?;
        files.append(&next, &bytes)?;
        self.is_sound = false;
        files.rename(&next, &self.path)?;
        self.reopen(files).map(drop)
    }

    fn reopen(&mut self, files: &dyn Files) -> io::Result<Salvaged> {
        let mut bytes = match files.read(&self.path)? {
            Some(bytes) => bytes,
            None => files.append(&self.path, &[]).map(|()| Vec::new())?,
        };
        let records = read_records(&self.key, &bytes);
        let end = records.iter().map(|record| record.end).max().unwrap_or(0);
        if end < bytes.len() && is_cut_off(&bytes[end..]) {
            files.truncate(&self.path, u64::try_from(end).unwrap_or(0))?;
            bytes.truncate(end);
        }
        self.is_sound = true;
        Ok(salvaged(records, bytes.len()))
    }

    fn seal(&self, world: &dyn World, envelope: &Envelope) -> io::Result<Vec<u8>> {
        let mut sealed = serde_json::to_vec(envelope)?;
        let mut nonce = [0; NONCE_LEN];
        world.fill(&mut nonce);
        let number = envelope.number.to_be_bytes();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(number), &mut sealed)
            .map_err(|_| io::Error::other("a record could not be encrypted"))?;
        let length = u32::try_from(sealed.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let mut record = Vec::with_capacity(HEAD_BYTES + sealed.len());
        record.extend_from_slice(MARK);
        record.extend_from_slice(&length.to_be_bytes());
        record.extend_from_slice(&number);
        record.extend_from_slice(&nonce);
        record.extend_from_slice(&sealed);
        Ok(record)
    }
}

/// Reads everything that is readable in a journal, behind damage too, and changes nothing.
///
/// # Errors
/// When the file cannot be read at all. A missing file holds nothing.
pub fn salvage(files: &dyn Files, path: &Path, key: &Key) -> io::Result<Salvaged> {
    let bytes = files.read(path)?.unwrap_or_default();
    Ok(salvaged(read_records(&journal_key(key), &bytes), bytes.len()))
}

fn salvaged(records: Vec<Record>, length: usize) -> Salvaged {
    let readable: usize = records.iter().map(|record| record.end - record.start).sum();
    let end = records.last().map_or(0, |record| record.end);
    let mut envelopes: Vec<Envelope> = records.into_iter().map(|record| record.envelope).collect();
    envelopes.sort_by_key(|envelope| (envelope.device, envelope.number));
    envelopes.dedup_by_key(|envelope| envelope.id);
    Salvaged { envelopes, damaged_bytes: length.saturating_sub(readable), is_end_damaged: end < length }
}

/// The numbers between those of `known`, which are in the order of device and number, that are not among them; at most
/// `limit`, the newest.
#[must_use]
pub fn find_gaps(known: &[Known], limit: usize) -> Vec<Missing> {
    let mut missing = Vec::new();
    for pair in known.windows(2).rev().filter(|pair| pair[0].device == pair[1].device) {
        let (device, after, before) = (pair[0].device, Some(pair[0].taken_at), Some(pair[1].taken_at));
        let gap = (pair[0].number + 1..pair[1].number).rev().take(limit - missing.len());
        missing.extend(gap.map(|number| Missing { device, number, after, before }));
    }
    missing.reverse();
    missing
}

struct Record {
    start: usize,
    end: usize,
    envelope: Envelope,
}

fn read_records(key: &LessSafeKey, bytes: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    let mut start = 0;
    while start + HEAD_BYTES <= bytes.len() {
        if let Some(record) = read_record(key, bytes, start) {
            start = record.end;
            records.push(record);
        } else {
            start += 1;
        }
    }
    records
}

fn read_record(key: &LessSafeKey, bytes: &[u8], start: usize) -> Option<Record> {
    let head = bytes.get(start..start + HEAD_BYTES)?;
    let length = usize::try_from(u32::from_be_bytes(head.get(4..8)?.try_into().ok()?)).ok()?;
    if !head.starts_with(MARK) || length > SEALED_BYTES_MAX {
        return None;
    }
    let number: [u8; 8] = head.get(8..16)?.try_into().ok()?;
    let nonce = Nonce::try_assume_unique_for_key(head.get(16..)?).ok()?;
    let end = start + HEAD_BYTES + length;
    let mut sealed = bytes.get(start + HEAD_BYTES..end)?.to_vec();
    let plain = key.open_in_place(nonce, Aad::from(number), &mut sealed).ok()?;
    let envelope: Envelope = serde_json::from_slice(plain).ok()?;
    Some(Record { start, end, envelope })
}

/// Whether what follows the last readable record is one record that was cut off, rather than damage in the middle.
fn is_cut_off(rest: &[u8]) -> bool {
    let Some(length) = rest.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes) else {
        return true;
    };
    let whole = HEAD_BYTES.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
    rest.starts_with(MARK) && whole > rest.len()
}

/// The journal must stay readable when `device.db` is not, and shares no key with it.
fn journal_key(key: &Key) -> LessSafeKey {
    let digest = Sha256::new().chain_update(b"yuyue outbox journal v1\0").chain_update(key.bytes()).finalize();
    #[expect(clippy::expect_used, reason = "a SHA-256 digest has the 32 bytes of an AES-256 key")]
    let unbound = UnboundKey::new(&AES_256_GCM, &digest).expect("the key has 32 bytes");
    LessSafeKey::new(unbound)
}

#[cfg(test)]
mod tests;
