//! Settings, limits, and the transport parameters that follow from them.

use std::sync::Arc;
use std::time::Duration;

use quinn_proto::congestion::CubicConfig;
use quinn_proto::{
    EndpointConfig, HashedConnectionIdGenerator, IdleTimeout, NoneTokenStore, ServerConfig,
    TransportConfig, ValidationTokenConfig, VarInt,
};
use ring::{hkdf, hmac};

use crate::congestion::CongestionConfig;
use crate::time::Timeline;

/// The largest packet that is sent, in bytes; less to a peer that takes less (the Go reference: 1,452).
pub const MAX_PACKET: u16 = 16_384;
/// The largest packet that is taken: what a traffic frame can hold and more.
const MAX_RECEIVED_PACKET: u16 = 65_527;
/// What every path carries. Never more: Initial packets are padded to it.
const MIN_PACKET: u16 = 1_200;
/// Less than two packets deadlock quinn-proto before the first one; many more are lost in the queue of a relay.
const INITIAL_WINDOW: u64 = 4 * MAX_PACKET as u64;
/// Before the first measurement. A lost first packet is repeated after three of these.
const INITIAL_RTT: Duration = Duration::from_millis(100);
/// Bytes that a peer may send in one session before the application reads them; on one stream, two thirds. As many
/// again may be written before the peer acknowledges them.
const SESSION_WINDOW: usize = 3 << 20;
const MIN_SESSION_WINDOW: usize = 192 << 10;
/// What the windows of that size are for, in all: when there are more sessions than that, newcomers get less. All
/// sessions together then come to four times this, at 1,024 of them.
const WINDOWS: usize = 256 << 20;
/// Bytes of datagrams that wait on either side.
const DATAGRAM_BUFFER: usize = 256 << 10;

/// What an endpoint is made of.
pub struct Settings {
    /// The seed of the node's ed25519 key.
    pub seed: [u8; 32],
    /// Seeds connection ids, retry tokens and the like; must not be predictable in production.
    pub random: [u8; 32],
    /// A session that hears nothing for this long is over. At least 1 ms.
    pub idle_timeout: Duration,
    /// Ping when nothing was sent for this long.
    pub keep_alive: Option<Duration>,
    /// How much is taken on.
    pub limits: Limits,
}

/// How much an endpoint takes on. What is over a limit is refused or ignored, and counted.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Sessions, in both directions.
    pub sessions: usize,
    /// Sessions with one key, in both directions.
    pub sessions_per_key: usize,
    /// Incoming handshakes under way; more are ignored.
    pub handshakes: usize,
    /// From this many on, a newcomer first has to show that it gets what is sent to its key (a retry).
    pub handshakes_before_retry: usize,
    /// Streams that the other side of a session may have open.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 1024,
            sessions_per_key: 32,
            handshakes: 64,
            handshakes_before_retry: 16,
            streams: 128,
        }
    }
}

/// What the transport parameters of a session follow from.
pub(crate) struct Transport {
    idle_timeout: Duration,
    keep_alive: Option<Duration>,
    streams: u32,
}

impl Transport {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            idle_timeout: settings.idle_timeout,
            keep_alive: settings.keep_alive,
            streams: settings.limits.streams,
        }
    }

    /// For a session that comes to so many others.
    pub(crate) fn for_session(&self, others: usize) -> Arc<TransportConfig> {
        let window = (WINDOWS / (others + 1)).clamp(MIN_SESSION_WINDOW, SESSION_WINDOW) as u32;
        let stream_window = window / 3 * 2;
        let mut cubic = CubicConfig::default();
        cubic.initial_window(INITIAL_WINDOW);
        let idle = VarInt::from_u64(self.idle_timeout.as_millis() as u64).unwrap_or(VarInt::MAX);

        let mut transport = TransportConfig::default();
        transport
            .max_idle_timeout(Some(IdleTimeout::from(idle)))
            .keep_alive_interval(self.keep_alive)
            .max_concurrent_bidi_streams(self.streams.into())
            .max_concurrent_uni_streams(0u32.into())
            .stream_receive_window(stream_window.into())
            .receive_window(window.into())
            .send_window(stream_window.into())
            .datagram_receive_buffer_size(Some(DATAGRAM_BUFFER))
            .datagram_send_buffer_size(DATAGRAM_BUFFER)
            .initial_rtt(INITIAL_RTT)
            .initial_mtu(MAX_PACKET)
            .min_mtu(MIN_PACKET)
            .mtu_discovery_config(None)
            .allow_spin(false)
            .congestion_controller_factory(Arc::new(CongestionConfig(Arc::new(cubic))));
        Arc::new(transport)
    }
}

pub(crate) fn endpoint(random: &[u8; 32]) -> Result<EndpointConfig, quinn_proto::ConfigError> {
    let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"snek quic endpoint").extract(random);
    let mut id_key = [0; 8];
    id_key.copy_from_slice(expand::<8>(&secret, b"connection ids").as_slice());
    let id_key = u64::from_be_bytes(id_key);
    let reset_key = hmac::Key::new(
        hmac::HMAC_SHA256,
        &expand::<32>(&secret, b"stateless resets"),
    );
    let mut config = EndpointConfig::new(Arc::new(reset_key));
    config
        .max_udp_payload_size(MAX_RECEIVED_PACKET)?
        .supported_versions(vec![1])
        .cid_generator(move || Box::new(HashedConnectionIdGenerator::from_key(id_key)))
        .rng_seed(Some(expand::<32>(&secret, b"endpoint")));
    Ok(config)
}

pub(crate) fn server(
    crypto: Arc<dyn quinn_proto::crypto::ServerConfig>,
    token_key: &[u8; 32],
    timeline: &Timeline,
) -> ServerConfig {
    let token_key = hkdf::Salt::new(hkdf::HKDF_SHA256, b"snek retry tokens").extract(token_key);
    let mut no_tokens = ValidationTokenConfig::default();
    no_tokens.sent(0);
    let mut config = ServerConfig::new(crypto, Arc::new(token_key));
    config
        .migration(false)
        .validation_token_config(no_tokens)
        .time_source(timeline.source());
    config
}

pub(crate) fn client(
    crypto: Arc<dyn quinn_proto::crypto::ClientConfig>,
    transport: Arc<TransportConfig>,
) -> quinn_proto::ClientConfig {
    let mut config = quinn_proto::ClientConfig::new(crypto);
    config
        .transport_config(transport)
        .token_store(Arc::new(NoneTokenStore));
    config
}

/// `N` bytes for one purpose; at most 32.
fn expand<const N: usize>(secret: &hkdf::Prk, purpose: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    let info = [purpose];
    // Fails only for more than 8,160 bytes.
    if let Ok(output) = secret.expand(&info, Length(N)) {
        let _ = output.fill(&mut bytes);
    }
    bytes
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}
