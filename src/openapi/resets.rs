//! Resetting a password, under each strategy.

use super::operation::{Caller::KeyHolder, Operation, get, post};
use crate::reset::{
    arrive::{CancelledPage, KeyForm, TypePage},
    complete::PasswordForm,
    generated_password::{GeneratedPasswordPage, GeneratedPasswordSentPage},
    new_password::NewPasswordPage,
    not_me::{NotMeDonePage, NotMePage},
    one_time_login::OneTimeLoginPage,
    request::{RequestForm, RequestPage, SentPage},
    restart::RestartPage,
    second_key::{SecondKeyForm, SecondKeyFormPage, SecondKeyPage},
    set_then_login::SetThenLoginPage,
    sms_approved::{SmsApprovedForm, SmsApprovedFormPage, SmsApprovedPage},
    sms_approved_factor::{FactorApprovalPage, PasskeyApprovalForm, TotpApprovalForm},
    typed::TypedForm,
};

/// Returns the operations.
pub(super) fn operations() -> Vec<Operation> {
    let open = vec![
        get("/reset", "Shows the form that asks for a reset.").shows::<RequestPage>(),
        post("/reset", "Asks for a reset.").takes::<RequestForm>(),
        get("/reset/sent", "Shows the page after it.").shows::<SentPage>(),
        post("/reset/sent", "Takes the code of the message, in the browser that asked for it.")
            .takes::<TypedForm>(),
        get(
            "/reset/{key}",
            "Takes the key of a link, and changes nothing; `location` is the page of its strategy.",
        ),
        post("/reset/{key}", "Sets a new password with the key of a link, under `set_then_login`.")
            .takes::<PasswordForm>(),
        get("/reset/key", "Shows the form for a key that is typed.").shows::<TypePage>(),
        post("/reset/key", "Takes a key that is typed.").takes::<KeyForm>(),
        get("/reset/cancelled", "Shows that a reset was cancelled.").shows::<CancelledPage>(),
        get("/reset/not-me/{key}", "Takes the key of a notice, and changes nothing."),
        get("/reset/not-me/done", "Shows what was undone.").shows::<NotMeDonePage>(),
        get("/reset/generated-password/sent", "Shows that a password was mailed.")
            .shows::<GeneratedPasswordSentPage>(),
        get("/reset/new-password/skip", "Leads to the form for a new password."),
        get("/reset/second-key/send", "Leads to the form for the second key."),
        get("/reset/sms-approved/send", "Leads to the form for the code."),
        get("/reset/sms-approved/totp", "Leads to the form for the code of an app."),
        get("/reset/sms-approved/passkey", "Leads to the question for a passkey."),
    ];
    let keyed = vec![
        get("/reset/cancel", "Leads to the page of the strategy."),
        post("/reset/cancel", "Cancels a reset."),
        get("/reset/restart", "Shows that another reset is under way.").shows::<RestartPage>(),
        post("/reset/restart", "Ends it, and starts again."),
        get("/reset/set-then-login", "Shows whose password it is.").shows::<SetThenLoginPage>(),
        post("/reset/set-then-login", "Sets a new password.").takes::<PasswordForm>(),
        get("/reset/one-time-login", "Shows whose account it is.").shows::<OneTimeLoginPage>(),
        post("/reset/one-time-login", "Signs in once, for a new password."),
        get("/reset/generated-password", "Shows whose password it is.").shows::<GeneratedPasswordPage>(),
        post("/reset/generated-password", "Mails a generated password."),
        get("/reset/second-key", "Shows the button that mails the second key.")
            .shows::<SecondKeyPage>()
            .shows::<SecondKeyFormPage>(),
        post("/reset/second-key/send", "Mails the second key."),
        post("/reset/second-key", "Sets a new password with the second key.").takes::<SecondKeyForm>(),
        get("/reset/sms-approved", "Shows what approves the reset.")
            .shows::<SmsApprovedPage>()
            .shows::<SmsApprovedFormPage>()
            .shows::<FactorApprovalPage>()
            .query(&["with"]),
        post("/reset/sms-approved/send", "Texts a code."),
        post("/reset/sms-approved", "Sets a new password with that code.").takes::<SmsApprovedForm>(),
        post("/reset/sms-approved/totp", "Sets a new password with the code of an app.")
            .takes::<TotpApprovalForm>(),
        post("/reset/sms-approved/passkey", "Sets a new password with a passkey.")
            .takes::<PasskeyApprovalForm>(),
        get("/reset/new-password", "Shows the form for a new password.").shows::<NewPasswordPage>(),
        post("/reset/new-password", "Sets a new password.").takes::<PasswordForm>(),
        post("/reset/new-password/skip", "Goes on without a new password."),
        get("/reset/not-me", "Shows what is undone.").shows::<NotMePage>(),
        post("/reset/not-me", "Undoes a change that was not the owner's."),
    ];
    let keyed = keyed.into_iter().map(|operation| operation.by(KeyHolder));
    open.into_iter().chain(keyed).collect()
}
