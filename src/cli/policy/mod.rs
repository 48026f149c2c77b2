//! `latchkey policy …`: the steps of a reset, and the effects of a changed configuration.

mod diff;
mod explain;
mod permissions;
mod sign_in;
mod signing_in;

use std::process::ExitCode;

use clap::Subcommand;
use figment::Figment;

use super::complain;
use crate::{
    config::{self, Owner, Provided},
    policy::own_strategy::Strategies,
};

#[derive(Subcommand)]
pub(super) enum Policy {
    /// Explains, step by step, what somebody goes through to sign in and to get back in.
    Explain(explain::Explain),
    /// Shows what would change from one Rocket.toml to another, for whom, and which links would stop working.
    Diff(diff::Diff),
}

pub(super) fn run(policy: &Policy, figment: &Figment, owner: Owner, provided: &Provided) -> ExitCode {
    // The server may compare the files of an application.
    let strategies = match owner {
        Owner::Server => &Strategies::unseen(),
        Owner::Application => &provided.strategies,
    };
    let done = match policy {
        Policy::Explain(explain) => config::refuse(figment, owner, provided)
            .and_then(|()| rocket::execute(explain::run(explain, figment, provided)).map(ExitCode::from)),
        // It reads two files of its own, whatever stands in the one here.
        Policy::Diff(diff) => {
            rocket::execute(diff::run(diff, strategies)).map(|differ| ExitCode::from(u8::from(differ)))
        }
    };
    done.unwrap_or_else(|error| {
        complain(figment, &error);
        ExitCode::from(match policy {
            Policy::Explain(_) => 1,
            Policy::Diff(_) => 2,
        })
    })
}
