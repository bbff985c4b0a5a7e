//! `cache.db`: what the centre says. Only [`crate::sync`] writes here; losing the file costs a first fill and nothing else.

pub mod applicant;
pub mod application;
pub mod document;
pub mod feed;
pub mod fill;
pub mod result;
pub mod row;
pub mod session;

use yuyue_sqlite::{Durability, FileKind};

mod migrations {
    refinery::embed_migrations!("migrations/cache");
}

/// `cache.db`. A power loss may cost its last commits; the feed brings them again, because the cursor is in the same commit.
pub const CACHE_DB: FileKind = FileKind {
    application_id: 0x7975_4341,
    durability: Durability::Normal,
    migrations: migrations::migrations::runner,
    page_cache_kib: 128 * 1024,
};
