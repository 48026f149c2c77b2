//! Guides: how an application gets accounts, from the first line to its own strategy.
//!
//! - [Attach Latchkey in five minutes](attach)
//! - [Guards and refusals](guards)
//! - [Base path, headers and Content-Security-Policy](headers)
//! - [Pages and layout](layout)
//! - [Sign-up fields and your own tables](fields)
//! - [Sharing a database](database)
//! - [Your own strategy](strategy)
//! - [Senders and password rules](senders)
//! - [Events, and switching the policy](events)
//! - [Accounts in code](accounts)
//! - [Testing your application](testing)
//! - [Commands in your binary](commands)
//! - [Starting from your users table](existing_users)
//! - [Features](features)
//! - [What is stable](stability)
//!
//! # In the repository
//! The examples, `Rocket.toml` with every key, `docs/operations.md`, the changelog and the sources that these pages name are
//! files of Latchkey's repository.

/// Declares a module for each page, whose text is the page's file. A link of a page leads to a file on a forge; here the
/// first definition of its label counts.
macro_rules! pages {
    ($($(#[$condition:meta])? $name:ident),* $(,)?) => { $(
        /// [accounts]: crate::guide::accounts
        /// [Commands]: crate::guide::commands
        /// [database]: crate::guide::database#over-your-connections
        /// [events]: crate::guide::events
        /// [Features]: crate::guide::features
        /// [senders]: crate::guide::senders
        /// [testing]: crate::guide::testing
        /// [In your database]: crate::guide::database#in-your-database
        /// [CHANGELOG.md]: crate::guide#in-the-repository
        /// [examples/club]: crate::guide#in-the-repository
        /// [examples/diesel]: crate::guide#in-the-repository
        /// [examples/existing_users]: crate::guide#in-the-repository
        /// [examples/maud]: crate::guide#in-the-repository
        /// [examples/plain]: crate::guide#in-the-repository
        /// [examples/shop]: crate::guide#in-the-repository
        /// [examples/sixth_strategy]: crate::guide#in-the-repository
        /// [examples/spa]: crate::guide#in-the-repository
        /// [en.ftl]: crate::guide#in-the-repository
        /// [latchkey.css]: crate::guide#in-the-repository
        /// [Operations]: crate::guide#in-the-repository
        /// [place.rs]: crate::guide#in-the-repository
        /// [`Rocket.toml`]: crate::guide#in-the-repository
        /// [Your own pages]: crate::guide#in-the-repository
        ///
        #[cfg_attr(all($($condition)?), doc = include_str!(concat!("../docs/guide/", stringify!($name), ".md")))]
        pub mod $name {}
    )* };
}

pages! {
    attach,
    guards,
    headers,
    layout,
    fields,
    database,
    strategy,
    senders,
    events,
    accounts,
    #[feature = "testing"]
    testing,
    #[feature = "cli"]
    commands,
    existing_users,
    features,
    stability,
}
