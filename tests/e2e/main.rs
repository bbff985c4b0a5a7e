//! End-to-end tests in the real window, one at a time, started by `cargo xtask test`.

#![allow(clippy::unwrap_used, reason = "a test whose window does not answer can only fail itself")]

mod window;
