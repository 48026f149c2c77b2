//! The kinds and states of entries in the outbox, by their names in the table.

use super::{outbox::Queue, text::text};

/// Kind of an entry. One of a newer version must not keep the others from being read.
#[derive(Clone, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum OutboxKind {
    /// A request from a stranger.
    Request,
    /// A message by mail.
    Email,
    /// A message by text.
    Sms,
    /// A message to nobody, for an unknown address.
    #[strum(serialize = "none")]
    Decoy,
    /// A message of another kind, by its name.
    #[strum(default)]
    Other(String),
}

impl OutboxKind {
    /// Returns its name in the table.
    pub fn name(&self) -> &str {
        match self {
            OutboxKind::Other(name) => name,
            known => known.label(),
        }
    }

    /// Returns its name for metrics: `other` if it is another version's.
    pub fn label(&self) -> &'static str {
        self.into()
    }

    /// Returns the queue for a kind of entry; messages to nobody may be put in another.
    pub fn queue(&self) -> Queue {
        match self {
            OutboxKind::Request => Queue::Requests,
            OutboxKind::Sms => Queue::Texts,
            OutboxKind::Email | OutboxKind::Decoy | OutboxKind::Other(_) => Queue::Mail,
        }
    }
}

text!(read OutboxKind);

/// State of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum OutboxState {
    /// To be sent, or being sent.
    Waiting,
    /// Sent, and wiped.
    Sent,
    /// Expired before it could be sent, and wiped.
    Expired,
    /// Refused for good; can be sent again until it expires.
    GivenUp,
}

text!(OutboxState);

impl OutboxState {
    /// Returns its name in the table.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_as_it_is_written() {
        use OutboxKind::{Decoy, Email, Other, Request, Sms};
        for (name, kind, label) in [
            ("request", Request, "request"),
            ("email", Email, "email"),
            ("sms", Sms, "sms"),
            ("none", Decoy, "none"),
            ("push", Other("push".into()), "other"),
        ] {
            assert_eq!(name.parse().as_ref(), Ok(&kind));
            assert_eq!((kind.name(), kind.label()), (name, label));
        }
    }
}
