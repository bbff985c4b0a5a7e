//! How any SQLite file of ours is opened, keyed, migrated, checked and rescued; nothing about tables.
