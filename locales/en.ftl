# Every sentence that Latchkey says. A file locales/en.ftl in template_dir replaces single ones.
# Arguments are written { $name }; a message of several lines gives a paragraph for each.

## Every page

page-language = en
page-direction = ltr
page-skip = Skip to the content
page-faulty = Error:
page-foot = Account recovery by Latchkey
nav-label = Account
nav-account = Account
nav-logout = Sign out
step = Step { $step } of { $steps }
form-faults = { $count ->
    [one] There is one thing to put right
   *[other] There are { $count } things to put right
  }
or = or

## Labels and hints

label-email = Email address
label-new-email = New email address
label-password = Password
label-current-password = Current password
label-new-password = New password
label-phone = Phone number
label-key = Key
label-second-key = Second key
label-sms-code = Code from the text message
label-sessions = Sessions
label-since = Member since
label-roles = Roles
label-optional = (optional)
new-password-hint = Three or four words that only you would put together work well. Spaces are fine.
phone-hint = With the country code, like +49 151 23456789.
show-password = Show
hide-password = Hide

## What somebody holds, and for how long

tag-account = Account
tag-address = Address
tag-sent-to = Sent to
tag-current-email = Current address
tag-current-phone = Current phone
tag-new-email = New address
tag-until-minutes = { $minutes ->
    [0] Good until { $until }, for less than a minute from now
    [one] Good until { $until }, one minute from now
   *[other] Good until { $until }, { $minutes } minutes from now
  }
tag-until-hours = Good until { $until }, { $hours } hours from now
tag-until-days = Good until { $until }, { $days } days from now
tag-good-for = { $minutes ->
    [one] Good for one minute
   *[other] Good for { $minutes } minutes
  }
tag-restricted = { $minutes ->
    [0] Less than a minute left for this step
    [one] One minute left for this step
   *[other] { $minutes } minutes left for this step
  }
tag-tries = { $tries ->
    [one] One try left
   *[other] { $tries } tries left
  }
ticket-other = In this browser you are signed in as { $email }. If you go on, that session ends here and you continue with the account named above.
ticket-cancel = I did not ask for this

## Where else to go

link-login = Sign in
link-register = Create an account
link-register-again = Type another address
link-confirm = Send the confirmation again
link-reset = Forgot your password?
link-account = Back to your account
link-again = Ask again
link-key = Type a key from a message
link-new-key = Ask for a new message
link-delete = Delete your account
link-other-email = Type another address

## When no message comes

help-title = No message?
help-wait = It can take a few minutes. Look in the spam folder too.
help-sms = It can take a minute. Is your phone on, and can it receive text messages?

## Registration

register-title = Create an account
register-lead = We will send one message to your address, to confirm that it is yours.
register-closed = New accounts are made by the people who run this site. Please write to them.
register-button = Create account
register-known = Already have an account?
register-sent-title = Look at your email
register-sent-lead = We have sent you a message that says how to go on.
register-sent-next = Open its link in this browser, and one button is all that is left to press.
register-sent-typed = Is the address above right, letter by letter? If not, register again with the right one.
confirm-request-title = Send the confirmation again
confirm-request-lead = Type the address that you registered with. We will send you a new link to confirm it.
confirm-request-button = Send the link
confirm-sent-title = Look at your email
confirm-sent-lead = If this address is waiting to be confirmed, a message with a new link is on its way.
confirm-sent-typed = Still nothing? Then this address may never have been registered, or it is confirmed already and you can sign in.
confirm-title = Confirm your address
confirm-ours-lead = One button, and your account is ready.
confirm-other-lead = You registered in another browser. To show that it was you, type the password that you chose there.
confirm-button = Confirm address
confirm-password = The password you chose
confirm-new-password = Forgot it? Choose a new password
confirm-new-button = Confirm with a new password
confirm-invited-title = Welcome
confirm-invited-button = Set password and open my account
confirm-invited-lead = An account was made for you. Choose a password, and it is yours.

## Sign-in

login-title = Sign in
login-again = To be sure that it is you, please type your password once more.
login-remember = Keep me signed in on this device for 14 days
login-button = Sign in
login-new = New here?
login-unconfirmed = No confirmation message?
logout-title = Sign out
logout-lead = This ends your session in this browser. Your other sessions go on.
logout-button = Sign out

## The account's own pages

home-title = Your account
home-no-phone = none yet
home-signed-in = this one since { $since }
home-change = Change
home-add = Add
home-see = See all
home-email = email address
home-phone = phone
home-password = password
home-all-sessions = sessions
phone-masked = ending in { $phone }
change-title = Change your password
change-lead = You stay signed in here. Every other session ends.
change-button = Change password
email-title = Change your email address
email-lead = We will send a link to the new address. Until you open it and confirm, nothing changes.
email-button = Send the link
email-sent-title = Look at your new mailbox
email-sent-lead = We have sent a message to the new address.
email-sent-next = Open its link and confirm. Until then, you sign in with your old address.
email-confirm-title = Confirm your new address
email-confirm-lead = From now on you will sign in with this address, and our messages will go there.
email-confirm-button = Use this address
phone-title = Your phone
phone-lead = A phone lets you prove that it is you. We will text it a code, now and when you need to get back in.
phone-button = Text me a code
phone-code-title = Type the code
phone-code-lead = We have texted a code to the phone ending in { $phone }.
phone-code-button = Confirm phone
phone-code-again = Ask for another code, or change the number
phone-remove-title = Remove this phone
phone-remove-lead = We will not text this phone any more, and it cannot help you to get back in.
phone-remove-button = Remove phone
sessions-title = Your sessions
sessions-lead = Every browser that is signed in to your account. If you do not know one, end it and change your password.
sessions-current = This browser
sessions-since = signed in { $since }
sessions-seen = last seen { $seen }
sessions-end = End
sessions-end-others = End all other sessions
delete-title = Delete your account
delete-lead = This deletes your account and all that belongs to it, at once and for good. Nobody can bring it back.
delete-button = Delete my account
delete-keep = Keep my account

## Recovery: asking

reset-title = Forgot your password?
reset-lead = No harm done. Type the address of your account, and we will send you a message that lets you back in.
reset-button = Send the message
reset-sent-title = Look at your messages
reset-sent-lead = If there is an account with this address, a message for its owner is on its way.
reset-sent-next = It asks you to open a link. You can close this page.
reset-sent-typed = Is the address above right, and is it the one that you registered with? For an address without an account we send nothing.
reset-sent-again = If you ask again, only the newest message is good.
key-title = Type your key
key-lead = You read the message on another device? Then type the key from it here.
key-hint = It stands on a line of its own in the message.
key-button = Go on
unusable-title = This link does not work
unusable-lead = Nothing is lost, and nothing has changed. It has most likely
unusable-old = expired: a link is good for a short time only,
unusable-used = been used already: it is good once,
unusable-newer = or been replaced by a newer one: only the newest is good.
unusable-next = Simply ask for a new one.
unusable-button = Ask again
cancelled-title = Thank you for telling us
cancelled-lead = The link is dead: nobody can use it any more. Your password has not changed.
cancelled-next = There is nothing else to do. Somebody typed your address, by mistake or on purpose; that alone does not let anybody in.

## Recovery: the five strategies

new-password-title = Choose a new password
new-password-button = Set password
new-password-button-login = Set password and sign in
one-time-login-title = Sign in once
one-time-login-lead = The button signs you in, once. Then you choose a new password. Every other session of your account ends.
one-time-login-button = Sign me in
set-then-login-lead = As soon as it is set, every other session of your account ends.
generated-password-title = Get a temporary password
generated-password-lead = We will email you a temporary password. You sign in with it once and then choose one of your own. Until you do, your old password goes on working.
generated-password-button = Email me a temporary password
generated-password-sent-title = Look at your email
generated-password-sent-lead = A temporary password is on its way. Sign in with it, and then choose one of your own.
generated-password-sent-again = Still nothing? Then ask for a new link: it makes this temporary password void.
second-key-title = Ask for your second key
second-key-lead = To be sure that it is you, we will email you a second key. It works in this browser only, so stay here.
second-key-button = Email me the second key
second-key-form-title = Choose a new password
second-key-form-lead = We have emailed you a second key of 8 characters. Type it here, with your new password.
second-key-form-again = Another second key makes the one before it void.
second-key-again = Email me another
sms-title = Get a code by text message
sms-lead = To be sure that it is you, we will text a code of 6 digits to your phone ending in { $phone }.
sms-button = Text me the code
sms-lost-title = Is this phone not at hand?
sms-lost = Without this phone, please write to the people who run this site. They can help you.
sms-no-phone-title = There is no phone to text to
sms-no-phone-lead = Your account needs a code by text message to let you back in, but it has no confirmed phone, or only one that was added a short time ago.
sms-no-phone = Please write to the people who run this site. They can help you, and your account is safe meanwhile.
sms-admin-button = Write to them
sms-form-title = Choose a new password
sms-form-lead = We have texted a code of 6 digits to your phone ending in { $phone }. Type it here, with your new password.
sms-form-wait = { $seconds ->
    [one] You can ask for another code in one second.
   *[other] You can ask for another code in { $seconds } seconds.
  }
sms-again = Text me another code
restricted-lead = You are signed in for this one step. When your new password is set, the whole account is open to you.
restricted-skip = Go on without a new password
done-title = Your new password is set
done-lead = Every session has been ended. Sign in with your new password.

## "This wasn't me"

not-me-title = Was this not you?
not-me-lead = If somebody else did this, take your account back here.
not-me-what = The button does four things at once:
not-me-password = the current password stops working,
not-me-sessions = every session ends, in every browser,
not-me-changes = changes made since to your email address or phone are undone,
not-me-reset = and we send you a message to choose a new password.
not-me-button = This wasn’t me
not-me-was = It was you after all? Then close this page: nothing has changed.
not-me-done-title = Your account is yours again
not-me-done-lead = The password no longer works, every session has ended, and changes to your email address or phone are undone.
not-me-done-next = One step is left: open the message that we have just sent you and choose a new password. If you use the old one anywhere else, change it there too.
not-me-stuck-lead = The password no longer works and every session has ended. Your former address belongs to another account by now, so it could not be put back, and nothing was sent to the present one.
not-me-stuck-next = Write to whoever runs this site, from your own address, and tell them what happened.
event-password-changed = The password was changed
event-signed-in-once = Somebody signed in with a link from a message
event-code-failed = Somebody typed a wrong code too often
event-email-changed = The email address was changed
event-phone-changed = The phone was changed

## What is wrong with a field

fault-required = This is needed. Please fill it in.
fault-repeated = This came more than once. Please send the form again.
fault-too-long = { $max ->
    [one] This is too long: at most one character.
   *[other] This is too long: at most { $max } characters.
  }
fault-control = There is a character in it that cannot be seen. Please type it again.
fault-email = This is no email address. It should look like name@example.com.
fault-same-email = This is your address already. Please type the new one.
fault-phone = This is no phone number. Start with the country code, like +49 151 23456789.
fault-login = The address or the password is not right.
fault-password = This password is not right.
fault-code = { $tries ->
    [one] That code is not right. You have one try left.
   *[other] That code is not right. You have { $tries } tries left.
  }
fault-no-more-codes = We cannot send another code for this link. Please ask for a new link.
fault-no-texts = This site cannot send text messages yet, so a phone is of no use here.
fault-phone-country = This site sends no text messages to numbers of this country. Please use another one.
fault-texts-limit = Too many text messages have been sent. Please try again tomorrow.
fault-wait = { $seconds ->
    [one] Please wait one second before you ask for another code.
   *[other] Please wait { $seconds } seconds before you ask for another code.
  }
fault-code-dead = This code cannot be used any more. Please ask for another one.
fault-key = This key does not work. Look for the newest message, and copy its key exactly.

## Passwords

password-missing = Enter a password.
password-too-short = Use at least { $min } characters.
password-too-long = This password is too long. Use at most { $max } bytes: a plain letter is one, an emoji four or more.
password-unusable-character = A password cannot contain line breaks or null characters.
password-own-word = Without your own details and this site’s name, too little of this password is left. Choose one that has nothing to do with you.
password-breached = This password is known from data breaches, and guessed first. Choose another one.
password-guessable = This password is too easy to guess. Make it longer: a few words that do not belong together are easy to remember.

## Error pages

error-status = Error { $status }
error-home = Go to the start
error-retry-seconds = { $seconds ->
    [one] Please try again in one second.
   *[other] Please try again in { $seconds } seconds.
  }
error-retry-minutes = Please try again in { $minutes } minutes.
error-400-title = We could not read that
error-400-text = What your browser sent was incomplete or garbled. Go back, load the page again and send the form once more.
error-401-title = Please sign in
error-401-text = This page is for people who are signed in.
error-403-title = We did not accept that
error-403-text = It seems to come from another website, so nothing was done. If you came from here, load the page again and send the form once more.
error-404-title = There is nothing here
error-404-text = The address may be mistyped, or the page has moved.
error-405-title = That does not go here
error-405-text = This address cannot be used in that way.
error-408-title = That took too long
error-408-text = Your browser did not finish in time, so nothing was done. Please try again.
error-410-title = This is gone
error-410-text = It was good once, and is not any more. Please ask for a new one.
error-413-title = That was too much
error-413-text = What your browser sent is larger than this form can be, so nothing was done.
error-414-title = That address is too long
error-414-text = Please open the link exactly as it stands in the message.
error-415-title = We do not read that format
error-415-text = Please use the form on this site.
error-422-title = We could not understand that
error-422-text = Something in the form is missing, or was sent more than once. Go back, load the page again and send the form once more.
error-429-title = One moment, please
error-429-text = There have been many tries, so we wait a little. This protects your account; nothing else has happened to it.
error-500-title = Something broke on our side
error-500-text = It is not your fault, and nothing is lost. Please try again; if it stays like this, tell the people who run this site.
error-502-title = Something did not answer
error-502-text = It is not your fault, and nothing is lost. Please try again in a moment.
error-503-title = We will be back in a moment
error-503-text = The site cannot answer just now, and nothing is lost.
error-504-title = Something did not answer
error-504-text = It is not your fault, and nothing is lost. Please try again in a moment.
error-other-title = That did not work
error-other-text = Nothing was done. Please go back and try again.

## The console

link-admin = Look after this site
console-label = Console
console-pictures = Overview
console-people = People
console-policy = Policy
console-messages = Messages
console-events = Events
pages-label = Pages
pages-first = To the beginning
pages-more = More
error-role-title = This is for others
error-role-text = Your account does not have the role that opens this page. If it should, ask the people who run this site.
fault-search = Type how the address begins, in at most 254 plain characters.
fault-role = A role’s name has letters, digits, - and _ only.
fault-kind = There are no events of this kind.
fault-day = This is no day. Write it like 2026-08-01.
fault-own-account = This is your own account. Ask another admin, or use the command line.
fault-disabled = The account is disabled. Enable it first.
fault-held = The account is on hold. Lift the hold first.
fault-texts-used-up = This number, or the whole site, has had its text messages for today, so nothing was sent.
fault-under-way = This person is in the middle of a reset, so nothing was sent.
fault-gone = This account is gone.
fault-message = This was not done: the message is gone by now, was sent, or has nothing left in it to send.
strategy-sms_approved = Form with a texted code
strategy-second_key = Form with a second key by mail
strategy-set_then_login = Form for a new password
strategy-one_time_login = Signed in once, then the form
strategy-generated_password = A generated password by mail
channel-email = The first key goes to the address of the account
channel-sms = The first key goes to the verified phone
in-flight-revoke = When the policy changes, keys on their way are refused
in-flight-stricter = When the policy changes, keys on their way are good if theirs was as strict
in-flight-honour = When the policy changes, keys on their way stay good as issued
login-after-true = The last step signs in
login-after-false = The last step leads to sign-in
may-skip-true = Whoever is signed in once may go on without a new password
may-skip-false = Nobody goes on without a new password

people-search = Address begins with
people-role = Role
people-any-role = any
people-button = Search
people-phone = verified
people-none = Nobody was found.

person-own = This is your own account.
person-state = State
person-enabled = may sign in
person-disabled = disabled
person-disable = Disable
person-enable = Enable
person-hold = On hold
person-held = after “this wasn’t me”, no reset until { $until }
person-lift-hold = Lift
person-reset = Way back in
person-reset-lead = The message that their own request would bring. Only they see its key.
person-send-reset = Send a reset
person-phone-from = usable for recovery from { $from }
person-no-roles = none
person-remove-role = Remove
person-add-role = Role to give
person-role-hint = Giving or removing a role ends this person’s sessions and keys.
person-add-role-button = Give role
person-known-roles = In use:
person-policy = How they get back in
person-policy-lead = For each setting the strictest that one of their roles asks for.
person-more-sessions = { $open } sessions in all.
person-end-sessions = End all sessions
person-no-sessions = Signed in nowhere.
person-events = What happened last
person-all-events = All events of this account
person-done-add-role = The role is given.
person-done-remove-role = The role is removed.
person-done-disable = The account is disabled, and its sessions and keys have ended.
person-done-enable = The account is enabled.
person-done-end-sessions = Every session and key has ended.
person-done-send-reset = The message is on its way.
person-done-lift-hold = The hold is lifted.

policy-title = Policy in force
policy-since = In force since { $since }.
policy-version = Version
policy-refused = The file was changed at { $at }, but is not in force:
policy-restart = These keys have changed and need a restart:
policy-findings = Allowed, and yet worth a word:
policy-disagree = The servers of this site do not have the same policy in force:
policy-servers = { $count ->
    [one] on one server
   *[other] on { $count } servers
  }
finding-error = Error.
finding-warning = Warning.
finding-advice = Advice.
policy-order = A role without a table asks for what holds for everybody. With several roles, each setting takes the strictest value asked for.
policy-everybody = Everybody
policy-who = Who has this role?
policy-needs-phone = (takes a verified phone)
policy-setting = Setting
policy-value = Value
policy-meaning = What it means

messages-states = Which messages
messages-waiting = Waiting
messages-failing = Failing
messages-given_up = Given up
messages-expired = Expired
messages-sent = Sent
messages-waiting-lead = What is to be sent, or is being sent.
messages-failing-lead = Tried in vain, and tried again until it expires.
messages-given_up-lead = Refused for good. Until it expires, it can be sent again.
messages-expired-lead = Worth nothing any more before it could be sent. Nothing of it is left.
messages-sent-lead = Taken by the mail server or the gateway.
messages-to = for
messages-since = since { $since }
messages-due = next try { $due }
messages-until = good until { $until }
messages-done = done { $done }
messages-tries = { $tries ->
    [one] one try
   *[other] { $tries } tries
  }
messages-again = Send again
messages-drop = Drop
messages-none = There are none.
message-email = Mail
message-sms = Text message
message-request = Request of a visitor

events-at = When
events-what = What
events-whom = Whom
events-by = By
events-from = From
events-since = From day
events-until = To day
events-any-kind = anything
events-button = Filter
events-none = Nothing was found.
events-deleted = deleted account
events-command-line = command line
events-csv = Download as CSV
events-csv-bound = The newest 10,000 of these. Narrow the days for others.
kind-account-confirmed = Account confirmed
kind-account-deleted = Account deleted
kind-account-disabled = Account disabled
kind-account-enabled = Account enabled
kind-account-hold_lifted = Hold lifted
kind-account-invited = Invited
kind-account-reset_sent = Reset sent for them
kind-account-roles_changed = Roles changed
kind-account-sessions_ended = All sessions ended for them
kind-code-failed = Wrong code
kind-email-changed = Address changed
kind-limit-reached = Limit reached
kind-message-dropped = Message dropped
kind-message-retried = Message sent again
kind-password-changed = Password changed
kind-password-refused = Wrong current password
kind-phone-changed = Phone changed
kind-phone-removed = Phone removed
kind-remembered-replayed = Old “keep me signed in” used
kind-reset-cancelled = Reset cancelled
kind-reset-code_sent = Second key or code sent
kind-reset-completed = Reset completed
kind-reset-issued = Reset asked for
kind-reset-password_generated = Password generated
kind-reset-signed_in_once = Signed in once
kind-reset-skipped = New password skipped
kind-reset-undone = “This wasn’t me”
kind-session-ended = Session ended
kind-sessions-ended = Other sessions ended
kind-sign_in-completed = Signed in
kind-sign_in-failed = Sign-in failed

pictures-title = The last { $days } days
pictures-range = How far back
pictures-days = { $days } days
pictures-of = of { $asked } asked
pictures-asked = asked
pictures-completed = completed
pictures-abandoned = abandoned
pictures-resets-text = { $asked } asked, { $completed } completed, { $abandoned } abandoned: their key expired unused.
pictures-table = As a table
pictures-day = Day
pictures-none = Nobody asked for a reset.
pictures-back = Time to get back in
pictures-sent = Time until messages leave
pictures-sent-lead = From when they were written until the mail server or the gateway took them.
pictures-times-text = Half within { $median }, nine of ten within { $most }.
pictures-median = median
pictures-nine = nine of ten within
pictures-times = times
pictures-half = up to the median
pictures-most = up to nine of ten
pictures-rest = the slowest
span-millis = { $large } ms
span-seconds = { $large } s
span-minutes = { $large } min { $small } s
span-hours = { $large } h { $small } min

## Mails: what all share

mail-until = Good until { $until }.
mail-link = If the button does not work, open this address:
mail-asked = Asked for from { $from } with { $browser }, { $at }.

## Mails, one by one

mail-reset-link-subject = Get back into your { $site } account
mail-reset-link-lead =
    Somebody asked for a way back into your { $site } account. We hope that it was you.
    Open the link to go on. It works once, and opening it does not change anything yet.
mail-reset-link-button = Get back in
mail-reset-link-closing =
    You did not ask for this? Then you need not do anything: your password stays as it is. On the page behind the link you can also make the link void.
    Do not pass this message on. Whoever has the link can get into your account.

mail-reset-no-phone-subject = Getting back into your { $site } account
mail-reset-no-phone-lead =
    Somebody asked for a way back into your { $site } account. We hope that it was you.
    { $site } sends it by text message, and your account has no confirmed phone. So there is no link in this message.
mail-reset-no-phone-button = Go to { $site }
mail-reset-no-phone-closing =
    To get back in, please write to the people who run { $site }.
    You did not ask for this? Then you need not do anything: nothing has changed.

mail-temporary-password-subject = Your temporary password for { $site }
mail-temporary-password-lead =
    Here is the temporary password that you asked for. Type it in place of your password when you sign in. It is good once; then you choose a password of your own.
    Until you do, your old password goes on working.
mail-temporary-password-button = Sign in
mail-temporary-password-closing =
    You did not ask for this? Then somebody may be reading your mail: sign in and change your password, and the one of your mailbox too.

mail-second-key-subject = Your second key for { $site }
mail-second-key-lead =
    Type this second key on the page that is waiting for it. It works only in the browser in which you asked for it.
mail-second-key-button = Go to { $site }
mail-second-key-closing =
    You did not ask for this? Then somebody may be reading your mail. The second key is of no use in another browser than theirs, so tell nobody what it says, and change the password of your mailbox.

mail-password-changed-subject = Your { $site } password was changed
mail-password-changed-lead =
    The password of your { $site } account was changed, and every other session was ended.
    That was you? Then all is well, and there is nothing to do.
mail-password-changed-button = This wasn’t me
mail-password-changed-closing =
    It was not you? Then use the link at once. On its page, one button makes the new password useless, ends every session and sends you a message to choose a password of your own.

mail-signed-in-once-subject = Somebody signed in to your { $site } account
mail-signed-in-once-lead =
    Somebody signed in to your { $site } account with a link that we had sent to you.
    That was you? Then all is well, and there is nothing to do.
mail-signed-in-once-button = This wasn’t me
mail-signed-in-once-closing =
    It was not you? Then use the link at once. On its page, one button makes the password useless, ends every session and sends you a message to choose a new one.

mail-email-changed-subject = Your { $site } email address was changed
mail-email-changed-lead =
    The email address of your { $site } account is now { $email }. We have written to both addresses; from now on, we write to the new one only.
    That was you? Then all is well, and there is nothing to do.
mail-email-changed-button = This wasn’t me
mail-email-changed-closing =
    It was not you? Then use the link at once. On its page, one button brings the old address back, ends every session and sends you a message to choose a new password.

mail-new-email-subject = This is now the address of your { $site } account
mail-new-email-lead =
    From now on we write to this address, and you sign in with it.
mail-new-email-closing =
    This is not your account? Then somebody has confirmed your address by mistake: tell whoever runs { $site }.

mail-former-address-subject = Something happened to your former { $site } account
mail-former-address-lead =
    { $what }. We tell you because this was the address of the account until { $left }.
mail-former-address-closing =
    You have changed the address yourself? Then there is nothing to do. If you have not, use the link in the message that we sent you then, or write to whoever runs { $site }.

mail-code-failed-subject = Wrong codes for your { $site } account
mail-code-failed-lead =
    Somebody opened the link to reset your { $site } password and then typed a wrong code too often. Nothing has changed.
    That was you? Then ask for another code.
mail-code-failed-button = This wasn’t me
mail-code-failed-closing =
    It was not you? Then somebody may be reading your mail: change the password of your mailbox, then use the link. On its page, one button ends every session and every reset, and sends you a message to choose a new password.

mail-phone-changed-subject = The phone of your { $site } account was changed
mail-phone-changed-lead =
    The phone of your { $site } account was changed or removed.
    That was you? Then all is well, and there is nothing to do.
mail-phone-changed-button = This wasn’t me
mail-phone-changed-closing =
    It was not you? Then use the link at once. On its page, one button brings the old phone back, ends every session and sends you a message to choose a new password.

mail-account-deleted-subject = Your { $site } account is deleted
mail-account-deleted-lead =
    Your { $site } account and all that belonged to it are deleted. This is our last message to you.
mail-account-deleted-button = Go to { $site }
mail-account-deleted-closing =
    It was not you? Then please write to the people who run { $site }.

mail-confirm-subject = Confirm your address for { $site }
mail-confirm-lead =
    Welcome to { $site }. One step is left: open the link and confirm that this address is yours.
    In the browser in which you registered, that is one button.
mail-confirm-button = Confirm address
mail-confirm-closing =
    You did not register? Then you need not do anything: without this link, no account is made for your address.

mail-already-registered-subject = You already have a { $site } account
mail-already-registered-lead =
    Somebody, perhaps you, wanted to use this address for a { $site } account. It belongs to your account already, and nothing has changed.
    You can simply sign in. If you forgot your password, this page helps.
mail-already-registered-button = Get back in
mail-already-registered-closing =
    It was not you? Then you need not do anything. Nobody was told that you have an account.

mail-confirm-email-subject = Confirm your new address for { $site }
mail-confirm-email-lead =
    You asked to use this address for your { $site } account. Open the link and confirm it.
    Until then, nothing changes.
mail-confirm-email-button = Confirm new address
mail-confirm-email-closing =
    You did not ask for this? Then you need not do anything: somebody may have mistyped their own address.

mail-invitation-subject = Your { $site } account
mail-invitation-lead =
    The people who run { $site } have made an account for you with this address.
    Open the link and choose a password: then the account is yours.
mail-invitation-button = Choose a password
mail-invitation-closing =
    You do not know { $site }? Then you need not do anything.

mail-not-me-done-subject = Choose a new password for { $site }
mail-not-me-done-lead =
    You told us that somebody else had been in your { $site } account. The password no longer works, every session has ended, and changes to your email address or phone are undone.
    One step is left: open the link and choose a new password.
mail-not-me-done-button = Choose a new password
mail-not-me-done-closing =
    If you use the old password anywhere else, change it there too, and the one of your mailbox.

## Text messages: plain letters only, or each part holds 70 characters instead of 160

sms-reset-link =
    { $site }: to get back into your account, open
    { $link }
    or go to { $host }/reset/key and type
    { $code }
    Good for { $minutes } minutes. You did not ask? Do nothing.
sms-code =
    Your { $site } code to set a new password, good for { $minutes } minutes. Tell it to nobody.
    { $code }

    @{ $host } #{ $code }
sms-phone-code =
    Your { $site } code to confirm this phone, good for { $minutes } minutes. Tell it to nobody.
    { $code }

    @{ $host } #{ $code }

sms-phone-changed =
    Your { $site } account no longer uses this phone. That was not you? We have sent you an email that says what to do.

## The policy, explained on the command line

explain-user = { $count ->
    [0] { $email } has no role.
    [one] { $email } has the role { $roles }.
   *[other] { $email } has the roles { $roles }.
  }
explain-role = { $count ->
    [one] Whoever has the role { $roles } and no other.
   *[other] Whoever has the roles { $roles } and no other.
  }
explain-phone-ready = They have a confirmed phone that may be used.
explain-phone-waits = They have a confirmed phone that may be used from { $from } on.
explain-phone-abroad = They have a confirmed phone, but latchkey.sms.countries does not name its country.
explain-phone-none = They have no confirmed phone.
explain-phone-needed = Without one, they could not get back in by themselves.
explain-disabled = Their account is disabled, so no message is sent.
explain-held = They said "this wasn’t me", so nobody can ask before { $until }.
explain-force = In force:
explain-asked = for the role { $role }
explain-steps = What they go through:
explain-why = Why: { $why }

explain-ask = They type their address at /reset. The answer is the same whether it is known or not.
explain-ask-guards = Nobody learns from the answer, or from how long it takes, who has an account.
explain-email = A mail brings a link, good once and for { $minutes } minutes. A newer one replaces it.
explain-email-guards = Only who reads their mailbox, and reads it soon, gets further.
explain-sms = A text message brings a link and a key to type, good once and for { $minutes } minutes. A newer one replaces it.
explain-sms-guards = Only who holds their confirmed phone, and holds it now, gets further.
explain-open = They open the link. That alone changes nothing.
explain-open-guards = A mail scanner that follows links uses nothing up, and the key leaves the address before any log or other site sees it.

explain-set_then_login-1 = They type a new password. { $login_after ->
    [true] They are signed in.
   *[other] With it, they sign in.
  }
explain-set_then_login-1-guards = The link is used up with it: of two people who try, one wins. Weak and leaked passwords are refused.

explain-one_time_login-1 = They press a button, which ends every other session and signs them in for this one step, for 10 minutes.
explain-one_time_login-1-guards = The link is dead from here on, and what it opened reaches the form for a new password and nothing else.
explain-one_time_login-2 = They type a new password. { $login_after ->
    [true] They are signed in.
   *[other] With it, they sign in.
  }{ $may_skip ->
    [true] {" "}Or they go on without one.
   *[other] {""}
  }
explain-one_time_login-2-guards = The forgotten password stops working. Weak and leaked ones are refused.

explain-generated_password-1 = They press a button, and a second mail brings a generated password, good once and for 30 minutes.
explain-generated_password-1-guards = The old password works until a new one is set, so nobody locks them out by asking.
explain-generated_password-2 = They sign in with it, and come to the form for a new password and nowhere else.
explain-generated_password-2-guards = Who finds the mail later finds a password that opens nothing.
explain-generated_password-3 = They type a password of their own. { $login_after ->
    [true] They are signed in.
   *[other] With it, they sign in once more.
  }
explain-generated_password-3-guards = No password that travelled by mail stays in force.

explain-second_key-1 = They press a button, and a second mail brings 8 characters, good for 10 minutes and three tries, in the browser in which the button was pressed.
explain-second_key-1-guards = A link that leaked, by forwarding, a log or a scanner, is not enough: it also takes the mailbox at that moment.
explain-second_key-2 = They type the 8 characters with a new password. { $login_after ->
    [true] They are signed in.
   *[other] With it, they sign in.
  }
explain-second_key-2-guards = Both keys are used up together, and guessing ends after three tries. Weak and leaked passwords are refused.

explain-sms_approved-1 = They press a button, and a text message brings 6 digits to their confirmed phone, good for 5 minutes and three tries, in the browser in which the button was pressed.
explain-sms_approved-1-guards = Who reads their mailbox does not get in: it also takes the phone.
explain-sms_approved-2 = They type the 6 digits with a new password. { $login_after ->
    [true] They are signed in.
   *[other] With it, they sign in.
  }
explain-sms_approved-2-guards = Link and digits are used up together, and guessing ends after three tries. Weak and leaked passwords are refused.

explain-end = Every other session and key ends, and a mail says when and from where, with a "this wasn’t me" link for 72 hours.
explain-end-guards = If it was somebody else, one button takes the account back.

## The development mailbox

mailbox-title = Mailbox
mailbox-lead = Every message that would have been sent, newest first. This page exists in development only.
mailbox-sms = Text message
mailbox-empty = No message yet. Register or ask for a reset, and it appears here.
