//! Keys in flight when the policy switches: each rule, each pair of strategies, each step of the journey.

use serde_json::json;

use crate::common::{Capabilities, Jar, NEW, OTHER, Person, Setting, Site, Step, Strategy, TestApp, Walk};

for_both_databases! {
    under_honour_a_journey_ends_as_it_began,
    under_stricter_a_journey_goes_on_if_it_is_as_strict,
    under_revoke_a_journey_ends_with_its_policy,
    servers_that_switch_at_different_moments_never_mix,
    a_key_that_the_policy_refuses_holds_nobody_up,
    a_faulty_policy_changes_nothing,
}

const IN_FLIGHT: &str = "latchkey.reset.in_flight";

async fn with_phone(setting: &Setting, rule: &str) -> (TestApp, Person) {
    let app = setting.app_with(&[(IN_FLIGHT, json!(rule))]).await;
    let ann = app.account("ann@example.com").await;
    let ann = app.add_phone(&ann).await;
    (app, ann)
}

async fn every_pair_at_every_step(setting: Setting, rule: &str, goes_on: fn(Strategy, Strategy) -> bool) {
    let (mut app, mut ann) = with_phone(&setting, rule).await;
    let mut jar = Jar::default();
    for &old in Strategy::all() {
        for (new, at) in Strategy::all().iter().flat_map(|new| (0..old.requests()).map(move |at| (*new, at)))
        {
            app.switch(old, &[]).await;
            let mut walk = Walk::begin(&[&app], &ann, jar).await;
            let mut came_to = Step::Goes;
            let password = if ann.password == NEW { OTHER } else { NEW };
            for step in 0..old.requests() {
                if step == at {
                    app.switch(new, &[]).await;
                }
                came_to = walk.step(&[&app], password).await;
                if came_to != Step::Goes {
                    break;
                }
            }
            let expected = if goes_on(old, new) { Step::Done } else { Step::Refused };
            assert_eq!(came_to, expected, "{rule}: {old:?} to {new:?} before request {at}");
            if came_to == Step::Done {
                ann.password = password.to_owned();
            }
            jar = walk.jar();
        }
    }
    assert!(app.opens(&ann.email, &ann.password).await);
}

async fn under_honour_a_journey_ends_as_it_began(setting: Setting) {
    every_pair_at_every_step(setting, "honour", |_, _| true).await;
}

async fn under_stricter_a_journey_goes_on_if_it_is_as_strict(setting: Setting) {
    every_pair_at_every_step(setting, "stricter", Strategy::is_as_strict_as).await;
}

async fn under_revoke_a_journey_ends_with_its_policy(setting: Setting) {
    every_pair_at_every_step(setting, "revoke", |old, new| old == new).await;
}

async fn servers_that_switch_at_different_moments_never_mix(setting: Setting) {
    let (mut app, mut ann) = with_phone(&setting, "stricter").await;
    let mut other = app.replica().await;
    for (old, new) in Strategy::pairs() {
        // The key has the old policy only if no server has the new one when it is created.
        other.switch(old, &[]).await;
        app.switch(old, &[]).await;
        let mut walk = Walk::begin(&[&app, &other], &ann, Jar::default()).await;
        other.switch(new, &[]).await;
        let password = if ann.password == NEW { OTHER } else { NEW };
        for step in 0..old.requests() {
            let of_the_new = step % 2 == 1;
            let servers: [&Site; 2] = if of_the_new { [&other, &app] } else { [&app, &other] };
            match walk.step(&servers, password).await {
                Step::Goes => {}
                Step::Done => ann.password = password.to_owned(),
                Step::Refused => {
                    assert!(of_the_new && !old.is_as_strict_as(new), "{old:?} to {new:?}, request {step}");
                    break;
                }
            }
            assert!(!of_the_new || old.is_as_strict_as(new), "{old:?} to {new:?}: request {step} goes on");
        }
    }
    assert!(other.opens(&ann.email, &ann.password).await);
}

async fn a_key_that_the_policy_refuses_holds_nobody_up(setting: Setting) {
    let (mut app, ann) = with_phone(&setting, "stricter").await;
    app.switch(Strategy::SecondKey, &[]).await;
    let mut walk = Walk::begin(&[&app], &ann, Jar::default()).await;
    assert_eq!((walk.step(&[&app], NEW).await, walk.step(&[&app], NEW).await), (Step::Goes, Step::Goes));
    app.switch(Strategy::SmsApproved, &[]).await;
    let link = app.key(&ann).await.link();
    app.recover(&app.browser(), &ann, &link, NEW).await;
}

async fn a_faulty_policy_changes_nothing(setting: Setting) {
    let app = setting.app().await;
    let before = app.health().await;
    let changes =
        [("latchkey.reset.strategy", json!("sms_approved")), ("latchkey.reset.channel", json!("sms"))];
    let refused = app.try_switch(&changes).await.expect_err("one phone alone");
    assert!(refused.contains("channel"), "{refused}");
    let after = app.health().await;
    assert_eq!(after["policy"], before["policy"]);
    assert_eq!(
        (&before["configuration_refused"], &after["configuration_refused"]),
        (&json!(false), &json!(true))
    );
    app.try_switch(&[("latchkey.site_name", json!("Elsewhere"))]).await.expect("a policy as before");
    let later = app.health().await;
    assert_eq!((&later["configuration_refused"], &later["restart_needed"]), (&json!(false), &json!(true)));
}
