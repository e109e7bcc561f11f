//! What must never be, and what must be possible.

use stateright::Property;

use super::{
    Saga, State,
    world::{Card, Hold, Intent, Status},
};

/// Its properties, and numbers for [`crate::Firsts`].
pub(super) fn all() -> Vec<Property<Saga>> {
    vec![
        Property::always("a confirmed order has its stock", |saga: &Saga, state: &State| {
            let stocked = saga.lines(state).iter().all(|hold| *hold == Hold::Committed);
            saga.firsts.keeps(0, state.world.status != Status::Confirmed || stocked)
        }),
        Property::always("a confirmed order is paid", |saga: &Saga, state: &State| {
            let paid = state.world.count(Intent::Succeeded) > 0;
            saga.firsts.keeps(1, state.world.status != Status::Confirmed || paid)
        }),
        Property::always("nobody pays twice", |saga: &Saga, state: &State| {
            saga.firsts.keeps(2, state.world.count(Intent::Succeeded) <= 1)
        }),
        Property::always("a cancelled order holds nothing", |saga: &Saga, state: &State| {
            let holds = saga.lines(state).iter().any(|hold| hold.is_live());
            saga.firsts.keeps(3, state.world.status != Status::Cancelled || !holds)
        }),
        Property::always("a cancelled order costs nothing", |saga: &Saga, state: &State| {
            let costs = |intent: &Intent| matches!(intent, Intent::Succeeded | Intent::RequiresCapture);
            saga.firsts.keeps(4, state.world.status != Status::Cancelled || !state.world.intents.iter().any(costs))
        }),
        Property::always("no unit is sold twice or lost", |saga: &Saga, state: &State| {
            let world = &state.world;
            let units = |line: usize| {
                i8::from(world.holds[line].is_live()) + i8::from(world.sold[line]) + world.available[line]
            };
            saga.firsts.keeps(5, (0..saga.bounds.lines).all(|line| units(line) == 1 && world.available[line] >= 0))
        }),
        Property::always("what is settled stays settled", |saga: &Saga, state: &State| {
            saga.firsts.keeps(6, !state.world.was_settled || state.world.status.is_settled())
        }),
        Property::always("no order is cancelled without a cause", |saga: &Saga, state: &State| {
            let world = &state.world;
            let cause = world.taken_back || world.late || world.sold.contains(&true) || world.card != Card::Good;
            saga.firsts.keeps(7, world.status != Status::Cancelled || cause)
        }),
        Property::always("an order that was taken back is not confirmed", |saga: &Saga, state: &State| {
            let world = &state.world;
            saga.firsts.keeps(16, !world.taken_back || world.status != Status::Confirmed)
        }),
        Property::always("no step meets what it calls impossible", |saga: &Saga, state: &State| {
            saga.firsts.keeps(8, !state.world.impossible)
        }),
        Property::always(
            "after its deadline, an undisturbed execution ends every order",
            |saga: &Saga, state: &State| {
                saga.firsts.keeps(9, !state.is_quiet() || !state.world.late || saga.can_finish(state))
            },
        ),
        can("an order is confirmed", |saga: &Saga, state: &State| {
            saga.firsts.shows(10, state.world.status == Status::Confirmed)
        }),
        can("an order is confirmed after its deadline, because it was paid before", |saga: &Saga, state: &State| {
            saga.firsts.shows(11, state.world.status == Status::Pending && state.world.late && paid(state))
        }),
        can("an order is cancelled before it held anything", |saga: &Saga, state: &State| {
            saga.firsts.shows(12, state.world.status == Status::Cancelled && state.world.holds[0] == Hold::Refused)
        }),
        can("an order is cancelled and its money given back", |saga: &Saga, state: &State| {
            let refunded = state.world.count(Intent::Refunded) == 1;
            saga.firsts.shows(13, state.world.status == Status::Cancelled && refunded)
        }),
        can("an order waits for its customer", |saga: &Saga, state: &State| {
            saga.firsts.shows(14, state.world.status == Status::ActionRequired)
        }),
        can("an order is confirmed whose customer had to authenticate", |saga: &Saga, state: &State| {
            let world = &state.world;
            saga.firsts.shows(17, world.status == Status::Confirmed && world.card == Card::NeedsAuthentication)
        }),
        can("a call lands after the order is settled", |saga: &Saga, state: &State| {
            let landing = state.late.iter().any(Option::is_some);
            saga.firsts.shows(15, saga.bounds.late == 0 || (landing && state.world.status.is_settled()))
        }),
    ]
}

fn can(name: &'static str, condition: fn(&Saga, &State) -> bool) -> Property<Saga> {
    Property::sometimes(name, condition)
}

fn paid(state: &State) -> bool {
    state.world.count(Intent::Succeeded) == 1
}

impl Saga {
    fn lines<'a>(&self, state: &'a State) -> &'a [Hold] {
        &state.world.holds[..self.bounds.lines]
    }
}
