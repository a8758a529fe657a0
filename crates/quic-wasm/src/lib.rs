//! WASM bindings of the QUIC endpoint. They convert and nothing else: flat bytes in, numbers out.

mod buffers;
mod endpoint;
mod flatten;

pub use endpoint::Endpoint;
