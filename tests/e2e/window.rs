//! What every test here needs is a screen, the driver and built windows; the module's name tells nextest so.

mod clerk;
mod codes;
mod ending;
mod hall;
mod kiosk;
mod kiosk_alone;
mod kiosk_leaving;
mod kiosk_locked;
mod kiosk_looking;
mod line;
mod normal;
mod opening;
mod outbox;
mod priority;
mod production;
mod refused;
mod together;
mod visitor;
