//! What can be asked, and the checks that come before anything is done.
//!
//! Parameters that Stripe knows and this does not are refused like those that nobody knows, so that nothing the caller
//! relies on is ignored in silence.

use std::collections::BTreeMap;

use ::http::Method;

use crate::{
    amounts,
    error::ApiError,
    intents::{CaptureMethod, PaymentMethods, Terms},
    params::Params,
    search::{self, Term},
};

/// A request that makes sense. Whether it can be done depends on the account.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) operation: Operation,
    /// Whether the answer is to have `latest_charge` as an object.
    pub(crate) expand_charge: bool,
}

/// The endpoints.
#[derive(Debug)]
pub(crate) enum Operation {
    CreateIntent(Box<NewIntent>),
    RetrieveIntent { id: String },
    ListIntents { page: Page, created: Created },
    SearchIntents { page: Page, terms: Vec<Term> },
    ConfirmIntent { id: String, payment_method: Option<String>, return_url: Option<String> },
    CaptureIntent { id: String, amount: Option<i64> },
    CancelIntent { id: String, reason: Option<String> },
    CreateRefund(NewRefund),
    RetrieveRefund { id: String },
    ListRefunds { page: Page, payment_intent: Option<String> },
}

#[derive(Debug)]
pub(crate) struct NewIntent {
    pub(crate) terms: Terms,
    pub(crate) payment_method: Option<String>,
    pub(crate) confirm: bool,
    pub(crate) return_url: Option<String>,
}

#[derive(Debug)]
pub(crate) struct NewRefund {
    pub(crate) payment_intent: String,
    pub(crate) amount: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Which part of a list, newest first.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    /// The id of the last thing on the page before.
    pub(crate) after: Option<String>,
}

/// Bounds on when a thing was created.
#[derive(Debug, Default)]
pub(crate) struct Created {
    at: Option<i64>,
    gt: Option<i64>,
    gte: Option<i64>,
    lt: Option<i64>,
    lte: Option<i64>,
}

impl Created {
    pub(crate) fn includes(&self, created: i64) -> bool {
        self.at.is_none_or(|at| created == at)
            && self.gt.is_none_or(|bound| created > bound)
            && self.gte.is_none_or(|bound| created >= bound)
            && self.lt.is_none_or(|bound| created < bound)
            && self.lte.is_none_or(|bound| created <= bound)
    }
}

/// Reads a request.
pub(crate) fn read(method: &Method, path: &str, mut params: Params) -> Result<Ask, ApiError> {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let id = |id: &str| id.to_owned();
    let operation = match (method.as_str(), segments.as_slice()) {
        ("POST", ["v1", "payment_intents"]) => Operation::CreateIntent(Box::new(new_intent(&mut params)?)),
        ("GET", ["v1", "payment_intents"]) => {
            Operation::ListIntents { created: created(&mut params)?, page: page(&mut params, "starting_after")? }
        }
        ("GET", ["v1", "payment_intents", "search"]) => Operation::SearchIntents {
            terms: search::parse(&params.required("query")?)?,
            page: page(&mut params, "page")?,
        },
        ("GET", ["v1", "payment_intents", intent]) => Operation::RetrieveIntent { id: id(intent) },
        ("POST", ["v1", "payment_intents", intent, "confirm"]) => Operation::ConfirmIntent {
            id: id(intent),
            payment_method: params.text("payment_method")?,
            return_url: params.text("return_url")?,
        },
        ("POST", ["v1", "payment_intents", intent, "capture"]) => {
            Operation::CaptureIntent { id: id(intent), amount: params.positive("amount_to_capture")? }
        }
        ("POST", ["v1", "payment_intents", intent, "cancel"]) => {
            let reasons = ["duplicate", "fraudulent", "requested_by_customer", "abandoned"];
            Operation::CancelIntent { id: id(intent), reason: params.choice("cancellation_reason", &reasons)? }
        }
        ("POST", ["v1", "refunds"]) => Operation::CreateRefund(new_refund(&mut params)?),
        ("GET", ["v1", "refunds"]) => Operation::ListRefunds {
            payment_intent: params.text("payment_intent")?,
            page: page(&mut params, "starting_after")?,
        },
        ("GET", ["v1", "refunds", refund]) => Operation::RetrieveRefund { id: id(refund) },
        _ => return Err(unrecognized(method, path)),
    };
    let expand_charge = expand(&mut params, &operation)?;
    params.finish()?;
    Ok(Ask { operation, expand_charge })
}

fn unrecognized(method: &Method, path: &str) -> ApiError {
    let message = format!(
        "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at \
         https://support.stripe.com/."
    );
    ApiError::new(404, "invalid_request_error", message)
}

fn new_intent(params: &mut Params) -> Result<NewIntent, ApiError> {
    let currency = amounts::currency(&params.required("currency")?)?;
    let amount = params.required_integer("amount")?;
    amounts::check(amount, &currency)?;
    let capture_method = match params.choice("capture_method", &["automatic", "automatic_async", "manual"])?.as_deref()
    {
        Some("manual") => CaptureMethod::Manual,
        _ => CaptureMethod::Automatic,
    };
    let new = NewIntent {
        terms: Terms {
            amount,
            currency,
            capture_method,
            payment_methods: payment_methods(params)?,
            metadata: params.metadata()?,
            description: params.text("description")?,
            receipt_email: params.text("receipt_email")?,
            statement_descriptor_suffix: params.text("statement_descriptor_suffix")?,
        },
        payment_method: params.text("payment_method")?,
        confirm: params.boolean("confirm")?.unwrap_or(false),
        return_url: params.text("return_url")?,
    };
    if new.confirm && new.terms.payment_methods.redirect() && new.return_url.is_none() {
        return Err(ApiError::no_return_url());
    }
    Ok(new)
}

/// Either those listed, of which Stripe leaves out what does not fit, or those that the dashboard enables.
///
/// Sources: docs.stripe.com/changelog/dahlia/2026-07-29/allowed-payment-method-types-parameter,
/// docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents.
fn payment_methods(params: &mut Params) -> Result<PaymentMethods, ApiError> {
    if params.list("payment_method_types")?.is_some() {
        let message = "payment_method_types is no longer supported. Use allowed_payment_method_types instead.";
        let code = "payment_method_types_no_longer_supported";
        return Err(ApiError::invalid(message).code(code).param("payment_method_types"));
    }
    let allowed = params.list("allowed_payment_method_types")?;
    match (allowed, params.nested("automatic_payment_methods")?) {
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: allowed_payment_method_types, \
                           automatic_payment_methods.";
            Err(ApiError::invalid(message).code("parameters_exclusive"))
        }
        (Some(types), None) if types == ["card"] => Ok(PaymentMethods::Cards),
        (Some(_), None) => {
            let message = "Fakestripe knows cards only: allowed_payment_method_types must be card.";
            Err(ApiError::invalid(message).param("allowed_payment_method_types"))
        }
        (None, Some(mut automatic)) => {
            let enabled = automatic.boolean("enabled")?;
            let redirects = automatic.choice("allow_redirects", &["always", "never"])?;
            automatic.finish()?;
            match enabled {
                Some(true) => Ok(PaymentMethods::Automatic { redirects: redirects.as_deref() != Some("never") }),
                _ => Err(ApiError::invalid("Fakestripe knows automatic_payment_methods only as enabled.")
                    .param("automatic_payment_methods[enabled]")),
            }
        }
        (None, None) => Ok(PaymentMethods::Automatic { redirects: true }),
    }
}

fn new_refund(params: &mut Params) -> Result<NewRefund, ApiError> {
    Ok(NewRefund {
        payment_intent: params.required("payment_intent")?,
        amount: params.positive("amount")?,
        reason: params.choice("reason", &["duplicate", "fraudulent", "requested_by_customer"])?,
        metadata: params.metadata()?,
    })
}

fn page(params: &mut Params, cursor: &str) -> Result<Page, ApiError> {
    let limit = match params.positive("limit")? {
        None => 10,
        Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(100),
        Some(_) => {
            let message = "This value must be less than or equal to 100.";
            return Err(ApiError::invalid(message).code("parameter_invalid_integer").param("limit"));
        }
    };
    Ok(Page { limit, after: params.text(cursor)? })
}

fn created(params: &mut Params) -> Result<Created, ApiError> {
    if params.is_single("created") {
        return Ok(Created { at: params.integer("created")?, ..Created::default() });
    }
    let Some(mut bounds) = params.nested("created")? else { return Ok(Created::default()) };
    let created = Created {
        at: None,
        gt: bounds.integer("gt")?,
        gte: bounds.integer("gte")?,
        lt: bounds.integer("lt")?,
        lte: bounds.integer("lte")?,
    };
    bounds.finish()?;
    Ok(created)
}

/// Source: docs.stripe.com/api/expanding_objects: inside of a list, names begin with `data.`.
fn expand(params: &mut Params, operation: &Operation) -> Result<bool, ApiError> {
    let Some(names) = params.list("expand")? else { return Ok(false) };
    let expandable = match operation {
        Operation::ListIntents { .. } | Operation::SearchIntents { .. } => Some("data.latest_charge"),
        Operation::CreateRefund(_) | Operation::RetrieveRefund { .. } | Operation::ListRefunds { .. } => None,
        _ => Some("latest_charge"),
    };
    match names.iter().find(|name| Some(name.as_str()) != expandable) {
        None => Ok(!names.is_empty()),
        Some(name) => Err(ApiError::invalid(format!("This property cannot be expanded ({name}).")).param("expand")),
    }
}
