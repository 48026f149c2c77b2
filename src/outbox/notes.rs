//! What became of messages, noted in few transactions: those that wait for the disk take the others along.

use std::sync::{Mutex, PoisonError};

use rocket::tokio;
use uuid::Uuid;

use crate::{
    Error,
    clock::Time,
    store::{Pool, outbox},
};

/// What became of one message.
pub(super) struct Note {
    pub id: Uuid,
    pub became: Became,
    pub at: Time,
}

/// What can become of a message.
pub(super) enum Became {
    /// It is done with: `sent`, `expired` or `given_up`.
    Over { state: &'static str, trouble: Option<String> },
    /// It is to be tried again.
    Waiting { trouble: String, due: Time },
}

/// Notes that wait for the transaction before theirs.
#[derive(Default)]
pub(super) struct Notes {
    waiting: Mutex<Vec<Note>>,
    turn: tokio::sync::Mutex<()>,
}

impl Notes {
    /// Writes a note: on one writer with all that came while another transaction was under way, else for itself.
    ///
    /// # Errors
    /// [`Error::Database`]. Whoever came along is written by the next.
    pub async fn write(&self, pool: &Pool, note: Note) -> Result<(), Error> {
        if !pool.has_one_writer() {
            return write(pool, &[note]).await;
        }
        let own = note.id;
        self.waiting().push(note);
        let _turn = self.turn.lock().await;
        let notes = std::mem::take(&mut *self.waiting());
        let written = write(pool, &notes).await;
        if written.is_err() {
            self.waiting().extend(notes.into_iter().filter(|note| note.id != own));
        }
        written
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Note>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(pool: &Pool, notes: &[Note]) -> Result<(), Error> {
    if notes.is_empty() {
        return Ok(());
    }
    let mut tx = pool.begin().await?;
    for Note { id, became, at } in notes {
        match became {
            Became::Over { state, trouble } => {
                outbox::finish(&mut tx, *id, state, trouble.as_deref(), *at).await.map(drop)?
            }
            Became::Waiting { trouble, due } => outbox::postpone(&mut tx, *id, Some(trouble), *due).await?,
        }
    }
    tx.commit().await
}
