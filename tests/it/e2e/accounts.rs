//! Accounts: what somebody may do who has signed in.

use std::collections::BTreeMap;

use localcloud::user_pool::UserPool;
use reqwest::{Client, Url, redirect::Policy};
use serde_json::Value;

use crate::stage::Stage;

/// RFC 7636, Appendix B: a verifier, and the challenge that is made of it.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

impl Stage {
    /// Signs in as a page does. The tokens.
    async fn sign_in(&self, email: &str) -> Value {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        let redirect_uri = format!("{}/signed-in.html", self.url());
        let query = [
            ("response_type", "code"),
            ("client_id", "storefront"),
            ("redirect_uri", &redirect_uri),
            ("scope", "openid email customer"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let page = Url::parse_with_params(&format!("{}/login", self.url()), query).unwrap();
        let form = Url::parse_with_params("http://x", [("email", email), ("password", shop::seed::PASSWORD)]).unwrap();
        let entered = client.post(page).body(form.query().unwrap().to_owned()).send().await.unwrap();
        let back = Url::parse(entered.headers()["location"].to_str().unwrap()).unwrap();
        let answer: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
        let redeemed = [
            ("grant_type", "authorization_code"),
            ("client_id", "storefront"),
            ("redirect_uri", &redirect_uri),
            ("code", &answer["code"]),
            ("code_verifier", VERIFIER),
        ];
        let form = Url::parse_with_params("http://x", redeemed).unwrap();
        let token = client.post(format!("{}/oauth2/token", self.url())).body(form.query().unwrap().to_owned());
        token.send().await.unwrap().json().await.unwrap()
    }
}

/// `accounts/grant-scopes` runs before each token, as the user pool's trigger.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_in_the_group_admins_runs_the_shop_and_nobody_else() {
    let Some(stage) = Stage::local("tokens come from the tests' own issuer there").await else { return };
    shop::seed::accounts(stage.cloud()).unwrap();
    let pool: &UserPool = stage.cloud().user_pool();
    pool.add("eve", "eve@example.com", shop::seed::PASSWORD, &["admin", "Admins"]).unwrap();
    for (email, answer) in [("admin@example.com", 200), ("ada@example.com", 403), ("eve@example.com", 403)] {
        let tokens = stage.sign_in(email).await;
        let token = tokens["access_token"].as_str().unwrap();
        stage.get("/stock/MUG-01", token).await.expect(answer);
        stage.get("/orders", token).await.expect(200);
        stage.get("/orders", tokens["id_token"].as_str().unwrap()).await.expect(401);
    }
    stage.finish(&[]).await;
}
