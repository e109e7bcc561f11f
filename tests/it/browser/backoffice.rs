//! The back office, as whoever keeps the shop uses it.

use std::time::Duration;

use localcloud::issuer::Scope;
use thirtyfour::prelude::*;

use super::Browser;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn an_admin_uploads_an_image_and_changes_stock() {
    let browser = Browser::open().await;
    browser.enter("/admin/").await;
    browser.write("#q", "enamel").await;
    browser.says("[data-test=count]", "1 of").await;
    browser.click("[data-test=product][data-sku=MUG-01] a").await;

    // What is no picture is not even sent.
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (text, picture, torn) = (write("notes.txt", b"a mug"), write("mug.png", &png(400, 150)), png(400, 150));
    browser.choose(&text).await;
    browser.says("#file-error", "PNG").await;
    browser.choose(&picture).await;
    browser.click("[data-test=upload]").await;
    browser.says("#alt-error", "to be seen").await;
    browser.write("#alt", "A grey mug").await;
    browser.click("[data-test=upload]").await;
    browser.says("[data-test=images-outcome]", "in the shop").await;
    browser.see("[data-test=image][data-state=ready] picture img[alt='A grey mug']").await;

    // What only looks like one is refused, and the page says why.
    browser.choose(&write("torn.png", &torn[..torn.len() / 2])).await;
    browser.write("#alt", "Half of it").await;
    browser.click("[data-test=upload]").await;
    browser.says("[data-test=images-outcome]", "not taken").await;
    assert_ne!(browser.text("[data-test=image][data-state=rejected] [data-test=image-reason]").await, "");

    // A picture changes the product's version, which is no conflict for its name.
    browser.write("#name", "Enamel mug, grey").await;
    browser.click("[data-test=save]").await;
    browser.says("[data-test=details-outcome]", "Saved").await;

    browser.receive(5, "a late delivery").await;
    browser.says("[data-test=stock-available]", "105").await;
    browser.says("[data-test=ledger] li:first-child", "+5").await;
    browser.says("[data-test=ledger] li:first-child", "a late delivery").await;
    assert_eq!(browser.stage.available("MUG-01").await, 105);

    // However often the form is sent, it is one attempt.
    browser.write("#units", "95").await;
    browser.write("#reason", "fell off the shelf").await;
    browser.click("#direction-off").await;
    browser
        .run("const form = document.getElementById('adjust'); for (let i = 0; i < 5; i++) form.requestSubmit();")
        .await;
    browser.says("[data-test=stock-available]", "10").await;
    browser.says("[data-test=stock-written-off]", "95").await;
    assert_eq!(browser.stage.available("MUG-01").await, 10);

    browser.go("/product.html?sku=MUG-01").await;
    browser.says("main h1", "Enamel mug, grey").await;
    browser.see("#picture picture img[alt='A grey mug']").await;
    let sets = browser
        .run("return [...document.querySelectorAll('#picture picture source')].map((one) => [one.type, one.srcset]);")
        .await;
    assert!(sets.to_string().contains("image/webp"), "{sets}");
    assert!(sets.as_array().unwrap().iter().all(|one| one[1].as_str().unwrap().contains("w")), "{sets}");
    let loaded = browser.stage.eventually(async || {
        let width = browser.run("return document.querySelector('#picture picture img').naturalWidth;").await;
        width.as_u64() > Some(0)
    });
    assert!(loaded.await, "the picture cannot be loaded");
    browser.says("[data-test=stock]", "Only 10 left").await;

    browser.go("/admin/product.html?id=MUG-01").await;
    browser.click("[data-test=image][data-state=ready] [data-test=remove-image]").await;
    browser.click("[data-test=ask-yes]").await;
    browser.says("[data-test=images-outcome]", "removed").await;
    browser.go("/product.html?sku=MUG-01").await;
    browser.see("#picture svg").await;
    browser.close_with(&[("catalog/uploaded-images-dead", 1)]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn a_lost_answer_never_adjusts_twice() {
    let browser = Browser::open().await;
    browser.enter("/admin/product.html?id=LAMP-01").await;
    browser.see("[data-test=adjustment]").await;
    // The stock is changed, and the page does not hear of it.
    browser
        .run(
            "const send = window.fetch; \
             window.fetch = async (...request) => { \
               const answer = await send(...request); \
               const lost = (request[1] || {}).method === 'POST' && String(request[0]).includes('/stock/'); \
               if (lost) throw new TypeError('Failed to fetch'); \
               return answer; };",
        )
        .await;
    browser.write("#units", "2").await;
    browser.write("#reason", "found in the cellar").await;
    browser.click("[data-test=adjust]").await;
    browser.see("[data-test=adjust-pending]").await;
    assert_eq!(browser.stage.available("LAMP-01").await, 5);
    browser.page.refresh().await.unwrap();
    browser.says("[data-test=adjust-pending]", "2 units received").await;
    browser.click("[data-test=adjust-again]").await;
    browser.says("[data-test=stock-outcome]", "Done").await;
    browser.says("[data-test=stock-available]", "5").await;
    assert_eq!(browser.page.find_all(By::Css("[data-test=adjustment]")).await.unwrap().len(), 2);
    assert_eq!(browser.stage.available("LAMP-01").await, 5);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn two_admins_who_change_one_product_are_told() {
    let browser = Browser::open().await;
    browser.enter("/admin/product.html?id=PEN-01").await;
    browser.see("#save").await;
    let admin = browser.stage.token("admin", Scope::Admin);
    let theirs = serde_json::json!({
        "name": "Brass pen, fine",
        "description": "Takes standard refills. Ages well.",
        "price": { "amount_minor": 3900, "currency": "EUR" },
    });
    let headers = [("if-match", "\"1\""), ("content-type", "application/json")];
    let body = theirs.to_string().into_bytes();
    browser.stage.send(reqwest::Method::PUT, "/products/PEN-01", &admin, &headers, body).await.expect(200);
    browser.write("#amount", "41.50").await;
    browser.click("[data-test=save]").await;
    browser.says("[data-test=conflict]", "Brass pen, fine").await;
    let product = async || browser.stage.get("/products/PEN-01", "").await.expect(200).json();
    assert_eq!(product().await["price"]["amount_minor"], 3900, "nothing is overwritten unasked");
    browser.click("[data-test=conflict-theirs]").await;
    browser.says("main h1", "Brass pen, fine").await;
    browser.write("#amount", "41.50").await;
    browser.click("[data-test=save]").await;
    browser.says("[data-test=details-outcome]", "Saved").await;
    let product = product().await;
    assert_eq!((&product["name"], &product["price"]["amount_minor"]), (&"Brass pen, fine".into(), &4150.into()));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn an_orders_timeline_tells_its_whole_story() {
    let browser = Browser::open().await;
    let ada = browser.stage.token("ada", Scope::Customer);
    let id = browser.stage.order(&ada, "story", &browser.stage.order_of("MUG-01", 2, "pm_card_visa")).await;
    browser.stage.reaches(&ada, &id, "CONFIRMED").await;
    browser.stage.mailed(&id, "order_confirmed").await;
    browser.enter("/admin/orders.html").await;
    browser.says("[data-test=waiting]", "0").await;
    browser.see("[data-test=empty]").await;
    browser.write("#order-id", &id).await;
    browser.click("[data-test=open-order]").await;
    browser.see("[data-test=status][data-status=CONFIRMED]").await;
    for words in [
        "Placed, by the customer",
        "set aside",
        "taken",
        "Confirmed",
        "shop.order.confirmed.v1",
        "Sent: the confirmation",
    ] {
        browser.says("[data-test=timeline]", words).await;
    }
    for source in ["order", "payment", "event", "mail"] {
        browser.see(&format!("[data-test=moment][data-source={source}]")).await;
    }
    // In the order in which it happened, and by which execution.
    let times = browser
        .run("return [...document.querySelectorAll('[data-test=moment] time')].map((one) => Date.parse(one.dateTime));")
        .await;
    let times: Vec<u64> = serde_json::from_value(times).unwrap();
    assert!(times.is_sorted(), "{times:?}");
    assert!(browser.text("[data-test=execution]").await.contains(&id));
    browser.says("[data-test=hold][data-state=committed]", "2 × MUG-01").await;
    browser.says("[data-test=payment-status]", "captured").await;
    assert!(
        browser.page.find(By::Css("[data-test=cancel]")).await.unwrap().is_displayed().await.is_ok_and(|seen| !seen)
    );

    // One that waits is seen to move, and can be taken back.
    let waiting = browser.stage.order_of("MUG-01", 1, "pm_card_threeDSecureRequired");
    let waiting = browser.stage.order(&ada, "waiting", &waiting).await;
    browser.stage.reaches(&ada, &waiting, "ACTION_REQUIRED").await;
    browser.go(&format!("/admin/order.html?id={waiting}")).await;
    browser.says("[data-test=timeline]", "Parked").await;
    browser.click("[data-test=resume]").await;
    browser.says("[data-test=outcome]", "started again").await;
    browser.says("[data-test=timeline]", "by hand").await;
    browser.click("[data-test=cancel]").await;
    browser.click("[data-test=ask-no]").await;
    browser.click("[data-test=cancel]").await;
    browser.click("[data-test=ask-yes]").await;
    browser.see("[data-test=status][data-status=CANCELLED]").await;
    browser.says("[data-test=timeline]", "The undo begins, by an admin").await;
    browser.says("[data-test=hold]", "Released").await;
    browser.stage.mailed(&waiting, "order_cancelled").await;

    browser.go("/admin/orders.html?customer=ada").await;
    browser.see(&format!("[data-test=order][data-id={id}]")).await;
    browser.see(&format!("[data-test=order][data-id={waiting}]")).await;
    browser.go("/admin/orders.html?list=all").await;
    browser.see(&format!("[data-test=order][data-id={id}]")).await;
    browser.go("/admin/order.html?id=ord_00000000000000000000000000000000").await;
    browser.see("[data-test=not-found]").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn a_sale_is_announced_opened_closed_and_ended() {
    let browser = Browser::open().await;
    browser.enter("/admin/sales.html").await;
    browser.see("[data-test=empty]").await;
    browser.go("/admin/product.html?id=LAMP-01").await;
    browser.see("[data-test=sale-phase][data-phase=none]").await;
    browser.run("document.getElementById('opens').value = '2099-01-01T10:00:00';").await;
    browser.write("#per-customer", "1").await;
    browser.click("[data-test=sale-save]").await;
    browser.see("[data-test=sale-phase][data-phase=announced]").await;
    browser.go("/admin/sales.html").await;
    browser.says("[data-test=sale][data-sku=LAMP-01]", "At most 1").await;
    browser.click("[data-test=sale][data-sku=LAMP-01] h2 a").await;
    browser.click("[data-test=sale-open]").await;
    browser.see("[data-test=sale-phase][data-phase=open]").await;
    let sale = browser.stage.get("/sales/LAMP-01", "").await.expect(200).json();
    assert_eq!((&sale["phase"], &sale["per_customer"]), (&"open".into(), &1.into()));
    browser.click("[data-test=sale-close]").await;
    browser.see("[data-test=sale-phase][data-phase=over]").await;
    browser.click("[data-test=sale-end]").await;
    browser.click("[data-test=ask-yes]").await;
    browser.see("[data-test=sale-phase][data-phase=none]").await;
    browser.stage.get("/sales/LAMP-01", "").await.expect(404);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn somebody_who_is_no_admin_is_told_so() {
    let browser = Browser::open().await;
    browser.go("/admin/orders.html?list=all").await;
    browser.see("[data-test=signed-out]").await;
    browser.click("[data-test=admin-sign-in]").await;
    browser.sign_in("ada@example.com").await;
    browser.says("[data-test=no-admin]", "ada@example.com").await;
    assert!(
        browser.page.current_url().await.unwrap().as_str().ends_with("/admin/orders.html?list=all"),
        "back where it was"
    );
    assert!(!browser.page.find(By::Css("#content")).await.unwrap().is_displayed().await.unwrap());
    browser.go("/").await;
    browser.see("[data-test=sign-out]").await;
    let link = browser.page.find(By::Css("[data-test=admin]")).await.unwrap();
    assert!(!link.is_displayed().await.unwrap(), "the way there is for admins");

    // A page that is told otherwise still gets nothing: the API decides.
    let claim = "const session = JSON.parse(sessionStorage.getItem('emporium.session')); \
        const encode = (what) => btoa(JSON.stringify(what)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_'); \
        session.access = `${encode({ alg: 'none' })}.${encode({ scope: 'customer admin' })}.x`; session.refresh = null; \
        sessionStorage.setItem('emporium.session', JSON.stringify(session));";
    browser.run(claim).await;
    browser.go("/admin/orders.html").await;
    browser.see("[data-test=admin-sign-in]").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a browser: cargo shop check browser"]
async fn dead_letters_are_shown_and_given_back() {
    let browser = Browser::open().await;
    browser.enter("/admin/dead-letters.html").await;
    browser.see("[data-test=empty]").await;
    browser.see("[data-test=queue][data-queue='notifications/order-mails']").await;

    browser.stage.send_message("notifications", "order-mails", r#"{"not":"an event"}"#).await;
    browser.is_given_up().await;
    browser.click("[data-test=again]").await;
    browser.says("[data-test=queue][data-queue='notifications/order-mails'] [data-test=messages]", "1 dead").await;
    // As JSON is read: a value on each line.
    browser.says("[data-test=letter] pre", "  \"not\": \"an event\"").await;
    browser.says("[data-test=letter]", "received").await;

    browser.click("[data-test=redrive]").await;
    browser.says("[data-test=ask]", "removed the cause").await;
    browser.click("[data-test=ask-no]").await;
    assert_eq!(browser.stage.depth("notifications/order-mails-dead").await, 1, "only who says yes");
    browser.click("[data-test=redrive]").await;
    browser.click("[data-test=ask-yes]").await;
    browser.says("[data-test=outcome]", "1 message is on the way back").await;
    browser.see("[data-test=empty]").await;
    assert_eq!(browser.stage.depth("notifications/order-mails-dead").await, 0);

    // Its cause is still there, and so it comes back.
    browser.is_given_up().await;
    browser.click("[data-test=again]").await;
    browser.says("[data-test=queue][data-queue='notifications/order-mails'] [data-test=messages]", "1 dead").await;
    browser.close_with(&[("notifications/order-mails-dead", 1)]).await;
}

impl Browser {
    /// Goes to a page of the back office, and signs in as the admin on the way.
    pub async fn enter(&self, path: &str) {
        self.go(path).await;
        self.click("[data-test=admin-sign-in]").await;
        self.sign_in("admin@example.com").await;
        self.see("#content").await;
    }

    /// Chooses a file to upload. A file chooser is not written to: what was in it is replaced.
    async fn choose(&self, path: &str) {
        self.see("#file").await.send_keys(path).await.unwrap();
    }

    async fn receive(&self, units: u32, reason: &str) {
        self.write("#units", &units.to_string()).await;
        self.write("#reason", reason).await;
        self.click("#direction-in").await;
        self.click("[data-test=adjust]").await;
        self.says("[data-test=stock-outcome]", "received").await;
    }

    /// Waits until a message to the mails has been received too often.
    async fn is_given_up(&self) {
        let dead = self.stage.eventually(async || {
            // Each receive hides the message for its visibility timeout.
            self.stage.pass(Duration::from_secs(181)).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.stage.depth("notifications/order-mails-dead").await == 1
        });
        assert!(dead.await, "it is not given up");
    }
}

/// A PNG file in shades of grey. Its pixels are stored and not packed, so at most 65,535 bytes of them.
///
/// Sources: PNG (third edition) §5.3, §11.2 and Annex D; RFC 1950 §2.2 (zlib); RFC 1951 §3.2.4 (a stored block).
fn png(width: u32, height: u32) -> Vec<u8> {
    let row = |y: u32| std::iter::once(0).chain((0..width).map(move |x| u8::try_from((x + y) % 256).unwrap()));
    let pixels: Vec<u8> = (0..height).flat_map(row).collect();
    let length = u16::try_from(pixels.len()).unwrap();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let stored =
        [&[0x78, 0x01, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &pixels, &adler(&pixels)].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(*b"IHDR", &header), &chunk(*b"IDAT", &stored), &chunk(*b"IEND", &[])].concat()
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    let named = [&kind[..], data].concat();
    let sum = crc(&named).to_be_bytes();
    [&length[..], &named, &sum].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    let shifted = |sum: u32| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| shifted(sum)))
}

fn adler(bytes: &[u8]) -> [u8; 4] {
    let add = |(a, b): (u32, u32), byte: &u8| ((a + u32::from(*byte)) % 65_521, (a + u32::from(*byte) + b) % 65_521);
    let (a, b) = bytes.iter().fold((1, 0), add);
    ((b << 16) | a).to_be_bytes()
}
