//! An action on an account in the console, with the values of its form.

use strum::VariantArray;

use crate::{
    admin::{
        let_in::{Way, strategies},
        reason::Reason,
    },
    base::fault::Fault,
    config::Config,
    http::{
        Form, Read, Refusal,
        form::{fields::Fields, form},
    },
    policy::{is_role, strategy::Strategy},
};

/// An action on an account; its name is part of the address.
#[derive(Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Act {
    AddRole,
    RemoveRole,
    Disable,
    Enable,
    EndSessions,
    SendReset,
    LiftHold,
    GiveBack,
    RemovePhone,
    RemoveFactors,
    LetIn,
}

impl Act {
    /// Name of the action.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Id at which a fault of the action is shown: of a field, or of its button.
    pub fn at(self) -> &'static str {
        match self {
            Act::AddRole => RoleForm::AT.role,
            Act::RemovePhone => RemovePhoneForm::AT.reason,
            Act::RemoveFactors => RemoveFactorsForm::AT.reason,
            Act::LetIn => LetInForm::AT.reason,
            other => other.name(),
        }
    }

    /// Returns the action with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|act| act.name() == name)
    }
}

form! {
    /// The form that adds or removes a role.
    pub(super) struct RoleForm {
        role: String = line(64).mode("email").enter("done").parse(role),
    }
}

form! {
    /// The form that gives a frozen account back to a former address.
    pub(super) struct GiveBackForm {
        /// Canonical form of the address.
        email: String = line(254).hidden(),
    }
}

form! {
    /// The form that removes a lost phone.
    pub(super) struct RemovePhoneForm {
        reason: Reason = line(200).named("phone-reason").enter("done").parse(Reason::parse),
    }
}

form! {
    /// The form that removes second factors that are lost.
    pub(super) struct RemoveFactorsForm {
        reason: Reason = line(200).named("factors-reason").enter("done").parse(Reason::parse),
    }
}

form! {
    /// The form that lets somebody in.
    pub(super) struct LetInForm {
        strategy: Strategy = choice(strategy).among(strategy_names),
        /// Channel for the key.
        way: Way = choice(way).among(way_names),
        reason: Reason = line(200).enter("done").parse(Reason::parse),
    }
}

fn role(text: &str) -> Result<String, Fault> {
    if is_role(text) { Ok(text.to_owned()) } else { Err(Fault::new("fault-role")) }
}

fn strategy_names() -> Vec<&'static str> {
    strategies().map(Strategy::name).collect()
}

fn strategy(chosen: &str) -> Result<Strategy, Fault> {
    strategies().find(|strategy| strategy.name() == chosen).ok_or(Fault::new("fault-strategy"))
}

fn way_names() -> Vec<&'static str> {
    Way::VARIANTS.iter().map(|way| way.name()).collect()
}

fn way(chosen: &str) -> Result<Way, Fault> {
    chosen.parse().map_err(|_| Fault::missing())
}

/// An action with the values of its form.
pub(super) enum Asked {
    AddRole(RoleForm),
    RemoveRole(RoleForm),
    Disable,
    Enable,
    EndSessions,
    SendReset,
    LiftHold,
    GiveBack(GiveBackForm),
    RemovePhone(RemovePhoneForm),
    RemoveFactors(RemoveFactorsForm),
    LetIn(LetInForm),
}

impl Asked {
    /// Reads the form of an action; a button has none.
    ///
    /// # Errors
    /// The refusal if there is a fault.
    pub fn read(act: Act, sent: &Fields, config: &Config) -> Result<(Self, Refusal), Refusal> {
        let button = |asked| Ok((asked, Refusal::default()));
        match act {
            Act::AddRole => form(sent, config, Asked::AddRole),
            Act::RemoveRole => form(sent, config, Asked::RemoveRole),
            Act::Disable => button(Asked::Disable),
            Act::Enable => button(Asked::Enable),
            Act::EndSessions => button(Asked::EndSessions),
            Act::SendReset => button(Asked::SendReset),
            Act::LiftHold => button(Asked::LiftHold),
            Act::GiveBack => form(sent, config, Asked::GiveBack),
            Act::RemovePhone => form(sent, config, Asked::RemovePhone),
            Act::RemoveFactors => form(sent, config, Asked::RemoveFactors),
            Act::LetIn => form(sent, config, Asked::LetIn),
        }
    }
}

fn form<F: Form>(sent: &Fields, config: &Config, asked: fn(F) -> Asked) -> Result<(Asked, Refusal), Refusal> {
    let (form, refusal) = Read::<F>::of(sent, config).whole()?;
    Ok((asked(form), refusal))
}
