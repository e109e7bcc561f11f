//! Facts: what one side says of the shop, in a form that can be compared and read.

use std::collections::BTreeMap;

/// What is said of each thing, as `function orders/place-order: timeout_seconds` → `10`.
#[derive(Debug, Clone, Default)]
pub struct Facts(BTreeMap<String, Fact>);

/// What is said of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// This.
    Is(String),
    /// AWS will say, when it creates it.
    KnownAfterApply,
}

impl Facts {
    /// Says something of a part of a thing, which is called as in `function orders/place-order`.
    pub fn say(&mut self, thing: &str, part: &str, value: impl ToString) {
        self.0.insert(format!("{thing}: {part}"), Fact::Is(value.to_string()));
    }

    /// Says something that may not be known yet.
    pub fn say_if_known(&mut self, thing: &str, part: &str, value: Option<String>) {
        let fact = value.map_or(Fact::KnownAfterApply, Fact::Is);
        self.0.insert(format!("{thing}: {part}"), fact);
    }
}

/// How two sides compare.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// On how much they agree.
    pub agreed: usize,
    /// How much cannot be compared yet.
    pub unknown: usize,
    /// Each difference, in words.
    pub faults: Vec<String>,
}

/// Compares what `service.yaml` describes with what Terraform plans.
pub fn compare(described: &Facts, planned: &Facts) -> Compared {
    let mut compared = Compared::default();
    for (thing, said) in &described.0 {
        let Fact::Is(said) = said else { continue };
        match planned.0.get(thing) {
            Some(Fact::Is(plans)) if plans == said => compared.agreed += 1,
            Some(Fact::KnownAfterApply) => compared.unknown += 1,
            Some(Fact::Is(plans)) => {
                compared.faults.push(format!("{thing}: service.yaml says {said}; Terraform plans {plans}"));
            }
            None => compared.faults.push(format!("{thing}: service.yaml says {said}; Terraform plans none")),
        }
    }
    let unasked = planned.0.iter().filter(|(thing, _)| !described.0.contains_key(*thing));
    compared.faults.extend(unasked.map(|(thing, fact)| match fact {
        Fact::Is(plans) => format!("{thing}: Terraform plans {plans}; service.yaml says nothing of it"),
        Fact::KnownAfterApply => format!("{thing}: Terraform plans it; service.yaml says nothing of it"),
    }));
    compared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_difference_says_which_side_says_what() {
        let (mut described, mut planned) = (Facts::default(), Facts::default());
        described.say("function a", "memory_mb", 128);
        planned.say("function a", "memory_mb", 128);
        described.say("function a", "timeout_seconds", 5);
        planned.say("function a", "timeout_seconds", 6);
        described.say("function a", "setting X", "y");
        planned.say("function a", "may sqs:SendMessage on q", "always");
        described.say("queue q", "max_receives", 5);
        planned.say_if_known("queue q", "max_receives", None);
        let compared = compare(&described, &planned);
        assert_eq!((compared.agreed, compared.unknown), (1, 1));
        assert_eq!(
            compared.faults,
            [
                "function a: setting X: service.yaml says y; Terraform plans none",
                "function a: timeout_seconds: service.yaml says 5; Terraform plans 6",
                "function a: may sqs:SendMessage on q: Terraform plans always; service.yaml says nothing of it",
            ]
        );
    }
}
