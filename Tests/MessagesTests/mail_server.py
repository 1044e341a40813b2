"""An SMTP server (aiosmtpd) on a port of the loopback: writes each mail into a folder, as it came.

usage: mail_server.py PORT FOLDER CERTIFICATE KEY plain|starttls|tls [REPLY]

With a certificate, STARTTLS or TLS is asked for before anything else, and the user flare has the password "pass word".
REPLY answers each mail in place of 250.
"""

import asyncio
import os
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

port, folder, certificate, key, mode, *reply = sys.argv[1:]


class Handler:
    async def handle_DATA(self, server, session, envelope):
        if reply:
            return reply[0]
        number = len(os.listdir(folder))
        text = f"MAIL {envelope.mail_from}\nRCPT {','.join(envelope.rcpt_tos)}\n".encode()
        text += f"TLS {session.ssl is not None}\nAUTH {session.authenticated}\n".encode()
        with open(f"{folder}/.{number}", "wb") as file:
            file.write(text + envelope.original_content)
        os.rename(f"{folder}/.{number}", f"{folder}/{number}.eml")
        return "250 OK"


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"flare" and data.password == b"pass word")


os.makedirs(folder, exist_ok=True)
options = {}
context = None
if mode != "plain":
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    options = {"authenticator": check, "auth_required": True}
if mode == "starttls":
    options |= {"tls_context": context, "require_starttls": True}


class Server(Controller):
    def factory(self):
        if mode == "tls":
            # The connection is encrypted already.
            options["auth_require_tls"] = False
        return SMTP(self.handler, **options)


Server(Handler(), hostname="127.0.0.1", port=int(port), ssl_context=context if mode == "tls" else None).start()
asyncio.new_event_loop().run_forever()
