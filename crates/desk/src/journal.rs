//! `outbox.journal`: every command once more, in a file of its own that is only ever appended to.
//!
//! A record is written and synced after the command was committed to `device.db` and before anything is shown or printed
//! as saved. When `device.db` is damaged, [`salvage`] reads what was taken and names the numbers that are missing. Each
//! record is encrypted and authenticated by itself, so that one damaged record costs no other.

use crate::world::World;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::envelope::Envelope;
use yuyue_sqlite::Key;

/// Every record begins with this; salvage looks for it behind damage.
const MARK: &[u8; 4] = b"YYJ1";
/// Bytes before the encrypted part: mark, length, number, nonce.
const HEAD_BYTES: usize = 4 + 4 + 8 + NONCE_LEN;
/// Bytes of one encrypted envelope at most: the largest body in JSON with room to spare.
const SEALED_BYTES_MAX: usize = 128 * 1024;
/// The journal is written anew, with what is still kept, when it has grown past this: 32 MiB.
pub const JOURNAL_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The journal, open for appending.
pub struct Journal {
    path: PathBuf,
    key: LessSafeKey,
    /// None after a failed write or sync: the file must be opened again, because trying once more could report success
    /// for bytes that never reached the disk.
    file: Option<File>,
}

/// What was read from a journal.
pub struct Salvaged {
    /// The envelopes in the order of their numbers, each once.
    pub envelopes: Vec<Envelope>,
    /// Numbers between the first and the last of a device that are in no readable record.
    pub missing: Vec<(DeviceId, u64)>,
    /// Bytes that belong to no readable record.
    pub damaged_bytes: usize,
}

impl Journal {
    /// Opens the journal and makes it when it is missing. A record that was cut off by a crash is taken away, for it was
    /// never shown as saved.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(path: &Path, key: &Key) -> io::Result<Self> {
        let mut journal = Self { path: path.to_owned(), key: journal_key(key), file: None };
        journal.reopen()?;
        Ok(journal)
    }

    /// Appends one envelope and syncs it to the disk.
    ///
    /// # Errors
    /// When it cannot be written; then nothing may be shown as saved. The next call opens the file again.
    pub fn append(&mut self, world: &dyn World, envelope: &Envelope) -> io::Result<()> {
        let record = self.seal(world, envelope)?;
        if self.file.is_none() {
            self.reopen()?;
        }
        let Some(mut file) = self.file.take() else { return Err(io::ErrorKind::NotFound.into()) };
        file.write_all(&record)?;
        file.sync_data()?;
        self.file = Some(file);
        Ok(())
    }

    /// The size of the file in bytes.
    ///
    /// # Errors
    /// When it cannot be asked for.
    pub fn size_bytes(&self) -> io::Result<u64> {
        Ok(std::fs::metadata(&self.path)?.len())
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
        let mut file = private_file().create(true).truncate(true).write(true).open(&next)?;
        for envelope in envelopes {
            file.write_all(&self.seal(world, envelope)?)?;
        }
        file.sync_all()?;
        drop(file);
        self.file = None;
        std::fs::rename(&next, &self.path)?;
        sync_folder(&self.path)?;
        self.reopen()
    }

    fn reopen(&mut self) -> io::Result<()> {
        let file = private_file().create(true).read(true).append(true).open(&self.path)?;
        let bytes = read_all(&self.path)?;
        let end = read_records(&self.key, &bytes).iter().map(|record| record.end).max().unwrap_or(0);
        if end < bytes.len() && is_cut_off(&bytes[end..]) {
            file.set_len(u64::try_from(end).unwrap_or(0))?;
        }
        file.sync_all()?;
        sync_folder(&self.path)?;
        self.file = Some(file);
        Ok(())
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

/// Reads everything that is readable in a journal, behind damage too.
///
/// # Errors
/// When the file cannot be read at all. A missing file holds nothing.
pub fn salvage(path: &Path, key: &Key) -> io::Result<Salvaged> {
    let bytes = read_all(path)?;
    let records = read_records(&journal_key(key), &bytes);
    let readable: usize = records.iter().map(|record| record.end - record.start).sum();
    let mut envelopes: Vec<Envelope> = records.into_iter().map(|record| record.envelope).collect();
    envelopes.sort_by_key(|envelope| (envelope.device, envelope.number));
    envelopes.dedup_by_key(|envelope| envelope.id);
    let missing = envelopes
        .windows(2)
        .filter(|pair| pair[0].device == pair[1].device)
        .flat_map(|pair| (pair[0].number + 1..pair[1].number).map(|number| (pair[0].device, number)))
        .collect();
    Ok(Salvaged { envelopes, missing, damaged_bytes: bytes.len() - readable })
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

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn read_all(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_end(&mut bytes).map(drop)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(bytes)
}

/// A new name in a folder survives a power loss only when the folder itself was synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

#[cfg(test)]
mod tests;
