use std::sync::{
    atomic::{AtomicUsize, Ordering},
    mpsc,
};

use rocket::futures::{FutureExt, future::join_all};

use super::*;

fn hasher(threads: usize, queue: usize) -> Hasher {
    let settings = PasswordSettings { cost: 4, threads, queue, ..PasswordSettings::default() };
    Hasher::new(&settings, Peppers::named(&["pepper"]), Random).unwrap()
}

fn password(typed: &str) -> Password {
    Password::parse(typed).unwrap()
}

#[rocket::async_test]
async fn what_was_hashed_is_verified() {
    let hasher = hasher(0, 0);
    let hash = hasher.hash(password("secret")).await.unwrap();
    let again = hasher.hash(password("secret")).await.unwrap();
    assert!(hash != again, "each hash has a salt of its own");
    assert_eq!(hasher.verify(password("secret"), Some(hash.clone())).await.unwrap(), Verdict::Yes);
    assert_eq!(hasher.verify(password("Secret"), Some(hash)).await.unwrap(), Verdict::No);
    assert_eq!(hasher.verify(password("secret"), None).await.unwrap(), Verdict::No);
    assert_eq!(hasher.verify(password("!"), Some(PasswordHash::unusable())).await.unwrap(), Verdict::No);
}

#[rocket::async_test]
async fn a_full_queue_is_busy_and_what_nobody_awaits_is_skipped() {
    let hasher = hasher(1, 2);
    let done = Arc::new(AtomicUsize::new(0));
    let count = || {
        let done = Arc::clone(&done);
        move || done.fetch_add(1, Ordering::SeqCst)
    };
    let (started, has_started) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let mut blocking = Box::pin(hasher.run(move || {
        started.send(()).unwrap();
        may_go.recv().unwrap();
    }));
    assert!((&mut blocking).now_or_never().is_none());
    has_started.recv().unwrap();

    let mut abandoned = Box::pin(hasher.run(count()));
    assert!((&mut abandoned).now_or_never().is_none());
    let mut awaited = Box::pin(hasher.run(count()));
    assert!((&mut awaited).now_or_never().is_none());
    assert!(matches!(hasher.run(count()).now_or_never(), Some(Err(Error::Busy))));
    assert!(matches!(hasher.verify(password("secret"), None).now_or_never(), Some(Err(Error::Busy))));

    drop(abandoned);
    go.send(()).unwrap();
    blocking.await.unwrap();
    awaited.await.unwrap();
    assert_eq!(done.load(Ordering::SeqCst), 1);
}

#[rocket::async_test]
async fn passwords_that_are_hashed_at_once_are_told_apart() {
    let settings =
        PasswordSettings { cost: 4, threads: 1, lanes: bcrypt_lanes::MOST, ..PasswordSettings::default() };
    let hasher = Hasher::new(&settings, Peppers::named(&["pepper"]), Random).unwrap();
    let hash = hasher.hash(password("secret")).await.unwrap();
    let (started, has_started) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let blocking = hasher.run(move || {
        started.send(()).unwrap();
        may_go.recv().unwrap();
    });
    let checks = ["secret", "Secret", "another"].map(password);
    let checks = join_all(checks.map(|typed| hasher.verify(typed, Some(hash.clone()))));
    let made = hasher.hash(password("another"));
    let free = async {
        has_started.recv().unwrap();
        go.send(()).unwrap();
    };
    let (blocked, checks, made, ()) = rocket::tokio::join!(blocking, checks, made, free);
    blocked.unwrap();
    let verdicts: Vec<_> = checks.into_iter().map(Result::unwrap).collect();
    assert_eq!(verdicts, [Verdict::Yes, Verdict::No, Verdict::No]);
    let verdict = hasher.verify(password("another"), Some(made.unwrap())).await.unwrap();
    assert_eq!(verdict, Verdict::Yes);
}

#[rocket::async_test]
async fn a_new_password_is_judged_in_its_turn() {
    let hasher = hasher(1, 1);
    assert_eq!(hasher.validate(&password("violet otter builds a kite"), &[]).await.unwrap(), Ok(()));
    let fault = hasher.validate(&password("jane.doe@home"), &["Jane.Doe@home.example"]).await.unwrap();
    assert_eq!(fault.unwrap_err().key, "password-own-word");
}

#[rocket::async_test]
async fn a_panic_ends_no_thread() {
    let hasher = hasher(1, 1);
    assert!(matches!(hasher.run(|| panic!("of a test")).await, Err::<(), _>(Error::Busy)));
    assert_eq!(hasher.run(|| 1).await.unwrap(), 1);
}

#[test]
fn the_threads_end_after_what_is_queued() {
    let queue = Queue::new(2, Load::default());
    let done = Arc::new(AtomicUsize::new(0));
    for _ in 0..2 {
        let done = Arc::clone(&done);
        let job = move || {
            done.fetch_add(1, Ordering::SeqCst);
        };
        assert!(queue.add(Job::Other(Box::new(job)), Whose::default(), Instant::now()));
    }
    queue.close();
    work(&queue, &Pace::new(Some(1), Instant::now().into_std()), &Load::default());
    assert_eq!(done.load(Ordering::SeqCst), 2);
}

#[test]
fn settings_out_of_range_start_nothing() {
    let settings = PasswordSettings { cost: 99, ..PasswordSettings::default() };
    assert!(matches!(Hasher::new(&settings, Peppers::named(&["pepper"]), Random), Err(Error::Config(_))));
}

#[test]
#[cfg(target_os = "linux")]
fn the_threads_are_nice() {
    let nice = thread::spawn(|| {
        lower_priority();
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        // proc_pid_stat(5): field 19, counted here from after the name, which may contain spaces
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(16).unwrap().parse::<i32>().unwrap()
    });
    assert!(nice.join().unwrap() >= 1);
}
