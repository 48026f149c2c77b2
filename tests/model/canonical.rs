//! Symmetry reduction: of states that differ only in the order of names, one represents all.

use super::state::{Browser, NOBODY, Person, State, Tab};

impl State {
    /// The same state with people, browsers and servers, two of each, in a canonical order.
    pub fn canonical(mut self) -> State {
        if let [first, second] = &self.people[..]
            && first > second
        {
            self.swap_people();
        }
        if let [first, second] = &self.browsers[..]
            && first > second
        {
            self.browsers.swap(0, 1);
            for tab in self.people.iter_mut().flat_map(Person::tabs).filter(|tab| **tab != NOBODY) {
                *tab = 1 - *tab;
            }
        }
        if let [first, second] = self.policies[..] {
            let requests = || self.browsers.iter().filter_map(|browser| browser.request.as_ref());
            if first > second || (first == second && requests().any(|request| request.server == 1)) {
                self.policies.swap(0, 1);
                for request in self.browsers.iter_mut().filter_map(|browser| browser.request.as_mut()) {
                    request.server = 1 - request.server;
                }
            }
        }
        self
    }

    fn swap_people(&mut self) {
        self.people.swap(0, 1);
        for browser in &mut self.browsers {
            let Browser { ticket, forms, known, .. } = browser;
            ticket.iter_mut().chain(&mut *forms).chain(&mut *known).for_each(|who| *who = 1 - *who);
            forms.sort_unstable();
            known.sort_unstable();
            browser.session.iter_mut().for_each(|session| session.who = 1 - session.who);
            if let Some(request) = &mut browser.request {
                request.who = 1 - request.who;
                *request.operation.who_mut() = 1 - request.operation.who();
            }
        }
    }
}

impl Person {
    fn tabs(&mut self) -> impl Iterator<Item = &mut Tab> {
        let bound = self.keys.iter_mut().filter_map(|key| key.browser.as_mut());
        self.asked.iter_mut().map(|asked| &mut asked.tab).chain(bound)
    }
}
