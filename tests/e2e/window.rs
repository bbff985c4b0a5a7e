//! What every test here needs is a screen, the driver and built windows; the module's name tells nextest so.

mod opening;
