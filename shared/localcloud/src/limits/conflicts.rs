//! Transactions that meet.

use std::collections::BTreeMap;

use kernel::{SignedDuration, Timestamp};

use super::capacity::{Request, RequestKind};

/// The items that writes hold.
#[derive(Default)]
pub(super) struct Conflicts {
    items: BTreeMap<String, Held>,
    pruned: Option<Timestamp>,
}

/// Until when an item is held, and by what.
#[derive(Clone, Copy)]
struct Held {
    by_transaction: Timestamp,
    by_write: Timestamp,
}

impl Conflicts {
    /// The item for which a request is refused at `now`: one that another request holds which is still under way. A request
    /// that is not refused holds its items `until` its own answer has left.
    ///
    /// A write meets transactions; a transaction that reads meets plain writes too. Plain writes go one after the other, and
    /// plain reads never wait. Source: DynamoDB Developer Guide, "Transaction conflict handling in DynamoDB".
    pub fn meet(&mut self, request: &Request, now: Timestamp, until: Timestamp) -> Option<String> {
        if request.kind == RequestKind::Read {
            return None;
        }
        self.prune(now);
        let items = || request.touches.iter().filter_map(|touch| touch.item.as_ref());
        let busy = |held: &Held| {
            held.by_transaction > now || (request.kind == RequestKind::TransactRead && held.by_write > now)
        };
        if let Some(item) = items().find(|item| self.items.get(*item).is_some_and(busy)) {
            return Some(item.clone());
        }
        if request.kind == RequestKind::TransactRead {
            return None;
        }
        for item in items() {
            let held = self.items.entry(item.clone()).or_insert(Held { by_transaction: now, by_write: now });
            let by = if request.kind == RequestKind::Write { &mut held.by_write } else { &mut held.by_transaction };
            *by = until.max(*by);
        }
        None
    }

    /// Forgets what nobody holds any more, every second.
    fn prune(&mut self, now: Timestamp) {
        if self.pruned.is_some_and(|at| now.duration_since(at) < SignedDuration::from_secs(1)) {
            return;
        }
        self.pruned = Some(now);
        self.items.retain(|_, held| held.by_transaction.max(held.by_write) > now);
    }
}
