//! Mails: at least once, not needlessly twice, and never untrue.

use std::collections::BTreeMap;

use super::{
    Invariant::{MailSent, MailSentOnce, MailTrue},
    facts::{Facts, Findings},
};
use crate::simulator::witness::Witness;

/// What each mail says of an order.
const MAILS: [(&str, &str); 3] =
    [("ACTION_REQUIRED", "order_action_required"), ("CONFIRMED", "order_confirmed"), ("CANCELLED", "order_cancelled")];

/// Holds the mails that were sent against the states that orders had.
pub fn look(facts: &Facts, witness: &Witness, findings: &mut Findings) {
    let statuses = facts.statuses();
    let mails: BTreeMap<_, _> = witness.mails().collect();
    for (id, had) in &statuses {
        for (_, template) in MAILS.iter().filter(|(status, _)| had.contains(status)) {
            let sent = mails.contains_key(&((*id).to_owned(), (*template).to_owned()));
            findings.check(sent, MailSent, || format!("{id}: no mail {template}"));
        }
    }
    for ((id, template), sent) in &mails {
        let needless = sent.iter().rev().skip(1).filter(|sent| sent.recorded).count();
        findings.check(needless == 0, MailSentOnce, || {
            format!("{id}: {template} was sent {} times, {needless} of them needlessly", sent.len())
        });
        let told = MAILS.iter().find(|(_, known)| *known == template.as_str()).map(|(status, _)| *status);
        let is_true = told.is_some_and(|status| statuses.get(id.as_str()).is_some_and(|had| had.contains(status)));
        findings.check(is_true, MailTrue, || format!("{id} was told {template}, and never was"));
    }
}
