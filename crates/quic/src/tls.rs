//! TLS 1.3 between two node keys: one self-signed certificate on each side, whose key must be the overlay
//! address (PROTOCOL.md section 7). Dates and names are ignored.

use std::sync::Arc;

use quinn_proto::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use ring::rand::SecureRandom as _;
use ring::signature::{Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::Resumption;
use rustls::crypto::ring::{cipher_suite, kx_group, sign::any_eddsa_type};
use rustls::crypto::{
    CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms,
};
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, SubjectPublicKeyInfoDer,
    UnixTime,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, PeerMisbehaved,
    SignatureScheme,
};

use crate::certificate::{pkcs8, self_signed, subject_public_key_info, SPKI_PREFIX};
use crate::Key;

/// What a node shows of itself: key pair and certificate.
pub(crate) struct Identity {
    pub(crate) key: Key,
    pub(crate) certified: Arc<SingleCertAndKey>,
    provider: Arc<CryptoProvider>,
}

impl Identity {
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| Error::General("bad seed".into()))?;
        let mut key = Key::default();
        key.copy_from_slice(pair.public_key().as_ref());
        let private_key = any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8(seed)))?;
        let chain = vec![CertificateDer::from(self_signed(&pair))];
        Ok(Self {
            key,
            certified: Arc::new(SingleCertAndKey::from(CertifiedKey::new(
                chain,
                private_key,
            ))),
            provider: Arc::new(provider()),
        })
    }

    /// For a connection that `remote` opens, if it asks for one of `protocols`.
    pub(crate) fn server(
        &self,
        remote: Key,
        protocols: Vec<Vec<u8>>,
    ) -> Result<Arc<QuicServerConfig>, Error> {
        let mut config =
            rustls::ServerConfig::builder_with_details(self.provider.clone(), Arc::new(NoTime))
                .with_protocol_versions(&[&rustls::version::TLS13])?
                .with_client_cert_verifier(Arc::new(KeyVerifier { expected: remote }))
                .with_cert_resolver(self.certified.clone());
        config.alpn_protocols = protocols;
        config.ignore_client_order = true;
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        QuicServerConfig::with_initial(Arc::new(config), initial_suite()?)
            .map(Arc::new)
            .map_err(|error| Error::General(error.to_string()))
    }

    /// For a connection to `remote`.
    pub(crate) fn client(
        &self,
        remote: Key,
        protocol: Vec<u8>,
    ) -> Result<Arc<QuicClientConfig>, Error> {
        let mut config =
            rustls::ClientConfig::builder_with_details(self.provider.clone(), Arc::new(NoTime))
                .with_protocol_versions(&[&rustls::version::TLS13])?
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(KeyVerifier { expected: remote }))
                .with_client_cert_resolver(self.certified.clone());
        config.alpn_protocols = vec![protocol];
        // A key in hex is too long for a DNS label, and the name says nothing that the address doesn't.
        config.enable_sni = false;
        config.resumption = Resumption::disabled();
        QuicClientConfig::with_initial(Arc::new(config), initial_suite()?)
            .map(Arc::new)
            .map_err(|error| Error::General(error.to_string()))
    }
}

/// One certificate, with the ed25519 key that the address says.
///
/// The refusals are told apart by the TLS alert that rustls makes of them: another key is access_denied,
/// another algorithm unsupported_certificate, more than one certificate certificate_unknown, and what can't
/// be read bad_certificate.
#[derive(Debug)]
struct KeyVerifier {
    expected: Key,
}

impl KeyVerifier {
    fn check(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<(), Error> {
        if !intermediates.is_empty() {
            return Err(
                CertificateError::Other(OtherError(Arc::new(MoreThanOneCertificate))).into(),
            );
        }
        let presented: SubjectPublicKeyInfoDer<'_> =
            ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        if presented.as_ref() == subject_public_key_info(&self.expected) {
            return Ok(());
        }
        if presented.starts_with(&SPKI_PREFIX) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Err(CertificateError::InvalidPurpose.into())
    }

    /// `check` has seen that the certificate's key is the expected one.
    fn check_signature(
        &self,
        message: &[u8],
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if signed.scheme != SignatureScheme::ED25519 {
            return Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into());
        }
        UnparsedPublicKey::new(&ring::signature::ED25519, self.expected)
            .verify(message, signed.signature())
            .map(|()| HandshakeSignatureValid::assertion())
            .map_err(|_| CertificateError::BadSignature.into())
    }
}

#[derive(Debug)]
struct MoreThanOneCertificate;

impl std::fmt::Display for MoreThanOneCertificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("more than one certificate")
    }
}

impl std::error::Error for MoreThanOneCertificate {}

fn no_tls12() -> Result<HandshakeSignatureValid, Error> {
    Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
}

impl ServerCertVerifier for KeyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(end_entity, intermediates)
            .map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        _certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

impl ClientCertVerifier for KeyVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(end_entity, intermediates)
            .map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        _certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

/// Two suites and one key exchange, for a smaller WASM than ring's own provider makes.
/// ChaCha20 comes first because WASM has no AES instructions; AES-128 is what Initial packets are made with.
fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::X25519],
        signature_verification_algorithms: WebPkiSupportedAlgorithms {
            all: &[],
            mapping: &[],
        },
        secure_random: &Ring,
        key_provider: &Ring,
    }
}

fn initial_suite() -> Result<rustls::quic::Suite, Error> {
    cipher_suite::TLS13_AES_128_GCM_SHA256
        .tls13()
        .and_then(|suite| suite.quic_suite())
        .ok_or_else(|| Error::General("AES-128 without QUIC".into()))
}

#[derive(Debug)]
struct Ring;

impl SecureRandom for Ring {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        ring::rand::SystemRandom::new()
            .fill(bytes)
            .map_err(|_| GetRandomFailed)
    }
}

impl KeyProvider for Ring {
    fn load_private_key(&self, key: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        match key {
            PrivateKeyDer::Pkcs8(key) => any_eddsa_type(&key),
            _ => Err(Error::General("not a PKCS#8 key".into())),
        }
    }
}

/// Nothing here depends on the date: no certificate's validity counts, and there are no tickets.
#[derive(Debug)]
struct NoTime;

impl rustls::time_provider::TimeProvider for NoTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(std::time::Duration::ZERO))
    }
}
