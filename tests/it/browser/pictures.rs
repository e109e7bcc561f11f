//! Writes pictures of the main pages for the README, when `cargo shop check browser` is told to.

use super::Browser;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn the_main_pages_as_pictures() {
    let browser = Browser::open().await;
    let folder = shop::commands::docs::root().join("docs/images");
    std::fs::create_dir_all(&folder).unwrap();
    let picture = async |name: &str| {
        browser.page.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
    };
    browser.see("[data-test=product]").await;
    picture("catalogue").await;
    browser.add("LAMP-01", 1).await;
    picture("product").await;
    browser.add("MUG-01", 2).await;
    browser.go("/cart.html").await;
    browser.see("[data-test=line]").await;
    picture("cart").await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_visa").await;
    picture("checkout").await;
    browser.click("[data-test=place-order]").await;
    browser.order_becomes("CONFIRMED").await;
    picture("order").await;
    browser.go("/_local").await;
    browser.see("#graph svg").await;
    browser.click("[data-orders='50']").await;
    let settled = browser.stage.eventually(async || {
        let orders = browser.stage.cloud().scan("orders", "orders").unwrap();
        orders.len() == 51 && orders.iter().all(|order| order["status"] != "PENDING")
    });
    assert!(settled.await);
    browser.says("#orders", "pending\n0").await;
    picture("console").await;
    let id = browser.stage.cloud().scan("orders", "orders").unwrap().remove(0)["order_id"].as_str().unwrap().to_owned();
    browser.go("/").await;
    browser.click("[data-test=sign-out]").await;
    browser.see("[data-test=sign-in]").await;
    browser.enter(&format!("/admin/order.html?id={id}")).await;
    browser.see("[data-test=timeline]").await;
    picture("admin-order").await;
    browser.close().await;
}
