//! How the owner gets back in, from any state: always by the mailbox, and by one thing more.

use super::{
    rules::Rules,
    state::{At, By, Hold, OWN, State, Step},
};

/// What the owner has beside the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// The app that they set up, or none has to be proved.
    Phone,
    /// A recovery code of theirs instead.
    Code,
    /// The link of the newest notice, if it leads back to what they had.
    Link,
    /// An admin.
    Admin,
}

impl Help {
    /// True if it is enough in this state.
    fn is_enough(self, rules: Rules, state: &State) -> bool {
        let theirs = |app: Option<_>| app.is_none_or(|tab| tab == OWN);
        match self {
            Help::Phone => theirs(state.factors.app),
            // Where a reset leads to sign-in, that takes another code.
            Help::Code if !rules.login_after => false,
            Help::Code => theirs(state.factors.app) && (state.factors.code || !state.factors.are_held()),
            Help::Link => state.notice.is_some_and(|before| theirs(before.app)),
            Help::Admin => true,
        }
    }
}

impl Rules {
    /// True if this help is not enough in this state, or the owner gets in by it.
    pub fn gets_in(self, state: &State, help: Help) -> bool {
        !help.is_enough(self, state) || self.way_in(state, help).is_some()
    }

    fn way_in(self, state: &State, help: Help) -> Option<()> {
        let try_to = |state: &State, step| self.after(state, step).unwrap_or_else(|| state.clone());
        let mut state = state.clone();
        if help == Help::Link {
            state = self.after(&state, Step::Undo)?;
        }
        // An admin waits for the end of a hold, and so does who has used the key that came with it.
        if state.hold == Hold::Held || help == Help::Admin {
            state = try_to(&state, Step::Hour);
        }
        let begin = if help == Help::Admin { Step::LetIn(OWN) } else { Step::Reset(OWN) };
        state = try_to(&state, begin);
        let by = if help == Help::Code { By::Code } else { By::App };
        for _ in 0..5 {
            let step = match state.browsers[OWN].at {
                At::In { .. } => return Some(()),
                At::Out => Step::SignIn(OWN),
                At::Proof(_) if state.factors.app == Some(OWN) => Step::Prove(OWN, by),
                At::Proof(_) => return None,
                At::SetUp => Step::SetUp(OWN),
                At::Form { .. } => Step::NewPassword(OWN),
            };
            state = self.after(&state, step)?;
        }
        None
    }
}
