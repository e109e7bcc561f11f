//! CodeDeploy deployments: traffic moves step by step to a function's newest version, and back when an alarm rings.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::ALIAS;
use crate::aws::{Aws, CODEDEPLOY};

/// A deployment that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// `context/function`.
    pub function: String,
    /// CodeDeploy's name for it.
    pub id: String,
}

/// How a deployment is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Not over.
    Moving,
    /// The newest version has all traffic.
    Done,
    /// The version before has all traffic again. Why; the alarm, if it was one.
    Back(String),
}

/// What Terraform calls the application: there is one for each context.
pub fn application(stage: &str, context: &str) -> String {
    format!("emporium-{stage}-{context}")
}

/// Starts to move a function from one version to another.
///
/// # Errors
/// CodeDeploy refuses: it moves this function already, or Terraform has not made the deployment group.
pub async fn start(
    aws: &Aws,
    stage: &str,
    function: &str,
    name: &str,
    from: u64,
    to: u64,
) -> anyhow::Result<Deployment> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Created {
        deployment_id: String,
    }
    let (context, group) = function.split_once('/').context("a function is context/function")?;
    let content = app_spec(name, from, to);
    let input = json!({
        "applicationName": application(stage, context),
        "deploymentGroupName": group,
        "revision": {
            "revisionType": "AppSpecContent",
            "appSpecContent": { "content": content, "sha256": hex::encode(Sha256::digest(&content)) },
        },
    });
    let created: Created = aws.call(CODEDEPLOY, "CreateDeployment", &input).await?;
    Ok(Deployment { function: function.to_owned(), id: created.deployment_id })
}

fn app_spec(name: &str, from: u64, to: u64) -> String {
    let properties =
        json!({ "Name": name, "Alias": ALIAS, "CurrentVersion": from.to_string(), "TargetVersion": to.to_string() });
    let function = json!({ "function": { "Type": "AWS::Lambda::Function", "Properties": properties } });
    json!({ "version": 0.0, "Resources": [function] }).to_string()
}

/// Asks how a deployment is doing.
///
/// # Errors
/// CodeDeploy refuses, or answers something else.
pub async fn progress(aws: &Aws, id: &str) -> anyhow::Result<Progress> {
    let answer: Value = aws.call(CODEDEPLOY, "GetDeployment", &json!({ "deploymentId": id })).await?;
    let info = &answer["deploymentInfo"];
    let status = info["status"].as_str().context("a deployment must have a status")?;
    Ok(match status {
        "Succeeded" => Progress::Done,
        "Failed" | "Stopped" => {
            let said = [&info["errorInformation"]["message"], &info["rollbackInfo"]["rollbackMessage"]];
            let said: Vec<_> = said.iter().filter_map(|text| text.as_str()).collect();
            Progress::Back(if said.is_empty() { status.to_owned() } else { said.join(" ") })
        }
        _ => Progress::Moving,
    })
}

/// Waits until all deployments are over.
///
/// # Errors
/// One was rolled back, or CodeDeploy cannot be asked.
pub async fn follow(aws: &Aws, deployments: &[Deployment], pause: Duration) -> anyhow::Result<()> {
    let bar = ProgressBar::new(deployments.len().try_into()?);
    bar.set_style(ProgressStyle::with_template("moving traffic {wide_bar} {pos} of {len} functions, {elapsed}")?);
    bar.enable_steady_tick(Duration::from_secs(1));
    let mut moving: BTreeMap<_, _> =
        deployments.iter().map(|deployment| (&deployment.function, &deployment.id)).collect();
    let mut back = Vec::new();
    while !moving.is_empty() {
        for (function, id) in moving.clone() {
            match progress(aws, id).await? {
                Progress::Moving => continue,
                Progress::Done => {}
                Progress::Back(why) => back.push(format!("{function} ({id}): {why}")),
            }
            moving.remove(function);
            bar.inc(1);
        }
        if !moving.is_empty() {
            tokio::time::sleep(pause).await;
        }
    }
    bar.finish_and_clear();
    if !back.is_empty() {
        bail!("went back to the version before:\n{}", back.join("\n"));
    }
    Ok(())
}

/// Stops a function's deployments that are not over; CodeDeploy then moves the traffic back. How many those were.
///
/// # Errors
/// CodeDeploy refuses.
pub async fn stop(aws: &Aws, stage: &str, function: &str) -> anyhow::Result<usize> {
    #[derive(Deserialize)]
    struct Page {
        #[serde(default)]
        deployments: Vec<String>,
    }
    let (context, group) = function.split_once('/').context("a function is context/function")?;
    let input = json!({
        "applicationName": application(stage, context),
        "deploymentGroupName": group,
        "includeOnlyStatuses": ["Created", "Queued", "InProgress", "Ready"],
    });
    // One page is enough: a group has one deployment at a time, and a queue of few.
    let page: Page = aws.call(CODEDEPLOY, "ListDeployments", &input).await?;
    for id in &page.deployments {
        let input = json!({ "deploymentId": id, "autoRollbackEnabled": true });
        aws.call::<Value>(CODEDEPLOY, "StopDeployment", &input).await?;
    }
    Ok(page.deployments.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::testing::Fake;

    fn deployments() -> Vec<Deployment> {
        ["a", "b"].map(|name| Deployment { function: format!("orders/{name}"), id: format!("d-{name}") }).to_vec()
    }

    fn status(status: &str) -> Value {
        json!({ "deploymentInfo": { "status": status } })
    }

    #[tokio::test]
    async fn a_deployment_names_the_group_and_both_versions() {
        let fake = Fake::start([(200, json!({ "deploymentId": "d-1" }))]).await;
        let deployment =
            start(&fake.aws, "prod", "orders/get-order", "emporium-prod-orders-get-order", 3, 5).await.unwrap();
        assert_eq!(deployment, Deployment { function: "orders/get-order".to_owned(), id: "d-1".to_owned() });
        let [request] = &fake.requests()[..] else { panic!("one request") };
        assert_eq!(request.target, "CodeDeploy_20141006.CreateDeployment");
        assert_eq!(request.body["applicationName"], "emporium-prod-orders");
        assert_eq!(request.body["deploymentGroupName"], "get-order");
        let specification = &request.body["revision"]["appSpecContent"];
        let content = specification["content"].as_str().unwrap();
        assert_eq!(specification["sha256"], hex::encode(Sha256::digest(content)));
        let content: Value = serde_json::from_str(content).unwrap();
        let expected = json!({
            "Name": "emporium-prod-orders-get-order", "Alias": "live", "CurrentVersion": "3", "TargetVersion": "5",
        });
        assert_eq!(content["Resources"][0]["function"]["Properties"], expected);
    }

    #[tokio::test]
    async fn following_ends_when_all_are_done() {
        let answers = ["InProgress", "Succeeded", "Baking", "Succeeded"].map(|text| (200, status(text)));
        let fake = Fake::start(answers).await;
        follow(&fake.aws, &deployments(), Duration::ZERO).await.unwrap();
        let asked: Vec<_> = fake.requests().iter().map(|request| request.body["deploymentId"].clone()).collect();
        assert_eq!(asked, ["d-a", "d-b", "d-a", "d-a"]);
    }

    #[tokio::test]
    async fn a_rollback_fails_and_says_which_alarm() {
        let mut stopped = status("Stopped");
        let alarm = "Activated alarms: emporium-prod-orders-a-errors";
        stopped["deploymentInfo"]["errorInformation"] = json!({ "code": "ALARM_ACTIVE", "message": alarm });
        let fake = Fake::start([(200, stopped), (200, status("Succeeded"))]).await;
        let error = follow(&fake.aws, &deployments(), Duration::ZERO).await.unwrap_err().to_string();
        assert_eq!(error, format!("went back to the version before:\norders/a (d-a): {alarm}"));
    }

    #[tokio::test]
    async fn what_moves_is_stopped() {
        let fake = Fake::start([(200, json!({ "deployments": ["d-1"] })), (200, json!({ "status": "Pending" }))]).await;
        assert_eq!(stop(&fake.aws, "prod", "orders/a").await.unwrap(), 1);
        let requests = fake.requests();
        assert_eq!(requests[1].target, "CodeDeploy_20141006.StopDeployment");
        assert_eq!(requests[1].body, json!({ "deploymentId": "d-1", "autoRollbackEnabled": true }));
    }
}
