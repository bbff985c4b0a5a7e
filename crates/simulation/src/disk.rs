//! Disks in memory, one for each computer, whose faults the simulation decides: a crash before any write, a write that is
//! torn, a power loss that forgets what was not synced, an operation that fails, and no space left.
//!
//! `SQLite` reaches them through [`vfs`]. A disk belongs to the thread that made it, and so does whatever is opened on it.

mod file;
mod files;
mod vfs;

pub use file::{File, Image};
pub use files::DiskFiles;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a write does to a disk that is not well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The computer has stopped: nothing works until it starts again.
    Dead,
    /// No space is left.
    Full,
    /// The operation failed.
    Io,
}

/// Which operations fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// The one with this number.
    Once(u64),
    /// That one and all behind it.
    From(u64),
}

/// All files at a moment as the power may leave them, and what had been noted by then.
pub struct Snapshot {
    /// The files.
    pub files: BTreeMap<String, Image>,
    /// The last note.
    pub note: usize,
}

/// The files of one computer.
pub struct Disk {
    folder: PathBuf,
    files: RefCell<BTreeMap<String, Rc<File>>>,
    fuse: Cell<Option<u32>>,
    torn: Cell<u64>,
    is_dead: Cell<bool>,
    is_full: Cell<bool>,
    has_refused: Cell<bool>,
    forgets_syncs: Cell<bool>,
    operations: Cell<u64>,
    failing: Cell<Option<Failing>>,
    hit: Cell<bool>,
    note: Cell<usize>,
    wanted: RefCell<VecDeque<u64>>,
    snapshots: RefCell<Vec<Snapshot>>,
}

thread_local! {
    static DISKS: RefCell<BTreeMap<PathBuf, Rc<Disk>>> = const { RefCell::new(BTreeMap::new()) };
}

impl Disk {
    /// An empty disk that `SQLite` sees at `folder`, from this thread.
    #[must_use]
    pub fn mount(folder: &Path) -> Rc<Self> {
        vfs::install();
        let disk = Rc::new(Self {
            folder: folder.to_owned(),
            files: RefCell::default(),
            fuse: Cell::new(None),
            torn: Cell::new(0),
            is_dead: Cell::new(false),
            is_full: Cell::new(false),
            has_refused: Cell::new(false),
            forgets_syncs: Cell::new(false),
            operations: Cell::new(0),
            failing: Cell::new(None),
            hit: Cell::new(false),
            note: Cell::new(0),
            wanted: RefCell::default(),
            snapshots: RefCell::default(),
        });
        DISKS.with_borrow_mut(|disks| disks.insert(folder.to_owned(), Rc::clone(&disk)));
        disk
    }

    /// Nobody can open anything on it any more.
    pub fn unmount(&self) {
        DISKS.with_borrow_mut(|disks| disks.remove(&self.folder));
    }

    /// The disk that this thread sees at a folder.
    #[must_use]
    pub fn at(folder: &Path) -> Option<Rc<Self>> {
        DISKS.with_borrow(|disks| disks.get(folder).cloned())
    }

    /// The disk at a folder and the name of the file in it.
    fn find(path: &Path) -> Option<(Rc<Self>, String)> {
        let name = path.file_name()?.to_str()?.to_owned();
        Some((Self::at(path.parent()?)?, name))
    }

    /// Where `SQLite` sees a file.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The computer stops at the write that comes after `writes` others. `torn` decides what that one leaves behind.
    pub fn arm(&self, writes: u32, torn: u64) {
        self.fuse.set(Some(writes));
        self.torn.set(torn);
    }

    /// The computer does not stop by itself any more.
    pub fn disarm(&self) {
        self.fuse.set(None);
    }

    /// Whoever only looks from outside must not be the one who breaks it: what was armed, until [`Self::resume`].
    pub fn suspend(&self) -> Option<u32> {
        self.fuse.take()
    }

    /// Arms it again as it was.
    pub fn resume(&self, fuse: Option<u32>) {
        self.fuse.set(fuse);
    }

    /// The computer stops now.
    pub fn kill(&self) {
        self.is_dead.set(true);
        self.fuse.set(None);
    }

    /// Whether it has stopped.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.is_dead.get()
    }

    /// No space is left, or there is some again.
    pub fn fill_up(&self, full: bool) {
        self.is_full.set(full);
    }

    /// Whether no space is left.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full.get()
    }

    /// From now on it counts what is refused for want of space.
    pub fn forget_refusals(&self) {
        self.has_refused.set(false);
    }

    /// Whether something was refused for want of space since [`Self::forget_refusals`].
    #[must_use]
    pub fn has_refused(&self) -> bool {
        self.has_refused.get()
    }

    /// A disk that says it has synced and has not: one of the deliberate bugs.
    pub fn forget_syncs(&self) {
        self.forgets_syncs.set(true);
    }

    /// Lets operations fail, counted from 0 from now on; or none any more.
    pub fn fail(&self, failing: Option<Failing>) {
        self.operations.set(0);
        self.failing.set(failing);
        self.hit.set(false);
    }

    /// How many operations there were since [`Self::fail`].
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.operations.get()
    }

    /// Whether one of them failed.
    #[must_use]
    pub fn was_hit(&self) -> bool {
        self.hit.get()
    }

    /// Something is true from now on; snapshots bear the note.
    pub fn note(&self, note: usize) {
        self.note.set(note);
    }

    /// Takes a snapshot before each of these operations, which are numbered as for [`Self::fail`] and ascend.
    pub fn take_snapshots(&self, before: impl IntoIterator<Item = u64>) {
        *self.wanted.borrow_mut() = before.into_iter().collect();
    }

    /// The snapshots that were taken.
    #[must_use]
    pub fn snapshots(&self) -> Vec<Snapshot> {
        self.snapshots.take()
    }

    /// One operation, which may be one that fails.
    fn operate(&self) -> Result<(), Fault> {
        self.check_alive()?;
        let number = self.operations.get();
        self.operations.set(number + 1);
        while self.wanted.borrow().front() == Some(&number) {
            self.wanted.borrow_mut().pop_front();
            let files = self.files.borrow().iter().map(|(name, file)| (name.clone(), file.image())).collect();
            self.snapshots.borrow_mut().push(Snapshot { files, note: self.note.get() });
        }
        let fails = match self.failing.get() {
            Some(Failing::Once(failing)) => number == failing,
            Some(Failing::From(failing)) => number >= failing,
            None => false,
        };
        if fails {
            self.hit.set(true);
            Err(Fault::Io)
        } else {
            Ok(())
        }
    }

    /// The computer starts again. After a power loss `dice` decides, write by write, what of the unsynced was kept.
    pub fn restart(&self, power_loss: Option<&mut dyn FnMut() -> u64>) {
        if let Some(dice) = power_loss {
            for file in self.files.borrow().values() {
                file.lose_power(dice);
            }
        }
        self.is_dead.set(false);
        self.fuse.set(None);
    }

    /// A copy of all files, as a backup of a computer at rest.
    #[must_use]
    pub fn export(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.borrow().iter().map(|(name, file)| (name.clone(), file.bytes())).collect()
    }

    /// Puts files in place of all that is there.
    pub fn import(&self, files: &BTreeMap<String, Vec<u8>>) {
        let files = files.iter().map(|(name, bytes)| (name.clone(), Rc::new(File::new(bytes.clone()))));
        *self.files.borrow_mut() = files.collect();
    }

    /// One step of a program on this computer that could be its last.
    ///
    /// # Errors
    /// [`Fault::Dead`] when it was.
    pub fn step(&self) -> Result<(), Fault> {
        if self.is_dead.get() {
            return Err(Fault::Dead);
        }
        match self.fuse.get() {
            Some(0) => {
                self.kill();
                Err(Fault::Dead)
            }
            Some(left) => {
                self.fuse.set(Some(left - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn check_alive(&self) -> Result<(), Fault> {
        if self.is_dead.get() { Err(Fault::Dead) } else { Ok(()) }
    }

    fn open(&self, name: &str, create: bool) -> Result<Option<Rc<File>>, Fault> {
        self.operate()?;
        if let Some(file) = self.files.borrow().get(name) {
            return Ok(Some(Rc::clone(file)));
        }
        if !create {
            return Ok(None);
        }
        self.step()?;
        let file = Rc::new(File::new(Vec::new()));
        self.files.borrow_mut().insert(name.to_owned(), Rc::clone(&file));
        Ok(Some(file))
    }

    fn read(&self, file: &File, offset: usize, into: &mut [u8]) -> Result<usize, Fault> {
        self.operate()?;
        Ok(file.read(offset, into))
    }

    fn write(&self, file: &File, offset: usize, bytes: &[u8]) -> Result<(), Fault> {
        // A write that failed may have come through in part; one of a computer that has stopped was never made.
        self.operate().inspect_err(|fault| {
            if *fault == Fault::Io {
                file.write(offset, &bytes[..bytes.len() / 2]);
            }
        })?;
        if let Err(fault) = self.step() {
            // The write during which the computer stopped may have come through in part.
            let torn = self.torn.replace(0);
            if torn % 2 == 1 {
                let kept = usize::try_from(torn / 2).unwrap_or(0) % (bytes.len() / 512 + 1) * 512;
                file.write(offset, &bytes[..kept]);
            }
            return Err(fault);
        }
        if self.is_full.get() && offset + bytes.len() > file.len() {
            self.has_refused.set(true);
            return Err(Fault::Full);
        }
        file.write(offset, bytes);
        Ok(())
    }

    fn truncate(&self, file: &File, length: usize) -> Result<(), Fault> {
        self.operate()?;
        self.step()?;
        file.truncate(length);
        Ok(())
    }

    fn sync(&self, file: &File) -> Result<(), Fault> {
        self.operate().inspect_err(|fault| {
            if *fault == Fault::Io {
                file.fail_sync();
            }
        })?;
        self.step()?;
        if !self.forgets_syncs.get() {
            file.sync();
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<bool, Fault> {
        self.operate()?;
        self.step()?;
        Ok(self.files.borrow_mut().remove(name).is_some())
    }

    fn rename(&self, from: &str, to: &str) -> Result<bool, Fault> {
        self.operate()?;
        self.step()?;
        let mut files = self.files.borrow_mut();
        let found = files.remove(from);
        let is_there = found.is_some();
        files.extend(found.map(|file| (to.to_owned(), file)));
        Ok(is_there)
    }

    fn has(&self, name: &str) -> bool {
        self.files.borrow().get(name).is_some_and(|file| file.len() > 0)
    }
}
