//! A connection to PostgreSQL that is cut at the n-th call, before it reaches the server or before its answer
//! comes back; or that is down for a while.

use std::{
    io::{Error, ErrorKind, Result},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
};

use rocket::tokio::{
    self,
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    select,
};

/// Code of a client's request for TLS (PostgreSQL's protocol, 54.7).
const TLS: u32 = 80_877_103;

/// A proxy between a server and its database.
pub struct Wire {
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    left: AtomicI64,
    answered: AtomicBool,
    down: AtomicBool,
    cuts: AtomicUsize,
    /// Statements so far.
    statements: AtomicUsize,
    /// Connections made so far.
    made: AtomicUsize,
    /// Number of the oldest connections that are silent: they accept everything and answer nothing.
    silent: AtomicUsize,
    trap: AtomicBool,
}

impl Wire {
    /// Connects to the database at `url`, on this machine, and returns the URL of the proxy.
    pub async fn to(url: &str) -> (Self, String) {
        let address = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).expect("a host");
        let port: u16 = address.split(':').nth(1).and_then(|port| port.parse().ok()).expect("a port");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let own = listener.local_addr().expect("bound").port();
        let plan = Arc::new(Plan::default());
        let plans = plan.clone();
        tokio::spawn(async move {
            while let (Ok((client, _)), Ok(server)) =
                (listener.accept().await, TcpStream::connect(("127.0.0.1", port)).await)
            {
                let plan = plans.clone();
                let number = plan.made.fetch_add(1, Ordering::SeqCst);
                for stream in [&client, &server] {
                    stream.set_nodelay(true).expect("an open stream");
                }
                tokio::spawn(async move {
                    let (asks, answers) = client.into_split();
                    let (replies, calls) = server.into_split();
                    let lost = AtomicBool::new(false);
                    // When one direction ends, so does the other: both are cut.
                    select! {
                        _ = there(asks, calls, &plan, &lost, number) => {}
                        _ = back(replies, answers, &plan, &lost, number) => {}
                    }
                });
            }
        });
        (Self { plan }, url.replace(address, &format!("127.0.0.1:{own}")))
    }

    /// Sets whether every call is cut off from now on.
    pub fn is_down(&self, down: bool) {
        self.plan.down.store(down, Ordering::SeqCst);
    }

    /// Cuts the connection at the `n`-th call from now on; the database receives that call if `answered`.
    pub fn cut_at(&self, n: i64, answered: bool) {
        self.plan.answered.store(answered, Ordering::SeqCst);
        self.plan.left.store(n, Ordering::SeqCst);
    }

    /// Silences all present connections from the next statement on. New ones work.
    pub fn falls_silent(&self) {
        self.plan.trap.store(true, Ordering::SeqCst);
    }

    /// True once that statement has come.
    pub fn is_silent(&self) -> bool {
        self.plan.silent.load(Ordering::SeqCst) > 0
    }

    /// Number of statements that have come: pings are none.
    pub fn statements(&self) -> usize {
        self.plan.statements.load(Ordering::SeqCst)
    }

    /// Number of cuts.
    pub fn cuts(&self) -> usize {
        self.plan.cuts.load(Ordering::SeqCst)
    }
}

impl Plan {
    fn is_silent(&self, number: usize) -> bool {
        number < self.silent.load(Ordering::SeqCst)
    }

    /// Counts a call, and returns true if it is the one to cut.
    fn is_now(&self) -> bool {
        let now = self.left.fetch_sub(1, Ordering::SeqCst) == 1;
        self.cuts.fetch_add(usize::from(now), Ordering::SeqCst);
        now
    }
}

/// Forwards the client's messages one by one: a call ends with a query or with a `Sync`.
async fn there(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    plan: &Plan,
    lost: &AtomicBool,
    number: usize,
) -> Result<()> {
    let mut started = false;
    loop {
        let kind = if started { Some(from.read_u8().await?) } else { None };
        let length = from.read_u32().await?;
        let rest = length.checked_sub(4).ok_or(ErrorKind::InvalidData)?;
        let mut body = vec![0; usize::try_from(rest).map_err(Error::other)?];
        from.read_exact(&mut body).await?;
        if plan.down.load(Ordering::SeqCst) {
            return Ok(());
        }
        started |= !body.starts_with(&TLS.to_be_bytes());
        if matches!(kind, Some(b'Q' | b'S')) && plan.is_now() {
            if !plan.answered.load(Ordering::SeqCst) {
                return Ok(());
            }
            lost.store(true, Ordering::SeqCst);
        }
        if matches!(kind, Some(b'B' | b'Q')) {
            plan.statements.fetch_add(1, Ordering::SeqCst);
        }
        // Pings do not count.
        if matches!(kind, Some(b'P' | b'B' | b'Q')) && plan.trap.swap(false, Ordering::SeqCst) {
            plan.silent.store(plan.made.load(Ordering::SeqCst), Ordering::SeqCst);
        }
        if plan.is_silent(number) {
            continue;
        }
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        to.write_all(&message).await?;
    }
}

/// Forwards the database's messages, until an answer is to be lost.
async fn back(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    plan: &Plan,
    lost: &AtomicBool,
    number: usize,
) -> Result<()> {
    let mut bytes = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut bytes).await?;
        if read == 0 || lost.load(Ordering::SeqCst) {
            return Ok(());
        }
        if !plan.is_silent(number) {
            to.write_all(&bytes[..read]).await?;
        }
    }
}
