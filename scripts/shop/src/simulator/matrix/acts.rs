//! What people do in scenarios.

use std::time::Duration;

use anyhow::ensure;
use fakestripe::Authentication;

use super::people::People;
use crate::simulator::shelf;

/// After so long, no function remembers a price that is no longer right.
const PRICES_ARE_KNOWN: Duration = Duration::from_secs(40);

/// The smallest picture: one pixel, as a PNG file.
const PIXEL: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc8\xe0\xa0\x00\x00\x02\xe4\x01!\x81%\xc8\xc8\x00\x00\x00\x00IEND\xaeB`\x82";

/// The customer buys, and looks until that is decided.
pub async fn buy(people: &People, card: &str, lines: &[(&str, u32)]) -> anyhow::Result<()> {
    let id = people.place(card, lines).await?;
    people.await_status(&id, &["CONFIRMED", "CANCELLED", "ACTION_REQUIRED"]).await
}

/// The customer buys, and answers the bank's question.
pub async fn authenticate(people: &People, outcome: Authentication) -> anyhow::Result<()> {
    let id = people.place("pm_card_threeDSecureRequired", &[("MUG-01", 1)]).await?;
    people.authenticate(&id, outcome).await?;
    people.await_status(&id, &["CONFIRMED", "CANCELLED"]).await
}

/// The customer takes the order back at once.
pub async fn cancel_at_once(people: &People) -> anyhow::Result<()> {
    let id = people.place("pm_card_visa", &[("MUG-01", 1)]).await?;
    people.cancel(&id).await?;
    people.await_status(&id, &["CONFIRMED", "CANCELLED"]).await
}

/// The customer takes the order back half a second later.
pub async fn cancel_soon(people: &People) -> anyhow::Result<()> {
    let id = people.place("pm_card_visa", &[("MUG-01", 1)]).await?;
    people.world.pass(Duration::from_millis(500)).await;
    people.cancel(&id).await?;
    people.await_status(&id, &["CONFIRMED", "CANCELLED"]).await
}

/// The customer takes the order back when the payment has come to this.
pub async fn cancel_when(people: &People, card: &str, payment: &str) -> anyhow::Result<()> {
    let id = people.place(card, &[("MUG-01", 1)]).await?;
    people.await_payment(&id, payment).await;
    people.world.pass(Duration::from_millis(500)).await;
    people.cancel(&id).await?;
    people.await_status(&id, &["CONFIRMED", "CANCELLED"]).await
}

/// The customer asks again when the product is gone.
pub async fn ask_again(people: &People) -> anyhow::Result<()> {
    let id = people.place("pm_card_visa", &[("MUG-01", 1)]).await?;
    people.await_status(&id, &["CONFIRMED"]).await?;
    let etag = people.read("/products/MUG-01").await?.etag;
    people.delete_product("MUG-01", &etag).await?;
    people.world.pass(PRICES_ARE_KNOWN).await;
    let again = people.place("pm_card_visa", &[("MUG-01", 1)]).await?;
    ensure!(again == id, "the same request made {id}, then {again}");
    people.reuse_the_key("pm_card_visa", &[("MUG-01", 2)]).await?;
    ensure!(!people.cancel(&id).await?, "a confirmed order was taken back");
    people.await_status(&id, &["CONFIRMED"]).await
}

/// Everybody reads everything.
pub async fn look_at_everything(people: &People) -> anyhow::Result<()> {
    let id = people.place("pm_card_visa", &[("MUG-01", 1)]).await?;
    people.await_status(&id, &["CONFIRMED"]).await?;
    for path in [
        "/products",
        "/products/MUG-01",
        "/stock/MUG-01",
        "/availability?skus=MUG-01",
        "/orders",
        "/orders?list=all",
        "/orders?list=needs-operator",
        "/orders?customer=ada",
        "/sales",
        "/stock/MUG-01/adjustments",
        &format!("/payments/{id}"),
        &format!("/holds/{id}"),
        &format!("/mails/{id}"),
    ] {
        people.read(path).await?;
    }
    Ok(())
}

/// An admin starts a parked order's saga again, gives its watch back, and takes the order back for the shop.
pub async fn run_the_shop(people: &People) -> anyhow::Result<()> {
    let id = people.place("pm_card_threeDSecureRequired", &[("MUG-01", 1)]).await?;
    people.await_status(&id, &["ACTION_REQUIRED"]).await?;
    people.resume(&id).await?;
    people.redrive(&id).await?;
    people.cancel_for_the_shop(&id).await?;
    people.await_status(&id, &["CANCELLED"]).await
}

/// An admin uploads a picture and something that is none, gives the dead letter back, and takes the picture off.
pub async fn picture_the_shelf(people: &People) -> anyhow::Result<()> {
    let (image, state) = people.upload("MUG-01", PIXEL).await?;
    ensure!(state == "ready", "a good picture is {state}");
    let (_, state) = people.upload("MUG-01", b"this is no picture").await?;
    ensure!(state == "rejected", "what is no picture is {state}");
    people.give_back("catalog/uploaded-images").await?;
    people.remove_image("MUG-01", &image).await
}

/// An admin looks after the shelf.
pub async fn keep_the_shelf(people: &People) -> anyhow::Result<()> {
    people.put_product("NEW-01", &shelf::product("NEW-01", 990), None).await?;
    people.adjust("NEW-01", "delivery", 10).await?;
    people.adjust("NEW-01", "breakage", -3).await?;
    let mut changed = shelf::product("NEW-01", 1_090);
    changed["name"] = "changed".into();
    let etag = people.read("/products/NEW-01").await?.etag;
    people.put_product("NEW-01", &changed, Some(&etag)).await?;
    let etag = people.read("/products/NEW-01").await?.etag;
    people.delete_product("NEW-01", &etag).await
}

/// An admin spreads a sku over shards, and goes back.
pub async fn spread_the_shelf(people: &People) -> anyhow::Result<()> {
    people.spread("MUG-01", 3).await?;
    people.adjust("MUG-01", "delivery", 10).await?;
    people.adjust("MUG-01", "fire", -20).await?;
    people.spread("MUG-01", 1).await
}

/// The customer buys what is spread over shards.
pub async fn buy_spread(people: &People, lines: &[(&str, u32)]) -> anyhow::Result<()> {
    people.spread("LAMP-01", 3).await?;
    buy(people, "pm_card_visa", lines).await
}

/// Units come back to a shard that was left.
pub async fn leave_shards(people: &People) -> anyhow::Result<()> {
    people.spread("MUG-01", 4).await?;
    let id = people.place("pm_card_threeDSecureRequired", &[("MUG-01", 1)]).await?;
    people.await_status(&id, &["ACTION_REQUIRED"]).await?;
    people.spread("MUG-01", 1).await?;
    people.authenticate(&id, Authentication::Fail).await?;
    people.await_status(&id, &["CONFIRMED", "CANCELLED"]).await
}

/// The customer buys in a sale, which then ends.
pub async fn buy_in_a_sale(people: &People) -> anyhow::Result<()> {
    people.open_sale("MUG-01", 2).await?;
    people.world.pass(PRICES_ARE_KNOWN).await;
    buy(people, "pm_card_visa", &[("MUG-01", 1)]).await?;
    people.end_sale("MUG-01").await
}

/// The customer comes to a sale in which nothing is left.
pub async fn miss_a_sale(people: &People) -> anyhow::Result<()> {
    people.open_sale("LAMP-01", 5).await?;
    people.adjust("LAMP-01", "fire", -3).await?;
    people.world.pass(PRICES_ARE_KNOWN).await;
    buy(people, "pm_card_visa", &[("LAMP-01", 1)]).await
}

/// The customer waits in a long queue.
pub async fn wait_for_a_turn(people: &People) -> anyhow::Result<()> {
    people.open_sale("LAMP-01", 3).await?;
    people.spread("LAMP-01", 3).await?;
    people.world.pass(PRICES_ARE_KNOWN).await;
    people.fill_the_queue(1_000)?;
    let lines = [("LAMP-01", 3)];
    let id = people.place("pm_card_visa", &lines).await?;
    people.world.pass(Duration::from_secs(2)).await;
    let again = people.place("pm_card_visa", &lines).await?;
    ensure!(again == id, "the same request made {id}, then {again}");
    people.world.pass(Duration::from_secs(950)).await;
    people.await_status(&id, &["CONFIRMED", "CANCELLED"]).await
}

/// The customer's one order fails, and another one is taken.
pub async fn try_again(people: &People) -> anyhow::Result<()> {
    people.open_sale("MUG-01", 1).await?;
    people.spread("MUG-01", 2).await?;
    people.world.pass(PRICES_ARE_KNOWN).await;
    let lines = [("MUG-01", 1)];
    let id = people.place("pm_card_threeDSecureRequired", &lines).await?;
    people.is_limited("order-2", &lines).await?;
    people.authenticate(&id, Authentication::Fail).await?;
    people.await_status(&id, &["CANCELLED"]).await?;
    let other = people.place_as("order-3", "pm_card_visa", &lines).await?;
    people.await_status(&other, &["CONFIRMED", "CANCELLED"]).await
}
