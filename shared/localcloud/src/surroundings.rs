//! What a cloud takes from outside: time, ids, and who decides. A simulator brings its own.

use std::{fmt, sync::Arc};

use fakestripe::FakeStripe;
use lambda::{UniqueIds, Uuids};

use crate::{
    clock::LocalClock,
    driver::{Driver, RealTime},
    dynamodb::DynamoDb,
    issuer::SigningKey,
    store::Store,
};

/// What a cloud takes from outside.
#[derive(Clone)]
pub struct Surroundings {
    /// The time; the machine's, when nothing is given.
    pub clock: Option<Arc<LocalClock>>,
    /// Where new ids come from.
    pub ids: Arc<dyn UniqueIds>,
    /// Who decides what AWS leaves open.
    pub driver: Arc<dyn Driver>,
    /// The key that signs tokens; a new one, when nothing is given.
    pub key: Option<Arc<SigningKey>>,
    /// The region that SDK clients are given instead of the shop's. Clients of one process share a budget of retries by
    /// service and region: clouds that must not feel each other's faults need regions of their own.
    ///
    /// Source: aws-smithy-runtime, `RetryPartition`.
    pub sdk_region: Option<String>,
    /// Whether what the cloud writes down outlives it, in memory, so that another one can go on from its [`Remains`].
    pub leaves_remains: bool,
    /// What an earlier cloud left.
    pub remains: Option<Remains>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            clock: None,
            ids: Arc::new(Uuids),
            driver: Arc::new(RealTime),
            key: None,
            sdk_region: None,
            leaves_remains: false,
            remains: None,
        }
    }
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("clock", &self.clock).finish_non_exhaustive()
    }
}

/// What is left of a cloud when its process dies: what it had written down, and Stripe, which is somebody else's.
#[derive(Clone)]
pub struct Remains {
    pub(crate) store: Arc<Store>,
    pub(crate) dynamodb: Arc<DynamoDb>,
    pub(crate) stripe: Arc<FakeStripe>,
}
