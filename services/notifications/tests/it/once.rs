//! When nothing fails but the messages.

use contracts::events::{ORDER_ACTION_REQUIRED, ORDER_CANCELLED, ORDER_CONFIRMED, ORDER_PLACED};

use crate::{Notifications, message, order_id};

#[tokio::test]
async fn a_mail_is_sent_and_recorded() {
    let notifications = Notifications::new();
    assert!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await.is_empty());

    let mails = notifications.bench.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, ["customer-1@example.com"]);
    assert_eq!(mails[0].subject, "Your order is confirmed");
    assert!(mails[0].text.contains("39.60 EUR") && mails[0].html.contains("39.60 EUR"));
    assert_eq!(mails[0].tags["order_id"], order_id(1).as_str());
    assert_eq!(mails[0].tags["template"], "order_confirmed");

    let table = notifications.bench.scan("mails");
    assert_eq!(table.len(), 1);
    assert_eq!((&table[0]["state"], &table[0]["message_id"]), (&"sent".into(), &mails[0].id.as_str().into()));
    assert!(table[0]["forget_at"].is_number() && table[0]["sent_at"].is_string());
    assert!(!table[0].to_string().contains("example.com"), "no address is kept");
    assert_eq!(notifications.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn an_event_that_comes_again_is_done_already() {
    let notifications = Notifications::new();
    for _ in 0..3 {
        assert!(notifications.deliver(&[message(ORDER_CONFIRMED, 1)]).await.is_empty());
    }
    assert_eq!(notifications.bench.mails().len(), 1);
}

#[tokio::test]
async fn the_same_event_at_the_same_time_is_one_mail() {
    let notifications = Notifications::new();
    let twice = [message(ORDER_CONFIRMED, 1), message(ORDER_CONFIRMED, 1)];
    let (one, other) = tokio::join!(notifications.deliver(&twice), notifications.deliver(&twice));
    // Whoever found a claim comes again, and whoever found the record is done.
    assert!(one.len() + other.len() <= 3, "{one:?} {other:?}");
    assert_eq!(notifications.bench.mails().len(), 1);
    assert!(notifications.deliver(&twice).await.is_empty());
    assert_eq!(notifications.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn each_template_of_each_order_is_a_mail_of_its_own() {
    let notifications = Notifications::new();
    let kinds = [ORDER_CONFIRMED, ORDER_CANCELLED, ORDER_ACTION_REQUIRED];
    let batch: Vec<String> = kinds.iter().flat_map(|kind| [message(kind, 1), message(kind, 2)]).collect();
    assert!(notifications.deliver(&batch).await.is_empty());
    let mut sent: Vec<_> = notifications.bench.mails().into_iter().map(|mail| mail.tags).collect();
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), 6);
    assert_eq!(notifications.audit(), Vec::<String>::new());
}

#[tokio::test]
async fn poison_fails_alone() {
    let notifications = Notifications::new();
    let batch = [
        message(ORDER_CONFIRMED, 1),
        "not JSON".to_owned(),
        message(ORDER_PLACED, 2),
        message(ORDER_CANCELLED, 3).replace("EUR", "XXX"),
        message(ORDER_CANCELLED, 4),
    ];
    assert_eq!(notifications.deliver(&batch).await, ["1", "2", "3"]);
    let sent: Vec<String> = notifications.bench.mails().into_iter().map(|mail| mail.tags["order_id"].clone()).collect();
    assert_eq!(sent.len(), 2);
    assert!(sent.contains(&order_id(1).to_string()) && sent.contains(&order_id(4).to_string()));
}
