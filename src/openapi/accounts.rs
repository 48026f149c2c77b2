//! Registering, and one's own account.

use super::operation::{
    Caller::{KeyHolder, SignedIn},
    Operation, get, post,
};
use crate::{
    account::{
        change::{ChangeForm, ChangePage},
        change_email::{EmailConfirmPage, EmailForm, EmailPage, EmailSentPage},
        change_phone::{PhoneCodeForm, PhoneCodePage, PhoneForm, PhonePage, RemoveForm},
        confirm::{ConfirmForm, ConfirmPage},
        confirm_again::{ConfirmRequestPage, ConfirmSentPage},
        delete::{DeleteForm, DeletePage},
        home::{HomePage, SessionsPage},
        register::{RegisterForm, RegisterPage, RegisterSentPage},
        tokens_page::{NewTokenPage, TokenForm, TokensPage},
        username::{UsernameForm, UsernamePage},
        username_reminder::{ReminderPage, ReminderSentPage},
    },
    http::dead_end::AddressForm,
};

/// Returns the operations.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        get("/register", "Shows the form for an account.").shows::<RegisterPage>(),
        post("/register", "Asks for an account, which begins with a mailed link.").takes::<RegisterForm>(),
        get("/register/sent", "Shows the page after it.").shows::<RegisterSentPage>(),
        get("/confirm", "Shows the form for another link.").shows::<ConfirmRequestPage>(),
        post("/confirm", "Sends the link of a registration again.").takes::<AddressForm>(),
        get("/confirm/sent", "Shows the page after it.").shows::<ConfirmSentPage>(),
        get("/confirm/{key}", "Takes the key of a registration, and changes nothing."),
        get("/confirm/address", "Shows whose registration it is.").shows::<ConfirmPage>().by(KeyHolder),
        post("/confirm/address", "Confirms the address, and creates the account.")
            .takes::<ConfirmForm>()
            .by(KeyHolder),
        get("/login/username", "Shows the form for a forgotten username.").shows::<ReminderPage>(),
        post("/login/username", "Mails a forgotten username.").takes::<AddressForm>(),
        get("/login/username/sent", "Shows the page after it.").shows::<ReminderSentPage>(),
        get("/account", "Shows one's own account.").shows::<HomePage>().by(SignedIn),
        get("/change", "Shows the form for another password.").shows::<ChangePage>().by(SignedIn),
        post("/change", "Changes the password, and ends every other session and token.")
            .takes::<ChangeForm>()
            .by(SignedIn),
        get("/account/email", "Shows the form for another address.").shows::<EmailPage>().by(SignedIn),
        post("/account/email", "Mails a link to another address.").takes::<EmailForm>().by(SignedIn),
        get("/account/email/sent", "Shows the page after it.").shows::<EmailSentPage>().by(SignedIn),
        get("/account/email/{key}", "Takes the key of another address, and changes nothing."),
        get("/account/email/confirm", "Shows which address it is.").shows::<EmailConfirmPage>().by(KeyHolder),
        post("/account/email/confirm", "Changes the address.").by(KeyHolder),
        get("/account/username", "Shows the username.").shows::<UsernamePage>().by(SignedIn).query(&["next"]),
        post("/account/username", "Changes the username, or removes it.")
            .takes::<UsernameForm>()
            .by(SignedIn),
        get("/account/phone", "Shows the phone.").shows::<PhonePage>().by(SignedIn),
        post("/account/phone", "Texts a code to another phone.").takes::<PhoneForm>().by(SignedIn),
        get("/account/phone/code", "Shows the form for that code.").shows::<PhoneCodePage>().by(SignedIn),
        post("/account/phone/code", "Changes the phone.").takes::<PhoneCodeForm>().by(SignedIn),
        get("/account/phone/remove", "Leads to the phone.").by(SignedIn),
        post("/account/phone/remove", "Removes the phone.").takes::<RemoveForm>().by(SignedIn),
        get("/account/sessions", "Lists sessions and trusted browsers.").shows::<SessionsPage>().by(SignedIn),
        post("/account/sessions", "Ends every other session.").by(SignedIn),
        get("/account/sessions/{id}", "Leads to the list.").by(SignedIn),
        post("/account/sessions/{id}", "Ends one session.").by(SignedIn),
        get("/account/sessions/trusted", "Leads to the list.").by(SignedIn),
        get("/account/sessions/trusted/{id}", "Leads to the list.").by(SignedIn),
        post("/account/sessions/trusted/{id}", "Ends the trust in a browser.").by(SignedIn),
        get("/account/tokens", "Lists access tokens.").shows::<TokensPage>().by(SignedIn),
        post("/account/tokens", "Makes an access token, which is told once.")
            .takes::<TokenForm>()
            .by(SignedIn),
        get("/account/tokens/new", "Shows an access token that a page has made.")
            .shows::<NewTokenPage>()
            .by(SignedIn),
        post("/account/tokens/new", "Shows it no longer."),
        get("/account/tokens/{id}", "Leads to the list.").by(SignedIn),
        post("/account/tokens/{id}", "Ends an access token.").by(SignedIn),
        get("/account/delete", "Shows what is deleted.").shows::<DeletePage>().by(SignedIn),
        post("/account/delete", "Deletes one's own account.").takes::<DeleteForm>().by(SignedIn),
    ]
}
