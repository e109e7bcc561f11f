//! Stripe.
//!
//! Requests are async-stripe's, which knows every endpoint's parameters; what carries them is the AWS SDK's HTTP client
//! (`transport.rs`), so that a function has one TLS stack, and a local cloud can answer Stripe's calls where it answers
//! AWS's. Answers are read into the few fields that matter here (`view.rs`): async-stripe's own error type drops the
//! intent that a declined payment carries.

mod transport;
mod view;

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use contracts::saga::OrderFacts;
use kernel::OrderId;
use lambda::{Runtime, StartError};
use stripe_client_core::StripeRequest;
use stripe_core::{
    payment_intent::{
        CancelPaymentIntent, CapturePaymentIntent, CreatePaymentIntent, RetrievePaymentIntent, SearchPaymentIntent,
    },
    refund::CreateRefund,
};
use stripe_shared::{PaymentIntentAllowedPaymentMethodTypes, PaymentIntentCaptureMethod};

use self::transport::Transport;
use super::secrets;
use crate::{
    Error,
    domain::{Intent, Key, Operation},
    ports::{CancelIntent, CaptureIntent, CreateIntent, FindIntents, LookAtIntent, Refund},
};

/// Has the intent's charge sent along: it knows whether money was ever set aside, and how much was given back.
const WITH_CHARGE: &str = "latest_charge";

/// The way to Stripe.
#[derive(Clone)]
pub(crate) struct Stripe(Arc<Transport>);

impl Stripe {
    /// Stripe at `STRIPE_API_BASE`, with the key that is in the secret named by `STRIPE_API_KEY`.
    ///
    /// # Errors
    /// A setting is missing or wrong, or the secret cannot be read.
    pub(crate) async fn start(runtime: &Runtime) -> Result<Self, StartError> {
        let api_key = secrets::read(runtime, "STRIPE_API_KEY").await?;
        Ok(Self(Arc::new(Transport::new(runtime, &api_key)?)))
    }

    async fn intent(&self, request: &impl StripeRequest, key: Option<&Key>) -> Result<Intent, Error> {
        view::intent(&self.0.call(request.build(), key).await?)
    }
}

#[async_trait]
impl CreateIntent for Stripe {
    /// A key stands for its parameters: Stripe refuses it with others (`idempotency_error`). Whoever changes a
    /// parameter here has to think of the orders that are under way while the change is deployed.
    ///
    /// Cards only, because other methods cannot be held, or send the customer elsewhere. `allowed_payment_method_types`
    /// has taken the place of `payment_method_types`. Source: Stripe changelog, 2026-09-30.endive.
    async fn create(&self, order: &OrderFacts) -> Result<Intent, Error> {
        let Ok(currency) = order.total.currency().code().to_lowercase().parse::<stripe_types::Currency>();
        let request = CreatePaymentIntent::new(order.total.amount_minor(), currency)
            .payment_method(order.payment_method.as_str())
            .allowed_payment_method_types(vec![PaymentIntentAllowedPaymentMethodTypes::Card])
            .capture_method(PaymentIntentCaptureMethod::Manual)
            .confirm(true)
            .metadata(HashMap::from([("order_id".to_owned(), order.order_id.to_string())]));
        self.intent(&request, Some(&Key::new(&order.order_id, Operation::Authorize))).await
    }
}

#[async_trait]
impl LookAtIntent for Stripe {
    async fn look(&self, intent_id: &str) -> Result<Intent, Error> {
        self.intent(&RetrievePaymentIntent::new(intent_id).expand(vec![WITH_CHARGE.to_owned()]), None).await
    }
}

#[async_trait]
impl FindIntents for Stripe {
    async fn find(&self, order_id: &OrderId) -> Result<Vec<Intent>, Error> {
        // An order id has no quotes in it, so there is nothing to escape.
        let request = SearchPaymentIntent::new(format!("metadata['order_id']:'{order_id}'"));
        view::intents(&self.0.call(request.build(), None).await?)
    }
}

#[async_trait]
impl CaptureIntent for Stripe {
    async fn capture(&self, intent_id: &str, key: Option<&Key>) -> Result<Intent, Error> {
        self.intent(&CapturePaymentIntent::new(intent_id), key).await
    }
}

#[async_trait]
impl CancelIntent for Stripe {
    async fn cancel(&self, intent_id: &str, key: Option<&Key>) -> Result<Intent, Error> {
        self.intent(&CancelPaymentIntent::new(intent_id).expand(vec![WITH_CHARGE.to_owned()]), key).await
    }
}

#[async_trait]
impl Refund for Stripe {
    async fn refund(&self, intent_id: &str, key: Option<&Key>) -> Result<(), Error> {
        // Without an amount, Stripe refunds all that is left.
        let request = CreateRefund::new().payment_intent(intent_id);
        view::refund(&self.0.call(request.build(), key).await?)
    }
}
