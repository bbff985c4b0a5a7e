//! What every test here needs is a screen, the driver and built windows; the module's name tells nextest so.

mod clerk;
mod codes;
mod ending;
mod line;
mod normal;
mod opening;
mod outbox;
mod priority;
mod production;
mod refused;
mod together;
