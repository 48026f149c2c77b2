//! Signing in and out.

use super::operation::{
    Caller::{KeyHolder, Pending},
    Operation, get, post,
};
use crate::{
    factors::{
        prove::{FactorForm, FactorPage},
        sending,
    },
    sign_in::{
        app::{AppForm, AppPage},
        key::SignInLinkPage,
        login::LoginForm,
        logout::LogoutPage,
        page::LoginPage,
        passkey::{PasskeyForm, PasskeyPage},
        refresh::RefreshForm,
        send::{CodeForm, SendForm, SignInSentPage},
        unified::UnifiedForm,
    },
};

/// Returns the operations.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        get("/login", "Says how people sign in here, and who is signed in.")
            .shows::<LoginPage>()
            .query(&["next", "again", "within"]),
        post("/login", "Signs in with a password.").takes::<LoginForm>(),
        post("/us-signin", "Signs in with a password, a code that was sent, or the code of an app.")
            .takes::<UnifiedForm>(),
        post("/refresh-token", "Gives another token for a refresh token, which it replaces.")
            .takes::<RefreshForm>(),
        get("/login/app", "Shows the form for the code of an app.").shows::<AppPage>().query(&["next"]),
        post("/login/app", "Signs in with the code of an authenticator app.").takes::<AppForm>(),
        get("/login/passkey", "Asks for a passkey.").shows::<PasskeyPage>().query(&["next"]),
        post("/login/passkey", "Signs in with a passkey.").takes::<PasskeyForm>(),
        get("/login/send", "Leads to signing in."),
        post("/login/send", "Sends a link, a code, or both, to sign in with.").takes::<SendForm>(),
        get("/login/sent", "Shows the form for the code that was sent.").shows::<SignInSentPage>(),
        post("/login/sent", "Signs in with the code, in the browser that asked for it.").takes::<CodeForm>(),
        get("/login/link/{key}", "Takes the key of a mailed link, and changes nothing."),
        get("/login/link", "Shows whose link it is.").shows::<SignInLinkPage>().by(KeyHolder),
        post("/login/link", "Signs in with the mailed link.").by(KeyHolder),
        get("/login/factor", "Asks for the second factor.")
            .shows::<FactorPage>()
            .by(Pending)
            .query(&["next", "with"]),
        post("/login/factor", "Proves the second factor.").takes::<FactorForm>().by(Pending),
        get("/login/factor/send", "Leads to the form for the factor."),
        post("/login/factor/send", "Sends a code for the second factor.")
            .takes::<sending::SendForm>()
            .by(Pending),
        get("/login/factor/cancel", "Leads to the form for the factor."),
        post("/login/factor/cancel", "Gives up a sign-in that owes a second factor.").by(Pending),
        get("/logout", "Shows the button that signs out.").shows::<LogoutPage>(),
        post("/logout", "Signs out."),
        get("/logout/refresh", "Leads to signing out."),
        post("/logout/refresh", "Signs out, and ends a refresh token.").takes::<RefreshForm>(),
    ]
}
