//! The list of strategies by which tests are chosen is whole: who adds a strategy cannot forget its line.

use crate::common::{Capabilities, LINES, Strategy};

#[test]
fn every_strategy_has_its_line_the_strictest_first() {
    let listed: Vec<_> = LINES.iter().map(|line| line.strategy).collect();
    assert_eq!(listed, Strategy::all(), "crates/testing/src/strategy.rs and `Strategy::all()`");
    for line in LINES {
        assert_eq!(line.name, line.strategy.name(), "{:?}", line.strategy);
    }
}

#[test]
fn every_strategy_can_do_what_its_line_says() {
    for line in LINES {
        let strategy = line.strategy;
        assert_eq!(line.can("needs_phone"), strategy.needs_phone(), "{strategy}");
        assert_eq!(line.can("takes_code"), strategy.needs_code(), "{strategy}");
        let ends = [strategy.ends_with_password(), strategy.signs_in_once(), strategy.mails_password()];
        assert_eq!(ends.iter().filter(|end| **end).count(), 1, "one way to the new password: {strategy}");
        assert!(!strategy.takes_code() || strategy.ends_with_password(), "{strategy}");
    }
}
