//! The forwarding plane and the wire formats for JavaScript: bindings that convert and nothing else.

mod plane;
mod scratch;
mod wire;
