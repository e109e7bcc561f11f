//! The shop in a real browser, as people use it.
//!
//! These tests need Chromium, its driver and axe-core, which `cargo shop check browser` sees to; that is what runs them, and so
//! `cargo test` does not.

mod accessibility;
mod backoffice;
mod buying;
mod chromium;
mod console;
mod pictures;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::Value;
use thirtyfour::prelude::*;

use crate::stage::Stage;
use chromium::Chromium;

/// What `cargo shop check browser` says where its tools are.
const AXE: &str = "EMPORIUM_AXE";

/// So long anything on a page may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A shop, and a browser before it.
pub struct Browser {
    pub stage: Stage,
    pub page: WebDriver,
    chromium: Chromium,
}

/// Somebody who looks at the shop's pages on a screen of this size.
impl Browser {
    pub async fn open() -> Self {
        let stage = Stage::with_switches("its pages are another matter there").await;
        let (stage, _) = stage.expect("run by cargo shop check browser");
        shop::seed::accounts(stage.cloud()).unwrap();
        let chromium = Chromium::start().await;
        let page = chromium.window().await;
        let browser = Self { stage, page, chromium };
        browser.go("/").await;
        browser
    }

    /// Ends it, after a look at the shop: nothing must be wrong with it.
    pub async fn close(self) {
        self.close_with(&[]).await;
    }

    /// The same, where so many messages were given up.
    pub async fn close_with(self, dead_letters: &[(&str, usize)]) {
        self.page.quit().await.unwrap();
        self.chromium.stop().await;
        self.stage.finish(dead_letters).await;
    }

    pub async fn go(&self, path: &str) {
        self.page.goto(format!("{}{path}", self.stage.url())).await.unwrap();
    }

    /// The first element that this selector finds, once there is one that can be seen. Pages draw anew what has changed, so one
    /// that was found may be gone a moment later.
    pub async fn see(&self, css: &str) -> WebElement {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Ok(element) = self.page.find(By::Css(css)).await
                && element.is_displayed().await.unwrap_or(false)
            {
                return element;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{css} is not to be seen:\n{}", self.text("body").await)
    }

    /// Clicks on it, once it can be clicked.
    pub async fn click(&self, css: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let element = self.see(css).await;
            let scrolled = element.scroll_into_view().await;
            match scrolled.and(element.click().await) {
                Ok(()) => return,
                Err(why) if Instant::now() > end => panic!("{css} cannot be clicked: {why}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    pub async fn write(&self, css: &str, text: &str) {
        let field = self.see(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn text(&self, css: &str) -> String {
        match self.page.find(By::Css(css)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(why) => format!("no {css}: {why}"),
        }
    }

    /// Waits until an element says this.
    pub async fn says(&self, css: &str, words: &str) {
        let holds = async || self.text(css).await.contains(words);
        let said = self.stage.eventually(holds).await;
        assert!(said, "{css} does not say {words:?}: {}", self.text("body").await);
    }

    /// Runs a script in the page. What it returns.
    pub async fn run(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Signs in on the page that the browser is sent to.
    pub async fn sign_in(&self, email: &str) {
        self.write("#email", email).await;
        self.write("#password", shop::seed::PASSWORD).await;
        self.click("button[type=submit]").await;
    }

    /// Makes an account, with the code from the mailbox, on the page that the browser is sent to.
    pub async fn sign_up(&self, email: &str) {
        self.click("a[href^='/signup']").await;
        self.write("#email", email).await;
        self.write("#password", "a password of my own").await;
        self.click("button[type=submit]").await;
        self.see("#code").await;
        let mails = self.stage.cloud().mails();
        let mail = mails.iter().rev().find(|mail| mail.to == [email]).expect("the code was mailed");
        let code: String = mail.text.chars().filter(char::is_ascii_digit).collect();
        self.write("#code", &code).await;
        self.click("button[type=submit]").await;
    }

    /// Puts some of a product into the cart.
    pub async fn add(&self, sku: &str, quantity: u32) {
        self.go(&format!("/product.html?sku={sku}")).await;
        self.see("#add:enabled").await;
        self.write("#quantity", &quantity.to_string()).await;
        self.click("#add").await;
        self.see("[data-test=in-cart]").await;
    }

    /// Fills in the checkout, up to the button. `card` is one of the test cards.
    pub async fn fill_in(&self, card: &str) {
        self.see("#form").await;
        for (field, value) in [
            ("email", "new@example.com"),
            ("name", "Ada Lovelace"),
            ("line1", "St. James Square 12"),
            ("postal_code", "SW1Y 4JH"),
            ("city", "London"),
        ] {
            self.write(&format!("#{field}"), value).await;
        }
        self.click("#country option[value=GB]").await;
        self.click(&format!("input[name=card][value={card}]")).await;
    }

    /// Waits for the order's page to say this. The order's id.
    pub async fn order_becomes(&self, status: &str) -> String {
        self.see(&format!("[data-test=status][data-status={status}]")).await;
        let url = self.page.current_url().await.unwrap();
        let (_, id) = url.query_pairs().find(|(name, _)| name == "id").expect("the order's page names the order");
        id.into_owned()
    }

    /// The orders that the shop has, as its table has them.
    pub fn orders(&self) -> Vec<Value> {
        self.stage.cloud().scan("orders", "orders").unwrap()
    }
}

/// The file of axe-core.
fn axe() -> PathBuf {
    std::env::var_os(AXE).expect("run by cargo shop check browser").into()
}
