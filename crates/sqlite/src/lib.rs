//! How any `SQLite` file of ours is opened, keyed, migrated, checked and rescued; nothing about tables.
//!
//! Every file goes through [`open`]: it is keyed before anything is read, recognised by its application id, refused when
//! a newer program wrote it, set to the pragmas that we rely on, and migrated. What can go wrong has a name in
//! [`OpenError`] and [`Fault`], so that a caller can tell a full disk from a damaged file without reading texts.

mod fault;
mod integrity;
mod key;
mod open;
mod rescue;

pub use fault::{Fault, fault_of};
pub use integrity::{IntegrityError, check_integrity};
pub use key::{Key, KeyError};
pub use open::{Durability, FileKind, OpenError, Place, nowhere, open, open_in_memory, open_reader};
pub use rescue::{Copied, copy_rows};
