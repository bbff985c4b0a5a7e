//! What a clerk can do, one file each. Each writes in one transaction of `device.db` at most and answers with a view.

pub mod access;
pub mod applicant;
pub mod application;
pub mod booking;
pub mod code;
pub mod ending;
pub mod kiosk;
pub mod offices;
pub mod open_record;
pub mod open_sessions;
pub mod other_application;
pub mod outbox;
pub mod printing;
pub mod progress;
pub mod rank;
pub mod reasons;
pub mod record;
pub mod results;
pub mod search;
pub mod sessions;
mod staff;
pub mod submit;
pub mod today;
pub mod visit;

#[cfg(test)]
mod tests;
