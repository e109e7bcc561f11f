//! The protocols with all of their rules.

use models::{Explored, explore, explore_further};

/// Everything within the bounds was visited, nothing broke, and everything that should be possible was met. The number
/// of states is part of what is expected: a model that visits nothing breaks nothing either.
fn check(explored: &[Explored], states: &[usize]) {
    for Explored { model, bounds, found } in explored {
        assert_eq!(found.broken, None, "{model}, {bounds}");
        assert!(found.complete, "{model}, {bounds}");
        assert!(found.never.is_empty(), "{model}, {bounds}: never met: {:?}", found.never);
    }
    assert_eq!(explored.iter().map(|explored| explored.found.states).collect::<Vec<_>>(), states);
}

#[test]
fn nothing_breaks_within_bounds() {
    check(&explore(), &[438_525, 535_651, 812_053, 298_541, 378_214, 128_549, 39_768]);
}

#[test]
#[ignore = "half a minute"]
fn nothing_breaks_within_larger_bounds() {
    check(&explore_further(), &[2_996_767, 2_046_967, 1_620_553]);
}
