//! What to do with an announcement (PROTOCOL.md section 3).

use core::cmp::Ordering;

/// What an announcement asks for, once it has been checked and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AnnouncementAction {
    /// Nothing.
    Drop = 0,
    /// Announce to all peers.
    AcceptUpdate = 1,
    /// Take the sender as parent and announce to all peers.
    AcceptNewParent = 2,
    /// Select a parent.
    SelectNewParent = 3,
    /// Become root, and select a parent after a second.
    BecomeRootThenSelectAfterWait = 4,
    /// Send the sender our announcement, unless this was its first.
    InformPeerOfStrongerRoot = 5,
}

impl AnnouncementAction {
    /// The action's name in vectors.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::AcceptUpdate => "accept-update",
            Self::AcceptNewParent => "accept-new-parent",
            Self::SelectNewParent => "select-new-parent",
            Self::BecomeRootThenSelectAfterWait => "become-root-then-select-after-wait",
            Self::InformPeerOfStrongerRoot => "inform-peer-of-stronger-root",
        }
    }
}

/// What to do with an announcement from our parent or from another peer.
///
/// `contains_loop`: it names our own key. `root_key`, `sequence`: how the root that it announces
/// compares with the one followed before.
#[must_use]
pub fn announcement_action(
    sender_is_parent: bool,
    contains_loop: bool,
    root_key: Ordering,
    sequence: Ordering,
) -> AnnouncementAction {
    use AnnouncementAction::*;
    use Ordering::{Equal, Greater, Less};

    if !sender_is_parent {
        return match root_key {
            _ if contains_loop => Drop,
            Less => InformPeerOfStrongerRoot,
            Equal => SelectNewParent,
            Greater => AcceptNewParent,
        };
    }
    // A parent that loops, weakens its root or repeats itself has lost its own way to the root.
    match (root_key, sequence) {
        _ if contains_loop => BecomeRootThenSelectAfterWait,
        (Less, _) | (Equal, Equal) => BecomeRootThenSelectAfterWait,
        (Equal, Less) => Drop,
        (Greater, _) | (Equal, Greater) => AcceptUpdate,
    }
}
