//! Whether everybody can use the pages, and how heavy they are.

use super::{Browser, axe};
use std::time::Duration;

use localcloud::issuer::Scope;
use serde_json::Value;

/// What a first visit loads, at most, without pictures of products.
const FIRST_LOAD_BYTES: u64 = 150_000;

/// Layout shift that nobody notices. Good is below 0.1. Source: web.dev, "Cumulative Layout Shift".
const SHIFT_MAX: f64 = 0.02;

/// So long after its content is there a page is still watched.
const SETTLED: Duration = Duration::from_millis(400);

impl Browser {
    /// What axe-core finds wrong with the page as it is: WCAG 2.2, A and AA.
    pub async fn faults(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(axe()).unwrap();
        self.page.execute(axe, Vec::new()).await.unwrap();
        let script = "const done = arguments[0]; \
            axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })\
            .then((found) => done(found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes[0].html}`)));";
        let found = self.page.execute_async(script, Vec::new()).await.unwrap();
        serde_json::from_value(found.json().clone()).unwrap()
    }
}

impl Browser {
    /// From now on every page notes what moves in it, and what its policy forbids it.
    async fn watch(&self) {
        let watch = "window.violations = []; \
            document.addEventListener('securitypolicyviolation', (one) => window.violations.push(one.violatedDirective)); \
            window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) \
            if (!entry.hadRecentInput) window.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });";
        let source = serde_json::json!({ "source": watch });
        self.page.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", source).await.unwrap();
    }

    /// The screen is so wide from now on.
    async fn fit(&self, width: u32) {
        self.page.set_window_rect(0, 0, width, 900).await.unwrap();
        let screen =
            serde_json::json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.page.cdp().send_raw("Emulation.setDeviceMetricsOverride", screen).await.unwrap();
    }

    /// Nothing has moved in the page, nor was forbidden, nor is wider than the screen.
    async fn stands_still(&self, path: &str, width: u32) {
        // What comes late moves what is there already.
        tokio::time::sleep(SETTLED).await;
        let shift = self.run("return window.shift;").await.as_f64().unwrap();
        assert!(shift <= SHIFT_MAX, "{path} jumps at {width}: {shift}");
        let violations = self.run("return window.violations;").await;
        assert_eq!(violations, serde_json::json!([]), "{path} does what its policy forbids");
        let wide = self.run("return document.documentElement.scrollWidth - window.innerWidth;").await;
        assert!(wide.as_i64().unwrap() <= 0, "{path} is wider than {width} by {wide}");
    }

    /// The page has loaded little, and from nobody else.
    async fn is_light(&self, path: &str) {
        let sizes = self
            .run(
                "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))\
                 .map((one) => [one.name, one.encodedBodySize]);",
            )
            .await;
        let total: u64 = sizes.as_array().unwrap().iter().filter_map(|one| one[1].as_u64()).sum();
        assert!(total > 10_000 && total <= FIRST_LOAD_BYTES, "{path} loads {total} bytes: {sizes}");
        let elsewhere = |one: &&Value| !one[0].as_str().unwrap_or_default().starts_with(self.stage.url());
        let others: Vec<_> = sizes.as_array().unwrap().iter().filter(elsewhere).collect();
        assert!(others.is_empty(), "{path} asks others: {others:?}");
    }
}

/// Every page, once what it shows has come. The last one is for whoever has an order.
async fn visit(browser: &Browser, order: &str, mut look: impl AsyncFnMut(&str)) {
    for (path, there) in [
        ("/", "[data-test=product]"),
        ("/?q=nothing+like+it", "main"),
        ("/product.html?sku=MUG-01", "#add:enabled"),
        ("/product.html?sku=NOPE-01", "main h1"),
        ("/cart.html", "main h1"),
        ("/checkout.html", "main h1"),
        ("/orders.html", "[data-test=order]"),
        (order, "[data-test=status][data-status=CONFIRMED]"),
        ("/nothing.html", "main h1"),
    ] {
        browser.go(path).await;
        browser.see(there).await;
        look(path).await;
    }
}

/// An order of somebody who is signed in. Its page.
async fn an_order(browser: &Browser) -> String {
    browser.add("MUG-01", 1).await;
    browser.go("/checkout.html").await;
    browser.sign_in("ada@example.com").await;
    browser.fill_in("pm_card_visa").await;
    browser.click("[data-test=place-order]").await;
    let id = browser.order_becomes("CONFIRMED").await;
    format!("/order.html?id={id}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn axe_finds_nothing_on_any_page_in_the_light_or_the_dark() {
    let browser = Browser::open().await;
    let order = an_order(&browser).await;
    browser.add("MUG-01", 1).await;
    for scheme in ["light", "dark"] {
        let features = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.page.cdp().send_raw("Emulation.setEmulatedMedia", features).await.unwrap();
        visit(&browser, &order, async |path: &str| {
            assert_eq!(browser.faults().await, Vec::<String>::new(), "{path}, {scheme}");
        })
        .await;
    }
    browser.click("[data-test=sign-out]").await;
    browser.see("[data-test=sign-in]").await;
    browser.click("[data-test=sign-in]").await;
    browser.see("#password").await;
    assert_eq!(browser.faults().await, Vec::<String>::new(), "the sign-in");
    browser.click("a[href^='/signup']").await;
    browser.see("#rule").await;
    assert_eq!(browser.faults().await, Vec::<String>::new(), "the sign-up");
    browser.close().await;
}

/// The pages of the back office, to an admin who is signed in, and the console.
async fn visit_the_back_office(browser: &Browser, order: &str, mut look: impl AsyncFnMut(&str)) {
    for (path, there) in [
        ("/admin/", "[data-test=product]"),
        ("/admin/product.html", "#sku"),
        ("/admin/product.html?id=MUG-01", "[data-test=adjustment]"),
        ("/admin/sales.html", "main h1"),
        ("/admin/orders.html", "#content"),
        (order, "[data-test=timeline]"),
        ("/admin/dead-letters.html", "[data-test=empty]"),
    ] {
        browser.go(path).await;
        browser.see(there).await;
        look(path).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn the_back_office_is_for_everybody_whom_it_is_for() {
    let browser = Browser::open().await;
    let (stage, ada) = (&browser.stage, browser.stage.token("ada", Scope::Customer));
    let id = stage.order(&ada, "seen", &stage.order_of("MUG-01", 1, "pm_card_visa")).await;
    stage.reaches(&ada, &id, "CONFIRMED").await;
    let order = format!("/admin/order.html?id={id}");
    browser.enter("/admin/").await;
    for scheme in ["light", "dark"] {
        let features = serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.page.cdp().send_raw("Emulation.setEmulatedMedia", features).await.unwrap();
        visit_the_back_office(&browser, &order, async |path: &str| {
            assert_eq!(browser.faults().await, Vec::<String>::new(), "{path}, {scheme}");
        })
        .await;
    }
    browser.watch().await;
    browser.fit(360).await;
    visit_the_back_office(&browser, &order, async |path: &str| browser.stands_still(path, 360).await).await;
    browser.page.cdp().send_raw("Network.clearBrowserCache", serde_json::json!({})).await.unwrap();
    browser.go("/admin/product.html?id=MUG-01").await;
    browser.see("[data-test=adjustment]").await;
    browser.is_light("/admin/product.html").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn pages_are_light_and_stand_still_and_fit_a_phone() {
    let browser = Browser::open().await;
    let order = an_order(&browser).await;
    browser.watch().await;
    for width in [1_280, 360] {
        browser.fit(width).await;
        visit(&browser, &order, async |path: &str| browser.stands_still(path, width).await).await;
    }
    browser.page.cdp().send_raw("Network.clearBrowserCache", serde_json::json!({})).await.unwrap();
    for path in ["/", "/product.html?sku=MUG-01", "/checkout.html"] {
        browser.go(path).await;
        browser.see("main h1").await;
        browser.is_light(path).await;
    }
    browser.close().await;
}
