//! Second factors, and other proofs of identity.

use super::operation::{Caller::SignedIn, Operation, get, post};
use crate::{
    factors::{
        codes::{CodesPage, KeptForm},
        enrol::StartForm,
        list::{FactorsPage, NameForm},
        passkey::{PasskeyForm, PasskeyPage},
        sending::SendForm,
        sent::{SentForm, SentPage},
        setup::{CredentialForm, MethodForm, NewPasskeyForm, SetupForm},
        sms::{NumberForm, NumberPage},
        totp::{TotpForm, TotpPage},
        verify::{VerifyForm, VerifyPage},
        verify_password::PasswordForm,
    },
    sign_in::page::LoginPage,
};

/// Returns the operations.
pub(super) fn operations() -> Vec<Operation> {
    let next = &["next"];
    let all = vec![
        get("/verify", "Asks for another proof of identity.")
            .shows::<VerifyPage>()
            .shows::<LoginPage>()
            .query(&["next", "with", "within"]),
        post("/verify", "Proves who is there once more, by the password or a factor.")
            .takes::<VerifyForm>()
            .takes::<PasswordForm>(),
        get("/verify/password", "Leads to that form."),
        post("/verify/password", "Proves who is there once more, by the password.").takes::<PasswordForm>(),
        get("/verify/send", "Leads to that form."),
        post("/verify/send", "Sends a code for it.").takes::<SendForm>(),
        get("/account/factors", "Lists the factors.").shows::<FactorsPage>().query(next),
        post("/tf-setup", "Begins to set up a factor.").takes::<SetupForm>(),
        post("/us-setup", "Begins to set up a way to sign in, which is a factor.").takes::<MethodForm>(),
        get("/account/factors/totp/start", "Leads to the list."),
        post("/account/factors/totp/start", "Begins to set up an authenticator app.").takes::<StartForm>(),
        get("/account/factors/totp", "Shows the secret for the app.").shows::<TotpPage>().query(next),
        post("/account/factors/totp", "Sets the app up by its first code.").takes::<TotpForm>(),
        get("/account/factors/sms", "Shows the form for a number.").shows::<NumberPage>().query(next),
        post("/account/factors/sms", "Texts a first code to a number.").takes::<NumberForm>(),
        get("/account/factors/sms/own", "Leads to that form."),
        post("/account/factors/sms/own", "Texts a first code to the account's phone.").takes::<StartForm>(),
        get("/account/factors/email/start", "Leads to the list."),
        post("/account/factors/email/start", "Mails a first code.").takes::<StartForm>(),
        get("/account/factors/sent", "Shows the form for that code.").shows::<SentPage>().query(next),
        post("/account/factors/sent", "Sets the factor up by its first code.").takes::<SentForm>(),
        get("/account/factors/passkey", "Asks for a new passkey.").shows::<PasskeyPage>().query(next),
        post("/account/factors/passkey", "Adds the passkey.").takes::<PasskeyForm>(),
        post("/wan-register", "Asks for a new passkey, with its name.")
            .takes::<NewPasskeyForm>()
            .shows::<PasskeyPage>(),
        post("/wan-delete", "Removes the passkey with this name.").takes::<NameForm>(),
        get("/account/factors/codes", "Shows new recovery codes, once.").shows::<CodesPage>().query(next),
        post("/account/factors/codes", "Forgets them, since they have been written down.")
            .takes::<KeptForm>(),
        get("/account/factors/codes/renew", "Leads to the list."),
        post("/account/factors/codes/renew", "Makes new recovery codes."),
        get("/account/factors/{id}/name", "Leads to the list."),
        post("/account/factors/{id}/name", "Names a factor.").takes::<NameForm>(),
        get("/account/factors/{id}/remove", "Leads to the list."),
        post("/account/factors/{id}/remove", "Removes a factor."),
    ];
    let open = vec![
        get("/wan-signin", "Asks for a passkey: the second factor if one is owed, or else any."),
        post("/wan-signin", "Asks for a passkey: the second factor if one is owed, or else any."),
        post("/wan-signin/{asked}", "Signs in with the answer of a passkey.").takes::<CredentialForm>(),
    ];
    all.into_iter().map(|operation| operation.by(SignedIn)).chain(open).collect()
}
