"""A mail server for the tests: aiosmtpd, told by the recipient's address how to behave.

Prints its port, then a line of JSON for each mail that it was given in full.
  reply-550@…        answers RCPT with 550 and the address
  policy-5.7.1@…     answers RCPT with 550, that enhanced code and the address
  content-451@…      answers the content with 451 and the address
  hang@…             never answers the content
  slow@…             answers the content after three seconds
  drop@…             hangs up after the content, without an answer
"""

import argparse, asyncio, email, email.policy, json, logging, ssl

from aiosmtpd.smtp import SMTP, AuthResult

options = argparse.ArgumentParser()
options.add_argument("--tls", choices=["never", "upgrade", "always"], default="never")
options.add_argument("--certificate")
options.add_argument("--login", help="user:password, without which no mail is taken")
options.add_argument("--greet", help="the reply to every connection, before it is closed")
options.add_argument("--patience", type=float, default=60, help="seconds until a silent client is hung up on")
options.add_argument("--pause", type=float, default=0, help="seconds that each mail takes")
options.add_argument("--inject", action="store_true", help="an answer in the clear, ahead of TLS")
options.add_argument("--international", action="store_true", help="SMTPUTF8")
options = options.parse_args()


class Dialogue(logging.Handler):
    """What the client said, by connection, as aiosmtpd logs it."""

    said = {}

    def emit(self, record):
        if record.msg == "%r >> %r":
            peer, line = record.args
            self.said.setdefault(peer, []).append(line.decode("utf-8", "replace"))


log = logging.getLogger("mail.log")
log.setLevel(logging.INFO)
log.propagate = False
log.addHandler(Dialogue())


class Inbox:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        scenario, _, code = address.partition("@")[0].partition("-")
        if scenario == "reply":
            return f"{code} {code[0]}.1.1 <{address}> is not for me"
        if scenario == "policy":
            return f"550 {code} <{address}> is not for me"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(options.pause)
        scenario, _, code = envelope.rcpt_tos[0].partition("@")[0].partition("-")
        if scenario == "content":
            return f"{code} {code[0]}.7.1 nothing of this sort for <{envelope.rcpt_tos[0]}>"
        if scenario == "hang":
            await asyncio.sleep(600)
        if scenario == "slow":
            await asyncio.sleep(3)
        mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        part = lambda kind: mail.get_body((kind,)).get_content().replace("\r\n", "\n")
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": bool(session.ssl),
            "login": session.authenticated, "dialogue": Dialogue.said[session.peer],
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "names": [name.lower() for name in mail.keys()],
            "type": mail.get_content_type(), "text": part("plain"), "html": part("html"),
            "raw": envelope.original_content.decode("ascii", "replace"),
        }), flush=True)
        if scenario == "drop":
            server.transport.abort()
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, given):
    given = b":".join([given.login, given.password]).decode()
    return AuthResult(success=given == options.login, handled=False)


def connection():
    return SMTP(
        Inbox(), enable_SMTPUTF8=options.international, hostname="tests", timeout=options.patience,
        tls_context=context if options.tls == "upgrade" else None, require_starttls=options.tls == "upgrade",
        auth_required=bool(options.login), auth_require_tls=options.tls == "upgrade",
        authenticator=authenticate if options.login else None,
    )


async def turn_away(reader, writer):
    writer.write(options.greet.encode() + b"\r\n")
    await writer.drain()
    writer.close()


async def inject(reader, writer):
    """The server, with somebody between who appends an answer in the clear to that of STARTTLS."""
    for answer in [b"220 tests\r\n", b"250-tests\r\n250 STARTTLS\r\n"]:
        writer.write(answer)
        await reader.readline()
    writer.write(b"220 go on\r\n250 injected\r\n")
    await writer.start_tls(context)
    async for line in reader:
        print(json.dumps(line.decode()), flush=True)
        writer.write(b"250 OK\r\n")


async def serve():
    listen = dict(host="127.0.0.1", port=0, ssl=context if options.tls == "always" else None)
    if options.inject:
        server = await asyncio.start_server(inject, **listen)
    elif options.greet:
        server = await asyncio.start_server(turn_away, **listen)
    else:
        server = await asyncio.get_running_loop().create_server(connection, **listen)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


context = None
if options.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
asyncio.run(serve())
