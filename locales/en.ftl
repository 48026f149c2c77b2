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
    [one] Please correct one field
   *[other] Please correct { $count } fields
  }
or = or

## Labels and hints

label-email = Email address
label-identity = { $by ->
    [username] Email address or username
    [phone] Email address or phone number
    [all] Email address, username or phone number
   *[email] Email address
  }
label-username = Username
label-new-email = New email address
label-password = Password
label-current-password = Current password
label-new-password = New password
label-phone = Phone number
label-key = Code
label-second-key = Code from the email
label-sms-code = Code from the text message
label-sessions = Sessions
label-since = Member since
label-tokens = Access tokens
label-roles = Roles
label-optional = (optional)
new-password-hint = At least { $min } characters. Three or four unrelated words work well. Spaces are allowed.
phone-hint = With the country code, like +49 151 23456789.
phone-hint-home = As you dial it at home, or with the country code, like +49 151 23456789.
show-password = Show
hide-password = Hide

## What somebody holds, and for how long

tag-account = Account
tag-address = Address
tag-name = You entered
tag-sent-to = Sent to
tag-current-email = Current address
tag-current-username = Current username
tag-current-phone = Current phone
tag-new-email = New address
tag-until-minutes = { $minutes ->
    [0] Valid until { $until }, less than a minute from now
    [one] Valid until { $until }, one minute from now
   *[other] Valid until { $until }, { $minutes } minutes from now
  }
tag-until-hours = Valid until { $until }, { $hours } hours from now
tag-until-days = Valid until { $until }, { $days } days from now
tag-good-for = { $minutes ->
    [one] Valid for one minute
   *[other] Valid for { $minutes } minutes
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
ticket-other = You are signed in as { $email } in this browser. If you continue, that session ends and you go on with the account named above.
ticket-cancel = I did not ask for this

## Where else to go

link-login = Sign in
link-register = Create an account
link-register-again = Use a different address
link-confirm = Send the confirmation email again
link-reset = Forgot your password?
link-username = Forgot your username?
link-account = Back to your account
link-factors = Back to two-step sign-in
link-again = Ask for a new link
link-key = Enter a code from a text message
link-new-key = Ask for a new message
link-delete = Delete your account
link-other-email = Use a different address

## When no message comes

help-title = No message yet?
help-wait = It can take a few minutes. Check your spam folder too.
help-sms = It can take a minute. Check that your phone is on and can receive text messages.

## Registration

register-title = Create an account
register-lead = We will email you a link to confirm your address.
register-closed = This site does not accept new registrations. Please contact support.
register-button = Create account
register-known = Already have an account?
sent-later = Too many messages were requested, so no new one was sent. You can ask again at { $again }. If we have sent one before, the newest still works.
register-sent-title = Check your email
register-sent-lead = We have sent you an email with the next step.
register-sent-lead-bare = If you have just registered, an email with the next step is on its way to you.
register-sent-next = Open its link in this browser, and confirm your address with one more button.
register-sent-typed = Check the address above. If it is wrong, register again with the right one.
confirm-request-title = Send the confirmation email again
confirm-request-lead = Enter the address you registered with. We will send you a new link to confirm it.
confirm-request-button = Send the link
confirm-sent-title = Check your email
confirm-sent-lead = If this address is waiting to be confirmed, an email with a new link is on its way.
confirm-sent-lead-bare = If the address you entered is waiting to be confirmed, an email with a new link is on its way.
confirm-sent-typed = If nothing arrives, the address was never registered or is already confirmed. If it is confirmed, you can sign in.
confirm-title = Confirm your address
confirm-ours-lead = One click and your account is ready.
confirm-other-lead = You registered in another browser. To show that it was you, enter the password you chose there.
confirm-bare-lead = One click confirms that this address is yours, and your account is ready.
confirm-button = Confirm address
confirm-password = The password you chose
confirm-new-password = If you forgot it, choose a new password
confirm-new-button = Confirm with a new password
confirm-invited-title = Welcome
confirm-bare-button = Open my account
confirm-invited-button = Set password and open my account
confirm-invited-lead = An account has been set up for you. Choose a password to open it.

## Sign-in

login-title = Sign in
login-again = For your security, please enter your password again.
login-again-bare = For your security, please sign in again.
login-remember-days = { $days ->
    [one] Keep me signed in on this device for one day
   *[other] Keep me signed in on this device for { $days } days
  }
login-remember-hours = { $hours ->
    [one] Keep me signed in on this device for one hour
   *[other] Keep me signed in on this device for { $hours } hours
  }
login-instead = Reset your password instead
login-button = Sign in
login-passkey = Sign in with a passkey
login-passkey-title = Sign in with a passkey
login-passkey-lead = Your browser asks for your passkey. You need not type anything here.
login-other = Sign in another way
login-send-email = Sign in by email
login-send-sms = Sign in by text message
login-app = Sign in with an authenticator app
login-app-title = Sign in with an authenticator app
login-app-lead = { $by ->
    [username] Enter your email address or username and the six digits that your authenticator app shows.
    [phone] Enter your email address or phone number and the six digits that your authenticator app shows.
    [all] Enter your email address, username or phone number and the six digits that your authenticator app shows.
   *[email] Enter your email address and the six digits that your authenticator app shows.
  }
login-sent-lead-sms = If there is an account with this address and it has a confirmed phone, a text message is on its way to that phone.
login-sent-named-sms = If there is an account with these details and it has a confirmed phone, a text message is on its way to that phone.
sent-named = If there is an account with these details, a message is on its way to its email address.
login-sent-link = Open the link in the message, in any browser.
login-sent-code = Enter the code from the message here.
login-sent-again = Ask for another message
login-link-lead = Select “Sign in” to continue to this account. The link works only once.
login-link-other = You are signed in as { $email } in this browser. If you continue, you are signed out of that account.
login-link-ignore = If this is not your account, close this page. You have not been signed in.
login-new = New here?
login-unconfirmed = No confirmation email?
logout-title = Sign out
logout-lead = This ends your session in this browser. Your other sessions stay open.
logout-button = Sign out

## The account's own pages

home-title = Your account
home-no-phone = none yet
home-no-username = none yet
home-signed-in = this one since { $since }
home-change = Change
home-add = Add
home-see = See all
home-email = email address
home-phone = phone
home-username = username
home-factors = two-step sign-in
home-password = password
home-all-sessions = sessions
home-all-tokens = access tokens
home-no-tokens = none
home-tokens = { $count ->
    [one] 1 token for a script
   *[other] { $count } tokens for scripts
  }
phone-masked = ending in { $phone }
change-title = Change your password
change-title-first = Choose a password
change-lead = You stay signed in here. Every other session ends.
change-button = Change password
change-button-first = Set password
username-title = Your username
username-lead = You can sign in with a username in place of your email address.
username-lead-required = Choose a username to continue. You can sign in with it or with your email address.
username-lead-change = If you change your username, the old one is kept for you for 90 days. Nobody else can take it in that time.
username-lead-none = Leave the field empty if you no longer want a username.
username-hint = 4 to 32 letters and digits, with dots, dashes or underscores between them. Begin with a letter.
username-button = Save username
username-reminder-title = Forgot your username?
username-reminder-lead = Enter the email address of your account, and we will send your username to it. You can also sign in with the address itself.
username-reminder-button = Send my username
username-again = Send it again
username-sent-lead = If there is an account with this address, an email with its username is on its way.
username-sent-lead-bare = If you entered the address of an account, an email with its username is on its way.
email-title = Change your email address
email-lead = We will send a link to the new address. Nothing changes until you open it and confirm.
email-button = Send the link
email-sent-title = Check your new mailbox
email-sent-lead = We have sent an email to the new address.
email-sent-next = Open its link and confirm. Until then, sign in with your old address.
email-confirm-title = Confirm your new address
email-confirm-lead = Once you confirm, you sign in with this address and our emails go there.
email-confirm-button = Use this address
phone-title = Your phone
phone-lead = Your phone helps you prove that it is you. We will text it a code now, and whenever you need to get back in.
phone-button = Text me a code
phone-code-title = Enter the code
phone-code-lead = We have texted a code to the phone ending in { $phone }.
phone-code-button = Confirm phone
phone-code-again = Ask for another code, or change the number
phone-remove-title = Remove this phone
phone-remove-lead = We will no longer text this phone, and you cannot use it to get back in.
phone-remove-button = Remove phone

## Two-step sign-in

factor-passkey = Passkey
factor-totp = Authenticator app
factor-sms = Text message
factor-email = Email
factor-recovery_code = Recovery code
label-factors = Two-step sign-in
label-factor-name = Name
label-code-totp = Code from your app
label-code-recovery_code = Recovery code
home-factors-on = { $count ->
    [one] on, with one method
   *[other] on, with { $count } methods
  }
home-factors-off = off
prove-title = Confirm that it is you
prove-lead-passkey = Use the passkey or security key that you set up for this site.
prove-lead-totp = Open your authenticator app, and enter the six digits that it shows for this site.
prove-lead-recovery_code = Enter one of the recovery codes that you wrote down when you set up two-step sign-in. Each code works once.
prove-lead-sms = We will text you a code. It works only in this browser.
prove-lead-email = We will email you a code. It works only in this browser.
prove-sent-sms = Enter the code that we have texted to your phone ending in { $phone }.
prove-sent-email = Enter the code that we have emailed to { $email }.
prove-send-sms = Text a code to the phone ending in { $phone }
prove-send-email = Email a code to { $email }
prove-down = We cannot send codes at the moment. Please use something else, or try again in a few minutes.
prove-button = Confirm
prove-trust = Do not ask again in this browser for { $days } days
prove-passkey-button = Use my passkey
prove-other-title = Having trouble?
prove-other-passkey = Use a passkey
prove-other-totp = Use your authenticator app
prove-other-sms = Get a code by text message
prove-other-email = Get a code by email
prove-other-recovery_code = Use a recovery code
prove-lost = If you cannot use any of these, please contact support. They can let you back in.
prove-cancel = Cancel and sign in as somebody else
verify-lead = This changes how you sign in.
factors-title = Two-step sign-in
factors-lead = When you sign in, we also ask for something that only you have. Knowing your password, or reading your email, is then not enough.
factors-needed = This site requires two-step sign-in. Set it up now. It takes about a minute.
factors-since = added { $since }
factors-used = last used { $used }
factors-unused = not used yet
factors-backed-up = backed up
factors-not-backed-up = on one device only
factors-rename = Rename
factors-save = Save
factors-remove = Remove
factors-add-passkey = Set up a passkey
factors-add-more-passkey = Add another passkey
factors-add-totp = Set up an authenticator app
factors-add-more-totp = Add another authenticator app
factors-add-sms = Get codes by text message
factors-add-more-sms = Get codes on another phone
factors-add-email = Get codes by email
factors-codes-title = Recovery codes
factors-codes = { $count ->
    [0] You have no recovery codes left.
    [one] You have one recovery code left.
   *[other] You have { $count } recovery codes left.
  }
factors-codes-renew = Replace my recovery codes
passkey-title = Set up a passkey
passkey-lead = A passkey is kept by your phone, your computer or a security key. It proves that it is you, often by a fingerprint or a PIN, and works on this site alone.
passkey-name-hint = For example “my phone”. You can leave it empty.
passkey-button = Create a passkey
passkey-script = Passkeys need JavaScript, which is switched off in this browser.
totp-title = Set up an authenticator app
totp-scan = Scan this QR code with your authenticator app.
totp-picture = QR code for your authenticator app
totp-open = Open the app on this device
totp-text = Can’t scan it? Enter this key in the app instead:
totp-name-hint = For example “my phone”. You can leave it empty.
totp-button = Confirm
number-title = Codes by text message
number-lead = We text you a code each time that you sign in. First we send one to make sure that it reaches you.
sent-title = Confirm the code
codes-title = Your recovery codes
codes-lead = Write these codes down, or print them, and keep them where you would keep a spare key. If you cannot use your second step, each of them takes its place once.
codes-once = We do not show them again.
codes-button = I have written them down
sessions-title = Your sessions
sessions-lead = Every browser and app that is signed in to your account. If you do not recognise one, end it and change your password.
sessions-current = This browser
sessions-since = signed in { $since }
sessions-seen = last seen { $seen }
sessions-end = End
sessions-end-others = End all other sessions
tokens-title = Access tokens
tokens-lead = A script uses an access token in place of your password. It has only the permissions that you give it, and cannot open the pages of your account.
tokens-off = Access tokens are turned off for your account. Those below do not work, and you can end them.
tokens-since = made { $since }
tokens-until = until { $until }
tokens-used = last used { $used } from
tokens-unused = not used yet
tokens-end = End
tokens-new = Another token
tokens-name-hint = What it is for, such as “Nightly backup”.
tokens-days = { $count ->
    [one] One day
   *[other] { $count } days
  }
tokens-no-permissions = You have no permissions to give. This token only tells an application who you are.
tokens-button = Create token
label-token-name = Name
label-token-days = Expires after
label-token-permissions = Permissions
token-new-title = Your new access token
token-new-lead = Copy this token to your script, and keep it as safe as a password.
token-new-once = We do not show it again.
token-new-button = I have copied it
trusted-title = Trusted browsers
trusted-lead = In these browsers your password is enough: we do not ask for a second step. If you do not recognise one, end it and change your password.
trusted-since = trusted { $since }
trusted-used = last used { $used }
trusted-unused = not used yet
trusted-until = until { $until }
trusted-end = Ask again
delete-title = Delete your account
delete-lead = This closes your account at once: nobody can sign in to it any more. { $hours } hours later it is deleted for good, with all that belongs to it.
delete-back = Until then, nobody can register with your email address, and the link in the message we send you brings the account back.
delete-button = Delete my account
delete-keep = Keep my account

## Recovery: asking

reset-title = Forgot your password?
reset-lead = { $by ->
    [email] Enter the address of your account. We will send you a message that lets you back in.
    [username] Enter the address or username of your account. We will send you a message that lets you back in.
    [phone] Enter the address or phone number of your account. We will send you a message that lets you back in.
   *[all] Enter the address, username or phone number of your account. We will send you a message that lets you back in.
  }
reset-button = Send the message
reset-sent-title = Check your messages
reset-sent-lead = { $unknown ->
    [true] If there is an account with this address, a message is on its way to its owner. If there is none, we let that address know, at most once a day.
   *[other] If there is an account with this address, a message is on its way to its owner.
  }
reset-sent-lead-bare = If you entered the address of an account, a message is on its way to its owner.
reset-sent-next = Open the link in the message, in any browser, or enter its code here.
reset-sent-code = The code is on a line of its own in the message. It works only in this browser.
reset-sent-typed = Check that the address above is right, and that it is the one you registered with.
sent-named-typed = Check that the name above is right. You can also use the email address of your account.
reset-sent-again = If you ask again, only the newest message works.
key-title = Enter your code
key-lead = Enter the code from your message, or the one that support has read out to you.
key-hint = The code is on a line of its own in the message.
key-button = Continue
unusable-unknown-title = This link does not work
unusable-unknown-lead = Nothing has changed. The link may be incomplete, too old, or no longer valid.
unusable-confirm-title = This link does not work
unusable-confirm-lead = Nothing has changed. The link may be incomplete, too old, or replaced by a newer one. Or your address is confirmed already: then sign in.
unusable-used-title = This link has already been used
unusable-used-lead = It was used on { $when }, and it works only once. If you chose a new password then, sign in with it.
unusable-used_to_sign_in-title = This link has already been used
unusable-used_to_sign_in-lead = It was used on { $when }, and it works only once. If that was not you, sign in and end all other sessions.
unusable-used_to_change_email-title = This link has already been used
unusable-used_to_change_email-lead = It was used on { $when }, and it works only once. Sign in with your new address.
unusable-live_to_sign_in-title = This link no longer works
unusable-live_to_sign_in-lead = The site has changed how people sign in, or you have opened another link in this browser since. Please sign in again.
unusable-expired-title = This link has expired
unusable-expired-lead = It was valid until { $when }. Nothing has changed.
unusable-replaced-title = There is a newer link
unusable-replaced-lead = We sent a newer link on { $when }. Only the newest one works.
unusable-cancelled-title = This link was cancelled
unusable-cancelled-lead = It was cancelled on { $when } by somebody who had the message.
unusable-withdrawn-title = This link no longer works
unusable-withdrawn-lead = It ended on { $when }, when the account changed.
unusable-live-title = This page is out of date
unusable-live-lead = You may have opened another link in this browser since, or the rules of the site have changed. Open your newest link again, or ask for a new one.
unusable-no_cookie-title = Open your link again
unusable-no_cookie-lead = Your browser has not sent us the cookie that holds your link. Either it does not accept cookies from this site, or it was closed or signed out in the meantime. Allow cookies, then open the link in your message again.
unusable-step-title = This step has ended
unusable-step-lead = You were signed in for this step only, and that has ended. If you have chosen a new password, sign in with it.
unusable-button = Ask for a new link
unusable-again = Send me a new link
ends-soon = This page is valid for { $minutes } more minutes. If you need more time, ask for a new link and continue from there.
incomplete-title = This link is not complete
incomplete-lead = Part of the link is missing or was changed on the way. This can happen when an email program breaks a long link in two.
incomplete-next = Open the message again and copy the whole link into the address bar. If that does not work, ask for a new one.
cancelled-title = Thank you for telling us
cancelled-lead = The link no longer works. Your password has not changed.
cancelled-next = There is nothing else to do. Somebody entered your address, by mistake or on purpose. That alone does not let anybody in.

restart-title = Start again here
restart-lead = A reset of this account has been under way in { $place } since { $since }. If you can, continue there. If not, start again here: the other one then ends.
restart-lead-alone = With this button you continue here. Any other link or code for a reset of this account stops working.
restart-button = Start again here
restart-not = If you did not ask for this, close this page. Nothing has changed.
browser-on = { $browser } on { $system }
browser-other = another browser
browser-unknown = Unknown browser or app
browser-unnamed = an unknown browser or app

## Recovery: the five strategies

new-password-title = Choose a new password
new-password-button = Set password
new-password-button-login = Set password and sign in
one-time-login-title = Sign in once
one-time-login-lead = The button signs you in once. Then you choose a new password. Every other session of your account ends.
one-time-login-button = Sign me in
set-then-login-lead = When you set it, every other session of your account ends.
generated-password-title = Get a temporary password
generated-password-lead = We will email you a temporary password. Sign in with it once, then choose your own. Until then, your old password still works.
generated-password-button = Email me a temporary password
generated-password-sent-title = Check your email
generated-password-sent-lead = A temporary password is on its way. Sign in with it, then choose your own.
generated-password-sent-again = If nothing arrives, ask for a new link. The temporary password then stops working.
second-key-title = Get a code by email
second-key-lead = To confirm that it is you, we will email you a code. It works only in this browser, so keep this page open.
second-key-button = Email me the code
second-key-form-title = Choose a new password
second-key-form-lead = We have emailed you a code. Enter it here with your new password.
second-key-form-again = If you ask for another code, the one before it stops working.
second-key-again = Email me another code
code-dead-lead = The code you were sent no longer works: there were too many wrong tries. Nothing else has changed.
code-no-more = We cannot send another code for this link. Ask for a new link to go on.
code-elsewhere = The code for this link was requested in another browser and works only there. Go on in that browser, or ask for a new link.
sms-title = Get a code by text message
sms-lead = To confirm that it is you, we will text a code to your phone ending in { $phone }.
sms-button = Text me the code
sms-lost-title = Do you not have this phone?
sms-lost = Without this phone, please contact support. They can let you back in.
sms-no-phone-title = No phone to text
sms-no-phone-lead = Your account needs a code by text message to let you back in, but it has no confirmed phone, or only one that was added a short time ago.
sms-no-phone = Please contact support. They can let you back in, and your account is safe in the meantime.
sms-admin-button = Contact support
approve-none-title = No way to confirm that it is you
approve-none-lead = Your account needs another proof to let you back in, but has none that counts for this, or only a phone that was added a short time ago.
approve-title = Choose a new password
approve-lead-totp = Open your authenticator app, and enter the six digits that it shows for this site with your new password.
approve-lead-passkey = Choose a new password, and confirm with the passkey or security key that you set up for this site.
sms-form-title = Choose a new password
sms-form-lead = We have texted a code to your phone ending in { $phone }. Enter it here with your new password.
sms-form-wait = { $seconds ->
    [one] You can ask for another code in one second.
   *[other] You can ask for another code in { $seconds } seconds.
  }
sms-again = Text me another code
restricted-lead = You are signed in for this step only. Once you set a new password, your whole account is open to you.
restricted-skip = Continue without a new password

## "This wasn't me"

not-me-title = Was this not you?
not-me-lead = If somebody else did this, you can take your account back here.
not-me-what = The button does all of this at once:
not-me-deletion = the account is not deleted,
not-me-password = the current password stops working,
not-me-sessions = every session ends, in every browser,
not-me-changes = changes made since to your email address, your username, your phone or two-step sign-in are undone,
not-me-reset = and we send you a message to choose a new password.
not-me-contested = Since then, this account has been used with another email address. We cannot tell whose it is, so the button does not give it to you.
not-me-frozen = This account is on hold already, until support has decided whose it is. The button tells support that this address claims it.
not-me-hold = Instead, it puts the account on hold: the password stops working, every session ends, and nobody gets in until support has decided. We tell both addresses.
not-me-button = This wasn’t me
not-me-was = If it was you, close this page. Nothing has changed.
not-me-done-title = Your account is yours again
not-me-done-lead = The password no longer works, every session has ended, and changes to your email address, your username, your phone or two-step sign-in are undone.
not-me-done-next = One step is left: open the message we have just sent you and choose a new password. If you use the old one anywhere else, change it there too.
not-me-stuck-title = This account is on hold
not-me-stuck-lead = The password does not work, every session has ended, and nobody gets in until support has decided whose the account is.
not-me-stuck-next = Contact support from your own address and tell them what happened.
event-password-changed = The password was changed
event-new-browser = Somebody signed in from a new browser
event-signed-in-once = Somebody signed in with a link from a message
event-code-failed = Somebody entered a wrong code too often
event-email-changed = The email address was changed
event-phone-changed = The phone was changed
event-username-changed = The username was changed
event-factor-renamed = A second step was renamed
event-factor-added = A second step was added to sign-in
event-factor-removed = A second step was removed from sign-in
event-factors-removed = Support removed two-step sign-in
event-recovery-code-used = A recovery code was used
event-recovery-codes-renewed = The recovery codes were replaced
event-access-token-created = An access token was made for a script
event-account-deleted = The account was closed and is going to be deleted
event-let-in = Support let somebody in

## What has just been done, on the next page

flash-signed-out = You are signed out.
flash-deleted = Your account is closed, and will be deleted for good in { $count } hours.
flash-confirmed = Your address is confirmed, and you are signed in.
flash-sign-in-otherwise = This way proves your second step, but not your first. Sign in another way.
flash-confirmed-owing = Your address is confirmed. One step is left.
flash-confirmed-login = Your address is confirmed. Sign in with your password.
flash-confirmed-bare = Your address is confirmed. Sign in to go on.
flash-password-changed = Your password is changed.
flash-password-set = Your new password is set, and you are signed in.
flash-password-set-login = Your new password is set. Sign in with it.
flash-skipped = You are signed in. Your password is the same as before.
flash-email-changed = Your email address is changed. Sign in with the new one.
flash-phone-set = Your phone is confirmed.
flash-phone-removed = Your phone is removed.
flash-username-set = Your username is saved.
flash-username-removed = You no longer have a username.
flash-code-dead = There were too many wrong tries. Please start again.
flash-factor-held = You have set that up already.
flash-factor-added = Two-step sign-in is set up.
flash-factor-renamed = The new name is saved.
flash-factor-removed = It is removed.
flash-browser-distrusted = We ask for a second step in that browser again.
flash-session-ended = The session is ended.
flash-token-ended = The token is ended. Scripts that use it stop working.
flash-sessions-ended = { $count ->
    [one] One session was ended.
   *[other] { $count } sessions were ended.
  }
flash-others-ended = { $count ->
    [0] No other session was open.
    [one] One other session was ended.
   *[other] { $count } other sessions were ended.
  }
flash-twice = This was sent twice. Only the first time counts.
flash-code-down = No code was sent: we cannot send any at the moment. Please use something else, or try again in a few minutes.
flash-code-limit = No code was sent: there have been too many messages. Please try again later.
flash-code-not-sent = No code was sent. Please try again.
flash-wait = { $count ->
    [one] Please wait one second before you ask for another code.
   *[other] Please wait { $count } seconds before you ask for another code.
  }
flash-no-more-codes = No code was sent: this link has used up its codes.
flash-code-elsewhere = No code was sent: the code for this link was requested in another browser.
flash-code-same-phone = No code was sent: the link came to the same phone.
flash-texts-limit = No code was sent: there have been too many text messages. Please try again tomorrow.

## What is wrong with a field

field-email = your email address
field-password = your password
field-new_password = your new password
field-remove-password = your password
field-phone = your phone number
field-code = the code
field-key = the code
field-name = a name
field-days = the time until it expires
field-role = the name of a role
field-q = the beginning of an address
field-own = “{ $label }”
field-other = this field
fault-required = Enter { $field }.
fault-tick = Tick the box { $field }.
fault-choose = Choose one for { $field }.
fault-refresh = This refresh token is not valid. Please sign in again.
fault-repeated = We received { $field } more than once. Please send the form again.
fault-retype = The two passwords differ.
fault-type = Send { $field } as text.
fault-too-long = { $max ->
    [one] Use at most one character for { $field }.
   *[other] Use at most { $max } characters for { $field }.
  }
fault-control = There is an invisible character in { $field }. Please type it again.
fault-email = Enter an email address like name@example.com.
fault-same-email = This is already your email address. Enter the new one.
fault-phone = Enter a phone number with its country code, like +49 151 23456789.
fault-login = The address or the password is wrong.
fault-login-named = Those sign-in details are not correct.
fault-identity = Enter the email address or the name of your account.
fault-same-username = This is already your username. Enter a new one.
fault-permission = Choose permissions that you have.
fault-tokens-off = Access tokens are turned off for your account.
fault-tokens-many = You have { $max } access tokens. End one that you no longer use first.
fault-username = Use 4 to 32 letters and digits, with dots, dashes or underscores between them. Begin with a letter.
fault-username-mixed = Use the letters of one alphabet only.
fault-usernames-many = You have changed your username too often. Ten former ones are being kept for you, each for 90 days. Please keep the one you have until then.
fault-username-taken = This username, or one that looks like it, is not available. Choose another one.
fault-login-app = The address or the code is wrong, or the code has already been used.
fault-password = Your password is wrong.
fault-code = { $tries ->
    [one] That code is wrong. You have one try left.
   *[other] That code is wrong. You have { $tries } tries left.
  }
fault-no-texts = This site does not send text messages yet, so you cannot add a phone.
fault-phone-country = This site does not send text messages to this country. Please use a different number.
fault-texts-limit = Too many text messages have been sent. Please try again tomorrow.
fault-code-dead = This code no longer works. Please ask for another one.
fault-factor = { $tries ->
    [0] That code is wrong, and it was the last try. Please wait before you try again.
    [one] That code is wrong. You have one try left.
   *[other] That code is wrong. You have { $tries } tries left.
  }
fault-factor-again = That code is wrong. Enter the code that your app shows now.
fault-factor-clock = That code is from a different time. Set the clock of your phone to the exact time, and enter the new code.
fault-factor-used = That code has been used already. Wait for the next one.
fault-passkey = That did not work. Try again, or choose another way.
fault-passkey-copied = This passkey is not accepted, because there may be a copy of it. Choose another way, and then remove it.
fault-passkey-known = This passkey is already in use. Choose another device, or another way.
fault-passkey-late = The time for that is over. Try again.
fault-passkey-held = You have a passkey with this name already.
fault-passkey-name = There is no passkey with this name.
fault-passkey-none = Your browser did not use a passkey. Try again, or choose another way.
fault-passkey-unverified = This passkey does not check who uses it, so please sign in with your password first.
fault-factor-needed = You need a second step on this site. Add another one before you remove this one.
fault-reset-code-dead = This code no longer works. Use the link in the message, or ask for a new one.
fault-key = This code does not work. Use the newest message and copy its code exactly.

## Passwords

password-missing = Enter { $field }.
password-too-short = Use at least { $min } characters for { $field }.
password-too-long = Use at most { $max } bytes for { $field }. A plain letter is one byte, an emoji four or more.
password-unusable-character = A password cannot contain line breaks or null characters.
password-own-word = Apart from your own details and the name of this site, too little of this password is left. Choose one that has nothing to do with you.
password-breached = This password is known from data breaches, so it would be guessed first. Choose a different one.
password-guessable = This password is too easy to guess. Make it longer: a few unrelated words are easy to remember.
password-not-judged = We could not check this password just now. Please try again in a minute.

## Error pages

error-status = Error { $status }
error-home = Go to the start page
error-retry-seconds = { $seconds ->
    [one] Please try again in one second.
   *[other] Please try again in { $seconds } seconds.
  }
error-retry-minutes = Please try again in { $minutes } minutes.
error-400-title = We could not read that
error-400-text = Your browser sent something incomplete or garbled. Go back, reload the page and send the form again.
error-401-title = Please sign in
error-401-text = You need to sign in to see this page.
error-403-title = You cannot do that here
error-403-text = This site does not allow it, so nothing was done.
error-404-title = Page not found
error-404-text = The address may be mistyped, or the page may have moved.
error-405-title = This does not work here
error-405-text = This address cannot be used in that way.
error-408-title = That took too long
error-408-text = Your browser did not finish in time, so nothing was done. Please try again.
error-410-title = This is no longer available
error-410-text = It worked once and no longer does. Please ask for a new one.
error-413-title = That was too large
error-413-text = Your browser sent more than this form accepts, so nothing was done.
error-414-title = That address is too long
error-414-text = Please open the link exactly as it appears in the message.
error-415-title = We cannot read that format
error-415-text = Please use the form on this site.
error-422-title = We could not understand that
error-422-text = A field is missing or was sent more than once. Go back, reload the page and send the form again.
error-429-title = One moment, please
error-429-text = There have been many attempts, so please wait a little. This protects your account. Nothing else has happened to it.
error-500-title = Something went wrong on our side
error-500-text = This is not your fault, and nothing is lost. Please try again. If it keeps happening, contact support.
error-502-title = Something did not answer
error-502-text = This is not your fault, and nothing is lost. Please try again in a moment.
error-503-title = We will be back in a moment
error-503-text = The site is busy or being maintained, and nothing is lost.
error-504-title = Something did not answer
error-504-text = This is not your fault, and nothing is lost. Please try again in a moment.
error-other-title = That did not work
error-other-text = Nothing was done. Please go back and try again.

# For programs, in JSON.
program-400 = The request could not be read. Send an object of JSON, each key once, with values of the right type.
program-401 = Sign in first.
program-403 = This is not allowed here.
program-404 = There is nothing at this address.
program-405 = This address does not take that method.
program-408 = The request took too long to arrive. Please try again.
program-409 = Something of the application stands against this.
program-413 = The request is too large.
program-415 = Send JSON in UTF-8, with Content-Type: application/json.
program-429 = Too many attempts. Please try again later.
program-500 = Something went wrong on our side.
program-503 = The site is busy. Please try again in a moment.
program-access-token = A personal access token is not accepted here. Sign in.
program-again = Prove who you are once more, then repeat this.
program-csrf = Send a token, or the csrf_token of an earlier answer.
program-elsewhere = There is nothing to do here at present.
program-first-factor = Sign in first: no sign-in is waiting for a second factor.
program-incomplete = This key is incomplete.

## The console

link-admin = Manage this site
console-label = Console
console-pictures = Overview
console-people = People
console-policy = Policy
console-messages = Messages
console-events = Events
pages-label = Pages
pages-first = To the beginning
pages-more = More
error-origin-title = We could not tell where this came from
error-origin-text = Your browser did not confirm that the request came from this site, so nothing was done. A privacy setting or an extension that hides which page you came from can cause this. Turn it off for this site, or use another browser.
error-role-title = You cannot open this page
error-role-text = Your account does not have the role or the permission this page needs. If it should, contact support.
fault-search = Enter the beginning of an address, in plain characters.
fault-role = Use only letters, digits, - and _ in the name of a role.
fault-kind = There are no events of this kind.
fault-day = Enter a day like 2026-08-01.
fault-application = This could not be done just now, and nothing has changed. Please try again.
fault-needed = The application still needs this account.
fault-own-account = This is your own account. Ask another admin, or use the command line.
fault-disabled = The account is disabled. Enable it first.
fault-held = The account is on hold. Lift the hold first.
fault-address-taken = This address belongs to another account.
fault-texts-used-up = This number, or the whole site, has used up its text messages for today, so nothing was sent.
fault-reason = Give a reason in one line of { $least } to { $most } characters. It is kept with the event.
fault-strategy = Choose how this person gets back in.
fault-admin-account = This is an admin’s account. It can be opened only from the command line.
fault-gone = This account no longer exists.
fault-message = Nothing was done: the message no longer exists, has already been sent, or has nothing left to send.
strategy-sms_approved = Form with a texted code
strategy-second_key = Form with a code by email
strategy-set_then_login = Form for a new password
strategy-one_time_login = Signed in once, then the form
strategy-generated_password = A temporary password by email
channel-email = The link goes to the address of the account
channel-sms = The link goes to the verified phone
in-flight-revoke = When the policy changes, links already sent stop working
in-flight-stricter = When the policy changes, links already sent still work if their policy was as strict
new-browser-notices-true = People are told by email of a sign-in from a new browser
new-browser-notices-false = People are not told of a sign-in from a new browser
method-password = Password
method-passkey = Passkey
method-email_code = Code by email
method-email_link = Link by email
method-sms_code = Code by text message
method-totp = Authenticator app
usernames-off = There are no usernames
usernames-optional = People may choose a username and sign in with it
usernames-required = Everybody needs a username, and chooses it when signing in
phone-numbers-true = People may sign in with their phone number in place of the address
phone-numbers-false = Nobody signs in with a phone number in place of the address
second-factor-off = Nobody is asked for a second step
second-factor-if-set-up = People who have set up a second step are asked for it
second-factor-required = Everybody needs a second step, and sets it up when signing in
access-tokens-true = People may make access tokens for their scripts
access-tokens-false = Nobody has access tokens for scripts
trusted-browsers-true = People may trust a browser, which does not ask for the second step for 30 days
trusted-browsers-false = Every browser asks for the second step
in-flight-honour = When the policy changes, links already sent still work
login-after-true = The last step signs in
login-after-false = The last step leads to sign-in
may-skip-true = Somebody signed in once may continue without a new password
may-skip-false = Nobody continues without a new password

people-search = Address begins with
people-role = Role
people-any-role = any
people-button = Search
people-phone = verified
people-none = No accounts found.
people-invited = Invited
people-invited-until = Valid until
people-withdraw = Withdraw
people-withdrawn = The invitation has been withdrawn.

person-own = This is your own account.
person-state = State
person-enabled = active
person-disabled = disabled
person-disable = Disable
person-enable = Enable
person-hold = On hold
person-held = after “this wasn’t me”, no reset until { $until }
person-lift-hold = Lift
person-frozen = A former address says “this wasn’t me”, and the present one has been used since. Nobody gets in until you decide: either of them gets a link to choose a new password.
person-frozen-badge = on hold
person-keep = Leave it with the present address
person-claim = Claimed by
person-claimed = since { $at }
person-give-back = Give it back
person-left = Former address
person-left-at = left { $at }
person-deletion-pending = deletion pending
person-deletion = The owner deleted it. It goes for good on { $at }.
person-bring-back = Bring it back
person-reset = Reset
person-reset-lead = Sends the same message as a request of their own. Only they see the link.
person-send-reset = Send a reset
person-phone-from = usable for recovery from { $from }
person-remove-phone = Remove phone
person-codes = { $count ->
    [0] No recovery codes left.
    [one] One recovery code left.
   *[other] { $count } recovery codes left.
  }
person-remove-factors = Remove two-step sign-in
person-remove-factors-hint = This removes every second factor and the recovery codes: from then on, the password alone signs in.
person-let-in-factors = When the link or code is used, two-step sign-in is removed with its recovery codes, because they can no longer use it.
person-help = If this person cannot get back in
person-help-lead = Make sure that you are talking to the owner of this account. The owner is told by email, with a “this wasn’t me” link, and the event keeps your reason.
person-let-in-strategy = How they get back in, once
person-choose = Please choose
person-let-in-way = How the link or code reaches them
person-way-mail = By email to the address of the account, for up to { $minutes } minutes
person-way-shown = Shown to you once to read out, for up to { $minutes } minutes
person-reason = Reason
person-let-in = Let them in once
person-let-in-code = Read this code out. It works once, for up to { $minutes } minutes, at { $place }. It is not shown again.
person-no-roles = none
person-remove-role = Remove
person-add-role = Role to add
person-role-hint = Adding or removing a role ends the sessions, links and access tokens of this account.
person-add-role-button = Add role
person-known-roles = In use:
person-policy = How they get back in
person-policy-lead = Each setting has the strictest value that one of their roles requires.
person-more-sessions = { $open } sessions in all.
person-end-sessions = End all sessions and tokens
person-tokens = { $count ->
    [one] One access token for a script.
   *[other] { $count } access tokens for scripts.
  }
person-no-sessions = Not signed in anywhere.
person-events = Recent events
person-all-events = All events of this account
person-done-add-role = The role has been added.
person-done-remove-role = The role has been removed.
person-done-disable = The account is disabled. Its sessions, links and access tokens have ended.
person-done-enable = The account is enabled.
person-done-end-sessions = All sessions, links and access tokens have ended.
person-done-send-reset = The message is on its way.
person-done-remove-phone = The phone has been removed, and the owner has been told.
person-done-remove-factors = Two-step sign-in has been removed, and the owner has been told.
person-done-let-in = Done. The owner has been told by email.
person-done-lift-hold = The hold has been lifted.
person-done-give-back = The account is back with that address, and a link to choose a new password is on its way there.

policy-title = Policy in force
policy-since = In force since { $since }.
policy-version = Version
policy-refused = The file was changed at { $at }, but is not in force:
policy-restart = These keys have changed and need a restart:
policy-findings = Allowed, but worth a look:
policy-disagree = The servers of this site do not have the same policy in force:
policy-servers = { $count ->
    [one] on one server
   *[other] on { $count } servers
  }
finding-error = Error.
finding-warning = Warning.
finding-advice = Advice.
policy-order = A role without its own table uses the settings for everybody. With several roles, each setting takes the strictest value.
policy-everybody = Everybody
policy-sign-in = Signing in:
policy-sign-in-everybody = everybody
policy-who = Show accounts with this role
policy-permissions = Permissions
policy-permissions-lead = What each role may do on pages of the application.
policy-needs-phone = (needs a verified phone)
policy-setting = Setting
policy-value = Value
policy-meaning = What it means

messages-states = Which messages
messages-waiting = Waiting
messages-failing = Failing
messages-given_up = Given up
messages-expired = Expired
messages-sent = Sent
messages-waiting-lead = Messages that are about to be sent or are being sent.
messages-failing-lead = Messages that could not be sent yet. They are tried again until they expire.
messages-given_up-lead = Messages that were refused for good. You can send them again until they expire.
messages-expired-lead = Messages that expired before they could be sent. Their content has been removed.
messages-sent-lead = Messages that the mail server or the gateway has accepted.
messages-to = for
messages-since = since { $since }
messages-due = next try { $due }
messages-until = valid until { $until }
messages-done = done { $done }
messages-tries = { $tries ->
    [one] one try
   *[other] { $tries } tries
  }
messages-again = Send again
messages-drop = Drop
messages-none = No messages.
message-email = Mail
message-sms = Text message
message-request = Request from a visitor

events-at = When
events-what = What
events-whom = Account
events-by = By
events-from = From
events-since = From day
events-until = To day
events-any-kind = anything
events-button = Filter
events-none = No events found.
events-deleted = deleted account
events-command-line = command line
events-csv = Download as CSV
events-csv-bound = The newest { $most } of these. Choose fewer days to get others.
kind-access_token-created = Access token made
kind-access_token-ended = Access token ended
kind-account-confirmed = Account confirmed
kind-account-deleted = Account deleted for good
kind-account-deletion_requested = Account deleted by its owner
kind-account-disabled = Account disabled
kind-account-enabled = Account enabled
kind-account-frozen = On hold after “this wasn’t me”
kind-account-given_back = Given back to a former address
kind-account-hold_lifted = Hold lifted
kind-account-invitation_withdrawn = Invitation withdrawn
kind-account-invited = Invited
kind-account-let_in = Let in once
kind-account-reset_sent = Reset sent for them
kind-account-roles_changed = Roles changed
kind-account-sessions_ended = All sessions ended for them
kind-browser-distrusted = Trust in a browser ended
kind-browser-trusted = Browser trusted
kind-code-failed = Wrong code
kind-cookie-refused = Changed cookie refused
kind-email-changed = Address changed
kind-factor-renamed = Second factor renamed
kind-factor-added = Second factor added
kind-factor-code_sent = Code of a second factor sent
kind-factor-codes_renewed = Recovery codes replaced
kind-factor-failed = Wrong code of a second factor
kind-factor-proved = Second factor proved
kind-factor-removed = Second factor removed
kind-factor-removed_all = All second factors removed
kind-form-refused = Form from another site refused
kind-limit-reached = Limit reached
kind-message-dropped = Message dropped
kind-message-retried = Message sent again
kind-passkey-copied = Passkey that may have been copied
kind-password-changed = Password changed
kind-password-refused = Wrong current password
kind-permission-refused = Page refused: permission missing
kind-phone-changed = Phone changed
kind-phone-removed = Phone removed
kind-policy-switched = Policy switched
kind-refresh-replayed = Old refresh token used
kind-remembered-replayed = Old “keep me signed in” token used
kind-reset-cancelled = Reset cancelled
kind-reset-code_sent = Code sent
kind-reset-completed = Reset completed
kind-reset-asked_again = Reset requested once more
kind-reset-issued = Reset requested
kind-reset-password_generated = Temporary password sent
kind-reset-restarted = Reset started again in another browser
kind-reset-signed_in_once = Signed in once by link
kind-reset-skipped = New password skipped
kind-reset-undone = “This wasn’t me”
kind-role-refused = Page refused: role missing
kind-session-ended = Session ended
kind-session-remembered = Session opened by “keep me signed in”
kind-sessions-ended = Other sessions ended
kind-sign_in-basic = Signed in by HTTP Basic
kind-sign_in-completed = Signed in
kind-sign_in-failed = Sign-in failed
kind-sign_in-sent = Sign-in message sent
kind-username-changed = Username changed
kind-username-sent = Username sent to its owner

pictures-title = The last { $days } days
pictures-range = How far back
pictures-days = { $days } days
pictures-of = completed, { $asked } requested in the same days
pictures-asked = requested
pictures-completed = completed
pictures-abandoned = abandoned
pictures-resets-text = { $asked } requested, { $completed } completed, { $abandoned } abandoned (the link expired unused).
pictures-table = As a table
pictures-day = Day
pictures-none = No resets were requested.
pictures-back = Time to get back in
pictures-sent = Time until messages leave
pictures-sent-lead = From when they were written until the mail server or the gateway accepted them.
pictures-factors-lead = How many people have set up which second step.
pictures-factors = { $people ->
    [one] one person
   *[other] { $people } people
  }
pictures-factors-more = more than { $people } people
pictures-times-text = Half within { $median }, nine in ten within { $most }.
pictures-kind = kind
pictures-median = median
pictures-nine = nine in ten within
pictures-times = times
pictures-half = up to the median
pictures-most = up to nine in ten
pictures-rest = the slowest
span-millis = { $large } ms
span-seconds = { $large } s
span-minutes = { $large } min { $small } s
span-hours = { $large } h { $small } min

## Mails: what all share

mail-until = Valid until { $until }.
mail-link = If the button does not work, open this address:
mail-code = Or enter this code on the page where you asked. It works only in that browser. We never ask you for it anywhere else:
mail-asked = Asked for from { $from } with { $browser }, { $at }.

## Mails, one by one

mail-reset-link-subject = Reset your { $site } password
mail-reset-link-lead =
    Somebody, hopefully you, asked to get back into your { $site } account.
    Open the link to continue. It works once, and opening it does not change anything yet.
mail-reset-link-button = Get back in
mail-reset-link-closing =
    If you did not ask for this, you can ignore this message: your password stays as it is. You can also cancel the link on the page it opens.
    Do not forward this message. Anyone who has the link can get into your account.

mail-reset-no-phone-subject = Reset your { $site } password
mail-reset-no-phone-lead =
    Somebody, hopefully you, asked to get back into your { $site } account.
    { $site } sends the link by text message, but your account has no confirmed phone. So there is no link in this message.
mail-reset-no-phone-button = Go to { $site }
mail-reset-no-phone-closing =
    To get back in, please contact the support of { $site }.
    If you did not ask for this, you can ignore this message: nothing has changed.

mail-reset-restart-subject = Start your { $site } reset again
mail-reset-restart-lead =
    Somebody, hopefully you, asked to get back into your { $site } account. A reset has been under way in { $place } since { $since }.
    If you can, continue there. If not, open the link and start again: one button ends the other reset. Opening the link does not change anything yet.
mail-reset-restart-button = Start again
mail-reset-restart-closing =
    If you did not ask for this, you can ignore this message: nothing has changed.
    Do not forward this message. Anyone who has the link can get into your account.

mail-reset-unknown-subject = There is no { $site } account with this address
mail-reset-unknown-lead =
    Somebody, perhaps you, asked to reset the password of a { $site } account with this address. There is no such account.
    If you have an account at { $site }, you used a different address for it: ask again with that one.
mail-reset-unknown-button = Create an account
mail-reset-unknown-closing =
    If you did not ask for this, you can ignore this message. We send it at most once a day.

mail-sign-in-link-subject = Sign in to { $site }
mail-sign-in-link-lead =
    Somebody, hopefully you, asked to sign in to your { $site } account.
    Open the link and select “Sign in”. It works once. Opening it does not sign you in yet.
mail-sign-in-link-button = Sign in
mail-sign-in-link-closing =
    If you did not ask for this, you can ignore this message: nobody has been signed in.
    Do not forward this message. Anyone who has the link can get into your account.

mail-sign-in-code-subject = Your code to sign in to { $site }
mail-sign-in-code-lead =
    Somebody, hopefully you, asked to sign in to your { $site } account.
    Enter this code on the page where you asked for it. It works once, and only in that browser.
mail-sign-in-code-button = Go to { $site }
mail-sign-in-code-closing =
    If you did not ask for this, you can ignore this message: nobody has been signed in. Do not give the code to anybody.

mail-sign-in-no-phone-subject = Sign in to { $site }
mail-sign-in-no-phone-lead =
    Somebody, hopefully you, asked for a text message to sign in to your { $site } account. We could not send one: your account has no confirmed phone, or the phone was added too recently.
    Please sign in another way.
mail-sign-in-no-phone-button = Sign in
mail-sign-in-no-phone-closing =
    If you did not ask for this, you can ignore this message: nothing has changed.

mail-sign-in-unknown-subject = There is no { $site } account with this address
mail-sign-in-unknown-lead =
    Somebody, perhaps you, asked to sign in to a { $site } account with this address. There is no such account.
    If you have an account at { $site }, you used a different address for it: ask again with that one.
mail-sign-in-unknown-button = Create an account
mail-sign-in-unknown-closing =
    If you did not ask for this, you can ignore this message. We send it at most once a day.

mail-reset-disabled-subject = Your { $site } account is disabled
mail-reset-disabled-lead =
    Somebody, hopefully you, asked to get back into your { $site } account. It is disabled, so there is no link in this message.
    To use it again, please contact the support of { $site }.
mail-reset-disabled-closing =
    If you did not ask for this, you can ignore this message: nothing has changed.

mail-reset-deleted-subject = Your { $site } account is going to be deleted
mail-reset-deleted-lead =
    Somebody, hopefully you, asked to get back into your { $site } account. It was closed, and is deleted for good on { $held }.
    Until then, the link in the message we sent when it was closed brings it back. If that message has no link, contact the support of { $site }.
mail-reset-deleted-closing =
    If you did not ask for this, you can ignore this message: nothing has changed.

mail-reset-frozen-subject = Your { $site } account is on hold
mail-reset-frozen-lead =
    Somebody, hopefully you, asked to get back into your { $site } account. It is on hold, because a former address of it told us “this wasn’t me”.
    Please contact the support of { $site }: nobody gets in until they have decided.
mail-reset-frozen-closing =
    If you did not ask for this, you can ignore this message: nothing has changed.

mail-reset-held-subject = Reset your { $site } password
mail-reset-held-lead =
    Somebody, hopefully you, asked to get back into your { $site } account.
    Because of “this wasn’t me”, no new link is sent before { $held }. If the link that we sent then has expired, ask again after that.
mail-reset-held-closing =
    If you did not ask for this, you can ignore this message: nothing has changed.

mail-temporary-password-subject = Your temporary password for { $site }
mail-temporary-password-lead =
    Here is the temporary password you asked for. Use it once in place of your password to sign in, then choose your own.
    Until you do, your old password still works.
mail-temporary-password-button = Sign in
mail-temporary-password-closing =
    If you did not ask for this, somebody may be reading your email. Sign in and change your password, and change the password of your mailbox too.

mail-second-key-subject = Your code for { $site }
mail-second-key-lead =
    Enter this code on the page that is waiting for it. It works only in the browser where you asked for it.
mail-second-key-button = Go to { $site }
mail-second-key-closing =
    If you did not ask for this, somebody may be reading your email. The code works only in the browser that asked for it, so do not give it to anybody, and change the password of your mailbox.

mail-password-changed-subject = Your { $site } password was changed
mail-password-changed-lead =
    The password of your { $site } account was changed, and every other session was ended.
    If this was you, there is nothing to do.
mail-password-changed-button = This wasn’t me
mail-password-changed-closing =
    If this was not you, open the link now. On its page, one button makes the new password useless, ends every session and sends you a message to choose your own password.

mail-signed-in-once-subject = Somebody signed in to your { $site } account
mail-signed-in-once-lead =
    Somebody signed in to your { $site } account with a link that we sent you.
    If this was you, there is nothing to do.
mail-signed-in-once-button = This wasn’t me
mail-signed-in-once-closing =
    If this was not you, open the link now. On its page, one button makes the password useless, ends every session and sends you a message to choose a new one.

mail-new-browser-subject = Sign-in to your { $site } account from a new browser
mail-new-browser-lead =
    Somebody signed in to your { $site } account from a browser that you have not used before.
    If this was you, there is nothing to do.
mail-new-browser-button = This wasn’t me
mail-new-browser-closing =
    If this was not you, open the link now. On its page, one button ends every session, cancels the password and sends you a message to choose a new one.

mail-passkey-copied-subject = A passkey of your { $site } account may have been copied
mail-passkey-copied-lead =
    A passkey of your { $site } account was used out of order. That happens when somebody has a copy of it.
    If the passkey is kept by a password manager on several devices, it may also be a fault of that. Otherwise, remove the passkey from your account and set up a new one.
mail-passkey-copied-button = See your passkeys
mail-passkey-copied-closing =
    Somebody with a copy of a passkey also needs to unlock it, or your password.

mail-email-changed-subject = Your { $site } email address was changed
mail-email-changed-lead =
    The email address of your { $site } account is now { $email }. We have written to both addresses. From now on, we write only to the new one.
    If this was you, there is nothing to do.
mail-email-changed-button = This wasn’t me
mail-email-changed-closing =
    If this was not you, open the link now. On its page, one button restores the old address, ends every session and sends you a message to choose a new password. Once the account has been used with the new address, support has to decide.

mail-new-email-subject = This is now the address of your { $site } account
mail-new-email-lead =
    From now on we write to this address, and you sign in with it.
mail-new-email-closing =
    If this is not your account, somebody has confirmed your address by mistake. Please tell the support of { $site }.

mail-former-address-subject = Something happened to your former { $site } account
mail-former-address-lead =
    { $what }. You receive this because this was the address of the account until { $left }.
mail-former-address-closing =
    If you changed the address yourself, there is nothing to do. If you did not, use the link in the message we sent you then, or contact the support of { $site }.

mail-code-failed-subject = Wrong codes for your { $site } account
mail-code-failed-lead =
    Somebody opened the link to reset your { $site } password and then entered a wrong code too often. Nothing has changed.
    If this was you, ask for another code.
mail-code-failed-button = This wasn’t me
mail-code-failed-closing =
    If this was not you, somebody may be reading your email. Change the password of your mailbox, then open the link. On its page, one button ends every session and every reset, and sends you a message to choose a new password.

mail-username-changed-subject = The username of your { $site } account was changed
mail-username-changed-lead =
    A username was added to your { $site } account, changed or removed.
    If this was you, there is nothing to do.
mail-username-changed-button = This wasn’t me
mail-username-changed-closing =
    If this was not you, open the link now. On its page, one button restores the username you had before, if any, ends every session and sends you a message to choose a new password.

mail-username-unknown-subject = There is no { $site } account with this address
mail-username-unknown-lead =
    Somebody, perhaps you, asked for the username of a { $site } account with this address. There is no such account.
    If you have an account at { $site }, you used a different address for it: ask again with that one.
mail-username-unknown-button = Create an account
mail-username-unknown-closing =
    If you did not ask for this, you can ignore this message. We send it at most once a day.

mail-username-subject = Your { $site } username
mail-username-lead =
    Your { $site } username is { $username }.
    You can sign in with it, or with this email address.
mail-username-button = Sign in
mail-username-closing =
    If you did not ask for this, you can ignore this message. Nothing has changed.

mail-username-none-subject = You have no { $site } username
mail-username-none-lead =
    There is a { $site } account with this email address, but it has no username.
    Sign in with the address itself.
mail-username-none-button = Sign in
mail-username-none-closing =
    If you did not ask for this, you can ignore this message. Nothing has changed.

mail-phone-changed-subject = The phone of your { $site } account was changed
mail-phone-changed-lead =
    The phone of your { $site } account was changed or removed.
    If this was you, there is nothing to do.
mail-phone-changed-button = This wasn’t me
mail-phone-changed-closing =
    If this was not you, open the link now. On its page, one button restores the old phone, ends every session and sends you a message to choose a new password.

mail-factor-code-subject = Your code for { $site }
mail-factor-code-lead =
    Enter this code on the page that is waiting for it. It works only in the browser where you asked for it.
mail-factor-code-button = Go to { $site }
mail-factor-code-closing =
    If you did not ask for this, somebody may know your password. The code works only in the browser that asked for it, so do not give it to anybody, and change your password.

mail-factor-set-up-subject = Your code for { $site }
mail-factor-set-up-lead =
    Enter this code to get codes at this address when you sign in. It works only in the browser where you asked for it.
mail-factor-set-up-button = Go to { $site }
mail-factor-set-up-closing =
    If you did not ask for this, somebody may be signed in to your account. Do not give the code to anybody, and change your password.

mail-factor-added-subject = Two-step sign-in was added to your { $site } account
mail-factor-added-lead =
    Somebody added a second step to sign in to your { $site } account.
    If this was you, there is nothing to do.
mail-factor-added-button = This wasn’t me
mail-factor-added-closing =
    If this was not you, open the link now. On its page, one button removes the second step, ends every session and sends you a message to choose a new password.

mail-factor-renamed-subject = A second step of your { $site } account was renamed
mail-factor-renamed-lead =
    Somebody gave a second step of your { $site } account another name.
    If this was you, there is nothing to do.
mail-factor-renamed-button = This wasn’t me
mail-factor-renamed-closing =
    If this was not you, open the link now. On its page, one button restores the name, ends every session and sends you a message to choose a new password.

mail-factor-removed-subject = A second step was removed from your { $site } account
mail-factor-removed-lead =
    Somebody removed a second step that was needed to sign in to your { $site } account.
    If this was you, there is nothing to do.
mail-factor-removed-button = This wasn’t me
mail-factor-removed-closing =
    If this was not you, open the link now. On its page, one button brings the second step back, ends every session and sends you a message to choose a new password.

mail-factors-removed-subject = Two-step sign-in was removed from your { $site } account
mail-factors-removed-lead =
    { $site } support has turned off two-step sign-in for your account and cancelled your recovery codes. You can now sign in without a second step.
    If you asked support for this, set up two-step sign-in again when you next sign in.
mail-factors-removed-button = This wasn’t me
mail-factors-removed-closing =
    If you did not ask for this, open the link now. On its page, one button brings the second steps back, ends every session and sends you a message to choose a new password.

mail-recovery-code-used-subject = A recovery code of your { $site } account was used
mail-recovery-code-used-lead =
    Somebody signed in to your { $site } account with a recovery code.
    If this was you, there is nothing to do. If you have lost your phone, remove it from two-step sign-in.
mail-recovery-code-used-button = This wasn’t me
mail-recovery-code-used-closing =
    If this was not you, open the link now. On its page, one button ends every session and sends you a message to choose a new password.

mail-recovery-codes-renewed-subject = The recovery codes of your { $site } account were replaced
mail-recovery-codes-renewed-lead =
    Somebody replaced the recovery codes of your { $site } account. The old ones no longer work.
    If this was you, there is nothing to do.
mail-recovery-codes-renewed-button = This wasn’t me
mail-recovery-codes-renewed-closing =
    If this was not you, open the link now. On its page, one button brings the old codes back, ends every session and sends you a message to choose a new password.

mail-access-token-created-subject = An access token was made for your { $site } account
mail-access-token-created-lead =
    Somebody made an access token, with which a script can use your { $site } account.
    If this was you, there is nothing to do.
mail-access-token-created-button = This wasn’t me
mail-access-token-created-closing =
    If this was not you, open the link now. On its page, one button ends every token and session, and sends you a message to choose a new password.

mail-let-in-link-subject = Get back into your { $site } account
mail-let-in-link-lead =
    { $site } support has sent you this link, so that you can get back into your account.
    It works once, and opening it does not change anything yet.
    If you have set up two-step sign-in, using the link removes it with its recovery codes: set it up again once you are in.
mail-let-in-link-button = Get back in
mail-let-in-link-closing =
    If you did not contact support, do not open the link, and use “This wasn’t me” in our other message.
    Do not forward this message. Anyone who has the link can get into your account.

mail-let-in-subject = Support is letting you into your { $site } account
mail-let-in-lead =
    { $site } support has created a link or code that lets you into your account once, to choose a new password.
    If you have set up two-step sign-in, it is removed with its recovery codes when the link or code is used.
    If you asked support for this, there is nothing else to do.
mail-let-in-button = This wasn’t me
mail-let-in-closing =
    If you did not ask for this, open the link now. On its page, one button cancels the password and all other links, ends every session and sends you a message to choose a new password.

mail-account-deleted-subject = Your { $site } account is going to be deleted
mail-account-deleted-lead =
    Your { $site } account was closed, and nobody can sign in to it any more. Once the link below has expired, the account and all that belongs to it are deleted for good.
    If this was you, there is nothing to do.
mail-account-deleted-button = Bring the account back
mail-account-deleted-closing =
    If this was not you, or you have changed your mind, open the link. On its page, one button brings the account back, ends every session and sends you a message to choose a new password.

mail-closed-account-subject = Something happened to your { $site } account
mail-closed-account-lead =
    { $what }. Nobody can sign in to this account, because it is disabled, on hold or going to be deleted.
mail-closed-account-closing =
    If you do not expect this, contact the support of { $site }.

mail-frozen-subject = Your { $site } account is on hold
mail-frozen-lead =
    Somebody who reads the mail of a former address of your { $site } account told us that a change was not theirs. The account has been used with another address since, so we cannot tell whose it is.
    The password no longer works, every session has ended, and nobody gets in until the support of { $site } has decided.
mail-frozen-closing =
    Please contact the support of { $site } from this address and tell them how the account came to it.

mail-frozen-claimed-subject = The { $site } account is on hold
mail-frozen-claimed-lead =
    You told us that a change to a { $site } account was not yours. The account has been used with another address since, or this address cannot be restored, so we cannot tell whose it is.
    The password no longer works, every session has ended, and nobody gets in until the support of { $site } has decided.
mail-frozen-claimed-closing =
    Please contact the support of { $site } from this address and tell them what happened.

mail-decided-subject = Choose a new password for { $site }
mail-decided-lead =
    { $site } support has decided that the account is yours, and has lifted the hold.
    One step is left: open the link and choose a new password.
mail-decided-button = Choose a new password
mail-decided-closing =
    If you use the old password anywhere else, change it there too. Also change the password of your mailbox.

mail-address-kept-subject = This address is not free yet at { $site }
mail-address-kept-lead =
    Somebody, perhaps you, tried to use this address for a { $site } account. An account had it until lately, so nobody else can have it before { $until }: whoever had that account could still take it back.
    You can use the address after that.
mail-address-kept-closing =
    If this was not you, you can ignore this message. If you had that account and want it back, use the link in the message we sent you then.

mail-address-disputed-subject = This address is on hold at { $site }
mail-address-disputed-lead =
    Somebody, perhaps you, tried to use this address for a { $site } account. It is the address, or a former address, of an account that is on hold. Until the support of { $site } has decided, nobody else can use it.
mail-address-disputed-closing =
    If this was not you, you can ignore this message.

mail-confirm-subject = Confirm your address for { $site }
mail-confirm-lead =
    Welcome to { $site }. One step is left: open the link and confirm your address.
    In the browser where you registered, that takes one click.
mail-confirm-button = Confirm address
mail-confirm-closing =
    If you did not register, you can ignore this message. Without this link, no account is created for your address.

mail-already-registered-subject = You already have a { $site } account
mail-already-registered-lead =
    Somebody, perhaps you, tried to use this address for a { $site } account. It already belongs to your account, and nothing has changed.
    You can sign in as usual. If you forgot your password, use the link below.
mail-already-registered-button = Get back in
mail-already-registered-closing =
    If this was not you, you can ignore this message. Nobody was told that you have an account.

mail-confirm-email-subject = Confirm your new address for { $site }
mail-confirm-email-lead =
    You asked to use this address for your { $site } account. Open the link and confirm it.
    Until then, nothing changes.
mail-confirm-email-button = Confirm new address
mail-confirm-email-closing =
    If you did not ask for this, you can ignore this message. Somebody may have mistyped their own address.

mail-invitation-subject = Your { $site } account
mail-invitation-lead =
    An account has been set up for you at { $site } with this address.
    Open the link to set it up.
mail-invitation-button = Open my account
mail-invitation-closing =
    If you do not know { $site }, you can ignore this message.

mail-not-me-done-subject = Choose a new password for { $site }
mail-not-me-done-lead =
    You told us that somebody else had been in your { $site } account. The password no longer works, every session has ended, and changes to your email address, your username, your phone or two-step sign-in have been undone.
    One step is left: open the link and choose a new password.
mail-not-me-done-button = Choose a new password
mail-not-me-done-closing =
    If you use the old password anywhere else, change it there too. Also change the password of your mailbox.

mail-test-subject = { $site }: a test
mail-test-lead = Somebody who runs { $site } asked for this mail with "latchkey check". If you can read it, mail arrives.
mail-test-closing = There is nothing to do.

## Text messages: plain letters only, or each part holds 70 characters instead of 160

sms-test = { $site }: a test of text messages. There is nothing to do.
sms-reset-link =
    { $site }: to get back into your account, open
    { $link }
    or go to { $host }/reset/key and enter
    { $code }
    Valid for { $minutes } minutes. If you did not ask for this, ignore it.
sms-reset-restart =
    { $site }: a reset is under way in { $place }. To start again elsewhere, open
    { $link }
    or go to { $host }/reset/key and enter
    { $code }
    Valid for { $minutes } minutes. If you did not ask for this, ignore it.
sms-not-me-done =
    { $site }: your account is closed to whoever was in it. To choose a new password, open
    { $link }
    or go to { $host }/reset/key and enter
    { $code }
    Valid for { $minutes } minutes.
sms-code =
    Your { $site } code to set a new password, valid for { $minutes } minutes. Do not share it.
    { $code }

    @{ $host } #{ $code }
sms-factor-code =
    Your { $site } code to sign in, valid for { $minutes } minutes. Do not share it.
    { $code }

    @{ $host } #{ $code }
sms-sign-in-code =
    Your { $site } code to sign in, valid for { $minutes } minutes. Do not share it.
    { $code }

    @{ $host } #{ $code }
sms-factor-set-up =
    Your { $site } code to get codes on this phone, valid for { $minutes } minutes. Do not share it.
    { $code }

    @{ $host } #{ $code }
sms-phone-code =
    Your { $site } code to confirm this phone, valid for { $minutes } minutes. Do not share it.
    { $code }

    @{ $host } #{ $code }

sms-phone-changed =
    Your { $site } account no longer uses this phone. If this was not you, read the email we have sent you.

## The policy, explained on the command line

explain-user = { $count ->
    [0] { $email } has no role.
    [one] { $email } has the role { $roles }.
   *[other] { $email } has the roles { $roles }.
  }
explain-role = { $count ->
    [one] Somebody with the role { $roles } and no other.
   *[other] Somebody with the roles { $roles } and no other.
  }
explain-phone-ready = They have a confirmed phone that can be used.
explain-phone-waits = They have a confirmed phone that can be used from { $from }.
explain-phone-abroad = They have a confirmed phone, but latchkey.sms.countries does not include its country.
explain-phone-none = They have no confirmed phone.
explain-phone-needed = Without one, they cannot get back in on their own.
explain-approval-needed = They have nothing that approves a reset, so they cannot get back in on their own.
explain-factors = { $count ->
    [0] They have no second factor.
    [one] They have a second factor, which is asked for: { $kinds }.
   *[other] They have { $count } second factors, one of which is asked for: { $kinds }.
  }
explain-factors-needed = They have none that counts, so they set one up when they next sign in.
explain-permissions = Permissions on pages of the application: { $permissions }.
explain-disabled = Their account is disabled, so no message is sent.
explain-deleted = Their account is going to be deleted. Until it is gone, the link in the notice brings it back, if it has one.
explain-frozen = Somebody at a former address reported "this wasn’t me", so nobody gets in until an admin has decided.
explain-held = They reported "this wasn’t me", so nobody can request a reset before { $until }.
explain-force = In force:
explain-asked = for the role { $role }
explain-ways = To sign in:
explain-way-first = They say who they are by { $by ->
    [username] email address or username
    [phone] email address or phone number
    [all] email address, username or phone number
   *[email] email address
  }, and prove it by one of: { $names }.
explain-way-none = They have none of the ways that are offered. A reset gives them a password.
explain-way-second = They prove a second step: { $names }. It must differ from the first, which is enough if they have no other.{ $passkey ->
    [true] {" "}After a passkey that verifies its owner, none is asked for.
   *[other] {""}
  }
explain-way-second-some = If they have set up a second step, they prove it: { $names }.{ $passkey ->
    [true] {" "}After a passkey that verifies its owner, none is asked for.
   *[other] {""}
  }
explain-way-second-all = They prove a second step, or set one up: { $names }.{ $passkey ->
    [true] {" "}After a passkey that verifies its owner, none is asked for.
   *[other] {""}
  }
explain-way-set-up = They set up a second step: { $names }.
explain-way-reset = Then they prove a second step, and only then does the new password count: { $names }.
explain-way-username = They choose a username, if they have none.
explain-steps = To get back in:
explain-why = Why: { $why }

explain-ask = They enter their address at /reset. The answer is the same whether or not it is known.
explain-ask-guards = Neither the answer nor its timing reveals who has an account.
explain-email = An email brings a link that works once, for { $minutes } minutes. A newer one replaces it.
explain-email-guards = Only somebody who reads their mailbox in time gets further.
explain-sms = A text message brings a link and a code to type. They work once, for { $minutes } minutes. A newer message replaces them.
explain-sms-guards = Only somebody who holds their confirmed phone at that moment gets further.
explain-open = They open the link. That alone changes nothing.
explain-open-guards = Mail scanners that follow links use nothing up, and the link’s secret leaves the address before any log or other site sees it.

explain-set_then_login-1 = They enter a new password. { $login_after ->
    [true] They are signed in.
   *[other] They sign in with it.
  }
explain-set_then_login-1-guards = Setting the password uses up the link: if two people try, only one succeeds. Weak and leaked passwords are refused.

explain-one_time_login-1 = They press a button, which ends every other session and signs them in for this one step, for { $step_minutes } minutes.
explain-one_time_login-1-guards = From then on the link is dead. The session reaches the form for a new password and nothing else.
explain-one_time_login-2 = They enter a new password. { $login_after ->
    [true] They are signed in.
   *[other] They sign in with it.
  }{ $may_skip ->
    [true] {" "}Or they continue without one.
   *[other] {""}
  }
explain-one_time_login-2-guards = The forgotten password stops working. Weak and leaked ones are refused.

explain-generated_password-1 = They press a button, and a second email brings a temporary password that works once, for { $temporary_minutes } minutes.
explain-generated_password-1-guards = The old password works until a new one is set, so nobody can lock them out by asking.
explain-generated_password-2 = They sign in with it and reach only the form for a new password.
explain-generated_password-2-guards = Somebody who finds the email later finds a password that no longer works.
explain-generated_password-3 = They enter a password of their own. { $login_after ->
    [true] They are signed in.
   *[other] They sign in with it.
  }
explain-generated_password-3-guards = A password sent by email never stays in force.

explain-second_key-1 = They press a button, and a second email brings a code. It works for { $code_minutes } minutes and { $tries } tries, in the browser where the button was pressed.
explain-second_key-1-guards = A link that leaked through forwarding, a log or a scanner is not enough: it also takes the mailbox at that moment.
explain-second_key-2 = They enter the code and a new password. { $login_after ->
    [true] They are signed in.
   *[other] They sign in with it.
  }
explain-second_key-2-guards = Link and code are used up together, and { $tries } wrong tries end the code. Weak and leaked passwords are refused.

explain-sms_approved-1 = { $by_factors ->
    [true] They choose how to confirm that it is them, of what they have: { $approvals }.{ $texts ->
        [true] {" "}A texted code goes to their confirmed phone, and works for { $code_minutes } minutes and { $tries } tries, in the browser where they asked for it.
       *[other] {""}
      }
   *[other] They press a button, and a text message brings a code to their confirmed phone. It works for { $code_minutes } minutes and { $tries } tries, in the browser where the button was pressed.
  }
explain-sms_approved-1-guards = { $by_factors ->
    [true] Reading their mailbox is not enough: it also takes one of these. Whoever has none needs an admin’s help.
   *[other] Reading their mailbox is not enough: it also takes the phone.
  }
explain-sms_approved-2 = { $by_factors ->
    [true] They confirm with it, and set a new password in the same form.
   *[other] They enter the code and a new password.
  } { $login_after ->
    [true] They are signed in.
   *[other] They sign in with it.
  }
explain-sms_approved-2-guards = { $by_factors ->
    [true] Link and proof are used up together, a second factor that was proved is not asked for again, and wrong tries are limited.
   *[other] Link and code are used up together, and { $tries } wrong tries end the code.
  } Weak and leaked passwords are refused.

explain-own-code = They enter a code, which { $by_text ->
    [true] a text message brings to their confirmed phone.
   *[other] a second message brings.
  }
explain-own-code-guards = Whatever the application’s pages do, nobody gets a new password without the code.
explain-own = They follow the pages of { $strategy }, a strategy of this application, and enter a new password. { $steps ->
    [1] {""}
   *[other] That is { $steps } steps, with the request.{" "}
  }{ $login_after ->
    [true] They are signed in.
   *[other] They sign in with the new password.
  }
explain-own-guards = The application decides what else they have to prove. The link is used up together with the new password.

explain-end = Every other session and link ends. An email says when and from where, with a "this wasn’t me" link valid for { $undo_hours } hours.
explain-end-guards = If it was somebody else, one button takes the account back.

## The development mailbox

mailbox-title = Mailbox
mailbox-lead = Every message that would have been sent, newest first. This page exists only in development.
mailbox-sms = Text message
mailbox-empty = No messages yet. Register or request a reset, and the message appears here.
