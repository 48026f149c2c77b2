//! The steps of signing in, in plain words, for `latchkey policy explain`.

use crate::{
    base::factor::FactorKind,
    policy::{
        Channel,
        method::SignInMethod,
        sign_in::{SecondFactor, SignInPolicy, Usernames},
    },
    store::{accounts::AccountRow, factors::FactorRow},
    view::language::Language,
};

/// Account whose steps are explained: with its second factors, its username, and whether texts reach its phone.
pub(super) struct Person<'a> {
    pub account: &'a AccountRow,
    pub held: &'a [FactorRow],
    pub username: Option<&'a str>,
    pub texts: bool,
}

impl Person<'_> {
    fn has(&self, method: SignInMethod) -> bool {
        match (method, method.channel()) {
            (SignInMethod::Password, _) => !self.account.password_hash.is_unusable(),
            (_, Some(Channel::Email)) => true,
            (_, Some(Channel::Sms)) => self.texts,
            (SignInMethod::Totp, None) => self.holds(FactorKind::Totp),
            (_, None) => self.holds(FactorKind::Passkey),
        }
    }

    fn holds(&self, kind: FactorKind) -> bool {
        self.held.iter().any(|factor| factor.kind == kind)
    }
}

/// Returns the steps of somebody under a policy that offers these methods; without a `person`, of anybody under it.
pub(super) fn steps(
    language: &Language,
    policy: &SignInPolicy,
    methods: &[SignInMethod],
    person: Option<&Person<'_>>,
) -> Vec<String> {
    let usable = methods.iter().filter(|method| person.is_none_or(|person| person.has(**method)));
    let passkey = usable.clone().any(|method| *method == SignInMethod::Passkey).to_string();
    let say = |key: &str, names: Vec<String>| {
        let (names, by) = (names.join(", "), policy.identities());
        language.say(key, &[("names", names.into()), ("by", by.into()), ("passkey", passkey.clone().into())])
    };
    let usable: Vec<_> = usable.map(|method| language.say(&format!("method-{method}"), &[])).collect();
    let first = if usable.is_empty() { "explain-way-none" } else { "explain-way-first" };
    let second = second(language, policy, person).map(|(key, names)| say(key, names));
    let lacks_username =
        policy.usernames == Usernames::Required && person.is_none_or(|it| it.username.is_none());
    let username = lacks_username.then(|| say("explain-way-username", Vec::new()));
    [Some(say(first, usable)), second, username].into_iter().flatten().collect()
}

/// Returns the step after a new password, if the account owes a factor; not if its factors approve the reset.
pub(super) fn after_reset(language: &Language, policy: &SignInPolicy, person: &Person<'_>) -> Option<String> {
    let held = FactorKind::all().filter(|kind| policy.is_on() && policy.counts(*kind) && person.holds(*kind));
    let held: Vec<_> = held.map(|kind| language.say(&format!("factor-{kind}"), &[])).collect();
    (!held.is_empty()).then(|| language.say("explain-way-reset", &[("names", held.join(", ").into())]))
}

/// Returns the sentence about the second step, and the kinds that it names.
fn second(
    language: &Language,
    policy: &SignInPolicy,
    person: Option<&Person<'_>>,
) -> Option<(&'static str, Vec<String>)> {
    if !policy.is_on() {
        return None;
    }
    let named = |kind: FactorKind| language.say(&format!("factor-{kind}"), &[]);
    let listed = || policy.factors.iter().map(|kind| named(*kind)).collect::<Vec<_>>();
    let required = policy.second_factor == SecondFactor::Required;
    let Some(person) = person else {
        let key = if required { "explain-way-second-all" } else { "explain-way-second-some" };
        return Some((key, listed()));
    };
    let held = FactorKind::all().filter(|kind| policy.counts(*kind) && person.holds(*kind));
    let held: Vec<_> = held.map(named).collect();
    match held.is_empty() {
        false => Some(("explain-way-second", [held, vec![named(FactorKind::RecoveryCode)]].concat())),
        true => required.then(|| ("explain-way-set-up", listed())),
    }
}
