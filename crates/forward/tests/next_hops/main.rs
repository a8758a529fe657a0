//! Next hops by snake and by tree: against the reference's answers, and against a plain model of
//! PROTOCOL.md that scans everything.

mod model;
mod random;
mod state;
mod vectors;
