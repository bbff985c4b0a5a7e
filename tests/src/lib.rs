//! The kit of the suites across the packages.
