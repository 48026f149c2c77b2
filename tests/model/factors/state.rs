//! States of the model: one account with its authenticator app, and two browsers.

/// Index of a browser.
pub type Tab = usize;
/// Number of browsers.
pub const TABS: usize = 2;
/// The owner's browser; the other is a stranger's.
pub const OWN: Tab = 0;

/// The whole state between two steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Policy in force.
    pub demand: Demand,
    /// False from "this wasn't me" until a new password is set.
    pub password: bool,
    pub factors: Factors,
    pub hold: Hold,
    /// Factors that the link of the newest notice brings back, if it is unused.
    pub notice: Option<Factors>,
    pub browsers: [Browser; TABS],
    /// Law broken by the last step.
    pub broken: Option<Law>,
}

/// Demand of the policy for a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Demand {
    Required,
    IfSetUp,
    Off,
}

/// The app that is set up, and the first of its recovery codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Factors {
    /// Browser in which the app was set up.
    pub app: Option<Tab>,
    /// True while that code is unused.
    pub code: bool,
}

/// Whether requests for a reset are on hold after "this wasn't me".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold {
    Free,
    /// They are, and the key that the owner got is unused.
    WithKey,
    /// They are, and there is no key.
    Held,
}

/// State of a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Browser {
    pub at: At,
    pub trust: Trust,
}

/// The page that a browser has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum At {
    /// Signed out.
    Out,
    /// A pending sign-in that owes a proof.
    Proof(Goal),
    /// A pending sign-in that owes a factor.
    SetUp,
    /// The form for a new password: `proved` if a factor was, `granted` if an admin let its owner in.
    Form { proved: bool, granted: bool },
    /// A full session: `proved` if a factor was.
    In { proved: bool },
}

/// Goal of a pending sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Goal {
    SignIn,
    Form,
    NewPassword,
}

/// Whether a browser is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    No,
    Yes,
    /// Still, although something that ends it has happened: only if a rule is broken.
    Outlived,
}

/// Proof of a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    App,
    /// The app, in a browser that is trusted from then on.
    AppTrusting,
    /// The first recovery code.
    Code,
}

/// An atomic step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Somebody signs out, and in with the password.
    SignIn(Tab),
    /// A reader of the mailbox signs out, and resets the password up to where it is set or a factor is owed.
    Reset(Tab),
    /// An admin lets its owner in, who does the same with that key.
    LetIn(Tab),
    /// Somebody proves the factor that a pending sign-in owes.
    Prove(Tab, By),
    /// Somebody abandons a pending sign-in.
    Abandon(Tab),
    /// Somebody sets up an app, signed in or signing in.
    SetUp(Tab),
    /// A signed-in person proves the factor, to change it.
    Verify(Tab),
    /// A signed-in person removes the app.
    Remove(Tab),
    /// A signed-in person changes the password.
    Change(Tab),
    /// Somebody sets the new password in the form at the end of a reset.
    NewPassword(Tab),
    /// A reader of the mailbox presses "this wasn't me" in the newest notice.
    Undo,
    /// The policy is switched.
    Switch(Demand),
    /// An hour passes.
    Hour,
}

/// Invariants of steps; the others can be checked in the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// No full session begins without the factor that is owed at that moment.
    EveryFactor,
    /// No reset sets a password before the factor is proved, if one is held.
    OldPasswordHolds,
    /// A pending sign-in reaches nothing but the factor that it owes.
    NothingElse,
    /// Nobody removes a factor without proving it.
    ProofFirst,
}

impl State {
    /// Everybody is signed out; the owner has an app if `held`.
    pub fn new(demand: Demand, held: bool) -> State {
        let browser = Browser { at: At::Out, trust: Trust::No };
        State {
            demand,
            password: true,
            factors: if held { Factors::of(OWN) } else { Factors::NONE },
            hold: Hold::Free,
            notice: None,
            browsers: [browser; TABS],
            broken: None,
        }
    }

    /// True if a session that begins now owes something, unless a factor is `proved`.
    pub fn owes(&self, proved: bool) -> bool {
        match self.demand {
            Demand::Off => false,
            Demand::IfSetUp => self.factors.are_held() && !proved,
            Demand::Required => !self.factors.are_held() || !proved,
        }
    }

    /// True if the policy has second factors.
    pub fn is_on(&self) -> bool {
        self.demand != Demand::Off
    }
}

impl Demand {
    /// Every one.
    pub const ALL: [Demand; 3] = [Demand::Required, Demand::IfSetUp, Demand::Off];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Demand::Required => "required",
            Demand::IfSetUp => "if_set_up",
            Demand::Off => "off",
        }
    }
}

impl Factors {
    /// None at all.
    pub const NONE: Factors = Factors { app: None, code: false };

    /// An app that was just set up in `tab`.
    pub fn of(tab: Tab) -> Factors {
        Factors { app: Some(tab), code: true }
    }

    /// True if an app is set up.
    pub fn are_held(self) -> bool {
        self.app.is_some()
    }
}

impl At {
    /// True for a pending sign-in.
    pub fn is_pending(self) -> bool {
        matches!(self, At::Proof(_) | At::SetUp)
    }
}
