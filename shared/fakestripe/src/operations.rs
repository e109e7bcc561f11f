//! Carrying a request out on the account, and telling of it in events.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    AuthenticateError, Authentication, Options,
    account::{Account, Cause},
    cards,
    error::ApiError,
    events::{self, EventType},
    intents::{Confirmed, Intent, Refused, Status},
    objects,
    refunds::{self, Refund},
    requests::{Ask, NewIntent, NewRefund, Operation, Page},
};

type Answer = Result<Value, ApiError>;

/// One call: something that is done to the account, at a moment, because of something.
pub(crate) struct Call<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) options: &'a Options,
    pub(crate) now: i64,
    pub(crate) cause: Cause,
}

impl Call<'_> {
    /// Does what is asked.
    pub(crate) fn execute(&mut self, ask: Ask) -> Answer {
        let expand = ask.expand_charge;
        match ask.operation {
            Operation::CreateIntent(new) => self.create_intent(*new).map(|intent| objects::intent(&intent, expand)),
            Operation::RetrieveIntent { id } => self.intent(&id).map(|intent| objects::intent(&intent, expand)),
            Operation::ConfirmIntent { id, payment_method, return_url } => {
                let intent = self.intent(&id)?;
                self.confirm(intent, payment_method, return_url).map(|intent| objects::intent(&intent, expand))
            }
            Operation::CaptureIntent { id, amount } => {
                self.capture(&id, amount).map(|intent| objects::intent(&intent, expand))
            }
            Operation::CancelIntent { id, reason } => {
                self.cancel(&id, reason).map(|intent| objects::intent(&intent, expand))
            }
            Operation::ListIntents { page, created } => {
                let wanted = |intent: &Intent| created.includes(intent.created);
                let (data, more) = part(&self.account.intents, &page, "payment_intent", "starting_after", wanted)?;
                let data = data.into_iter().map(|intent| objects::intent(intent, expand)).collect();
                Ok(objects::list("/v1/payment_intents", data, more))
            }
            Operation::SearchIntents { page, terms } => {
                let visible_until = self.now.saturating_sub(self.options.search_lag.as_secs());
                let wanted =
                    |intent: &Intent| intent.created <= visible_until && terms.iter().all(|term| term.matches(intent));
                let (data, more) = part(&self.account.intents, &page, "page", "page", wanted)?;
                let data = data.into_iter().map(|intent| objects::intent(intent, expand)).collect();
                Ok(objects::search_result("/v1/payment_intents/search", data, more))
            }
            Operation::CreateRefund(new) => self.refund(new),
            Operation::RetrieveRefund { id } => match self.account.refunds.get(&id) {
                Some(refund) => Ok(objects::refund(refund)),
                None => Err(ApiError::missing(404, "refund", &id, "id")),
            },
            Operation::ListRefunds { page, payment_intent } => {
                let wanted = |refund: &Refund| payment_intent.as_ref().is_none_or(|id| *id == refund.payment_intent);
                let (data, more) = part(&self.account.refunds, &page, "refund", "starting_after", wanted)?;
                Ok(objects::list("/v1/refunds", data.into_iter().map(objects::refund).collect(), more))
            }
        }
    }

    /// The customer takes the bank's step.
    pub(crate) fn authenticate(&mut self, id: &str, outcome: Authentication) -> Result<Value, AuthenticateError> {
        let mut intent = self.account.intents.get(id).cloned().ok_or(AuthenticateError::NoSuchIntent)?;
        let confirmed = intent
            .authenticate(outcome, self.now, &mut self.account.ids)
            .ok_or(AuthenticateError::NotWaiting(intent.status.as_str()))?;
        self.book_confirmation(&intent, &confirmed);
        Ok(objects::intent(&intent, false))
    }

    /// Cancels the intents whose authorizations are due, each at its moment, as though somebody had been watching.
    pub(crate) fn lapse_due(&mut self) {
        while let Some((due, id)) = self.account.authorizations.first().cloned() {
            if due > self.now {
                return;
            }
            self.account.authorizations.remove(&(due, id.clone()));
            if let Some(mut intent) = self.account.intents.get(&id).cloned()
                && let Ok(released) = intent.cancel(Some("automatic".into()), due)
            {
                self.book_cancellation(&intent, released, due);
            }
        }
    }

    fn create_intent(&mut self, new: NewIntent) -> Result<Intent, ApiError> {
        if let Some(method) = &new.payment_method
            && cards::find(method).is_none()
        {
            return Err(no_such_payment_method(method));
        }
        let id = self.account.ids.next("pi");
        let intent = Intent {
            client_secret: client_secret(&id, &self.options.api_key),
            id,
            created: self.now,
            terms: new.terms,
            status: match new.payment_method {
                Some(_) => Status::RequiresConfirmation,
                None => Status::RequiresPaymentMethod,
            },
            payment_method: new.payment_method,
            return_url: None,
            charges: Vec::new(),
            last_payment_error: None,
            cancellation: None,
        };
        self.book(&intent);
        self.emit(EventType::PaymentIntentCreated, objects::intent(&intent, false), self.now);
        match new.confirm {
            true => self.confirm(intent, None, new.return_url),
            false => Ok(intent),
        }
    }

    fn confirm(&mut self, mut intent: Intent, method: Option<String>, url: Option<String>) -> Result<Intent, ApiError> {
        let confirmed = intent
            .confirm(method, url, self.now, &mut self.account.ids)
            .map_err(|refused| refusal(refused, &intent))?;
        self.book_confirmation(&intent, &confirmed);
        match confirmed {
            Confirmed::Failed(failure) => {
                let error = objects::payment_error(&failure, intent.created);
                Err(ApiError::declined(error).with("payment_intent", objects::intent(&intent, false)))
            }
            Confirmed::ActionRequired | Confirmed::Authorized | Confirmed::Captured => Ok(intent),
        }
    }

    fn capture(&mut self, id: &str, amount: Option<i64>) -> Result<Intent, ApiError> {
        let mut intent = self.intent(id)?;
        intent.capture(amount).map_err(|refused| refusal(refused, &intent))?;
        self.book(&intent);
        self.emit(EventType::PaymentIntentSucceeded, objects::intent(&intent, false), self.now);
        Ok(intent)
    }

    fn cancel(&mut self, id: &str, reason: Option<String>) -> Result<Intent, ApiError> {
        let mut intent = self.intent(id)?;
        let released = intent.cancel(reason, self.now).map_err(|refused| refusal(refused, &intent))?;
        self.book_cancellation(&intent, released, self.now);
        Ok(intent)
    }

    fn refund(&mut self, new: NewRefund) -> Answer {
        let mut intent = match self.account.intents.get(&new.payment_intent) {
            Some(intent) => intent.clone(),
            None => return Err(ApiError::missing(400, "payment_intent", &new.payment_intent, "payment_intent")),
        };
        let (amount, charge) = refunds::refund(&mut intent, new.amount)?;
        let refund = Refund {
            id: self.account.ids.next("re"),
            created: self.now,
            amount,
            currency: intent.terms.currency.clone(),
            charge,
            payment_intent: new.payment_intent,
            reason: new.reason,
            metadata: new.metadata,
        };
        let answer = objects::refund(&refund);
        self.account.refunds.insert(refund.id.clone(), refund);
        self.book(&intent);
        self.emit_refunded(&intent, self.now);
        Ok(answer)
    }

    fn intent(&self, id: &str) -> Result<Intent, ApiError> {
        let missing = || ApiError::missing(404, "payment_intent", id, "intent");
        self.account.intents.get(id).cloned().ok_or_else(missing)
    }

    /// Writes an intent into the books, and when its authorization lapses if it is still open then.
    fn book(&mut self, intent: &Intent) {
        if intent.status == Status::RequiresCapture
            && let Some(due) = intent.latest_charge().and_then(|charge| charge.capture_before)
        {
            self.account.authorizations.insert((due, intent.id.clone()));
        }
        self.account.intents.insert(intent.id.clone(), intent.clone());
    }

    fn book_confirmation(&mut self, intent: &Intent, confirmed: &Confirmed) {
        let kind = match confirmed {
            Confirmed::ActionRequired => EventType::PaymentIntentRequiresAction,
            Confirmed::Authorized => EventType::PaymentIntentAmountCapturableUpdated,
            Confirmed::Captured => EventType::PaymentIntentSucceeded,
            Confirmed::Failed(_) => EventType::PaymentIntentPaymentFailed,
        };
        self.book(intent);
        self.emit(kind, objects::intent(intent, false), self.now);
    }

    /// Letting go of money that was set aside is told as a refund, of a charge that was not captured.
    fn book_cancellation(&mut self, intent: &Intent, released: bool, at: i64) {
        self.book(intent);
        if released {
            self.emit_refunded(intent, at);
        }
        self.emit(EventType::PaymentIntentCanceled, objects::intent(intent, false), at);
    }

    fn emit_refunded(&mut self, intent: &Intent, at: i64) {
        if let Some(charge) = intent.latest_charge() {
            self.emit(EventType::ChargeRefunded, objects::charge(intent, charge), at);
        }
    }

    fn emit(&mut self, kind: EventType, object: Value, at: i64) {
        if self.options.events.contains(&kind) {
            let id = self.account.ids.next("evt");
            self.account.outbox.push(events::webhook(id, kind, object, &self.cause, at));
        }
    }
}

/// The part of a map that a page shows, newest first, and whether there is more.
fn part<'a, T>(
    all: &'a BTreeMap<String, T>,
    page: &Page,
    what: &str,
    cursor: &str,
    wanted: impl Fn(&T) -> bool,
) -> Result<(Vec<&'a T>, bool), ApiError> {
    let before = match &page.after {
        Some(id) if !all.contains_key(id) => return Err(ApiError::missing(400, what, id, cursor)),
        Some(id) => all.range(..id.clone()),
        None => all.range::<String, _>(..),
    };
    let mut found: Vec<&T> =
        before.rev().map(|(_, value)| value).filter(|value| wanted(value)).take(page.limit + 1).collect();
    let more = found.len() > page.limit;
    found.truncate(page.limit);
    Ok((found, more))
}

fn refusal(refused: Refused, intent: &Intent) -> ApiError {
    match refused {
        Refused::State(message) => ApiError::state(message, objects::intent(intent, false)),
        Refused::NoSuchPaymentMethod(method) => no_such_payment_method(&method),
        Refused::NoReturnUrl => ApiError::no_return_url(),
        Refused::TooMuch => ApiError::invalid(
            "The payment could not be captured because the requested capture amount is greater than the amount you can \
             capture for this charge.",
        )
        .code("amount_too_large")
        .param("amount_to_capture")
        .with("payment_intent", objects::intent(intent, false)),
    }
}

fn no_such_payment_method(method: &str) -> ApiError {
    ApiError::missing(400, "PaymentMethod", method, "payment_method")
}

/// What the customer's browser proves with that the intent is theirs. Not to be guessed from the id alone.
fn client_secret(id: &str, api_key: &str) -> String {
    let digest = Sha256::digest(format!("{api_key}/{id}"));
    format!("{id}_secret_{}", events::hex(digest.get(..12).unwrap_or_default()))
}
