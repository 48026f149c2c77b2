//! Spending a key while something else happens to the account: the result must match some order of the two.

use std::time::Duration;

use reqwest::Method;
use rocket::{
    futures::future::join_all,
    tokio::{join, time::sleep},
};

use crate::{
    common::{Browser, Capabilities, NEW, OTHER, Person, Sent, Setting, Strategy},
    db_probe::Facts,
    harness::Harness,
    races::{candidate, ended, harness, has_won, remembered, rounds},
};

for_every_strategy! {
    whatever_a_key_meets_ends_as_some_order_would,
}

for_both_databases! {
    a_remembered_browser_against_a_revocation,
}

/// Concurrent requests that spend a key, in addition to the other one.
const SPENDERS: usize = 8;

/// Result of a contest.
struct Contest {
    /// Password set by the winner among the spenders.
    winner: Option<String>,
    before: Facts,
    after: Facts,
}

/// Waits for a moment among the spenders, another one in each round.
async fn moment(round: usize) {
    sleep(Duration::from_millis(u64::try_from(round * 7 % 24).unwrap_or(0))).await;
}

/// Spends `ann`'s key while `other` sends something else.
async fn contest(harness: &Harness, ann: &Person, other: (&Browser, &Sent), round: usize) -> Contest {
    let site = harness.site();
    let browser = harness.browser(0);
    let ready = harness.prepare(&browser, ann).await;
    let before = harness.db_probe.facts(&ann.email).await;
    let spenders = join_all((0..SPENDERS).map(|turn| {
        let sent = site.spending(&browser, &ready, &candidate(round, turn));
        let copy = harness.copy(turn, &browser);
        async move { copy.post_only(&sent).await }
    }));
    let against = async {
        moment(round).await;
        other.0.post_only(other.1).await
    };
    let (answers, answer) = join!(spenders, against);
    assert!(answer.status < 500 && answers.iter().all(|answer| answer.status < 500), "round {round}");
    let won: Vec<_> = (0..SPENDERS).filter(|t| has_won(harness.setting.strategy, &answers[*t])).collect();
    assert!(won.len() <= 1, "{won:?} won in round {round}");
    harness.settle().await;
    let after = harness.db_probe.facts(&ann.email).await;
    Contest { winner: won.first().map(|turn| candidate(round, *turn)), before, after }
}

impl Contest {
    /// Expected facts, depending on whether the key was spent.
    fn spent(&self, strategy: Strategy) -> Facts {
        let (before, won) = (self.before.clone(), i64::from(self.winner.is_some()));
        match strategy {
            it if it.mails_password() => Facts { generated: before.generated + won, ..before },
            it if it.signs_in_once() => Facts {
                signed_in_once: before.signed_in_once + won,
                undo: before.undo + won,
                notices: before.notices + won,
                ..before
            },
            _ => Facts {
                completed: before.completed + won,
                undo: before.undo + won,
                notices: before.notices + won,
                ..before
            },
        }
    }

    /// Updates Ann's password, if the contest changed it.
    fn take(&self, ann: &mut Person, strategy: Strategy) {
        if let Some(password) = self.winner.clone().filter(|_| strategy.ends_with_password()) {
            ann.password = password;
        }
    }
}

async fn whatever_a_key_meets_ends_as_some_order_would(setting: Setting) {
    let mut harness = harness(&setting).await;
    let mut ann = harness.site().person("ann").await;
    let root = harness.site().admin("root@example.com").await;
    for servers in 1..=2 {
        harness.have(servers).await;
        against_a_new_request(&harness, &mut ann).await;
        against_a_change_of_password(&harness, &mut ann).await;
        against_a_revocation(&harness, &mut ann, &root).await;
    }
}

async fn against_a_new_request(harness: &Harness, ann: &mut Person) {
    let strategy = harness.setting.strategy;
    // The second button of these strategies has been pressed, and a key in use is not superseded.
    let held = strategy.takes_code();
    rounds(harness, "a key against a new request", async |harness, round| {
        let other = harness.browser(round);
        let sent = other.fill(&other.get("/reset").await, &[("email", &ann.email)]);
        let contest = contest(harness, ann, (&other, &sent), round).await;
        let (won, after) = (contest.winner.is_some(), &contest.after);
        let issued = after.issued - contest.before.issued;
        assert!(if held { won } else { issued == 1 }, "round {round}: {won}, {after:?}");
        let expected = match won {
            true if strategy.mails_password() => Facts { keys: 1 + issued, ..contest.spent(strategy) },
            true => Facts { keys: issued, sessions: 1, ..contest.spent(strategy) },
            false => Facts { keys: after.keys, ..contest.spent(strategy) },
        };
        let expected = Facts { issued: after.issued, reset_keys: issued, ..expected };
        assert_eq!(*after, expected, "round {round}");
        contest.take(ann, strategy);
        assert!(harness.site().opens(&ann.email, &ann.password).await, "round {round}");
    })
    .await;
}

async fn against_a_change_of_password(harness: &Harness, ann: &mut Person) {
    let strategy = harness.setting.strategy;
    rounds(harness, "a key against a change of password", async |harness, round| {
        let other = harness.browser(round);
        harness.site().sign_in(&other, &ann.email, &ann.password).await;
        let new = if ann.password == NEW { OTHER } else { NEW };
        let typed = [("current-password", &*ann.password), ("new-password", new)];
        let sent = other.fill(&other.get("/change").await, &typed);
        let contest = contest(harness, ann, (&other, &sent), round).await;
        let changed = contest.after.changed - contest.before.changed;
        let won = i64::from(contest.winner.is_some());
        match strategy {
            // The button ends neither the session nor the password, so the change can come after it.
            it if it.mails_password() => assert_eq!(changed, 1, "round {round}"),
            _ => assert_eq!(changed + won, 1, "round {round}: {:?}", contest.after),
        }
        let spent = contest.spent(strategy);
        let expected = Facts {
            changed: spent.changed + changed,
            undo: spent.undo + changed,
            notices: spent.notices + changed,
            ..ended(&spent)
        };
        assert_eq!(contest.after, expected, "round {round}");
        contest.take(ann, strategy);
        if changed == 1 {
            new.clone_into(&mut ann.password);
        }
        assert_eq!(other.is_signed_in().await, changed == 1, "round {round}");
        assert!(harness.site().opens(&ann.email, &ann.password).await, "round {round}");
    })
    .await;
}

async fn against_a_revocation(harness: &Harness, ann: &mut Person, root: &Person) {
    let strategy = harness.setting.strategy;
    rounds(harness, "a key against a revocation", async |harness, round| {
        let admin = harness.browser(round);
        harness.site().sign_in(&admin, &root.email, &root.password).await;
        let found = admin.get(&format!("/admin/people?q={}", ann.email)).await;
        let place = found.links.iter().find(|link| link.starts_with("/admin/people/")).expect("ann");
        let end = Sent { to: format!("{place}/end-sessions"), fields: Vec::new() };
        harness.site().sign_in(&harness.browser(0), &ann.email, &ann.password).await;
        let contest = contest(harness, ann, (&admin, &end), round).await;
        let expected = Facts { sessions: 0, ..ended(&contest.spent(strategy)) };
        assert_eq!(contest.after, expected, "round {round}");
        contest.take(ann, strategy);
        assert!(harness.site().opens(&ann.email, &ann.password).await, "round {round}");
    })
    .await;
}

async fn a_remembered_browser_against_a_revocation(setting: Setting) {
    let mut harness = harness(&setting).await;
    let ann = harness.site().person("ann").await;
    harness.have(2).await;
    rounds(&harness, "a remembered browser against a revocation", async |harness, round| {
        let own = harness.browser(round);
        harness.site().sign_in(&own, &ann.email, &ann.password).await;
        let lost = remembered(harness.site(), &ann).await;
        lost.close();
        let copies: Vec<_> = (0..SPENDERS).map(|turn| harness.copy(turn, &lost)).collect();
        let end = Sent { to: "/account/sessions".into(), fields: Vec::new() };
        let against = async {
            moment(round).await;
            own.post_only(&end).await
        };
        let recalled = join_all(copies.iter().map(|copy| copy.ask(Method::GET, "/account")));
        let (answers, answer) = join!(recalled, against);
        assert!(answer.status < 500 && answers.iter().all(|answer| answer.status < 500), "round {round}");
        let after = harness.db_probe.facts(&ann.email).await;
        assert_eq!((after.sessions, after.remembered), (1, 0), "round {round}");
        assert!(own.is_signed_in().await, "round {round}");
        for copy in &copies {
            assert!(!copy.is_signed_in().await, "round {round}");
        }
    })
    .await;
}
