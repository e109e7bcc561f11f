//! Buying, and everything that gets in the way of it.

use localcloud::issuer::Scope;
use serde_json::json;
use thirtyfour::prelude::*;

use super::Browser;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn a_new_customer_buys_and_sees_it_confirmed() {
    let browser = Browser::open().await;
    browser.write("input[type=search]", "mug").await;
    browser.click("[data-test=product][data-sku=MUG-01] a").await;
    browser.says("[data-test=stock]", "In stock").await;
    browser.click("#add").await;
    browser.says("[data-test=cart-count]", "1").await;
    browser.page.refresh().await.unwrap();
    browser.says("[data-test=cart-count]", "1").await;
    browser.go("/cart.html").await;
    browser.click("a[href^='/checkout.html'], button[data-test=checkout]").await;
    browser.sign_up("new@example.com").await;
    browser.fill_in("pm_card_visa").await;
    assert_eq!(browser.see("#email").await.prop("value").await.unwrap().unwrap(), "new@example.com");
    browser.click("[data-test=place-order]").await;
    let id = browser.order_becomes("CONFIRMED").await;
    browser.says("[data-test=cart-count]", "0").await;
    browser.go("/orders.html").await;
    browser.see(&format!("[data-test=order][data-id={id}]")).await;
    browser.stage.mailed(&id, "order_confirmed").await;
    browser.click("[data-test=sign-out]").await;
    browser.see("[data-test=sign-in]").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn the_bank_asks_and_the_order_goes_on() {
    let browser = Browser::open().await;
    browser.add("MUG-01", 1).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_threeDSecureRequired").await;
    browser.click("[data-test=place-order]").await;
    browser.order_becomes("ACTION_REQUIRED").await;
    // Its question comes by itself.
    browser.click("[data-test=bank-approve]").await;
    let id = browser.order_becomes("CONFIRMED").await;
    browser.stage.mailed(&id, "order_confirmed").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn after_a_declined_card_another_one_pays() {
    let browser = Browser::open().await;
    browser.add("PEN-01", 2).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_visa_chargeDeclined").await;
    browser.click("[data-test=place-order]").await;
    let declined = browser.order_becomes("CANCELLED").await;
    browser.click("[data-test=another-card]").await;
    browser.fill_in("pm_card_visa").await;
    browser.click("[data-test=place-order]").await;
    let paid = browser.order_becomes("CONFIRMED").await;
    assert_ne!(declined, paid, "another order, under another key");
    assert_eq!(browser.orders().len(), 2);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn what_is_sold_out_at_checkout_is_said_in_words() {
    let browser = Browser::open().await;
    browser.add("LAMP-01", 2).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_visa").await;
    // Meanwhile, somebody else.
    let bob = browser.stage.token("bob", Scope::Customer);
    let id = browser.stage.order(&bob, "lamps", &browser.stage.order_of("LAMP-01", 2, "pm_card_visa")).await;
    browser.stage.reaches(&bob, &id, "CONFIRMED").await;
    browser.click("[data-test=place-order]").await;
    browser.order_becomes("CANCELLED").await;
    browser.says("[data-test=status-words]", "Sold out").await;
    browser.go("/product.html?sku=LAMP-01").await;
    browser.says("[data-test=stock]", "1").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn a_double_click_buys_once() {
    let browser = Browser::open().await;
    browser.add("MUG-01", 1).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_visa").await;
    let button = browser.see("[data-test=place-order]").await;
    button.scroll_into_view().await.unwrap();
    browser.page.action_chain().double_click_element(&button).perform().await.unwrap();
    browser.order_becomes("CONFIRMED").await;
    // And with the page's own means, past the button.
    browser.add("MUG-01", 1).await;
    browser.go("/checkout.html").await;
    browser.fill_in("pm_card_visa").await;
    let submit = "const form = document.getElementById('form'); for (let i = 0; i < 5; i++) form.requestSubmit();";
    browser.run(submit).await;
    browser.order_becomes("CONFIRMED").await;
    assert_eq!(browser.orders().len(), 2, "{:?}", browser.orders());
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn a_connection_that_is_lost_in_the_middle_buys_once() {
    let browser = Browser::open().await;
    browser.add("NOTE-01", 1).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_visa").await;
    browser.offline(true).await;
    browser.click("[data-test=place-order]").await;
    browser.says("[data-test=progress]", "again").await;
    browser.offline(false).await;
    browser.order_becomes("CONFIRMED").await;
    assert_eq!(browser.orders().len(), 1);

    // The page is closed on it, and opened again.
    browser.add("NOTE-01", 1).await;
    browser.go("/checkout.html").await;
    browser.fill_in("pm_card_visa").await;
    browser.blocked(&["*/orders"]).await;
    browser.click("[data-test=place-order]").await;
    browser.says("[data-test=progress]", "again").await;
    browser.page.refresh().await.unwrap();
    browser.see("[data-test=resume]").await;
    browser.blocked(&[]).await;
    browser.click("[data-test=resume]").await;
    let id = browser.order_becomes("CONFIRMED").await;
    assert_eq!(browser.orders().len(), 2);

    // An answer that is lost: the order is there, and the page does not know. The page asks again, under the same key.
    browser.add("NOTE-01", 1).await;
    browser.go("/checkout.html").await;
    browser.fill_in("pm_card_visa").await;
    browser
        .run(
            "const send = window.fetch; let lost = 0; \
             window.fetch = async (...request) => { \
               const answer = await send(...request); \
               const method = (request[1] || {}).method || (request[0] || {}).method; \
               if (method === 'POST' && String(request[0].url || request[0]).includes('/orders') && lost++ === 0) throw new TypeError('Failed to fetch'); \
               return answer; };",
        )
        .await;
    browser.click("[data-test=place-order]").await;
    assert_ne!(browser.order_becomes("CONFIRMED").await, id);
    assert_eq!(browser.orders().len(), 3, "{:?}", browser.orders());
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn a_price_that_changed_is_shown_before_it_is_paid() {
    let browser = Browser::open().await;
    browser.add("BAG-01", 1).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_visa").await;
    let admin = browser.stage.token("admin", Scope::Admin);
    let dearer = json!({ "name": "Canvas tote", "description": "Now dearer.", "price": { "amount_minor": 2190, "currency": "EUR" } });
    let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
    let body = dearer.to_string().into_bytes();
    browser.stage.send(reqwest::Method::PUT, "/products/BAG-01", &admin, &headers, body).await.expect(200);
    let known = browser.stage.eventually(async || {
        let prices = browser.stage.cloud().scan("orders", "prices").unwrap();
        prices.iter().any(|price| price["sku"] == "BAG-01" && price.to_string().contains("2190"))
    });
    assert!(known.await);
    browser.click("[data-test=place-order]").await;
    browser.says("[data-test=total]", "21.90").await;
    assert_eq!(browser.orders().len(), 0, "nothing is bought at a price that was not seen");
    browser.fill_in("pm_card_visa").await;
    browser.click("[data-test=place-order]").await;
    browser.order_becomes("CONFIRMED").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn an_order_that_waits_for_the_bank_can_be_taken_back_and_the_keyboard_is_enough() {
    let browser = Browser::open().await;
    browser.add("MUG-01", 1).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_threeDSecureRequired").await;
    browser.see("[data-test=place-order]").await.send_keys(Key::Enter + "").await.unwrap();
    browser.order_becomes("ACTION_REQUIRED").await;
    browser.see("[data-test=bank-dialog]").await.send_keys(Key::Escape + "").await.unwrap();
    browser.see("[data-test=cancel]").await.send_keys(Key::Enter + "").await.unwrap();
    browser.see("[data-test=cancel-yes]").await.send_keys(Key::Enter + "").await.unwrap();
    browser.order_becomes("CANCELLED").await;
    browser.close().await;
}

impl Browser {
    /// Has requests to these addresses fail.
    async fn blocked(&self, urls: &[&str]) {
        self.page.cdp().send_raw("Network.enable", json!({})).await.unwrap();
        self.page.cdp().send_raw("Network.setBlockedURLs", json!({ "urls": urls })).await.unwrap();
    }

    /// Takes the network away, or gives it back.
    async fn offline(&self, offline: bool) {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.page.cdp().send_raw("Network.enable", json!({})).await.unwrap();
        self.page.cdp().send_raw("Network.emulateNetworkConditions", conditions).await.unwrap();
    }
}
