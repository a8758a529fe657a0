use std::sync::Arc;
use std::time::Duration;

use ring::signature::Ed25519KeyPair;
use rustls::crypto::ring::sign::any_eddsa_type;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::net::{settings, Net};
use crate::certificate::{pkcs8, self_signed, SPKI_PREFIX};
use crate::tls::Identity;
use crate::{config, CloseReason, Engine, Event};

const ACCESS_DENIED: u64 = 0x100 + 49;
const BAD_CERTIFICATE: u64 = 0x100 + 42;
const UNSUPPORTED_CERTIFICATE: u64 = 0x100 + 43;
const CERTIFICATE_UNKNOWN: u64 = 0x100 + 46;
const NO_APPLICATION_PROTOCOL: u64 = 0x100 + 120;

fn closed(event: &Event) -> Option<CloseReason> {
    match event {
        Event::Closed(_, reason) => Some(reason.clone()),
        _ => None,
    }
}

fn code(reason: &CloseReason) -> (bool, u64) {
    match reason {
        CloseReason::Protocol { code, .. } => (true, *code),
        CloseReason::Remote { code, .. } => (false, *code),
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_sides_know_each_other() {
    let mut net = Net::pair();
    net.nodes[1].engine.listen(b"chat");
    let (to, now) = (net.key(1), net.now);
    let connection = net.nodes[0].engine.dial(to, b"chat", now).unwrap();
    let connected = |event: &Event| match event {
        Event::Connected {
            incoming,
            remote,
            protocol,
            ..
        } => Some((*incoming, *remote, protocol.clone())),
        _ => None,
    };
    assert_eq!(
        net.wait(0, 1_000.0, connected),
        Some((false, net.key(1), b"chat".to_vec()))
    );
    assert_eq!(net.now - now, net.latency * 2.0, "one round trip");
    assert_eq!(
        net.wait(1, 1_000.0, connected),
        Some((true, net.key(0), b"chat".to_vec()))
    );
    assert_eq!(
        net.wait(0, 1_000.0, |event| (*event == Event::Confirmed(connection))
            .then_some(())),
        Some(())
    );
}

#[test]
fn somebody_else_at_the_address_is_refused() {
    let mut net = Net::new([settings(1), settings(2), settings(3)]);
    net.nodes[2].engine.listen(b"test");
    net.nodes[0].diverted = Some(2);
    net.nodes[2].diverted = Some(0);
    let (to, now) = (net.key(1), net.now);
    net.nodes[0].engine.dial(to, b"test", now).unwrap();
    // Node 3 answers under its own key, so its packets are another connection's: nothing comes of it.
    assert_eq!(
        net.wait(0, 60_000.0, closed),
        Some(CloseReason::HandshakeTimeout)
    );
}

fn with_certificates(
    node: u8,
    chain: Vec<Vec<u8>>,
    key: Arc<dyn rustls::sign::SigningKey>,
) -> Engine {
    let settings = settings(node);
    let mut identity = Identity::from_seed(&settings.seed).unwrap();
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    identity.certified = Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key)));
    let endpoint = config::endpoint(&settings.random).unwrap();
    Engine::build(identity, endpoint, &settings, 0.0).unwrap()
}

fn ed25519(seed: u8) -> (Vec<u8>, Arc<dyn rustls::sign::SigningKey>) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let key = any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8(&[seed; 32]))).unwrap();
    (self_signed(&pair), key)
}

/// What a dialler makes of a listener with this certificate, and a listener of such a dialler.
fn verdicts(make: impl Fn(u8) -> Engine) -> [(bool, u64); 2] {
    let good = |node| Engine::new(&settings(node), 0.0).unwrap();
    [(good(1), make(2)), (make(1), good(2))].map(|(dialler, listener)| {
        let mut net = Net::of(vec![dialler, listener], 0.0);
        net.nodes[1].engine.listen(b"test");
        let to = net.key(1);
        net.nodes[0].engine.dial(to, b"test", 0.0).unwrap();
        let verdict = code(&net.wait(0, 60_000.0, closed).unwrap());
        net.run(100.0);
        let unheard = |event: &Event| match event {
            Event::Connected { .. } => Some(()),
            _ => None,
        };
        assert_eq!(net.wait(1, 0.0, unheard), None);
        assert_eq!(net.nodes[1].engine.counters().handshakes_failed, 1);
        verdict
    })
}

#[test]
fn another_key_is_refused() {
    let (certificate, key) = ed25519(3);
    let make = |node| with_certificates(node, vec![certificate.clone()], key.clone());
    assert_eq!(
        verdicts(make),
        [(true, ACCESS_DENIED), (false, ACCESS_DENIED)]
    );
}

#[test]
fn two_certificates_are_refused() {
    let make = |node| {
        let (certificate, key) = ed25519(node);
        with_certificates(node, vec![certificate, ed25519(3).0], key)
    };
    assert_eq!(
        verdicts(make),
        [(true, CERTIFICATE_UNKNOWN), (false, CERTIFICATE_UNKNOWN)]
    );
}

#[test]
fn another_algorithm_is_refused() {
    let make = |node| {
        let (mut certificate, key) = ed25519(node);
        let at = certificate
            .windows(SPKI_PREFIX.len())
            .position(|window| window == SPKI_PREFIX)
            .unwrap();
        certificate[at + 8] += 1; // Ed448
        with_certificates(node, vec![certificate], key)
    };
    assert_eq!(
        verdicts(make),
        [
            (true, UNSUPPORTED_CERTIFICATE),
            (false, UNSUPPORTED_CERTIFICATE)
        ]
    );
}

#[test]
fn what_is_no_certificate_is_refused() {
    let make = |node| with_certificates(node, vec![vec![0x30, 0x03, 1, 2, 3]], ed25519(node).1);
    assert_eq!(
        verdicts(make),
        [(true, BAD_CERTIFICATE), (false, BAD_CERTIFICATE)]
    );
}

#[test]
fn a_key_that_the_certificate_does_not_have_is_refused() {
    let make = |node| with_certificates(node, vec![ed25519(node).0], ed25519(3).1);
    let [of_listener, of_dialler] = verdicts(make);
    assert_eq!(of_listener, (true, 0x100 + 51));
    assert_eq!(of_dialler, (false, 0x100 + 51));
}

#[test]
fn a_protocol_that_nobody_listens_for_is_refused() {
    for listened in [None, Some(b"other")] {
        let mut net = Net::pair();
        if let Some(protocol) = listened {
            net.nodes[1].engine.listen(protocol);
        }
        let (to, now) = (net.key(1), net.now);
        net.nodes[0].engine.dial(to, b"test", now).unwrap();
        let reason = net.wait(0, 1_000.0, closed).unwrap();
        assert_eq!(code(&reason), (false, NO_APPLICATION_PROTOCOL));
    }
}

#[test]
fn nobody_there() {
    let mut net = Net::pair();
    let now = net.now;
    net.nodes[0].engine.dial([9; 32], b"test", now).unwrap();
    assert_eq!(
        net.wait(0, 60_000.0, closed),
        Some(CloseReason::HandshakeTimeout)
    );
    assert!((net.now - now - 10_000.0).abs() < 1.0);
    net.run(10_000.0);
    assert_eq!(net.nodes[0].engine.next_timeout(), None, "nothing is left");
}

#[test]
fn a_lossy_path_only_delays() {
    for round in 0..20 {
        let mut net = Net::pair();
        net.loss = 300;
        net.reordering = 200;
        for _ in 0..round {
            net.run(1.0);
        }
        net.connect();
    }
}

#[test]
fn silence_ends_a_session_and_keep_alive_does_not() {
    let mut net = Net::pair();
    let (dialled, _) = net.connect();
    let began = net.now;
    let reason = net.wait(0, 60_000.0, closed);
    assert_eq!(reason, Some(CloseReason::IdleTimeout));
    assert!((14_900.0..15_100.0).contains(&(net.now - began)));
    assert!(net.nodes[0].engine.open(dialled).is_err());

    let mut lively = settings(1);
    lively.keep_alive = Some(Duration::from_secs(5));
    let mut net = Net::new([lively, settings(2)]);
    net.connect();
    assert_eq!(net.wait(0, 120_000.0, closed), None);
    net.loss = 1000;
    let began = net.now;
    assert_eq!(
        net.wait(0, 120_000.0, |event| matches!(event, Event::Stalled(_))
            .then_some(())),
        Some(())
    );
    assert!(net.now - began < 7_500.0, "{}", net.now - began);
    assert_eq!(
        net.wait(0, 120_000.0, closed),
        Some(CloseReason::IdleTimeout)
    );
    assert!(net.now - began < 21_000.0);
}

#[test]
fn a_close_tells_the_other_side_why() {
    let mut net = Net::pair();
    let (dialled, _) = net.connect();
    let now = net.now;
    net.nodes[0]
        .engine
        .close(dialled, 7, "enough", now)
        .unwrap();
    assert_eq!(net.wait(0, 0.0, closed), Some(CloseReason::Local));
    assert_eq!(
        net.wait(1, 1_000.0, closed),
        Some(CloseReason::Application {
            code: 7,
            text: "enough".into()
        })
    );
    net.run(10_000.0);
    for node in &net.nodes {
        assert_eq!(node.engine.next_timeout(), None, "nothing is left");
    }
}

#[test]
fn a_close_gets_past_what_waits_to_be_sent() {
    let mut net = Net::pair();
    let (dialled, _) = net.connect();
    let sender = &mut net.nodes[0].engine;
    let stream = sender.open(dialled).unwrap().unwrap();
    sender.write(dialled, stream, &vec![7; 1 << 20]).unwrap();
    net.pump();
    let now = net.now;
    net.nodes[0].engine.close(dialled, 7, "", now).unwrap();
    let reason = net.wait(1, 100.0, closed);
    assert!(matches!(
        reason,
        Some(CloseReason::Application { code: 7, .. })
    ));
}
