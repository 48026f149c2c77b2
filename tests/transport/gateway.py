"""An SMS gateway for the tests, told by the path how to behave. Prints its port, then each request as JSON."""

import argparse, http.server, json, ssl, threading, time, urllib.parse

options = argparse.ArgumentParser()
options.add_argument("--certificate")
options = options.parse_args()
printing = threading.Lock()


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["content-length"])).decode())

    def do_GET(self):
        self.answer("")

    def answer(self, body):
        url = urllib.parse.urlsplit(self.path)
        line = json.dumps({
            "method": self.command, "path": url.path, "query": urllib.parse.parse_qsl(url.query), "body": body,
            "form": urllib.parse.parse_qsl(body), "headers": {k.lower(): v for k, v in self.headers.items()},
        })
        with printing:
            print(line, flush=True)
        scenario, _, detail = url.path.strip("/").partition("/")
        if scenario == "stall":
            time.sleep(60)
        self.send_response(int(scenario) if scenario.isdigit() else 200)
        if scenario == "302":
            self.send_header("location", "/200")
        if scenario == "trickle":
            self.send_header("content-length", "100")
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b".")
                time.sleep(0.5)
        said = b'{"messages": [{"status": "%s"}]}' % (b"4" if detail == "refused" else b"0")
        if scenario == "huge":
            said += b" " * 10_000_000
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that hangs up, or trusts nobody here, is what some of the tests are about


server = Server(("127.0.0.1", 0), Gateway)
if options.certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
