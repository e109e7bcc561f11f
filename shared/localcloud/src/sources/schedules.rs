//! Schedules (EventBridge Scheduler).

use std::{sync::Arc, time::Duration};

use serde_json::json;

use crate::cloud::Inner;

/// Invokes `target` every so often, one invocation at a time. What it answers is of interest to the log only.
pub(super) async fn repeat(cloud: Arc<Inner>, target: String, every_seconds: u64) {
    loop {
        cloud.clock.sleep(Duration::from_secs(every_seconds).saturating_add(cloud.driver.lateness(&target))).await;
        // A failure is logged where it happens, and the next turn comes anyway.
        let _ = cloud.invoke(&target, json!({ "source": "schedule" })).await;
    }
}
