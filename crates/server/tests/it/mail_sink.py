"""A mail server on a free port: says which, then prints each mail it takes as a line of JSON.

mail_sink.py plain | starttls CERTIFICATE KEY | tls CERTIFICATE KEY
With TLS it wants user `exeunt` with password `s3cret`, and nothing before TLS. What it does with a mail
is in the recipient's name.
"""

import asyncio
import email
import email.policy
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

SILENCE_S = 600
SLOW_S = 1


class Sink:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@"):
            return "451 4.3.0 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(address.startswith("silent@") for address in envelope.rcpt_tos):
            await asyncio.sleep(SILENCE_S)
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "hello": session.host_name,
            "tls": session.ssl is not None or wrapper is not None,
            "login": bool(session.authenticated),
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "headers": {name: str(value) for name, value in mail.items()},
            "text": mail.get_content(),
        }
        print(json.dumps(told), flush=True)
        if any(address.startswith("slow@") for address in envelope.rcpt_tos):
            await asyncio.sleep(SLOW_S)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (b"exeunt", b"s3cret")
    return AuthResult(success=right, handled=False)


async def serve():
    if mode == "plain":
        options = {}
    else:
        options = {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": mode == "starttls",
            "tls_context": context if mode == "starttls" else None,
            "require_starttls": mode == "starttls",
        }
    make = lambda: SMTP(Sink(), enable_SMTPUTF8=True, **options)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=wrapper)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# Clients that break off, and TLS that it did not make itself, are what the tests are about.
logging.disable()
warnings.simplefilter("ignore")
mode = sys.argv[1]
context = None
if mode != "plain":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*sys.argv[2:4])
wrapper = context if mode == "tls" else None
asyncio.run(serve())
