//! What there is: the account in question, its links, the addresses it had, and a second account.

/// An address, by number: the owner's, and two that anybody may have.
pub type Address = usize;
/// How many there are.
pub const ADDRESSES: usize = 3;
/// The order in which things happened: the number of the step.
pub type At = u8;

/// Everything, between two steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// How many steps were taken.
    pub now: At,
    pub standing: Standing,
    pub address: Address,
    /// When the password was chosen; none if it is unusable.
    pub password: Option<At>,
    /// When the newest password that opened the account at its address was chosen.
    pub proved: At,
    /// When "this wasn't me" was said, until the reset after it is complete.
    pub undone: Option<At>,
    pub links: Vec<Link>,
    /// The addresses that it had lately.
    pub left: Vec<Left>,
    /// From where it is claimed.
    pub claims: Vec<Address>,
    /// Where the second account is, if there is one.
    pub second: Option<Address>,
    /// Every proof since the addresses that it had lately: what the laws go by, and no rule.
    pub proofs: Vec<(At, Address)>,
    /// The law that the last step broke.
    pub broken: Option<Law>,
}

/// What may be done with the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    Open,
    Frozen,
    Deleted,
    Gone,
}

/// A live link of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    pub at: At,
    /// Where it was mailed to, and leads back to.
    pub address: Address,
}

/// An address that the account has left; once the leaving is undone, `at` is 0, and the address is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Left {
    pub at: At,
    pub address: Address,
    pub proved: At,
}

/// Something that happens, each time as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Whoever reads the mailbox of the account's address resets the password.
    Reset,
    /// Whoever knows the password signs in.
    SignIn,
    /// Whoever is signed in changes the password.
    Change,
    /// Whoever is signed in moves the account to an address, which confirms it.
    Move(Address),
    /// Whoever is signed in deletes the account.
    Delete,
    /// Whoever holds this link, by its place among those that are live, presses its button.
    Press(usize),
    /// Somebody registers and confirms a second account at an address.
    Register(Address),
    /// An admin leaves a frozen account with its present address.
    Leave,
    /// An admin gives it back to the first claim.
    GiveBack,
    /// Three days pass.
    ThreeDays,
}

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// Wherever a link or a claim leads back to, nobody else is.
    AddressesAreKept,
    /// As long as a link leads to the account, it is there.
    NothingIsGoneThatCanBeUndone,
    /// No link gives away what was proved at another address since.
    ProofsWeigh,
    /// A link whose change is undone is dead.
    UndoneIsUndone,
    /// After a recovery that began with a link, no older one leads to the same address.
    NoHoard,
    /// No recovery ends a link to another address.
    OthersLinksStay,
    /// Nobody gets into a frozen account but by an admin.
    FrozenIsFrozen,
}

impl State {
    /// The account at the owner's address, and nothing else.
    pub fn new() -> State {
        State {
            now: 1,
            standing: Standing::Open,
            address: 0,
            password: Some(0),
            proved: 0,
            undone: None,
            links: Vec::new(),
            left: Vec::new(),
            claims: Vec::new(),
            second: None,
            proofs: Vec::new(),
            broken: None,
        }
    }

    /// Whether an address was proved later than `at`, other than `address`: what the laws go by.
    pub fn was_proved_elsewhere(&self, at: At, address: Address) -> bool {
        self.proofs.iter().any(|(proved, place)| *proved > at && *place != address)
    }

    /// Whether the account has left `address` lately.
    pub fn is_left(&self, address: Address) -> bool {
        self.left.iter().any(|left| left.address == address && left.at > 0)
    }

    /// Whether the account is there.
    pub fn exists(&self) -> bool {
        self.standing != Standing::Gone
    }
}
