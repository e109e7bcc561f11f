//! Which version of each function is in use: its alias `live`, moved by Terraform, by CodeDeploy, or back by hand.

pub mod codedeploy;

use std::collections::BTreeMap;

use anyhow::Context;
use kernel::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws::Aws;

/// The alias that everything invokes.
pub const ALIAS: &str = "live";

/// What is published at most this much before the newest version of a stage belongs to the same deployment: an apply
/// publishes all functions within a few minutes.
const ONE_DEPLOYMENT: SignedDuration = SignedDuration::from_mins(15);

/// A published version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// Its number, which only grows.
    pub number: u64,
    /// When it was published.
    pub published: Timestamp,
}

/// What an alias points at, and what is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The version that has the traffic, or most of it.
    pub version: u64,
    /// Another version that gets a share meanwhile.
    pub canary: Option<u64>,
    /// All published versions, oldest first.
    pub versions: Vec<Version>,
}

impl Live {
    /// The newest version, if the alias does not point at it yet.
    pub fn behind(&self) -> Option<u64> {
        self.versions.last().map(|newest| newest.number).filter(|newest| *newest > self.version)
    }

    /// Where to go back to: the version that still has most of the traffic while another is tried, else the one before.
    pub fn before(&self) -> Option<u64> {
        if self.canary.is_some() {
            return Some(self.version);
        }
        self.versions.iter().rev().map(|version| version.number).find(|number| *number < self.version)
    }

    /// When the newest version that gets traffic was published.
    fn published(&self) -> Option<Timestamp> {
        let newest = self.canary.unwrap_or(self.version).max(self.version);
        self.versions.iter().find(|version| version.number == newest).map(|version| version.published)
    }
}

/// Those of `functions` whose version in use came with the last deployment.
pub fn last_deployment(functions: &BTreeMap<String, Live>) -> Vec<String> {
    let last = functions.values().filter_map(Live::published).max();
    let recent = |live: &Live| match (live.published(), last) {
        (Some(published), Some(last)) => last.duration_since(published) <= ONE_DEPLOYMENT,
        _ => false,
    };
    functions.iter().filter(|(_, live)| recent(live)).map(|(name, _)| name.clone()).collect()
}

/// Asks Lambda about a function.
///
/// # Errors
/// Lambda refuses, or answers something else.
pub async fn live(aws: &Aws, function: &str) -> anyhow::Result<Live> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Alias {
        function_version: String,
        routing_config: Option<Routing>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Routing {
        additional_version_weights: Option<BTreeMap<String, f64>>,
    }
    let alias: Alias = aws.lambda("GET", &alias_path(function), None).await?;
    let weights = alias.routing_config.and_then(|routing| routing.additional_version_weights).unwrap_or_default();
    let canary = weights.keys().next().map(|version| version.parse()).transpose();
    Ok(Live {
        version: alias.function_version.parse().context("an alias must point at a published version")?,
        canary: canary.context("an alias must point at published versions")?,
        versions: versions(aws, function).await?,
    })
}

async fn versions(aws: &Aws, function: &str) -> anyhow::Result<Vec<Version>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Page {
        versions: Vec<Published>,
        next_marker: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Published {
        version: String,
        last_modified: String,
    }
    let mut versions = Vec::new();
    let mut marker = String::new();
    loop {
        let page: Page = aws.lambda("GET", &format!("/2015-03-31/functions/{function}/versions{marker}"), None).await?;
        for published in page.versions {
            // The unpublished one is called $LATEST.
            let Ok(number) = published.version.parse() else { continue };
            let time = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", &published.last_modified);
            versions.push(Version { number, published: time.context("a version must have a time")? });
        }
        match page.next_marker.filter(|next| !next.is_empty()) {
            Some(next) => marker = format!("?Marker={}", encoded(&next)),
            None => break,
        }
    }
    versions.sort_by_key(|version| version.number);
    Ok(versions)
}

/// Points a function's alias at one version, with all traffic.
///
/// # Errors
/// Lambda refuses.
pub async fn point(aws: &Aws, function: &str, version: u64) -> anyhow::Result<()> {
    let input = json!({
        "FunctionVersion": version.to_string(),
        "RoutingConfig": { "AdditionalVersionWeights": {} },
    });
    aws.lambda::<Value>("PUT", &alias_path(function), Some(&input)).await.map(drop)
}

fn alias_path(function: &str) -> String {
    format!("/2015-03-31/functions/{function}/aliases/{ALIAS}")
}

/// Text as a query's value.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(live: u64, canary: Option<u64>, published_minutes: &[(u64, i64)]) -> Live {
        let versions = published_minutes.iter().map(|(number, minutes)| Version {
            number: *number,
            published: Timestamp::from_second(1_790_000_000 + minutes * 60).unwrap(),
        });
        Live { version: live, canary, versions: versions.collect() }
    }

    #[test]
    fn an_alias_is_behind_when_something_newer_is_published() {
        assert_eq!(at(3, None, &[(2, 0), (3, 1)]).behind(), None);
        assert_eq!(at(2, None, &[(2, 0), (3, 1), (5, 2)]).behind(), Some(5));
        assert_eq!(at(1, None, &[]).behind(), None);
    }

    #[test]
    fn the_way_back_is_to_the_version_before() {
        assert_eq!(at(5, None, &[(2, 0), (3, 1), (5, 2), (6, 3)]).before(), Some(3));
        assert_eq!(at(2, None, &[(2, 0)]).before(), None);
    }

    #[test]
    fn the_way_back_from_a_canary_is_to_what_has_the_rest_of_the_traffic() {
        assert_eq!(at(3, Some(5), &[(2, 0), (3, 1), (5, 2)]).before(), Some(3));
    }

    #[test]
    fn the_last_deployment_is_what_was_published_last() {
        let functions = BTreeMap::from([
            ("catalog/old".to_owned(), at(2, None, &[(1, 0), (2, 10)])),
            ("orders/first".to_owned(), at(3, None, &[(2, 0), (3, 100)])),
            ("orders/second".to_owned(), at(7, None, &[(7, 112)])),
            ("orders/tried".to_owned(), at(2, Some(3), &[(2, 10), (3, 101)])),
            ("orders/back-already".to_owned(), at(2, None, &[(2, 10), (3, 101)])),
        ]);
        assert_eq!(last_deployment(&functions), ["orders/first", "orders/second", "orders/tried"]);
        assert_eq!(last_deployment(&BTreeMap::new()), Vec::<String>::new());
    }
}
