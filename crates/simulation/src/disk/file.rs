//! One file: its content, what of it was synced, who locks it, and the memory that its users share.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Locks of a write-ahead log's index.
const SHARED_LOCKS: usize = 8;

/// A change that was not synced yet.
enum Write {
    /// These bytes came here.
    Bytes(usize, Vec<u8>),
    /// The file was cut to this length.
    Cut(usize),
}

#[derive(Default)]
struct Content {
    now: Vec<u8>,
    safe: Rc<Vec<u8>>,
    unsynced: Vec<Rc<Write>>,
}

/// A file as the power may leave it: what was synced, and what may or may not have reached the disk.
pub struct Image {
    safe: Rc<Vec<u8>>,
    unsynced: Vec<Rc<Write>>,
}

#[derive(Default)]
struct Locks {
    levels: BTreeMap<u64, i32>,
    shared: [BTreeSet<u64>; SHARED_LOCKS],
    exclusive: [Option<u64>; SHARED_LOCKS],
    mapped_by: BTreeSet<u64>,
}

/// One file.
#[derive(Default)]
pub struct File {
    content: RefCell<Content>,
    locks: RefCell<Locks>,
    /// Regions never move: `SQLite` keeps pointers into them. Words, so that they are aligned.
    regions: RefCell<Vec<Box<[u64]>>>,
}

impl Write {
    fn apply(&self, to: &mut Vec<u8>) {
        match self {
            Self::Bytes(offset, bytes) => {
                // Overwritten first and the rest appended: filling with zeros byte by byte is slow without optimisation.
                if to.len() < *offset {
                    to.resize(*offset, 0);
                }
                let inside = bytes.len().min(to.len() - offset);
                to[*offset..offset + inside].copy_from_slice(&bytes[..inside]);
                to.extend_from_slice(&bytes[inside..]);
            }
            Self::Cut(length) => to.resize(*length, 0),
        }
    }
}

impl File {
    /// A file with this content, synced.
    pub fn new(bytes: Vec<u8>) -> Self {
        let content = Content { now: bytes.clone(), safe: Rc::new(bytes), unsynced: Vec::new() };
        Self { content: RefCell::new(content), ..Self::default() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.content.borrow().now.clone()
    }

    pub fn len(&self) -> usize {
        self.content.borrow().now.len()
    }

    /// Reads as much as there is; answers how much.
    pub fn read(&self, offset: usize, into: &mut [u8]) -> usize {
        let content = self.content.borrow();
        let rest = content.now.get(offset..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        count
    }

    pub fn write(&self, offset: usize, bytes: &[u8]) {
        self.change(Write::Bytes(offset, bytes.to_vec()));
    }

    pub fn truncate(&self, length: usize) {
        self.change(Write::Cut(length));
    }

    fn change(&self, write: Write) {
        let mut content = self.content.borrow_mut();
        write.apply(&mut content.now);
        content.unsynced.push(Rc::new(write));
    }

    pub fn sync(&self) {
        let mut content = self.content.borrow_mut();
        for write in std::mem::take(&mut content.unsynced) {
            write.apply(Rc::make_mut(&mut content.safe));
        }
    }

    /// A sync failed: the operating system forgets that anything is still to be written, and goes on showing it.
    pub fn fail_sync(&self) {
        self.content.borrow_mut().unsynced.clear();
    }

    /// What a power loss at this moment could leave.
    pub fn image(&self) -> Image {
        let content = self.content.borrow();
        Image { safe: Rc::clone(&content.safe), unsynced: content.unsynced.clone() }
    }

    /// Whatever was not synced is there in part: each write came through, did not, or stopped in its middle.
    pub fn lose_power(&self, dice: &mut dyn FnMut() -> u64) {
        let left = self.image().lose_power(dice);
        let mut content = self.content.borrow_mut();
        content.unsynced.clear();
        content.now.clone_from(&left);
        content.safe = Rc::new(left);
    }

    /// Takes a lock of the main file for a user, or tells that somebody else's stands against it.
    pub fn lock(&self, user: u64, level: i32) -> bool {
        let mut locks = self.locks.borrow_mut();
        let others = locks.levels.iter().filter(|(other, _)| **other != user).map(|(_, level)| *level);
        let highest = others.max().unwrap_or(0);
        let free = match level {
            1 => highest < 3,
            2 => highest < 2,
            _ => highest == 0,
        };
        if free {
            locks.levels.insert(user, level);
        }
        free
    }

    pub fn unlock(&self, user: u64, level: i32) {
        let mut locks = self.locks.borrow_mut();
        if level == 0 {
            locks.levels.remove(&user);
        } else {
            locks.levels.insert(user, level);
        }
    }

    pub fn is_reserved(&self) -> bool {
        self.locks.borrow().levels.values().any(|level| *level >= 2)
    }

    /// Takes locks of the index.
    pub fn lock_index(&self, user: u64, slots: std::ops::Range<usize>, exclusive: bool) -> bool {
        let mut locks = self.locks.borrow_mut();
        let is_free = |slot: usize| {
            locks.exclusive[slot].is_none_or(|owner| owner == user)
                && (!exclusive || locks.shared[slot].iter().all(|owner| *owner == user))
        };
        if !slots.clone().all(is_free) {
            return false;
        }
        for slot in slots {
            if exclusive {
                locks.exclusive[slot] = Some(user);
            } else {
                locks.shared[slot].insert(user);
            }
        }
        true
    }

    pub fn unlock_index(&self, user: u64, slots: std::ops::Range<usize>, exclusive: bool) {
        let mut locks = self.locks.borrow_mut();
        for slot in slots {
            if exclusive {
                locks.exclusive[slot] = None;
            } else {
                locks.shared[slot].remove(&user);
            }
        }
    }

    /// Somebody has gone, with all locks.
    pub fn leave(&self, user: u64) {
        self.unmap(user);
        self.locks.borrow_mut().levels.remove(&user);
    }

    /// A region of the shared memory, which is made when it is wanted.
    pub fn map(&self, user: u64, index: usize, bytes: usize, make: bool) -> Option<*mut u64> {
        self.locks.borrow_mut().mapped_by.insert(user);
        let mut regions = self.regions.borrow_mut();
        while regions.len() <= index {
            if !make {
                return None;
            }
            regions.push(vec![0; bytes.div_ceil(8)].into_boxed_slice());
        }
        Some(regions[index].as_mut_ptr())
    }

    /// Somebody shares the memory no more. It goes with its last user, as after a crash.
    pub fn unmap(&self, user: u64) {
        let mut locks = self.locks.borrow_mut();
        for slot in 0..SHARED_LOCKS {
            locks.shared[slot].remove(&user);
            locks.exclusive[slot] = locks.exclusive[slot].filter(|owner| *owner != user);
        }
        locks.mapped_by.remove(&user);
        if locks.mapped_by.is_empty() {
            self.regions.borrow_mut().clear();
        }
    }
}

impl Image {
    /// The file as the dice leave it.
    #[must_use]
    pub fn lose_power(&self, dice: &mut dyn FnMut() -> u64) -> Vec<u8> {
        let mut left = self.safe.as_ref().clone();
        for write in &self.unsynced {
            let number = dice();
            match (number % 3, &**write) {
                (0, write) => write.apply(&mut left),
                (1, Write::Bytes(offset, bytes)) => {
                    let kept = usize::try_from(number / 3).unwrap_or(0) % (bytes.len() / 512 + 1) * 512;
                    Write::Bytes(*offset, bytes[..kept].to_vec()).apply(&mut left);
                }
                _ => {}
            }
        }
        left
    }
}
