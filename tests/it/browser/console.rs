//! The console at `/_local`: a reader breaks things, and watches them heal.

use std::time::Duration;

use super::Browser;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn a_reader_breaks_things_and_watches_them_heal() {
    let browser = Browser::open().await;
    browser.go("/_local").await;
    browser.see("#graph svg").await;
    let words = browser.run("return document.getElementById('graph-text').textContent;").await;
    assert!(words.to_string().contains("CapturePayment"), "{words}");
    assert_eq!(browser.faults().await, Vec::<String>::new(), "the console");

    browser.click("[data-orders='10']").await;
    browser.says("#executions", "succeeded").await;
    browser.says("#orders", "confirmed\n10").await;
    browser.says("#mails", "confirmed").await;
    browser.click("#mails button").await;
    browser.see("#letter iframe").await;
    let frame = browser.page.find(thirtyfour::By::Css("#letter iframe")).await.unwrap();
    frame.enter_frame().await.unwrap();
    browser.says("body", "Thank you for your order").await;
    browser.page.enter_default_frame().await.unwrap();

    browser.click("#fault-stripe-down").await;
    browser.says("#broken-words", "Stripe").await;
    browser.click("[data-orders='1']").await;
    browser.says("#executions", "failed").await;
    browser.click("#heal").await;
    browser.stage.pass(Duration::from_secs(61)).await;
    let settled = browser.stage.eventually(async || {
        let orders = browser.stage.cloud().scan("orders", "orders").unwrap();
        orders.len() == 11 && orders.iter().all(|order| order["status"] == "CONFIRMED")
    });
    assert!(settled.await, "they do not heal");
    browser.click("#check").await;
    browser.says("#check-answer", "no double charge").await;
    assert_eq!(browser.faults().await, Vec::<String>::new(), "the console at work");
    browser.close().await;
}
