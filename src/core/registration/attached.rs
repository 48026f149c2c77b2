//! The registration that an application has attached: within a time limit, and without its panics.

use std::{collections::BTreeMap, sync::Arc};

use rocket::form::{Errors, Form, ValueField};
use serde_json::{Map, Value};

use super::{Faults, Registration, Trouble};
use crate::{
    base::{
        bounded::{LONGEST, bounded},
        fault::Fault,
    },
    config::register::Input,
    core::account::Account,
    store::Tx,
};

/// Registration of an application, whatever its fields are.
#[derive(Clone)]
pub struct Attached(Arc<dyn AnyRegistration>);

/// A [`Registration`] whose fields are texts or JSON.
#[rocket::async_trait]
trait AnyRegistration: Send + Sync {
    fn inputs(&self) -> Vec<Input>;
    fn reads(&self, kept: &str) -> bool;
    async fn judge(
        &self,
        email: &str,
        texts: &BTreeMap<String, String>,
        faults: &mut Faults,
    ) -> Option<Value>;
    async fn confirmed(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble>;
    async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble>;
}

impl Attached {
    /// Attaches a registration.
    pub fn new(registration: impl Registration) -> Self {
        Self(Arc::new(registration))
    }

    /// Returns its inputs.
    pub fn inputs(&self) -> Vec<Input> {
        self.0.inputs()
    }

    /// True if what was kept with an account or a registration has the shape of its fields.
    pub fn reads(&self, kept: &str) -> bool {
        self.0.reads(kept)
    }

    /// Reads and judges the texts of a form, and returns what to keep of them.
    ///
    /// # Errors
    /// The faults, each with the name of its input, which is `email` for the address.
    pub async fn judge(
        &self,
        email: &str,
        texts: &BTreeMap<String, String>,
    ) -> Result<Map<String, Value>, Vec<(String, Fault)>> {
        let mut faults = Faults::default();
        let judged = done(async { Ok(self.0.judge(email, texts, &mut faults).await) }).await;
        match judged {
            Ok(Some(Value::Object(kept))) if faults.0.is_empty() => Ok(kept),
            Ok(Some(_)) if faults.0.is_empty() => {
                let why = "Registration::Fields must be a struct, and one that is kept as JSON";
                Err(vec![(String::new(), Trouble::of(why).fault("check"))])
            }
            Ok(_) => Err(faults.0.into_iter().map(|(name, words)| (name, Fault::in_words(words))).collect()),
            Err(trouble) => Err(vec![(String::new(), trouble.fault("check"))]),
        }
    }

    /// Acts in the transaction that creates an account. After an error, it must be undone.
    ///
    /// # Errors
    /// A fault for the person.
    pub async fn confirmed(&self, account: &Account, tx: &mut Tx) -> Result<(), Fault> {
        let acted = done(async { self.0.confirmed(account, tx).await }).await;
        acted.and_then(|()| whole(tx)).map_err(|why| why.fault("confirmed"))
    }

    /// Acts in the transaction that removes an account. After an error, it must be undone.
    ///
    /// # Errors
    /// A fault for the person.
    pub async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Fault> {
        let acted = done(async { self.0.leaving(account, tx).await }).await;
        acted.and_then(|()| whole(tx)).map_err(|why| why.fault("leaving"))
    }
}

/// Fails if the application took no notice of a statement that failed.
fn whole(tx: &Tx) -> Result<(), Trouble> {
    if tx.is_undone() { Err(Trouble::of("a statement failed, which undoes the transaction")) } else { Ok(()) }
}

/// Awaits a method of an application; one that panics or takes too long fails.
async fn done<T>(method: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    bounded(LONGEST, method).await.unwrap_or_else(|cut| Err(Trouble::of(format!("it {cut}"))))
}

#[rocket::async_trait]
impl<R: Registration> AnyRegistration for R {
    fn inputs(&self) -> Vec<Input> {
        Registration::inputs(self)
    }

    fn reads(&self, kept: &str) -> bool {
        serde_json::from_str::<R::Fields>(kept).is_ok()
    }

    async fn judge(
        &self,
        email: &str,
        texts: &BTreeMap<String, String>,
        faults: &mut Faults,
    ) -> Option<Value> {
        let fields = match read::<R>(texts) {
            Ok(fields) => fields,
            Err(found) => {
                faults.0.extend(found);
                return None;
            }
        };
        self.check(email, &fields, faults).await;
        Some(serde_json::to_value(&fields).unwrap_or_default())
    }

    async fn confirmed(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble> {
        Registration::confirmed(self, account, account.fields()?, tx).await
    }

    async fn leaving(&self, account: &Account, tx: &mut Tx) -> Result<(), Trouble> {
        Registration::leaving(self, account, tx).await
    }
}

fn read<R: Registration>(texts: &BTreeMap<String, String>) -> Result<R::Fields, Vec<(String, String)>> {
    let sent = texts.iter().map(|(name, text)| ValueField::from((name.as_str(), text.as_str())));
    let told = |errors: Errors<'_>| {
        let told = errors.iter().map(|error| {
            let name = error.name.as_ref().map(ToString::to_string).unwrap_or_default();
            (name, sentence(&error.to_string()))
        });
        told.collect()
    };
    Form::<R::Fields>::parse_iter(sent).map_err(told)
}

/// Begins with a capital, as Rocket's own messages do not.
fn sentence(message: &str) -> String {
    let mut rest = message.chars();
    rest.next().map_or(String::new(), |first| first.to_uppercase().chain(rest).collect())
}
