//! The suite of the centre over `PostgreSQL`, each test in a database of its own.

use crate::kit::Postgres;

type World = crate::kit::World<Postgres>;

#[path = "api.rs"]
mod api;
#[path = "attacks.rs"]
mod attacks;
#[path = "by_command.rs"]
mod by_command;
#[path = "called_off.rs"]
mod called_off;
#[path = "codes.rs"]
mod codes;
#[path = "commands.rs"]
mod commands;
#[path = "deeds.rs"]
mod deeds;
#[path = "due.rs"]
mod due;
#[path = "feed.rs"]
mod feed;
#[path = "live.rs"]
mod live;
#[path = "messages.rs"]
mod messages;
#[path = "open_records.rs"]
mod open_records;
#[path = "outlook.rs"]
mod outlook;
#[path = "publication.rs"]
mod publication;
#[path = "race.rs"]
mod race;
#[path = "record.rs"]
mod record;
#[path = "results.rs"]
mod results;
#[path = "rights.rs"]
mod rights;
#[path = "sign_in.rs"]
mod sign_in;
#[path = "staff.rs"]
mod staff;
#[path = "visits.rs"]
mod visits;
#[path = "witness.rs"]
mod witness;
