//! What must never be of stock and holds, and what must be possible.

use stateright::Property;

use super::{Hold, HoldState, State, Stock};

/// The properties, and numbers for [`crate::Firsts`].
pub(super) fn all() -> Vec<Property<Stock>> {
    let can = Property::<Stock>::sometimes;
    vec![
        Property::always("received = available + held + committed + written off", |stock: &Stock, state: &State| {
            let balances = |line: usize| {
                let available: i8 = state.available[line].iter().sum();
                state.received[line] == available + taken(state, line) + state.written_off[line]
            };
            stock.firsts.keeps(0, (0..stock.bounds.lines).all(balances))
        }),
        Property::always("nothing is below zero", |stock: &Stock, state: &State| {
            stock.firsts.keeps(1, state.available.as_flattened().iter().all(|units| *units >= 0))
        }),
        Property::always("an order holds all of its lines or none", |stock: &Stock, state: &State| {
            let whole = |order: &usize| {
                let lines = stock.lines(state, *order);
                let live = lines.iter().any(|hold| hold.state.is_live());
                let absent = lines.iter().any(|hold| hold.state == HoldState::Absent);
                let refused = lines.iter().any(|hold| hold.state == HoldState::Refused);
                !(live && (absent || refused))
            };
            stock.firsts.keeps(2, (0..stock.bounds.orders).all(|order| whole(&order)))
        }),
        Property::always("an order never holds a line twice", |stock: &Stock, state: &State| {
            let live = |keys: &[Hold; 2]| keys.iter().filter(|hold| hold.state.is_live()).count();
            stock.firsts.keeps(3, state.holds.as_flattened().iter().all(|keys| live(keys) <= 1))
        }),
        Property::always("who was told that an order holds nothing stays right", |stock: &Stock, state: &State| {
            stock.firsts.keeps(4, !state.revived)
        }),
        Property::always("who was told that an order holds its lines was right", |stock: &Stock, state: &State| {
            stock.firsts.keeps(5, !state.misled)
        }),
        Property::always("an adjustment counts once", |stock: &Stock, state: &State| {
            let begun: i8 = super::UNITS[0][..stock.bounds.shards].iter().sum();
            let counted = (state.received[0] - begun, state.written_off[0]);
            stock.firsts.keeps(6, counted == (i8::from(state.recorded[0]), i8::from(state.recorded[1])))
        }),
        can("every unit of the first shard is committed", |stock: &Stock, state: &State| {
            let mut lines = 0..stock.bounds.lines;
            let committed = |line: usize| {
                let mut holds = state.holds.iter().map(|lines| lines[line][0]);
                state.available[line][0] == 0 && holds.any(|hold| hold.state == HoldState::Committed && hold.shard == 0)
            };
            stock.firsts.shows(7, lines.all(committed))
        }),
        can("an order is refused, and another holds", |stock: &Stock, state: &State| {
            let any = |wanted| state.holds.iter().any(|lines| lines[0][0].state == wanted);
            stock.firsts.shows(8, any(HoldState::Refused) && any(HoldState::Held))
        }),
        can("what was released is held by another order", |stock: &Stock, state: &State| {
            let any = |wanted| state.holds.iter().any(|lines| lines[0][0].state == wanted);
            stock.firsts.shows(9, any(HoldState::Released) && any(HoldState::Held))
        }),
    ]
}

fn taken(state: &State, line: usize) -> i8 {
    let holds = state.holds.iter().flat_map(|lines| lines[line]);
    holds.filter(|hold| hold.state.is_live()).map(|hold| hold.quantity).sum()
}

impl Stock {
    fn lines(&self, state: &State, order: usize) -> Vec<Hold> {
        let whole = |keys: [Hold; 2]| keys.into_iter().find(|hold| hold.state != HoldState::Absent);
        state.holds[order][..self.bounds.lines].iter().map(|keys| whole(*keys).unwrap_or(super::NO_HOLD)).collect()
    }
}
