//! The made-up socket addresses that quinn-proto knows keys by.

use std::net::{Ipv6Addr, SocketAddr};

use crate::Key;

/// The first 18 bytes of a key, less a port of 0, which quinn-proto refuses. That is all of an address that
/// survives in a retry token; to make another key with the same 18 bytes takes more than anyone can do, and TLS
/// asks for the whole key.
pub(crate) fn address(key: &Key) -> SocketAddr {
    let (ip, rest) = key.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    let port = rest
        .first_chunk::<2>()
        .map_or(0, |port| u16::from_be_bytes(*port));
    SocketAddr::new(Ipv6Addr::from(*ip).into(), port.max(1))
}
