//! All that an account holds, in one value that can be saved.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{events::Webhook, idempotency::Keys, intents::Intent, refunds::Refund};

/// The books. Ids count upwards, so the order of the maps is the order in which things came to be.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) ids: Ids,
    pub(crate) intents: BTreeMap<String, Intent>,
    pub(crate) refunds: BTreeMap<String, Refund>,
    /// Authorizations by the moment they lapse, so that looking for those that are due costs nothing.
    pub(crate) authorizations: BTreeSet<(i64, String)>,
    pub(crate) keys: Keys,
    pub(crate) outbox: Vec<Webhook>,
}

impl Account {
    /// Nothing has happened yet.
    pub(crate) fn new(id_seed: u64) -> Self {
        Self {
            ids: Ids { seed: id_seed, given: 0 },
            intents: BTreeMap::new(),
            refunds: BTreeMap::new(),
            authorizations: BTreeSet::new(),
            keys: Keys::default(),
            outbox: Vec::new(),
        }
    }
}

/// Ids, by counting.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ids {
    /// From the options, so it is not part of what is saved.
    #[serde(skip)]
    pub(crate) seed: u64,
    given: u64,
}

impl Ids {
    /// The next id of a kind, such as `pi`. As text, later ids of a kind are greater.
    pub(crate) fn next(&mut self, kind: &str) -> String {
        self.given = self.given.wrapping_add(1);
        format!("{kind}_{:010}{:016x}", self.given, self.seed)
    }
}

/// The API request that brings something about; empty when the customer or time does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cause {
    pub(crate) request_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}
