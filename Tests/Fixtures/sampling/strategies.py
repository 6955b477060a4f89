"""A server of sampling strategies for tests: answers as Jaeger's collector does on port 5778, GET /sampling?service=NAME.

    strategies.py FILE

FILE has strategies by service name, `default` for all others, as Jaeger's own file of strategies has them but each in the
form of the answer (jaeger-idl, proto-api/v1/sampling.proto: SamplingStrategyResponse in JSON); it is read anew for each
request. A service without one is answered with 500. Of each request, the service goes to standard output, a line each.
"""

import http.server
import json
import sys
import urllib.parse


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        services = urllib.parse.parse_qs(url.query).get("service", [])
        if url.path != "/sampling" or len(services) != 1:
            return self.send_error(400, "parameter 'service' must be provided once")
        print(f"asked for {services[0]}", flush=True)
        with open(sys.argv[1]) as file:
            strategies = json.load(file)
        strategy = strategies.get(services[0], strategies.get("default"))
        if strategy is None:
            return self.send_error(500, "collector error")
        body = json.dumps(strategy).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"listening 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
