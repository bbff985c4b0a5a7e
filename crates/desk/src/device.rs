//! `device.db`: what this computer alone knows. Every use case writes here and only here.

pub mod agreement;
pub mod draft;
pub mod exit_code;
pub mod handover;
pub mod identity;
pub mod outbox;
pub mod print_job;
pub mod served;
pub mod setting;
pub mod verifier;

use yuyue_sqlite::{Durability, FileKind};

mod migrations {
    refinery::embed_migrations!("migrations/device");
}

/// `device.db`: a commit that returned survives a power loss.
pub const DEVICE_DB: FileKind = FileKind {
    application_id: 0x7975_4456,
    durability: Durability::Full,
    migrations: migrations::migrations::runner,
    page_cache_kib: 4 * 1024,
};
