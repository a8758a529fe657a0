//! What the fuzz targets check; see README.md for how to run them.

#[path = "../../wire/tests/checks/mod.rs"]
pub mod checks;
