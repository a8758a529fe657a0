//! What the fuzz targets check; see README.md for how to run them.

#[path = "../../forward/tests/checks/mod.rs"]
pub mod forward;
#[path = "../../signatures/tests/checks/mod.rs"]
pub mod signatures;
#[path = "../../wire/tests/checks/mod.rs"]
pub mod wire;
