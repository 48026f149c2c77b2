//! Drivers that block: their connections work on threads that may.

use tokio::{runtime::Handle, task::spawn_blocking};

use crate::{Answer, Error, Store, StoreConn, Value, async_trait};

/// A connection whose statements block.
pub trait BlockingConn: Send + 'static {
    /// Runs a statement, like [`StoreConn::run`].
    ///
    /// # Errors
    /// Those of SQLite, with their codes.
    fn run(&mut self, sql: &str, values: &[Value]) -> Result<Answer, Error>;

    /// Runs statements without values.
    ///
    /// # Errors
    /// Same as [`run`](Self::run).
    fn run_script(&mut self, sql: &str) -> Result<(), Error>;

    /// Rolls back the transaction, if one is open.
    fn roll_back(&mut self);
}

/// A store whose connections block, as does the function that returns them.
#[derive(Clone)]
pub struct BlockingStore<F>(pub F);

/// A connection that is rolled back before it is dropped, wherever that is.
struct Lent<C: BlockingConn>(C);

impl<C: BlockingConn> Drop for Lent<C> {
    fn drop(&mut self) {
        self.0.roll_back();
    }
}

/// `None` while a statement runs, and after it if nobody waited for it.
struct Conn<C: BlockingConn>(Option<Lent<C>>);

impl<C: BlockingConn> Conn<C> {
    async fn on_a_thread<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut C) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let mut conn = self.0.take().ok_or_else(|| Error::new("a statement was given up"))?;
        let work = move || {
            let done = work(&mut conn.0);
            (conn, done)
        };
        let (conn, done) = spawn_blocking(work).await.map_err(Error::new)?;
        self.0 = Some(conn);
        done
    }
}

/// Rolling back and closing block, too.
impl<C: BlockingConn> Drop for Conn<C> {
    fn drop(&mut self) {
        let conn = self.0.take();
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(conn));
        }
    }
}

#[async_trait]
impl<F, C> Store for BlockingStore<F>
where
    F: Fn() -> Result<C, Error> + Clone + Send + Sync + 'static,
    C: BlockingConn,
{
    async fn connect(&self) -> Result<Box<dyn StoreConn>, Error> {
        let connect = self.0.clone();
        let conn = spawn_blocking(move || connect().map(Lent)).await.map_err(Error::new)??;
        Ok(Box::new(Conn(Some(conn))))
    }
}

#[async_trait]
impl<C: BlockingConn> StoreConn for Conn<C> {
    async fn run(&mut self, sql: &str, values: Vec<Value>) -> Result<Answer, Error> {
        let sql = sql.to_owned();
        self.on_a_thread(move |conn| conn.run(&sql, &values)).await
    }

    async fn run_script(&mut self, sql: &str) -> Result<(), Error> {
        let sql = sql.to_owned();
        self.on_a_thread(move |conn| conn.run_script(&sql)).await
    }

    fn discard(self: Box<Self>) {}
}
