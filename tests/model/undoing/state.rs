//! States of the model: the account in question, its links, its former addresses, and a second account.

/// Index of an address: the owner's is 0, and two others that anybody may have.
pub type Address = usize;
/// Number of addresses.
pub const ADDRESSES: usize = 3;
/// Time of an event: the number of its step.
pub type At = u8;

/// The whole state between two steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Number of steps taken.
    pub now: At,
    pub standing: Standing,
    pub address: Address,
    /// Time at which the password was chosen; `None` if it is unusable.
    pub password: Option<At>,
    /// Time at which the newest password that opened the account at its address was chosen.
    pub proved: At,
    /// Time of "this wasn't me", until the following reset is complete.
    pub undone: Option<At>,
    pub links: Vec<Link>,
    /// Its recent former addresses.
    pub left: Vec<Left>,
    /// Addresses that claim it.
    pub claims: Vec<Address>,
    /// Address of the second account, if there is one.
    pub second: Option<Address>,
    /// Every proof since its recent former addresses: used by the laws, not by the rules.
    pub proofs: Vec<(At, Address)>,
    /// Law broken by the last step.
    pub broken: Option<Law>,
}

/// Standing of the account.
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
    /// Address that it was mailed to and leads back to.
    pub address: Address,
}

/// A former address of the account; once leaving it is undone, `at` is 0 and the address is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Left {
    pub at: At,
    pub address: Address,
    pub proved: At,
}

/// An atomic step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A reader of the mailbox at the account's address resets the password.
    Reset,
    /// A person who knows the password signs in.
    SignIn,
    /// A signed-in person changes the password.
    Change,
    /// A signed-in person moves the account to an address, which confirms it.
    Move(Address),
    /// A signed-in person deletes the account.
    Delete,
    /// A holder of this link, by its index among live links, presses its button.
    Press(usize),
    /// Somebody registers and confirms a second account at an address.
    Register(Address),
    /// An admin leaves a frozen account at its present address.
    Leave,
    /// An admin gives it back to the first claim.
    GiveBack,
    /// Three days pass.
    ThreeDays,
}

/// Invariants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// An address that a link or a claim leads back to belongs to nobody else.
    AddressesAreKept,
    /// The account exists as long as a link leads to it.
    NothingIsGoneThatCanBeUndone,
    /// No link overrides a later proof at another address.
    ProofsWeigh,
    /// A link whose change is undone is dead.
    UndoneIsUndone,
    /// After a reset that began with a link, no older link leads to the same address.
    NoHoard,
    /// No reset ends a link to another address.
    OthersLinksStay,
    /// Only an admin opens a frozen account.
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

    /// True if an address other than `address` was proved after `at`; used by the laws.
    pub fn was_proved_elsewhere(&self, at: At, address: Address) -> bool {
        self.proofs.iter().any(|(proved, place)| *proved > at && *place != address)
    }

    /// True if the account has left `address` recently.
    pub fn is_left(&self, address: Address) -> bool {
        self.left.iter().any(|left| left.address == address && left.at > 0)
    }

    /// True if the account exists.
    pub fn exists(&self) -> bool {
        self.standing != Standing::Gone
    }
}
