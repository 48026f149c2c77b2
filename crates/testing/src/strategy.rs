//! The strategies and what the tests can expect of each: the one list of them here, a line for each.

pub use latchkey::policy::strategy::Strategy;

/// Calls a macro with the strategies, the strictest first, each with its capabilities.
///
/// A new strategy needs its line here, and nothing else in the tests. `laws::strategies` compares this list with
/// `Strategy::all()`, and `scripts/attacks` reads it.
#[macro_export]
macro_rules! with_every_strategy {
    ($macro:ident! $($first:tt)*) => {
        $macro! { $($first)*
            sms_approved SmsApproved: needs_phone takes_code ends_with_password;
            second_key SecondKey: takes_code ends_with_password;
            set_then_login SetThenLogin: ends_with_password;
            one_time_login OneTimeLogin: signs_in_once;
            generated_password GeneratedPassword: mails_password;
        }
    };
}

/// Keeps `$then` if the first capability is among those in the second brackets, and `$or` if it is not.
#[macro_export]
macro_rules! if_able {
    (needs_phone [needs_phone $($more:ident)*] {$($then:tt)*} $or:tt) => { $($then)* };
    (takes_code [takes_code $($more:ident)*] {$($then:tt)*} $or:tt) => { $($then)* };
    (ends_with_password [ends_with_password $($more:ident)*] {$($then:tt)*} $or:tt) => { $($then)* };
    (mails_password [mails_password $($more:ident)*] {$($then:tt)*} $or:tt) => { $($then)* };
    ($it:ident [$other:ident $($more:ident)*] $then:tt $or:tt) => { if_able! { $it [$($more)*] $then $or } };
    (needs_phone [] $then:tt {$($or:tt)*}) => { $($or)* };
    (takes_code [] $then:tt {$($or:tt)*}) => { $($or)* };
    (ends_with_password [] $then:tt {$($or:tt)*}) => { $($or)* };
    (mails_password [] $then:tt {$($or:tt)*}) => { $($or)* };
}

/// Capabilities of a strategy, and what the tests derive from its facts.
pub trait Capabilities: Copy {
    /// True if its button sends a code, which its form asks for together with the new password.
    fn takes_code(self) -> bool;
    /// True if the request that spends its key takes the new password, so that everything is spent at the end.
    fn ends_with_password(self) -> bool;
    /// True if its button spends the key and opens a session that reaches only the form for a new password.
    fn signs_in_once(self) -> bool;
    /// True if its button sends a generated password by mail, with which the person signs in.
    fn mails_password(self) -> bool;
    /// True if it is at least as strict as `other`.
    fn is_as_strict_as(self, other: Self) -> bool;
    /// Returns every pair, in both orders, and each with itself.
    fn pairs() -> impl Iterator<Item = (Self, Self)>;
    /// Path of its pages.
    fn path(self) -> String;
    /// Returns the strategy whose page has this path.
    fn of_page(path: &str) -> Option<Self>;
    /// Number of requests, starting with the one that opens the link: as many as steps, of which the first asks for it.
    fn requests(self) -> usize;
    /// Default life of its first key, in minutes.
    fn minutes(self) -> u64;
}

impl Capabilities for Strategy {
    fn takes_code(self) -> bool {
        line(self).can("takes_code")
    }

    fn ends_with_password(self) -> bool {
        line(self).can("ends_with_password")
    }

    fn signs_in_once(self) -> bool {
        line(self).can("signs_in_once")
    }

    fn mails_password(self) -> bool {
        line(self).can("mails_password")
    }

    fn is_as_strict_as(self, other: Self) -> bool {
        let place = |it| LINES.iter().position(|line| line.strategy == it).unwrap_or_else(|| missing(it));
        place(self) <= place(other)
    }

    fn pairs() -> impl Iterator<Item = (Self, Self)> {
        Strategy::all().iter().flat_map(|one| Strategy::all().iter().map(|other| (*one, *other)))
    }

    fn path(self) -> String {
        format!("/reset/{}", line(self).name.replace('_', "-"))
    }

    fn of_page(path: &str) -> Option<Self> {
        Strategy::all().iter().copied().find(|strategy| strategy.path() == path)
    }

    fn requests(self) -> usize {
        self.steps().into()
    }

    fn minutes(self) -> u64 {
        (self.longest().as_secs() / 60).min(30)
    }
}

/// A line of the list.
pub struct Line {
    pub strategy: Strategy,
    pub name: &'static str,
    pub can: &'static [&'static str],
}

impl Line {
    /// True if the strategy has this capability.
    pub fn can(&self, capability: &str) -> bool {
        self.can.contains(&capability)
    }
}

fn line(strategy: Strategy) -> &'static Line {
    LINES.iter().find(|line| line.strategy == strategy).unwrap_or_else(|| missing(strategy))
}

fn missing(strategy: Strategy) -> ! {
    panic!("{strategy} has no line in crates/testing/src/strategy.rs")
}

macro_rules! lines {
    ($($name:ident $strategy:ident: $($can:ident)*;)+) => {
        /// The list.
        pub const LINES: &[Line] = &[$(
            Line { strategy: Strategy::$strategy, name: stringify!($name), can: &[$(stringify!($can)),*] },
        )+];

        // Every word names a method.
        $($(const _: fn(Strategy) -> bool = Strategy::$can;)*)+
    };
}

with_every_strategy! { lines! }
