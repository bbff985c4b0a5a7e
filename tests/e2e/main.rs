//! End-to-end tests in the real window, one at a time, started by `cargo xtask test`.

mod window;
