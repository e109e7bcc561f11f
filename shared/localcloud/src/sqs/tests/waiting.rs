//! Waiting for messages. The runtime's time is virtual: it jumps to the next moment that anybody waits for.

use kernel::{Clock, Timestamp};
use serde_json::{Value, json};

use super::*;

impl Bench {
    async fn poll(&self, seconds: u64) -> Value {
        let request = json!({ "QueueUrl": config(MAIN).url, "WaitTimeSeconds": seconds });
        self.queues.handle("ReceiveMessage", request).await.unwrap()
    }

    fn since_start(&self) -> Duration {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        self.clock.now().duration_since(start).try_into().unwrap()
    }
}

/// Sends a message, and says after how long.
async fn send_after(bench: &Bench, seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    bench.send("a");
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_wakes_when_a_message_is_sent() {
    let bench = Bench::new();
    let (answer, ()) = tokio::join!(bench.poll(20), send_after(&bench, 7));
    assert_eq!(answer["Messages"][0]["Body"], "a");
    assert_eq!(bench.since_start().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_without_messages_ends_in_time_and_empty() {
    let bench = Bench::new();
    assert_eq!(bench.poll(20).await, json!({}));
    assert_eq!(bench.since_start().as_secs(), 20);
    assert_eq!(bench.poll(0).await, json!({}));
    assert_eq!(bench.since_start().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_wakes_when_a_visibility_timeout_or_a_delay_ends() {
    let bench = Bench::new();
    bench.send("a");
    let received = bench.one(MAIN).unwrap();
    bench.queues.change_visibility(MAIN, &received.receipt, Duration::from_secs(12)).unwrap();
    assert_eq!(bench.poll(20).await["Messages"][0]["MessageId"], received.id);
    assert_eq!(bench.since_start().as_secs(), 12);
    let delayed = NewMessage { delay: Some(Duration::from_secs(3)), ..NewMessage::text("b") };
    bench.queues.send(MAIN, delayed).unwrap();
    assert_eq!(bench.poll(20).await["Messages"][0]["Body"], "b");
    assert_eq!(bench.since_start().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_wakes_when_a_visibility_timeout_is_cut_short() {
    let bench = Bench::new();
    bench.send("a");
    let received = bench.one(MAIN).unwrap();
    let cut = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        bench.queues.change_visibility(MAIN, &received.receipt, Duration::ZERO).unwrap();
    };
    let (answer, ()) = tokio::join!(bench.poll(20), cut);
    assert_eq!(answer["Messages"][0]["Body"], "a");
    assert_eq!(bench.since_start().as_secs(), 4);
}

#[tokio::test(start_paused = true)]
async fn of_two_who_wait_one_gets_the_message_and_the_other_waits_on() {
    let bench = Bench::new();
    let (one, two, ()) = tokio::join!(bench.poll(20), bench.poll(20), send_after(&bench, 5));
    let got = [&one, &two].iter().filter(|answer| answer.get("Messages").is_some()).count();
    assert_eq!(got, 1);
    assert_eq!(bench.since_start().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn available_says_when_and_needs_nobody_to_look() {
    let bench = Bench::new();
    let waited = async {
        bench.queues.available(MAIN).await.unwrap();
        bench.since_start().as_secs()
    };
    let (seconds, ()) = tokio::join!(waited, send_after(&bench, 3));
    assert_eq!(seconds, 3);
    bench.one(MAIN).unwrap();
    bench.queues.available(MAIN).await.unwrap();
    assert_eq!(bench.since_start().as_secs(), 3 + VISIBILITY);
}

#[tokio::test(start_paused = true)]
async fn moving_the_clock_wakes_those_who_wait() {
    let bench = Bench::new();
    bench.send("a");
    bench.one(MAIN).unwrap();
    let started = tokio::time::Instant::now();
    let (waited, ()) = tokio::join!(bench.queues.available(MAIN), async { bench.advance(VISIBILITY) });
    waited.unwrap();
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_move_to_the_dead_letter_queue_wakes_its_poller() {
    let bench = Bench::new();
    bench.send("a");
    let consume = async {
        for _ in 0..=MAX_RECEIVES {
            bench.queues.available(MAIN).await.unwrap();
            bench.one(MAIN);
        }
    };
    let (dead, ()) = tokio::join!(bench.queues.available(DEAD), consume);
    dead.unwrap();
    assert_eq!(bench.since_start().as_secs(), u64::from(MAX_RECEIVES) * VISIBILITY);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_handed_over_when_it_is_full_or_its_window_ends() {
    let bench = Bench::new();
    let gather = || bench.queues.gather(MAIN, 2, Duration::from_secs(10));
    bench.send("a");
    let (gathered, ()) = tokio::join!(gather(), send_after(&bench, 3));
    gathered.unwrap();
    assert_eq!(bench.since_start().as_secs(), 3, "two are there");
    gather().await.unwrap();
    assert_eq!(bench.since_start().as_secs(), 3, "they still are");
    bench.queues.purge(MAIN).unwrap();
    gather().await.unwrap();
    assert_eq!(bench.since_start().as_secs(), 13, "nobody comes");
}
