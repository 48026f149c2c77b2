//! The ticket of an application's strategy: all that its routes can do, and the only way to end a reset.

use rocket::{
    Ignite, Request, Rocket, Sentinel,
    http::{Method, Status},
    request::{FromRequest, Outcome},
    response::content::RawHtml,
};
use uuid::Uuid;

use super::{
    super::{
        complete::{PasswordForm, SpentCode, choose, spend},
        second_step::{pending, try_code},
        send_code::{self, MAILED, TEXTED},
        ticket,
    },
    Own, Recovers,
    page::{Answer, OwnPage},
};
use crate::{
    auth::code,
    base::Error,
    core::{
        account::Account,
        place::{Address, Place},
    },
    hashing::password::Password,
    http::{
        self, Page, Refusal, SameOrigin, Visit, flash::Announcement, html::sentences, own_routes::is_marked,
        refusal::is_missing,
    },
    policy::Channel,
    store::keys::KeyRow,
};

/// Most bytes of a sentence on the next page: a cookie carries it.
const LONGEST_SAYING: usize = 1000;
/// Sentence for people without a usable phone.
const NO_PHONE: &str = "sms-no-phone-lead";

/// Proof, at a route of the strategy `S`, that the browser carries a live key of `S`. It is looked up, and the policy
/// checked, at every request.
///
/// Only [`complete`](Self::complete) ends a reset. Methods that return `Result<Result<_, String>, Error>` fail if the
/// database does not answer; [`Error`] as a responder is an error page. The inner error is a sentence for the person, in
/// the language of the page.
///
/// At a GET, nothing shows that the request comes from a page of this site: [`mail_code`](Self::mail_code),
/// [`text_code`](Self::text_code), [`try_code`](Self::try_code) and [`complete`](Self::complete) fail there with
/// [`Error::Refused`], which answers 409 and names the strategy and the remedy in the log.
///
/// Only a strategy's own routes get its ticket. There is none for Latchkey's five strategies, so that no route can take a
/// short cut through them. This does not compile:
///
/// ```compile_fail
/// use latchkey::{Answer, Error, Ticket};
///
/// /// A strategy of ours, which no application can implement: `second_key` is taken.
/// struct SecondKey;
///
/// /// The link in the mail, without the second key.
/// #[rocket::post("/in")]
/// async fn with_the_link_alone(ticket: Ticket<'_, SecondKey>) -> Result<Answer, Error> {
///     Ok(ticket.complete("a new password").await?.unwrap_or_else(|why| ticket.lead_to("/", &why)))
/// }
/// ```
///
/// # Outcomes
/// Forward 410 without a live key of `S`, or for a form made for another key; error 403 for a form that another site
/// sent, error 503 if the database does not answer, error 500 at a route that [`Recovers::routes`] does not return. At
/// those routes, a page of ours answers each of them.
pub struct Ticket<'r, S> {
    site: Visit<'r>,
    ticket: ticket::Ticket<Own<S>>,
    account: Account,
    /// True at a request that only reads.
    reads: bool,
    /// The code that was typed.
    code: Option<Uuid>,
}

#[rocket::async_trait]
impl<'r, S: Recovers> FromRequest<'r> for Ticket<'r, S> {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(site) = Visit::of(request).filter(|_| is_marked(request)) else {
            log::error!("a ticket of {} is asked for by a route that it does not return", S::NAME);
            return Outcome::Error((Status::InternalServerError, ()));
        };
        let reads = matches!(request.method(), Method::Get | Method::Head);
        if !reads && let Outcome::Error(error) = SameOrigin::from_request(request).await {
            return Outcome::Error(error);
        }
        ticket::Ticket::<Own<S>>::from_request(request).await.map(|ticket| {
            let account = Account::new(&ticket.account, &site.at_arrival.permissions);
            Ticket { site, ticket, account, reads, code: None }
        })
    }
}

impl<S: Recovers> Sentinel for Ticket<'_, S> {
    fn abort(rocket: &Rocket<Ignite>) -> bool {
        is_missing(rocket)
    }
}

impl<S: Recovers> Ticket<'_, S> {
    /// Returns the account to be recovered. Do not show its address or phone: the key may have come by text message, and
    /// its holder need not know either.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Returns the address of a route of the strategy, `"/"` or `"/step"`, for a form on its page. It has the public id of the
    /// key: a form that was made for another key is refused.
    pub fn action(&self, step: &str) -> String {
        format!("{}?form={}", self.site.base().join(&self.path(step)), self.ticket.key.id)
    }

    /// Redirects to a route of the strategy, `"/"` or `"/step"`: the answer to a form. A page by [`page`](Self::page) there
    /// shows `saying` once, unless it is empty. It is text, of which at most 1,000 bytes are kept.
    pub fn lead_to(&self, step: &str, saying: &str) -> Answer {
        if !saying.is_empty() {
            let end = saying.floor_char_boundary(LONGEST_SAYING);
            self.site.flash_all(vec![Announcement::said(&saying[..end])]);
        }
        Answer::of(http::Outcome::go(Address::Below(self.path(step))))
    }

    fn path(&self, step: &str) -> String {
        let page = Place::Strategy(self.ticket.policy.strategy).path();
        match step.trim_matches('/') {
            "" => page.into_owned(),
            step => format!("{page}/{step}"),
        }
    }

    /// Returns a page in our layout, with its step (2 is the first page), title and contents.
    /// Contents are HTML: escape what people typed. The Content-Security-Policy allows neither inline scripts nor inline
    /// styles, unless `latchkey.csp` does.
    pub fn page(&self, step: u8, title: &str, main: RawHtml<String>) -> Answer {
        let ticket = self.ticket.shown(&self.site, step);
        Answer::of(Page::of(&OwnPage { ticket, title: title.to_owned(), main: main.0 }))
    }

    /// Mails a code of eight characters to the account, valid for ten minutes in this browser; at most three for one key.
    /// From then on, only this browser can use the key. The inner error is the reason why no code is sent. A strategy that
    /// needs both a phone and a code cannot use it.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::Refused`] at a GET.
    pub async fn mail_code(&self) -> Result<Result<(), String>, Error> {
        self.acts("mail_code")?;
        let sent = send_code::mail(&self.site, &self.ticket).await?;
        Ok(sent.map_err(|why| why.say(self.site.language())))
    }

    /// Texts a code of six digits to the account's verified phone, valid for five minutes, and otherwise the same. The inner
    /// error is the reason why no code is sent: there is no phone, the link has come to the same phone, or a limit is
    /// reached.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::Refused`] at a GET.
    pub async fn text_code(&self) -> Result<Result<(), String>, Error> {
        self.acts("text_code")?;
        let sent = match self.site.app.usable_phone(&self.ticket.account) {
            Some(_) if self.ticket.policy.channel == Channel::Sms => {
                Err(Announcement::new("flash-code-same-phone"))
            }
            Some(phone) => send_code::text(&self.site, &self.ticket, phone).await?,
            None => Err(Announcement::new(NO_PHONE)),
        };
        Ok(sent.map_err(|why| why.say(self.site.language())))
    }

    /// Returns the number of tries left for the code that was sent last; `None` if there is no valid code.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn tries(&self) -> Result<Option<u8>, Error> {
        let left = self.pending().await?.map(|row| code::TRIES - row.tries);
        Ok(left.and_then(|left| u8::try_from(left).ok()).filter(|left| *left > 0))
    }

    /// Tries the code that was sent. A wrong try is counted by code, account and client, and the owner is told of the last
    /// one; a correct one is not counted, so that it can be typed again with a better password. The inner error gives the
    /// number of tries left.
    ///
    /// # Errors
    /// [`Error::Database`]; the try may have been counted then. [`Error::Refused`] at a GET.
    pub async fn try_code(&mut self, typed: &str) -> Result<Result<(), String>, Error> {
        self.acts("try_code")?;
        let left = match self.pending().await? {
            Some(row) => {
                let left = try_code(&self.site, &self.ticket, &row, typed).await?.left();
                self.code = left.is_none().then_some(row.id);
                left
            }
            None => Some(0),
        };
        Ok(left.map_or(Ok(()), |left| Err(self.wrong_code(left))))
    }

    /// Ends the reset: sets the new password, spends the key and the code, ends every other session and link, notifies
    /// the owner, and signs in unless `login_after` is false, all in one transaction. The answer leads on.
    ///
    /// Only if the answer [`is_complete`](Answer::is_complete) has the reset happened. Otherwise the account's second
    /// factor is owed first, and the answer leads there; or the form came too late, as the second of a double click, or
    /// after a switch of the policy: nothing has happened, and the answer says so.
    ///
    /// The inner error says why the password is not accepted, that there is no usable phone although
    /// [`Recovers::NEEDS_PHONE`], or that the code of this request has not been tried and found right although
    /// [`Recovers::NEEDS_CODE`]. Nothing has happened then.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many passwords are waiting to be hashed, [`Error::Database`], [`Error::Refused`] at a GET;
    /// nothing has happened then.
    pub async fn complete(&self, new_password: &str) -> Result<Result<Answer, String>, Error> {
        self.acts("complete")?;
        let (site, ticket, mut refusal) = (&self.site, &self.ticket, Refusal::default());
        // Of the strategy as it was added: another type may have its name.
        let strategy = ticket.policy.strategy;
        if strategy.needs_phone() && site.app.usable_phone(&ticket.account).is_none() {
            return Ok(Err(Announcement::new(NO_PHONE).say(site.language())));
        }
        if strategy.needs_code() && self.code.is_none() {
            return Ok(Err(self.wrong_code(0)));
        }
        let typed = refusal.take(PasswordForm::AT.new_password, Password::parse(new_password));
        let Some(new) = choose(site, &ticket.account, typed, &mut refusal).await? else {
            ticket.hold(site).await?;
            return Ok(Err(sentences(site.language(), &refusal).join(" ")));
        };
        let code = self.code.map(|id| SpentCode { id, proves: None });
        let ended = spend(site, &ticket.account, &ticket.policy, &ticket.key, code, new).await?;
        Ok(Ok(Answer::at_end(ended)))
    }

    /// Fails at a request that only reads, and may come from another site.
    fn acts(&self, method: &str) -> Result<(), Error> {
        if !self.reads {
            return Ok(());
        }
        let why = format!("{} calls {method}() at a GET, which changes nothing: call it at a POST", S::NAME);
        Err(Error::Refused(why))
    }

    /// Returns the live code that this browser requested.
    async fn pending(&self) -> Result<Option<KeyRow>, Error> {
        let strategy = self.ticket.policy.strategy;
        let mailed = match strategy.needs_phone() && strategy.needs_code() {
            // A mailed code does not show that the phone is at hand.
            true => None,
            false => pending(&self.site, &self.ticket, &MAILED).await?,
        };
        match mailed {
            Some(row) => Ok(Some(row)),
            None => pending(&self.site, &self.ticket, &TEXTED).await,
        }
    }

    fn wrong_code(&self, left: i64) -> String {
        sentences(self.site.language(), &Refusal::at("code", code::wrong(left))).join(" ")
    }
}
