"""A server on this machine that gives tokens, or does not, as Google's does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ROBOT = "robot@project-7.iam.gserviceaccount.com"


class TokenServer:
    """`answers` are (status, JSON or text) for the coming requests; after them each gets a new token.

    `asked` is what came. A GET is the page where a person says yes: it leads back with a code, or with `refusal`.
    """

    def __init__(self):
        self.answers, self.asked, self.given, self.refusal = [], [], 0, None
        self.more = {}

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()

    def _next(self):
        if self.answers:
            return self.answers.pop(0)
        self.given += 1
        return 200, {
            "access_token": f"token-{self.given}",
            "expires_in": 3600,
            "token_type": "Bearer",
            **self.more,
        }

    def _handler(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.asked.append(parse_qs(body))
                status, answer = outer._next()
                sent = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def do_GET(self):
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                outer.asked.append(query)
                said = {"error": outer.refusal} if outer.refusal else {"code": "secret-code-4711"}
                back = urlencode({**said, "state": query["state"]})
                self.send_response(302)
                self.send_header("Location", f"{query['redirect_uri']}?{back}")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        return Handler


def new_key():
    """Return a private key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


def service_account(token_uri, key):
    """Return the JSON that Google gives for a service account."""
    return {
        "type": "service_account",
        "project_id": "project-7",
        "private_key_id": "abc123",
        "private_key": key,
        "client_email": ROBOT,
        "client_id": "1",
        "token_uri": f"{token_uri}/token",
    }
