//! What the fuzz targets check; see README.md for how to run them.

#[path = "../../forward/tests/checks/mod.rs"]
pub mod forward;
#[path = "../../wire/tests/checks/mod.rs"]
pub mod wire;
