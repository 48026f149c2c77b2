//! The queue of the hashing threads: clients take turns, and jobs that can be hashed at once are taken together.

mod turns;

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bcrypt_lanes::{Hash, Task};
use rocket::tokio::{sync::oneshot, time::Instant};

use self::turns::Turns;
pub use self::turns::Whose;
use crate::observe::metrics::Load;

/// Longest time that a job waits for a thread: below the 30 seconds that a request has.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(20);

/// Work for a thread.
pub(super) enum Job {
    /// Runs by itself.
    Other(Box<dyn FnOnce() + Send>),
    /// Is hashed together with others like it; the result goes to the sender.
    Hash(Task, oneshot::Sender<Hash>),
}

impl Job {
    fn goes_with(&self, first: &Self) -> bool {
        matches!((self, first), (Self::Hash(task, _), Self::Hash(first, _)) if task.goes_with(first))
    }

    fn is_awaited(&self) -> bool {
        !matches!(self, Self::Hash(_, answer) if answer.is_closed())
    }
}

/// Waiting jobs, at most `room`. When it is full, somebody with more jobs than the next one's owner loses one.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    room: usize,
    load: Load,
}

struct Waiting {
    job: Job,
    since: Instant,
}

#[derive(Default)]
struct State {
    jobs: Turns<Waiting>,
    /// Threads that wait for a job.
    idle: usize,
    closed: bool,
}

impl Queue {
    pub fn new(room: usize, load: Load) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), room, load }
    }

    /// Adds a job; false if there is no room for it.
    pub fn add(&self, job: Job, whose: Whose, since: Instant) -> bool {
        let mut state = self.state();
        self.load.wait();
        if state.jobs.len() >= self.room {
            // Dropping it tells its caller that there was too much to do.
            let given_way = state.jobs.take_longer(&whose);
            self.load.refuse();
            if given_way.is_none() {
                return false;
            }
        }
        state.jobs.push(&whose, Waiting { job, since });
        self.changed.notify_one();
        true
    }

    /// True if there is room for another job; counts a refusal if not.
    pub fn is_open(&self, whose: Whose) -> bool {
        let state = self.state();
        let open = state.jobs.len() < self.room || state.jobs.has_longer(&whose);
        if !open {
            self.load.wait();
            self.load.refuse();
        }
        open
    }

    /// Takes the job whose turn it is, with others that go with it, at most `most` in all, and leaves an equal share to
    /// each idle thread. Waits only for the first; `None` once the queue is closed and empty.
    pub fn take(&self, most: usize) -> Option<Vec<Job>> {
        let mut state = self.state();
        loop {
            self.drop_stale(&mut state.jobs, Instant::now());
            if let Some(Waiting { job: first, .. }) = state.jobs.next(&|_| true) {
                let fitting = 1 + state.jobs.count(&|it| it.job.goes_with(&first));
                let share = fitting.div_ceil(1 + state.idle).min(most);
                let mut set = vec![first];
                while set.len() < share
                    && let Some(next) = state.jobs.next(&|it| it.job.goes_with(&set[0]))
                {
                    set.push(next.job);
                }
                set.iter().for_each(|_| self.load.begin());
                return Some(set);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// Closes the queue: the threads end once it is empty.
    pub fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    /// Drops jobs that nobody awaits, and jobs that waited too long, whose callers get an error.
    fn drop_stale(&self, jobs: &mut Turns<Waiting>, now: Instant) {
        jobs.retain(&mut |Waiting { job, since }: &Waiting| {
            let (awaited, late) = (job.is_awaited(), now.duration_since(*since) > QUEUE_TIMEOUT);
            if !awaited {
                self.load.leave();
            } else if late {
                self.load.refuse();
            }
            awaited && !late
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use rocket::tokio::sync::oneshot::error::TryRecvError;

    use super::*;

    type Answer = oneshot::Receiver<Hash>;

    fn job(cost: u32) -> (Job, Answer) {
        let (answer, answered) = oneshot::channel();
        (Job::Hash(Task::new(b"secret", [0; 16], cost, cost), answer), answered)
    }

    /// Returns a queue with a job of each cost, and the answers to await.
    fn queue(costs: &[u32]) -> (Queue, Vec<Answer>) {
        let queue = Queue::new(costs.len(), Load::default());
        let answers = costs.iter().map(|&cost| {
            let (job, answered) = job(cost);
            assert!(queue.add(job, Whose::default(), Instant::now()));
            answered
        });
        let answers = answers.collect();
        (queue, answers)
    }

    fn sizes(queue: &Queue, most: usize) -> Vec<usize> {
        queue.close();
        std::iter::from_fn(|| queue.take(most)).map(|set| set.len()).collect()
    }

    #[test]
    fn a_set_is_of_one_cost_and_what_came_first_comes_first() {
        let (queue, _answers) = queue(&[4, 5, 4, 4, 5, 4, 4]);
        assert_eq!(sizes(&queue, 3), [3, 2, 2]);
    }

    #[test]
    fn one_lane_takes_one_job() {
        let (queue, _answers) = queue(&[4; 3]);
        assert_eq!(sizes(&queue, 1), [1, 1, 1]);
    }

    #[test]
    fn what_is_no_hash_goes_alone() {
        let (queue, _answers) = queue(&[4, 4]);
        let queue = Queue { room: 4, ..queue };
        assert!(queue.add(Job::Other(Box::new(|| ())), Whose::default(), Instant::now()));
        assert!(queue.add(Job::Other(Box::new(|| ())), Whose::default(), Instant::now()));
        assert_eq!(sizes(&queue, 4), [2, 1, 1]);
    }

    #[test]
    fn a_thread_leaves_a_share_to_those_that_are_idle() {
        let (queue, _answers) = queue(&[4; 5]);
        queue.state().idle = 1;
        assert_eq!(queue.take(4).unwrap().len(), 3);
        assert_eq!(queue.take(4).unwrap().len(), 1);
        queue.state().idle = 0;
        assert_eq!(queue.take(4).unwrap().len(), 1);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let (queue, _answers) = queue(&[4; 2]);
        assert!(!queue.is_open(Whose::default()) && !queue.add(job(4).0, Whose::default(), Instant::now()));
        queue.take(1);
        let (job, _answer) = job(4);
        assert!(queue.is_open(Whose::default()) && queue.add(job, Whose::default(), Instant::now()));
    }

    #[test]
    fn whoever_has_most_gives_way() {
        let queue = Queue::new(8, Load::default());
        let of = |address: &str| Whose::client(address.parse().unwrap());
        // A /62 with four networks, and the jobs sent from each.
        let mut greedy = Vec::new();
        for turn in 0..48 {
            let (job, answer) = job(4);
            greedy.push(answer);
            queue.add(job, of(&format!("2001:db8:0:{}::1", turn % 4)), Instant::now());
        }
        assert_eq!(queue.state().jobs.len(), 8, "all of it, as long as nobody else is there");
        let mut others = Vec::new();
        for other in 0..4 {
            let whose = of(&format!("192.0.{other}.1"));
            assert!(queue.is_open(whose));
            let (job, answer) = job(4);
            others.push(answer);
            assert!(queue.add(job, whose, Instant::now()), "there is no place for {other}");
        }
        assert!(!queue.is_open(of("2001:db8:0:1::1")));
        let first: Vec<_> = (0..5).flat_map(|_| queue.take(1).expect("a job")).collect();
        for job in first {
            let Job::Hash(task, answer) = job else { panic!("no hash") };
            let _ = answer.send(bcrypt_lanes::hash(&[task]).remove(0));
        }
        assert!(others.iter_mut().all(|answer| answer.try_recv().is_ok()), "others wait for the greedy");
    }

    #[test]
    fn who_left_or_waited_too_long_is_dropped() {
        let (queue, mut answers) = queue(&[4; 3]);
        drop(answers.remove(1));
        let later = Instant::now() + QUEUE_TIMEOUT * 2;
        queue.drop_stale(&mut queue.state().jobs, Instant::now());
        assert_eq!(queue.state().jobs.len(), 2);
        let (job, _answer) = job(4);
        assert!(queue.add(job, Whose::default(), later));
        queue.drop_stale(&mut queue.state().jobs, later);
        assert_eq!(queue.state().jobs.len(), 1);
        assert!(answers[0].try_recv().is_err_and(|error| error == TryRecvError::Closed));
    }
}
