//! The central server: it decides, allocates places by rank on the publication day, publishes and sends SMS.
