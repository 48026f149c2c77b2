"""Flask-Security-Too as an application sets it up for programs: what Latchkey's contract is measured by.

Its features that Latchkey has too are on, its settings are those that its documentation gives for single-page
applications. All is kept in memory. One account is there and confirmed. Messages stay at /dev/mailbox, as Latchkey has
them.

Usage: flask_security_app.py PORT EMAIL PASSWORD [--generic]; with it, its answers do not say who has an account.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from flask import Flask
from flask_security import (
    MailUtil,
    Security,
    SmsSenderBaseClass,
    SmsSenderFactory,
    SQLAlchemyUserDatastore,
    hash_password,
    naive_utcnow,
)
from flask_security.models import fsqla_v4 as models
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

SETTINGS: dict[str, Any] = {
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
    "SECURITY_PASSWORD_SALT": "only-for-tests",
    "SECURITY_TOTP_SECRETS": {"1": "only-for-tests-only-for-tests-only-for-tests"},
    "SECURITY_TOTP_ISSUER": "Test",
    "SQLALCHEMY_DATABASE_URI": "sqlite:///:memory:",
    # What the documentation recommends to single-page applications.
    "SECURITY_CSRF_PROTECT_MECHANISMS": ["session", "basic"],
    "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": True,
    "SECURITY_CSRF_COOKIE_NAME": "XSRF-TOKEN",
    "WTF_CSRF_CHECK_DEFAULT": False,
    "WTF_CSRF_TIME_LIMIT": None,
    # The features.
    "SECURITY_REGISTERABLE": True,
    "SECURITY_USE_REGISTER_V2": True,
    "SECURITY_CONFIRMABLE": True,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_AUTO_LOGIN_AFTER_RESET": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_EMAIL": True,
    "SECURITY_USERNAME_ENABLE": True,
    "SECURITY_CHANGE_USERNAME": True,
    "SECURITY_USERNAME_RECOVERY": True,
    "SECURITY_UNIFIED_SIGNIN": True,
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_WEBAUTHN": True,
    # In the answer instead of a cookie.
    "SECURITY_REFRESH_TOKEN": True,
    "SECURITY_REFRESH_TOKEN_COOKIE_NAME": None,
    "SECURITY_SMS_SERVICE": "mailbox",
    # Addresses like ann@example.com have no mail server.
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    # A test signs in often, and nobody has to guess these passwords.
    "SECURITY_PASSWORD_HASH": "pbkdf2_sha512",
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"pbkdf2_sha512__default_rounds": 1000},
}

# The newest message first.
mailbox: list[dict[str, str | int]] = []


def keep(to: str, text: str) -> None:
    mailbox.insert(0, {"id": len(mailbox), "to": to, "text": text})


class Mail(MailUtil):
    """Keeps mail instead of sending it."""

    def send_mail(
        self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any, **_: Any
    ) -> None:
        keep(str(recipient), str(body))


class Sms(SmsSenderBaseClass):
    """Keeps text messages as well."""

    def send_sms(self, from_number: str, to_number: str, msg: str) -> None:
        keep(to_number, msg)


def application(email: str, password: str) -> Flask:
    """Returns the application, with an account."""
    app = Flask(__name__)
    app.config.update(SETTINGS, SECURITY_RETURN_GENERIC_RESPONSES="--generic" in sys.argv)
    CSRFProtect(app)
    SmsSenderFactory.senders["mailbox"] = Sms
    db = SQLAlchemy(app)
    models.FsModels.set_db_info(db)

    class Role(db.Model, models.FsRoleMixin):  # type: ignore[name-defined, misc]
        """A role."""

    class User(db.Model, models.FsUserMixin):  # type: ignore[name-defined, misc]
        """An account."""

    class WebAuthn(db.Model, models.FsWebAuthnMixin):  # type: ignore[name-defined, misc]
        """A passkey."""

    class FsRefreshTracker(db.Model, models.FsRefreshTrackerMixin):  # type: ignore[name-defined, misc]
        """A family of refresh tokens."""

    accounts = SQLAlchemyUserDatastore(db, User, Role, WebAuthn, FsRefreshTracker)
    Security(app, accounts, mail_util_cls=Mail)
    app.add_url_rule("/dev/mailbox", view_func=lambda: {"response": {"messages": mailbox}})
    with app.app_context():
        db.create_all()
        accounts.create_user(email=email, password=hash_password(password), confirmed_at=naive_utcnow())
        db.session.commit()
    return app


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application(sys.argv[2], sys.argv[3]).run(port=int(sys.argv[1]), threaded=True)
