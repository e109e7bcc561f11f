//! When a message can be received, by whom, and how often. Time stands still unless a test moves it.

use std::collections::BTreeMap;

use super::{
    super::{Courier, Depth, MessageAttribute},
    *,
};

const DAY: u64 = 24 * 3_600;

#[tokio::test(start_paused = true)]
async fn a_received_message_is_hidden_until_its_visibility_timeout_ends() {
    let bench = Bench::new();
    let id = bench.send("a");
    let first = bench.one(MAIN).unwrap();
    assert_eq!((first.id.as_str(), first.body.as_str(), first.receive_count), (id.as_str(), "a", 1));
    bench.advance(VISIBILITY - 1);
    assert_eq!(bench.one(MAIN), None);
    bench.advance(1);
    let second = bench.one(MAIN).unwrap();
    assert_eq!((second.id, second.receive_count), (id, 2));
    assert_ne!(second.receipt, first.receipt);
    assert_eq!(second.attributes["ApproximateReceiveCount"], "2");
    assert_eq!(second.attributes["ApproximateFirstReceiveTimestamp"], "1767225600000");
    assert_eq!(second.attributes["SentTimestamp"], "1767225600000");
}

#[tokio::test(start_paused = true)]
async fn messages_come_oldest_visible_first() {
    let bench = Bench::new();
    for body in ["a", "b", "c"] {
        bench.send(body);
    }
    assert_eq!(bench.bodies(MAIN, 2), ["a", "b"]);
    bench.advance(1);
    bench.send("d");
    bench.advance(VISIBILITY);
    assert_eq!(bench.bodies(MAIN, 10), ["c", "d", "a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_late_handle_deletes_unless_the_message_was_received_again() {
    let bench = Bench::new();
    bench.send("a");
    let first = bench.one(MAIN).unwrap();
    bench.advance(VISIBILITY);
    let second = bench.one(MAIN).unwrap();
    // Accepted, without effect.
    bench.queues.delete(MAIN, &first.receipt).unwrap();
    assert_eq!(bench.queues.depth(MAIN).unwrap().in_flight, 1);
    bench.advance(VISIBILITY);
    // Late, but still the newest handle.
    bench.queues.delete(MAIN, &second.receipt).unwrap();
    assert_eq!(bench.queues.depth(MAIN).unwrap(), Depth::default());
    // Deleting twice is no error; a handle of another queue, or of none, is.
    bench.queues.delete(MAIN, &second.receipt).unwrap();
    for (queue, receipt) in [(DEAD, second.receipt.as_str()), (MAIN, "rubbish"), (MAIN, "")] {
        assert_eq!(bench.queues.delete(queue, receipt).unwrap_err().code, "ReceiptHandleIsInvalid");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_received_too_often_goes_to_the_dead_letter_queue() {
    let bench = Bench::new();
    let attributes = BTreeMap::from([("type".to_owned(), MessageAttribute::text("t"))]);
    let message = NewMessage { attributes: attributes.clone(), ..NewMessage::text("a") };
    let id = bench.queues.send(MAIN, message).unwrap();
    for receive in 1..=MAX_RECEIVES {
        assert_eq!(bench.one(MAIN).unwrap().receive_count, receive);
        bench.advance(VISIBILITY);
        assert_eq!(bench.queues.depth(DEAD).unwrap(), Depth::default());
    }
    assert_eq!(bench.one(MAIN), None);
    assert_eq!(bench.queues.depth(MAIN).unwrap(), Depth::default());
    let dead = bench.one(DEAD).unwrap();
    assert_eq!((dead.id, dead.body.as_str(), dead.receive_count), (id, "a", MAX_RECEIVES + 1));
    assert_eq!(dead.message_attributes, attributes);
    assert_eq!(dead.attributes["DeadLetterQueueSourceArn"], config(MAIN).arn);
    assert_eq!(dead.attributes["SentTimestamp"], "1767225600000");
}

#[tokio::test(start_paused = true)]
async fn a_receive_passes_dead_messages_and_takes_the_next() {
    let bench = Bench::new();
    bench.send("dead");
    for _ in 0..MAX_RECEIVES {
        bench.one(MAIN).unwrap();
        bench.advance(VISIBILITY);
    }
    bench.send("alive");
    assert_eq!(bench.bodies(MAIN, 1), ["alive"]);
    assert_eq!(bench.bodies(DEAD, 1), ["dead"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_receiver_may_still_delete_before_the_move_and_not_after() {
    let bench = Bench::new();
    let last_receive = || {
        for _ in 1..MAX_RECEIVES {
            bench.one(MAIN).unwrap();
            bench.advance(VISIBILITY);
        }
        bench.one(MAIN).unwrap()
    };
    bench.send("a");
    let receive = last_receive();
    bench.advance(VISIBILITY);
    bench.queues.delete(MAIN, &receive.receipt).unwrap();
    assert_eq!((bench.one(MAIN), bench.one(DEAD)), (None, None));
    bench.send("b");
    let receive = last_receive();
    bench.advance(VISIBILITY);
    assert_eq!(bench.one(MAIN), None);
    bench.queues.delete(MAIN, &receive.receipt).unwrap();
    assert_eq!(bench.one(DEAD).unwrap().body, "b");
}

#[tokio::test(start_paused = true)]
async fn dead_letters_go_back_as_new_messages() {
    let bench = Bench::new();
    let id = bench.send("a");
    for _ in 0..MAX_RECEIVES {
        bench.one(MAIN).unwrap();
        bench.advance(VISIBILITY);
    }
    assert_eq!(bench.one(MAIN), None);
    // Sent straight to the dead-letter queue: it came from nowhere, and stays.
    bench.queues.send(DEAD, NewMessage::text("stray")).unwrap();
    assert_eq!(bench.queues.redrive(DEAD).unwrap(), 1);
    let again = bench.one(MAIN).unwrap();
    assert_eq!((again.body.as_str(), again.receive_count), ("a", 1));
    assert_ne!(again.id, id);
    assert!(!again.attributes.contains_key("DeadLetterQueueSourceArn"));
    assert_eq!(bench.queues.peek(DEAD, 10).unwrap().len(), 1);
    assert_eq!(bench.queues.redrive(MAIN).unwrap_err().code, "InvalidParameterValue");
}

#[tokio::test(start_paused = true)]
async fn delays_of_messages_and_of_queues() {
    let bench = Bench::new();
    let delayed = |seconds| NewMessage { delay: Some(Duration::from_secs(seconds)), ..NewMessage::text("a") };
    bench.queues.send(MAIN, delayed(900)).unwrap();
    assert_eq!(bench.queues.depth(MAIN).unwrap(), Depth { delayed: 1, ..Depth::default() });
    bench.advance(899);
    assert_eq!(bench.one(MAIN), None);
    bench.advance(1);
    assert!(bench.one(MAIN).is_some());
    assert_eq!(bench.queues.send(MAIN, delayed(901)).unwrap_err().code, "InvalidParameterValue");

    bench.queues.create(QueueConfig { default_delay: Duration::from_secs(5), ..config("slow") }).unwrap();
    bench.queues.send("slow", NewMessage::text("default")).unwrap();
    bench.queues.send("slow", delayed(0)).unwrap();
    assert_eq!(bench.bodies("slow", 10), ["a"]);
    bench.advance(5);
    assert_eq!(bench.bodies("slow", 10), ["default"]);
}

#[tokio::test(start_paused = true)]
async fn visibility_can_be_changed_while_in_flight_and_only_then() {
    let bench = Bench::new();
    let change = |receipt: &str, seconds| {
        bench.queues.change_visibility(MAIN, receipt, Duration::from_secs(seconds)).map_err(|error| error.code)
    };
    bench.send("a");
    let first = bench.one(MAIN).unwrap();
    assert_eq!(change(&first.receipt, 100), Ok(()));
    bench.advance(99);
    assert_eq!(bench.one(MAIN), None);
    assert_eq!(change(&first.receipt, 0), Ok(()));
    assert_eq!(change(&first.receipt, 10), Err("MessageNotInflight".to_owned()));
    let second = bench.one(MAIN).unwrap();
    assert_eq!(second.receive_count, 2);
    assert_eq!(change(&first.receipt, 0), Err("MessageNotInflight".to_owned()));
    assert_eq!(bench.queues.depth(MAIN).unwrap(), Depth { in_flight: 1, ..Depth::default() });
    bench.queues.delete(MAIN, &second.receipt).unwrap();
    assert_eq!(change(&second.receipt, 0), Err("MessageNotInflight".to_owned()));
    assert_eq!(change("rubbish", 0), Err("ReceiptHandleIsInvalid".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn retention_counts_from_when_a_message_was_sent_also_in_the_dead_letter_queue() {
    let bench = Bench::new();
    bench.send("a");
    bench.advance(4 * DAY - 1);
    assert_eq!(bench.queues.depth(MAIN).unwrap().visible, 1);
    bench.advance(1);
    assert_eq!(bench.queues.depth(MAIN).unwrap(), Depth::default());
    assert_eq!((bench.queues.peek(MAIN, 10).unwrap(), bench.one(MAIN)), (vec![], None));

    bench.send("b");
    bench.advance(3 * DAY);
    for _ in 0..=MAX_RECEIVES {
        bench.one(MAIN);
        bench.advance(VISIBILITY);
    }
    bench.advance(11 * DAY - 10 * VISIBILITY);
    assert_eq!(bench.queues.depth(DEAD).unwrap().visible, 1);
    bench.advance(10 * VISIBILITY);
    assert_eq!(bench.one(DEAD), None);
}

#[tokio::test(start_paused = true)]
async fn messages_survive_a_restart_with_the_same_store() {
    let clock = LocalClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
    let bench = Bench::over(Arc::clone(&clock), Arc::new(Store::file(":memory:".as_ref()).unwrap()));
    for body in ["deleted", "in flight", "waiting"] {
        bench.send(body);
    }
    let received = bench.queues.receive(MAIN, 2).unwrap();
    bench.queues.delete(MAIN, &received[0].receipt).unwrap();

    let again = Bench::over(clock, Arc::clone(&bench.store));
    assert_eq!(again.queues.depth(MAIN).unwrap(), Depth { visible: 1, in_flight: 1, delayed: 0 });
    again.send("new");
    assert_eq!(again.bodies(MAIN, 10), ["waiting", "new"]);
    again.advance(VISIBILITY);
    let late = again.one(MAIN).unwrap();
    assert_eq!((late.body.as_str(), late.receive_count), ("in flight", 2));
    // The handle of before the restart belongs to a receive that another has followed.
    again.queues.delete(MAIN, &received[1].receipt).unwrap();
    assert_eq!(again.queues.depth(MAIN).unwrap().in_flight, 1);
}

#[tokio::test(start_paused = true)]
async fn dead_letters_and_purges_survive_a_restart_too() {
    let clock = LocalClock::starting_at("2026-01-01T00:00:00Z".parse().unwrap());
    let bench = Bench::over(Arc::clone(&clock), Arc::new(Store::file(":memory:".as_ref()).unwrap()));
    bench.send("dead");
    for _ in 0..=MAX_RECEIVES {
        bench.one(MAIN);
        bench.advance(VISIBILITY);
    }
    bench.send("purged");
    bench.queues.purge(MAIN).unwrap();
    let again = Bench::over(clock, Arc::clone(&bench.store));
    assert_eq!(again.queues.depth(MAIN).unwrap(), Depth::default());
    assert_eq!(again.queues.redrive(DEAD).unwrap(), 1);
    assert_eq!(again.bodies(MAIN, 10), ["dead"]);
}

#[tokio::test(start_paused = true)]
async fn a_courier_reorders_and_repeats_but_never_within_one_receive() {
    struct Rough;
    impl Courier for Rough {
        fn passed_over(&self, _: &str) -> usize {
            1
        }
        fn repeats(&self, _: &str) -> bool {
            true
        }
    }
    let bench = Bench::new();
    bench.queues.set_courier(Arc::new(Rough));
    bench.send("a");
    bench.send("b");
    for _ in 0..MAX_RECEIVES {
        assert_eq!(bench.bodies(MAIN, 10), ["b", "a"]);
    }
    assert!(bench.bodies(MAIN, 10).is_empty());
    assert_eq!(bench.queues.depth(DEAD).unwrap().visible, 2);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_created_or_named() {
    let bench = Bench::new();
    let code = |config| bench.queues.create(config).unwrap_err().code;
    let redrive = |arn: &str, max_receives| Some(Redrive { dead_letter_arn: arn.to_owned(), max_receives });
    assert_eq!(code(config(MAIN)), "QueueNameExists");
    assert_eq!(code(QueueConfig { redrive: redrive("arn:nowhere", 3), ..config("new") }), "InvalidParameterValue");
    assert_eq!(code(QueueConfig { redrive: redrive(&config(DEAD).arn, 0), ..config("new") }), "InvalidParameterValue");
    let queues = &bench.queues;
    let outcomes = [
        queues.send("new", NewMessage::text("a")).map(|_| ()),
        queues.receive("new", 1).map(|_| ()),
        queues.delete("new", ""),
        queues.depth("new").map(|_| ()),
        queues.peek("new", 1).map(|_| ()),
        queues.purge("new"),
        queues.redrive("new").map(|_| ()),
        queues.available("new").await,
    ];
    for outcome in outcomes {
        assert_eq!(outcome.unwrap_err().code, "QueueDoesNotExist");
    }
}
