//! Explanation of a policy in plain words: each step of a reset, and its purpose.

use serde::Serialize;

use super::{
    generated_password,
    send_code::{MAILED, TEXTED},
};
use crate::{
    account::notice,
    auth::session,
    core::limits::TRIES,
    policy::{Policy, approve::Approval, strategy::Strategy},
    view::{catalog::FluentValue, format, language::Language},
};

/// One step, as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Description of the step.
    pub what: String,
    /// Danger that it protects against.
    pub guards: String,
}

/// Returns every step of a policy, from the request to the notice. A strategy's own steps are the sentences
/// `explain-<strategy>-1`, `-2` and so on, each with its `…-guards`; without them, what its constants say.
pub fn journey(language: &Language, policy: &Policy) -> Vec<Step> {
    let minutes = format::minutes(*policy.key_ttl);
    let code = if policy.strategy == Strategy::SmsApproved { TEXTED.life } else { MAILED.life };
    let approvals = policy.approve.all().map(|way| language.say(&format!("factor-{}", way.name()), &[]));
    let approvals = approvals.collect::<Vec<_>>().join(", ");
    let args: [(&str, FluentValue<'_>); 14] = [
        ("strategy", policy.strategy.name().into()),
        ("steps", policy.strategy.steps().into()),
        ("by_text", policy.strategy.needs_phone().to_string().into()),
        ("by_factors", policy.is_approved_by_factors().to_string().into()),
        ("approvals", approvals.into()),
        ("texts", policy.is_approved_by(Approval::Sms).to_string().into()),
        ("minutes", minutes.into()),
        ("step_minutes", format::minutes(session::RESTRICTED).into()),
        ("temporary_minutes", format::minutes(*generated_password::LIFE).into()),
        ("code_minutes", format::minutes(code).into()),
        ("tries", TRIES.into()),
        ("undo_hours", (notice::UNDO.as_secs() / 3600).into()),
        ("login_after", policy.login_after.to_string().into()),
        ("may_skip", policy.may_skip.to_string().into()),
    ];
    let first = ["ask".to_owned(), policy.channel.to_string(), "open".to_owned()];
    let own = (1..).map(|number| format!("{}-{number}", policy.strategy));
    let own: Vec<_> = own.take_while(|name| language.knows(&format!("explain-{name}"))).collect();
    // An application may have no sentences for its strategy: its constants say this much.
    let untold = ["own-code".to_owned(), "own".to_owned()].into_iter();
    let untold = untold.skip(usize::from(!policy.strategy.needs_code())).filter(|_| own.is_empty());
    let names = first.into_iter().chain(own.clone()).chain(untold).chain(["end".to_owned()]);
    let say = |key: &str| language.say(key, &args);
    names
        .map(|name| Step {
            what: say(&format!("explain-{name}")),
            guards: say(&format!("explain-{name}-guards")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::locale::Locale,
        policy::{ResetSettings, strategy::Strategy},
        view::templates::Templates,
    };

    #[test]
    fn every_strategy_tells_each_of_its_steps() {
        let templates = Templates::embedded();
        for strategy in Strategy::all() {
            let settings = ResetSettings { strategy: Some(*strategy), ..ResetSettings::default() };
            let steps = journey(templates.language(Locale::En), &settings.policy([]));
            // The request, the message, opening the link and the end are common to all strategies.
            assert!(steps.len() >= 4 + usize::from(strategy.steps()) - 1, "{strategy}: {steps:#?}");
            for step in steps {
                assert!(!step.what.contains(['[', '{']) && !step.guards.contains(['[', '{']), "{step:?}");
            }
        }
    }
}
