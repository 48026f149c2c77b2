//! Threads that hash and judge passwords at low priority, so that a flood of sign-ins does not slow down pages.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use bcrypt_lanes::{Hash, Pace, Task};
use rocket::tokio::{sync::oneshot, time::Instant};
use thread_priority::{ThreadPriority, set_current_thread_priority};

use super::{
    hash::{PasswordHash, Scheme, Verdict},
    password::{Password, PasswordSettings},
    pepper::Peppers,
    queue::{Job, Queue, Whose},
    rules::Rules,
};
use crate::{
    base::{Error, fault::Fault, random::Random},
    observe::metrics::Load,
};

/// Priority from 0 to 99; on Unix this is niceness 1. Measured on two cores, the load among them: while 64 connections
/// sign in, a page's p99 is 4 ms (7 ms at niceness 0); while 32 connections fetch pages, sign-ins continue at about
/// half their rate (a seventh at niceness 15).
const PRIORITY: u8 = 45;

/// Default queue length per thread: two to four seconds at the default cost.
const QUEUE_PER_THREAD: usize = 16;

/// Judges, hashes and checks passwords, clients taking turns. Clones share the threads, which end with the last
/// clone, once they have emptied the queue.
#[derive(Clone)]
pub struct Hasher {
    queue: Arc<Entrance>,
    load: Load,
    scheme: Arc<Scheme>,
    rules: Rules,
    random: Random,
    whose: Whose,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`Error::Config`] if `settings` are out of range or a thread cannot be started.
    pub fn new(settings: &PasswordSettings, peppers: Peppers, random: Random) -> Result<Self, Error> {
        let faults = settings.validate(false);
        if !faults.is_empty() {
            return Err(faults.into());
        }
        let threads = match settings.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let waiting = if settings.queue == 0 { QUEUE_PER_THREAD * threads } else { settings.queue };
        let load = Load::default();
        let pace = Pace::new((settings.lanes > 0).then_some(settings.lanes), Instant::now().into_std());
        let queue = start(threads, pace, &load, Queue::new(waiting, load.clone()))
            .map_err(|error| Error::Config(format!("latchkey.password.threads = {threads}: {error}")))?;
        let scheme = Arc::new(Scheme::new(peppers, settings.cost));
        Ok(Self { queue, load, scheme, rules: Rules::new(settings), random, whose: Whose::default() })
    }

    /// Returns a hasher that works for `whose`: somebody who wants too much does not delay others.
    pub fn on_behalf_of(&self, whose: Whose) -> Self {
        Self { whose, ..self.clone() }
    }

    /// Returns the load of the threads.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// Refuses early if there is no room in the queue.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full.
    pub fn admit(&self) -> Result<(), Error> {
        if self.queue.0.is_open(self.whose) { Ok(()) } else { Err(Error::Busy) }
    }

    /// Judges a new password by the [`Rules`]; for `own_words`, see [`Rules::validate`].
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full or the wait too long. A refused password is the inner [`Fault`].
    pub async fn validate(
        &self,
        password: &Password,
        own_words: &[&str],
    ) -> Result<Result<(), Fault>, Error> {
        let (rules, password) = (self.rules, password.clone());
        let own_words: Vec<_> = own_words.iter().map(|&word| word.to_owned()).collect();
        self.run(move || rules.validate(&password, &own_words)).await
    }

    /// Hashes `password` under the first pepper with a new salt.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full or the wait too long, [`Error::Randomness`] if no salt could be drawn.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let (task, hashed) = self.scheme.hashing(&password, self.random.bytes()?);
        Ok(hashed(self.bcrypt(task).await?))
    }

    /// Checks `password` against a stored hash. If there is no account (`None`), or its hash is unusable or corrupted,
    /// the result is a [`Verdict::No`] that takes as long as any other.
    ///
    /// # Errors
    /// [`Error::Busy`] if the queue is full or the wait too long.
    pub async fn verify(&self, password: Password, stored: Option<PasswordHash>) -> Result<Verdict, Error> {
        let (task, checked) = self.scheme.checking(&password, stored.as_ref());
        Ok(checked(self.bcrypt(task).await?))
    }

    async fn bcrypt(&self, task: Task) -> Result<Hash, Error> {
        let (answer, answered) = oneshot::channel();
        self.add(Job::Hash(task, answer))?;
        answered.await.map_err(|_| Error::Busy)
    }

    /// Runs `work` when its turn comes, unless nobody waits for it any more.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let (answer, answered) = oneshot::channel();
        self.add(Job::Other(Box::new(move || {
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
        })))?;
        answered.await.map_err(|_| Error::Busy)
    }

    fn add(&self, job: Job) -> Result<(), Error> {
        if self.queue.0.add(job, self.whose, Instant::now()) { Ok(()) } else { Err(Error::Busy) }
    }
}

/// Sending end of the queue; closes the queue when the last clone is gone.
struct Entrance(Arc<Queue>);

impl Drop for Entrance {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn start(threads: usize, pace: Pace, load: &Load, queue: Queue) -> io::Result<Arc<Entrance>> {
    load.lanes(pace.best());
    let pace = Arc::new(pace);
    let entrance = Entrance(Arc::new(queue));
    for number in 0..threads {
        let (queue, pace, load) = (Arc::clone(&entrance.0), Arc::clone(&pace), load.clone());
        thread::Builder::new().name(format!("hasher-{number}")).spawn(move || {
            lower_priority();
            work(&queue, &pace, &load);
        })?;
    }
    Ok(Arc::new(entrance))
}

/// Runs one set of jobs after the other, until the queue is closed and empty. A job that panics costs the callers of
/// its set the answer, but never the thread.
fn work(queue: &Queue, pace: &Pace, load: &Load) {
    while let Some(set) = queue.take(pace.next(Instant::now().into_std())) {
        let _ = catch_unwind(AssertUnwindSafe(|| run(set, pace)));
        load.lanes(pace.best());
    }
}

fn run(set: Vec<Job>, pace: &Pace) {
    let (mut tasks, mut answers) = (Vec::new(), Vec::new());
    for job in set {
        match job {
            Job::Other(work) => work(),
            Job::Hash(task, answer) => {
                tasks.push(task);
                answers.push(answer);
            }
        }
    }
    let begun = pace.begin(Instant::now().into_std());
    let hashes = bcrypt_lanes::hash(&tasks);
    pace.end(&tasks, &begun, Instant::now().into_std());
    for (answer, hash) in answers.into_iter().zip(hashes) {
        let _ = answer.send(hash);
    }
}

fn lower_priority() {
    let priority = PRIORITY.try_into().expect("a priority is below 100");
    if let Err(error) = set_current_thread_priority(ThreadPriority::Crossplatform(priority)) {
        log::debug!("could not lower the priority of the hashing threads: {error}");
    }
}

#[cfg(test)]
mod tests;
