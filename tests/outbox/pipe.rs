//! A proxy to PostgreSQL that can fall silent: open connections stay open but dead, and new ones work.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rocket::tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    spawn,
    sync::watch,
    time::{Duration, sleep, timeout},
};

/// First message type of a statement, which a mere ping does not send.
const STATEMENTS: [u8; 3] = [b'P', b'B', b'Q'];

/// The proxy, on its own port.
pub struct Pipe {
    pub port: u16,
    armed: Arc<AtomicBool>,
}

impl Pipe {
    /// Connects to a server at this address.
    pub async fn to(address: &str) -> Pipe {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (armed, silences) = (Arc::new(AtomicBool::new(false)), Arc::new(watch::Sender::new(0)));
        let pipe = Pipe { port, armed: armed.clone() };
        let address = address.to_owned();
        spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&address).await else { continue };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let born = *silences.borrow();
                let alive = Alive { armed: armed.clone(), silences: silences.clone(), born };
                spawn(pump(from_client, to_server, Some(alive.clone()), alive.clone()));
                spawn(pump(from_server, to_client, None, alive));
            }
        });
        pipe
    }

    /// Falls silent at the next statement, which is not answered, and returns then.
    pub async fn fall_silent_at_a_statement(&self) {
        self.armed.store(true, Ordering::SeqCst);
        for _ in 0..1000 {
            if !self.armed.load(Ordering::SeqCst) {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("the worker asks nothing");
    }
}

#[derive(Clone)]
struct Alive {
    armed: Arc<AtomicBool>,
    /// Number of times the proxy has fallen silent: older connections are dead.
    silences: Arc<watch::Sender<u32>>,
    born: u32,
}

impl Alive {
    fn is_dead(&self) -> bool {
        *self.silences.borrow() > self.born
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, trap: Option<Alive>, alive: Alive) {
    let mut bytes = vec![0; 65536];
    while let Ok(read) = from.read(&mut bytes).await
        && read > 0
    {
        if let Some(trap) = &trap
            && STATEMENTS.contains(&bytes[0])
            && trap.armed.swap(false, Ordering::SeqCst)
        {
            trap.silences.send_modify(|silences| *silences += 1);
        }
        // Data is still accepted and acknowledged.
        if !alive.is_dead() && to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
    if alive.is_dead() {
        // Neither end notices that the other is gone.
        _ = timeout(Duration::from_secs(120), std::future::pending::<()>()).await;
    }
}
