//! The seeded synthetic city for tests, benchmarks and training.
