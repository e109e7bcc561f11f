//! What can go wrong in a simulation, and how often it does.

use std::collections::BTreeMap;

use super::dice::Dice;

macro_rules! kinds {
    ($(#[doc = $about:literal] $kind:ident $name:literal)*) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $(#[doc = $about] $kind,)* }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name, in reports.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            /// What happens.
            pub fn about(self) -> &'static str {
                match self { $(Self::$kind => $about.trim_ascii()),* }
            }
        }
    };
}

kinds! {
    /// A call takes up to six seconds, longer than anybody waits for an answer.
    CallSlow "call_slow"
    /// A service refuses a call: too many.
    CallThrottled "call_throttled"
    /// The connection breaks before a call arrives.
    CallUnreachable "call_unreachable"
    /// A service fails before it has done anything.
    CallFailedBefore "call_failed_before"
    /// A service fails after it has done everything.
    CallFailedAfter "call_failed_after"
    /// The connection breaks before the answer arrives.
    CallAnswerLost "call_answer_lost"
    /// A call is performed twice.
    CallTwice "call_twice"
    /// A call is performed long after its caller has given up.
    CallLate "call_late"
    /// One entry of a batch fails, the others do not.
    BatchEntryFailed "batch_entry_failed"
    /// DynamoDB refuses a write: a transaction has the item.
    TransactionConflict "transaction_conflict"
    /// Stripe refuses a request: another one with the same idempotency key is running.
    StripeKeyInUse "stripe_key_in_use"
    /// A function's environment dies before one of its calls.
    KilledBefore "killed_before_call"
    /// A function's environment dies after one of its calls.
    KilledAfter "killed_after_call"
    /// An invocation waits for an environment, for up to twenty seconds.
    InvocationLate "invocation_late"
    /// Lambda refuses an invocation: too many.
    InvocationThrottled "invocation_throttled"
    /// A function runs, and its answer is lost.
    InvocationAnswerLost "invocation_answer_lost"
    /// A function runs twice at once for one event.
    InvocationTwice "invocation_twice"
    /// A message takes up to ten minutes from a topic to a queue.
    MessageLate "message_late"
    /// A topic delivers a message twice.
    MessageTwice "message_twice"
    /// A message overtakes others.
    MessageReordered "message_reordered"
    /// A queue hands out a message twice at once.
    MessageRepeated "message_repeated"
    /// Messages are received and lost until their visibility timeout.
    MessageDropped "message_dropped"
    /// A stream is read up to a minute late.
    StreamLate "stream_late"
    /// Stream records are handed over twice.
    StreamRepeated "stream_repeated"
    /// A schedule is up to ten minutes late.
    ScheduleLate "schedule_late"
    /// A webhook is up to an hour late, and so out of order.
    WebhookLate "webhook_late"
    /// A webhook is delivered twice.
    WebhookTwice "webhook_twice"
    /// A webhook is never delivered.
    WebhookLost "webhook_lost"
    /// An execution of the saga runs twice at once.
    ExecutionTwice "execution_twice"
    /// The clock of a new environment is up to two seconds wrong.
    ClockSkewed "clock_skewed"
    /// A whole service is unreachable for up to twenty minutes.
    Outage "outage"
    /// Everything dies at once, and starts again from what was written down.
    Restarted "restarted"
}

impl Kind {
    /// How often the thing happens that it can happen to, in ten thousand, in a bad simulation: calls happen often.
    fn most(self) -> u64 {
        use Kind::{
            BatchEntryFailed, CallAnswerLost, CallFailedAfter, CallFailedBefore, CallLate, CallSlow, CallThrottled,
            CallTwice, CallUnreachable, ClockSkewed, ExecutionTwice, InvocationAnswerLost, InvocationLate,
            InvocationThrottled, InvocationTwice, KilledAfter, KilledBefore, MessageDropped, MessageLate,
            MessageReordered, MessageRepeated, MessageTwice, Outage, Restarted, ScheduleLate, StreamLate,
            StreamRepeated, StripeKeyInUse, TransactionConflict, WebhookLate, WebhookLost, WebhookTwice,
        };
        match self {
            CallThrottled | CallUnreachable | CallFailedBefore | CallFailedAfter | CallAnswerLost | CallTwice => 300,
            CallSlow | CallLate | KilledBefore | KilledAfter => 100,
            BatchEntryFailed | TransactionConflict | StripeKeyInUse | InvocationLate | InvocationThrottled
            | InvocationAnswerLost | InvocationTwice => 500,
            MessageLate | MessageTwice | MessageReordered | MessageRepeated | MessageDropped | ExecutionTwice
            | StreamLate | StreamRepeated => 1_000,
            ScheduleLate | WebhookLate | WebhookTwice | WebhookLost => 3_000,
            ClockSkewed | Outage | Restarted => 5_000,
        }
    }
}

/// The table of them, in Markdown.
pub fn table() -> String {
    let rows = Kind::ALL.iter().map(|kind| format!("| `{}` | {} |\n", kind.as_str(), kind.about()));
    format!("| kind | what happens |\n| --- | --- |\n{}", rows.collect::<String>())
}

/// How often each kind of fault happens, in ten thousand.
#[derive(Debug, Clone, Default)]
pub struct Odds(BTreeMap<Kind, u64>);

impl Odds {
    /// The odds of one simulation. Each has its own mixture: about half of the kinds, each rare or frequent, because faults that
    /// are always there hide what only happens without them.
    ///
    /// Source: "Swarm testing" (Groce and others, ISSTA 2012).
    pub fn drawn(dice: &mut Dice) -> Self {
        let mut odds = BTreeMap::new();
        if dice.percent(4) {
            return Self(odds);
        }
        for kind in Kind::ALL {
            if dice.percent(50) {
                odds.insert(*kind, (kind.most() / dice.pick(&[1, 3, 10])).max(1));
            }
        }
        Self(odds)
    }

    /// How often this happens, in ten thousand.
    pub fn of(&self, kind: Kind) -> u64 {
        self.0.get(&kind).copied().unwrap_or_default()
    }

    /// One of these kinds, or none.
    pub fn draw(&self, dice: &mut Dice, kinds: &[Kind]) -> Option<Kind> {
        let mut drawn = dice.below(10_000);
        for kind in kinds {
            let odds = self.of(*kind);
            if drawn < odds {
                return Some(*kind);
            }
            drawn -= odds;
        }
        None
    }
}
