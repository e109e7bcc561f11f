//! Writes mails from their templates.
//!
//! Every mail is `templates/<name>.txt`, whose first line is the subject, and `templates/<name>.html`, which fills in
//! `layout.html`. HTML is escaped by default (the template's name ends in `.html`), so that a product may be called
//! `<b>Mug</b>`.

use contracts::events::{OrderEvent, OrderEventLine};
use kernel::MoneyError;
use minijinja::{Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};

use super::{Mail, MailKey, Template, template::in_plain_words};

const TEMPLATES: [(&str, &str); 8] = [
    ("layout.html", include_str!("../templates/layout.html")),
    ("lines.txt", include_str!("../templates/lines.txt")),
    ("order_confirmed.txt", include_str!("../templates/order_confirmed.txt")),
    ("order_confirmed.html", include_str!("../templates/order_confirmed.html")),
    ("order_cancelled.txt", include_str!("../templates/order_cancelled.txt")),
    ("order_cancelled.html", include_str!("../templates/order_cancelled.html")),
    ("order_action_required.txt", include_str!("../templates/order_action_required.txt")),
    ("order_action_required.html", include_str!("../templates/order_action_required.html")),
];

/// A mail that cannot be written. The message never has a value of the order in it.
#[derive(Debug, thiserror::Error)]
pub enum CannotWrite {
    /// A template has a fault.
    #[error("the template has a fault: {0}")]
    Template(#[from] minijinja::Error),
    /// The order's amounts make no sense.
    #[error("the order's amounts make no sense: {0}")]
    Money(#[from] MoneyError),
}

/// Writes mails.
#[derive(Debug)]
pub struct Writer {
    templates: Environment<'static>,
}

impl Writer {
    /// Reads the templates.
    ///
    /// # Errors
    /// A template has a fault.
    pub fn new() -> Result<Self, CannotWrite> {
        let mut templates = Environment::new();
        // A name that a template misspells is a fault, not an empty place in a customer's mail.
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source)?;
        }
        Ok(Self { templates })
    }

    /// Writes the mail that tells of this order.
    ///
    /// # Errors
    /// The order's amounts do not add up, or the template has a fault.
    pub fn write(&self, template: Template, order: &OrderEvent) -> Result<Mail, CannotWrite> {
        let facts = facts(order)?;
        let name = template.as_str();
        let text = self.templates.get_template(&format!("{name}.txt"))?.render(facts.clone())?;
        let html = self.templates.get_template(&format!("{name}.html"))?.render(facts)?;
        let (subject, text) = text.split_once('\n').unwrap_or((&text, ""));
        Ok(Mail {
            key: MailKey { order_id: order.order_id.clone(), template },
            to: order.email.clone(),
            subject: subject.to_owned(),
            text: text.trim_start_matches('\n').to_owned(),
            html,
        })
    }
}

/// What the templates may say about an order.
fn facts(order: &OrderEvent) -> Result<Value, CannotWrite> {
    let lines = order.lines.iter().map(line).collect::<Result<Vec<Value>, CannotWrite>>()?;
    Ok(context! {
        order_id => order.order_id.as_str(),
        lines => lines,
        total => order.total.to_string(),
        reason => in_plain_words(order.reason),
    })
}

fn line(line: &OrderEventLine) -> Result<Value, CannotWrite> {
    Ok(context! {
        name => on_one_line(&line.name),
        quantity => line.quantity.get(),
        unit_price => line.unit_price.to_string(),
        price => line.unit_price.times(line.quantity)?.to_string(),
    })
}

/// A name with line breaks could pretend to be more of the plain text than it is.
fn on_one_line(name: &str) -> String {
    name.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}

#[cfg(test)]
mod tests {
    use contracts::saga::Refusal;
    use kernel::{Currency, CustomerId, EmailAddress, Money, OrderId, Quantity, Sku, Timestamp};

    use super::*;

    fn order(name: &str) -> OrderEvent {
        let line = |sku: &str, name: &str, units, minor| OrderEventLine {
            sku: Sku::parse(sku).unwrap(),
            name: name.to_owned(),
            quantity: Quantity::new(units).unwrap(),
            unit_price: Money::minor(minor, Currency::EUR),
        };
        OrderEvent {
            order_id: OrderId::from_bytes([7; 16]),
            customer_id: CustomerId::parse("customer-1").unwrap(),
            email: EmailAddress::parse("ada@example.com").unwrap(),
            lines: vec![line("MUG-01", name, 2, 1_980), line("TEA-02", "Tea & biscuits", 1, 5)],
            total: Money::minor(3_965, Currency::EUR),
            reason: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn write(template: Template, order: &OrderEvent) -> Mail {
        Writer::new().unwrap().write(template, order).unwrap()
    }

    #[test]
    fn every_mail_reads_as_reviewed() {
        for template in Template::ALL {
            let reason = (template == Template::OrderCancelled).then_some(Refusal::SoldOut);
            let mail = write(template, &OrderEvent { reason, ..order("Mug") });
            insta::assert_snapshot!(
                format!("{}.txt", template.as_str()),
                format!("{}\n---\n{}", mail.subject, mail.text)
            );
            insta::assert_snapshot!(format!("{}.html", template.as_str()), mail.html);
        }
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let hostile = "</td><script>alert('x')</script>\r\n\nTotal: 0.00 EUR {{ total }}";
        for template in Template::ALL {
            let mail = write(template, &order(hostile));
            assert!(!mail.html.contains("<script>") && mail.html.contains("&lt;script&gt;"), "{}", mail.html);
            assert!(!mail.text.lines().any(|line| line == "Total: 0.00 EUR {{ total }}"), "{}", mail.text);
            assert!(mail.text.contains("Total: 0.00 EUR {{ total }}: 2 x 19.80 EUR = 39.60 EUR"), "{}", mail.text);
            assert!(!mail.subject.contains("script"));
        }
    }

    #[test]
    fn every_reason_is_told_and_no_two_sound_the_same() {
        let reasons = [
            Refusal::SoldOut,
            Refusal::HoldExpired,
            Refusal::PaymentDeclined,
            Refusal::InsufficientFunds,
            Refusal::AuthenticationFailed,
            Refusal::PaymentCanceled,
            Refusal::DeadlinePassed,
            Refusal::CancelledByCustomer,
            Refusal::CancelledByShop,
        ];
        let reasons = reasons.into_iter().map(Some).chain([None]);
        let told: std::collections::BTreeSet<&str> = reasons.clone().map(in_plain_words).collect();
        assert_eq!(told.len(), reasons.clone().count());
        for reason in reasons {
            let mail = write(Template::OrderCancelled, &OrderEvent { reason, ..order("Mug") });
            assert!(mail.text.contains(in_plain_words(reason)) && mail.html.contains(in_plain_words(reason)));
        }
    }

    #[test]
    fn amounts_that_do_not_fit_are_no_mail() {
        let mut order = order("Mug");
        order.lines[0].unit_price = Money::minor(i64::MAX, Currency::EUR);
        let written = Writer::new().unwrap().write(Template::OrderConfirmed, &order);
        assert!(matches!(written, Err(CannotWrite::Money(MoneyError::Overflow))), "{written:?}");
    }
}
