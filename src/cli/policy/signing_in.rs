//! The steps of signing in, in plain words, for `latchkey policy explain`.

use crate::{
    base::factor::FactorKind,
    policy::{
        Channel, Policy,
        method::SignInMethod,
        sign_in::{SecondFactor, SignInPolicy, Usernames},
    },
    store::{accounts::AccountRow, factors::FactorRow},
    view::language::Language,
};

/// Person whose steps are explained: an account, with its second factors and its username.
pub(super) struct Person {
    pub account: AccountRow,
    pub held: Vec<FactorRow>,
    pub username: Option<String>,
}

impl Person {
    /// True if the person can sign in this way; `texts` if text messages reach the phone.
    fn has(&self, method: SignInMethod, texts: bool) -> bool {
        match (method, method.channel()) {
            (SignInMethod::Password, _) => !self.account.password_hash.is_unusable(),
            (_, Some(Channel::Email)) => true,
            (_, Some(Channel::Sms)) => texts,
            (SignInMethod::Totp, None) => self.holds(FactorKind::Totp),
            (_, None) => self.holds(FactorKind::Passkey),
        }
    }

    fn holds(&self, kind: FactorKind) -> bool {
        self.held.iter().any(|factor| factor.kind == kind)
    }

    /// Returns the kinds of factors that are asked for, the strongest first.
    fn asked(&self, policy: &SignInPolicy) -> Vec<FactorKind> {
        let asked = |kind: &FactorKind| policy.is_on() && policy.counts(*kind) && self.holds(*kind);
        FactorKind::all().filter(asked).collect()
    }
}

fn names(language: &Language, kinds: impl IntoIterator<Item = FactorKind>) -> Vec<String> {
    kinds.into_iter().map(|kind| language.say(&format!("factor-{kind}"), &[])).collect()
}

/// Returns the steps of somebody under a policy that offers these methods, and whose phone texts reach or not; without a
/// `person`, of anybody under it.
pub(super) fn steps(
    language: &Language,
    policy: &SignInPolicy,
    methods: &[SignInMethod],
    (person, texts): (Option<&Person>, bool),
) -> Vec<String> {
    let usable = methods.iter().filter(|method| person.is_none_or(|person| person.has(**method, texts)));
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

/// Returns the step after a new password, if the account owes a factor; not if one that is asked for may approve the reset.
pub(super) fn after_reset(
    language: &Language,
    policy: &SignInPolicy,
    reset: &Policy,
    person: &Person,
) -> Option<String> {
    let asked = person.asked(policy);
    let mut ways = reset.approve.all().filter(|way| reset.is_approved_by(*way));
    let owes = !asked.is_empty() && !ways.any(|way| asked.contains(&way.factor()));
    let named = || names(language, asked).join(", ");
    owes.then(|| language.say("explain-way-reset", &[("names", named().into())]))
}

/// Returns the sentence about the second step, and the kinds that it names.
fn second(
    language: &Language,
    policy: &SignInPolicy,
    person: Option<&Person>,
) -> Option<(&'static str, Vec<String>)> {
    let listed = || names(language, policy.factors.iter().copied());
    let required = policy.second_factor == SecondFactor::Required;
    let Some(person) = person else {
        let key = if required { "explain-way-second-all" } else { "explain-way-second-some" };
        return policy.is_on().then(|| (key, listed()));
    };
    let asked = person.asked(policy);
    if asked.is_empty() {
        return required.then(|| ("explain-way-set-up", listed()));
    }
    Some(("explain-way-second", names(language, asked.into_iter().chain([FactorKind::RecoveryCode]))))
}
