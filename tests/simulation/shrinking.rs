//! A violation is shrunk to what is enough for it, and its replay shows it again.

use std::sync::{Arc, atomic::AtomicBool};

use serde_json::Value;
use shop::simulator::{
    Bug, Plan,
    campaign::Campaign,
    shrink::{Shrunk, shrink_first},
    summary::Summary,
};

/// Whoever wants to send a mail may, also while another does and after it was sent. It takes something that comes twice to see.
const ANYBODY_SENDS: Bug = Bug {
    rewrite: |call| {
        if (call.function, call.action) != ("notifications/send-email", "UpdateItem") {
            return None;
        }
        let mut body: Value = serde_json::from_slice(call.body).ok()?;
        let condition = body["ConditionExpression"].as_str()?;
        body["ConditionExpression"] = format!("attribute_not_exists(nobody) OR ({condition})").into();
        serde_json::to_vec(&body).ok()
    },
    ..Bug::NONE
};

fn campaign(jobs: usize) -> Campaign {
    let plan = Plan { bug: Some(Arc::new(ANYBODY_SENDS)), ..Plan::default() };
    Campaign { first: 1, seeds: Some(5), time: None, jobs: jobs.try_into().unwrap(), plan }
}

#[test]
fn a_violation_is_shrunk_to_a_few_faults_of_a_few_customers_and_replayed() {
    let (campaign, go_on) = (campaign(2), AtomicBool::new(false));
    let totals = campaign.run(&go_on, |_, _| {}).unwrap();
    let shrunk = shrink_first(&campaign, &totals, &go_on, |_| {}).unwrap().expect("the bug is found");
    let Shrunk { plan, report, runs } = &shrunk;
    let (faults, customers) = (plan.only_faults.clone().unwrap(), plan.only_customers.clone().unwrap());
    let found = format!("{faults:?} of {customers:?} after {runs} runs");
    assert!((1..=3).contains(&faults.len()) && customers.len() == 1 && *runs < 100, "{found}");

    let again = shop::simulator::run(plan).unwrap();
    assert_eq!(again.digest, report.digest);
    for fault in &faults {
        let without = faults.iter().copied().filter(|other| other != fault).collect();
        let report = shop::simulator::run(&Plan { only_faults: Some(without), ..plan.clone() }).unwrap();
        assert!(report.violations.is_empty(), "{found}, and {fault} can be missed");
    }

    let took = std::time::Duration::from_secs(1);
    let summary = Summary { campaign: &campaign, totals: &totals, took, shrunk: Some(&shrunk) };
    let (text, json) = (summary.to_string(), summary.json());
    let replay = json["violating"][0]["replay"].as_str().unwrap();
    assert!(text.contains(replay), "{text}");
    assert!(replay.contains(&format!("--only-faults {}", faults.first().unwrap())), "{replay}");
    assert!(text.contains("was sent 2 times"), "{text}");
    assert!(text.contains(&format!("fault {}: ", faults.first().unwrap())), "{text}");
    assert!(text.lines().count() < 200, "{text}");
}
