"""What a Kubernetes API server does for those who list and watch: over TLS, for bearers of a token.

Usage: apiserver.py [--port PORT] [--state FILE] [--upstream URL --authority FILE] CERTIFICATE TOKEN

CERTIFICATE is a PEM file with the key. FILE keeps the objects for the next one, when this one is told to end by SIGTERM.
With the URL of a real API server, what it answers is passed on, and only what goes wrong is made here. Prints
"listening PORT". POST /control takes, as JSON, any of
    apply       objects to create or to change; the answer has their UIDs, made up where they have none
    delete      ["KIND/NAMESPACE/NAME", ...]
    rewind      true: go back to the first version, with the objects as they are, as after a backup is put back
    compact     true: forget the past, so that watches of it get 410
    cut         true: end all watches in the middle
    delay       seconds to wait before each answer from now on
    answer      a status for every request from now on (0 for none), or "garbage", "silence", or "trickle"
    token       the only one to take from now on
    quiet       true: nothing comes any more on the watches that are open, as when the way to the server is gone
    absent      kinds that the cluster doesn't have
    forbidden   what those may not do that have the token: ["create events", "get secrets"]
    refusing    namespaces whose quota takes no events
    forget      true: events, as a server does after an hour
GET /control gives the numbers of lists and of watches so far, and of watches open now, of events that were refused as
invalid, and of those taken. GET /events?atLeast=N waits until so many events were taken, new ones and changes, and gives all there are.
"""

import argparse
import http.client
import http.server
import json
import os
import re
import signal
import socket
import ssl
import threading
import time
import urllib.parse
import uuid

KINDS = {
    "Pod": "/api/v1/pods",
    "Namespace": "/api/v1/namespaces",
    "Instrumentation": "/apis/opentelemetry.io/v1alpha1/instrumentations",
    "Deployment": "",
    "ReplicaSet": "",
    "Job": "",
    "Secret": "",
    "ConfigMap": "",
}
KEPT = ["objects", "events", "version", "compacted", "token", "absent"]


SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
MICRO_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
QUALIFIED_NAME = re.compile(r"([-a-z0-9.]+/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


def key(kind, metadata):
    return kind, metadata.get("namespace", ""), metadata["name"]


def problem(event, namespace):
    """Why an API server would refuse an event (pkg/apis/core/validation/events.go), or nothing."""
    metadata, regarding, series = event.get("metadata", {}), event.get("regarding", {}), event.get("series")
    if (event.get("apiVersion"), event.get("kind")) != ("events.k8s.io/v1", "Event"):
        return "apiVersion, kind"
    if not SUBDOMAIN.fullmatch(metadata.get("name", "")) or len(metadata["name"]) > 253:
        return "metadata.name"
    if metadata.get("namespace") != namespace or regarding.get("namespace") != namespace:
        return "namespace"
    if not MICRO_TIME.fullmatch(event.get("eventTime", "")):
        return "eventTime"
    if not QUALIFIED_NAME.fullmatch(event.get("reportingController", "")):
        return "reportingController"
    for field in ["reportingInstance", "action", "reason"]:
        if not 0 < len(event.get(field, "").encode()) <= 128:
            return field
    if len(event.get("note", "").encode()) > 1024:
        return "note"
    if event.get("type") not in ("Normal", "Warning"):
        return "type"
    if not all(regarding.get(field) for field in ["apiVersion", "kind", "name", "uid"]):
        return "regarding"
    if series is not None and (series.get("count", 0) < 2 or not MICRO_TIME.fullmatch(series["lastObservedTime"])):
        return "series"
    return ""


class Store:
    def __init__(self, token):
        self.changed = threading.Condition()
        self.objects = {}
        self.events = []
        self.version = 1
        self.compacted = 0
        self.cuts = self.quiets = 0
        self.answer = self.delay = 0
        self.token = token
        self.absent = []
        self.forbidden = []
        self.refusing = []
        self.recorded = {}
        self.refused = self.taken = 0
        self.lists = self.watches = self.open = 0

    def control(self, request):
        uids = []
        with self.changed:
            for thing in request.get("apply", []):
                place = key(thing["kind"], thing["metadata"])
                known = self.objects.get(place, {"metadata": {}})["metadata"].get("uid") or str(uuid.uuid4())
                uids.append(thing["metadata"].setdefault("uid", known))
                self.note("MODIFIED" if place in self.objects else "ADDED", thing)
                self.objects[place] = thing
            for name in request.get("delete", []):
                self.note("DELETED", self.objects.pop(tuple(name.split("/"))))
            if request.get("compact"):
                self.version += 1
                self.compacted = self.version
                self.events = []
            if request.get("forget"):
                self.recorded = {}
            if request.get("rewind"):
                self.version = self.compacted = 1
                self.events = []
            if request.get("cut"):
                self.cuts += 1
            if request.get("quiet"):
                self.quiets += 1
            for name in ["answer", "delay", "token", "absent", "forbidden", "refusing"]:
                if name in request:
                    setattr(self, name, request[name])
            self.changed.notify_all()
        return {"uids": uids}

    def save(self, file):
        kept = {name: getattr(self, name) for name in KEPT}
        kept["objects"] = list(self.objects.items())
        with open(file, "w") as out:
            json.dump(kept, out)

    def load(self, file):
        with open(file) as kept:
            for name, value in json.load(kept).items():
                setattr(self, name, value)
        self.objects = {tuple(place): thing for place, thing in self.objects}

    def note(self, kind, thing):
        self.version += 1
        thing["metadata"]["resourceVersion"] = str(self.version)
        self.events.append((self.version, kind, json.loads(json.dumps(thing))))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/control":
            return self.reply(200, self.server.store.control(document))
        self.record("create", document)

    def do_PATCH(self):
        self.record("patch", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def record(self, verb, document):
        """/apis/events.k8s.io/v1/namespaces/NAMESPACE/events, and of those NAME"""
        store = self.server.store
        parts = self.path.split("/")
        if self.headers.get("Authorization") != f"Bearer {store.token}":
            return self.status(401, "Unauthorized")
        if store.answer:
            return self.status(store.answer, "")
        if parts[1:4] != ["apis", "events.k8s.io", "v1"] or parts[6] != "events" or len(parts) != (7 + (verb == "patch")):
            return self.status(404, "NotFound")
        if f"{verb} events" in store.forbidden:
            return self.forbid(verb, "events", "events.k8s.io", parts[5])
        if parts[5] in store.refusing:
            return self.status(403, "Forbidden", f'events "x" is forbidden: exceeded quota: few, in {parts[5]}')
        type = {"create": "application/json", "patch": "application/merge-patch+json"}[verb]
        if self.headers.get("Content-Type") != type:
            return self.status(415, "UnsupportedMediaType")
        with store.changed:
            if verb == "patch":
                if (parts[5], parts[7]) not in store.recorded:
                    return self.status(404, "NotFound")
                document = store.recorded[parts[5], parts[7]] | document
            wrong = problem(document, parts[5])
            if wrong:
                store.refused += 1
                return self.status(422, "Invalid", wrong)
            place = (parts[5], document["metadata"]["name"])
            if verb == "create" and place in store.recorded:
                return self.status(409, "AlreadyExists")
            store.recorded[place] = document
            store.taken += 1
            store.changed.notify_all()
        self.reply(201 if verb == "create" else 200, document)

    def do_GET(self):
        store = self.server.store
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/control":
            numbers = {"lists": store.lists, "watches": store.watches, "open": store.open, "refused": store.refused,
                       "taken": store.taken}
            return self.reply(200, numbers)
        if url.path == "/events":
            wanted = int(dict(urllib.parse.parse_qsl(url.query))["atLeast"])
            with store.changed:
                store.changed.wait_for(lambda: store.taken >= wanted, 20)
                return self.reply(200, list(store.recorded.values()))
        if store.answer == "silence":
            with store.changed:
                store.changed.wait_for(lambda: store.answer != "silence")
            self.close_connection = True
            return
        time.sleep(store.delay)
        if store.answer == "trickle":
            return self.trickle()
        if store.answer == "garbage":
            return self.send(200, b"<html>{")
        if store.answer:
            return self.status(store.answer, "")
        if self.server.upstream:
            return self.forward()
        if self.headers.get("Authorization") != f"Bearer {store.token}":
            return self.status(401, "Unauthorized")
        query = dict(urllib.parse.parse_qsl(url.query))
        kind = next((kind for kind, path in KINDS.items() if path == url.path and kind not in store.absent), None)
        if kind is None:
            return self.one(url.path)
        if query.get("watch") == "1":
            return self.watch(kind, query)
        with store.changed:
            store.lists += 1
            if query.get("resourceVersion", "0") not in ("", "0"):
                if "limit" in query:
                    # A real one answers with what was so at that very version.
                    return self.status(400, "BadRequest")
                if int(query["resourceVersion"]) > store.version:
                    message = f"Too large resource version: {query['resourceVersion']}, current: {store.version}"
                    return self.status(504, "Timeout", message)
            items = [thing for place, thing in store.objects.items() if place[0] == kind and self.is_meant(thing, query)]
            return self.reply(200, {"metadata": {"resourceVersion": str(store.version)}, "items": items})

    def forward(self):
        store = self.server.store
        server, context = self.server.upstream
        cuts = store.cuts
        upstream = http.client.HTTPSConnection(server, context=context)
        ended = threading.Event()

        def end_when_cut():
            with store.changed:
                store.changed.wait_for(lambda: ended.is_set() or store.cuts != cuts)
            if not ended.is_set():
                upstream.sock.shutdown(socket.SHUT_RDWR)

        try:
            names = ["Authorization", "Accept"]
            upstream.request("GET", self.path, headers={name: self.headers[name] for name in names if self.headers[name]})
            answer = upstream.getresponse()
            threading.Thread(target=end_when_cut, daemon=True).start()
            self.send_response(answer.status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while data := answer.read1(65536):
                self.chunk(data)
            if store.cuts != cuts:
                self.chunk(b'{"type":"ADDED","object":{"metad')
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")
        except (OSError, http.client.HTTPException):
            self.close_connection = True
        finally:
            with store.changed:
                ended.set()
                store.changed.notify_all()
            upstream.close()

    def one(self, path):
        """/apis/apps/v1/namespaces/NAMESPACE/replicasets/NAME, /api/v1/namespaces/NAMESPACE/secrets/NAME"""
        parts = path.split("/")
        wholes = {"secrets": "Secret", "configmaps": "ConfigMap"}
        if len(parts) == 7 and parts[:4] == ["", "api", "v1", "namespaces"] and parts[5] in wholes:
            if f"get {parts[5]}" in self.server.store.forbidden:
                return self.forbid("get", parts[5], "", parts[4])
            thing = self.server.store.objects.get((wholes[parts[5]], parts[4], parts[6]))
            return self.reply(200, thing) if thing else self.status(404, "NotFound")
        kinds = {"replicasets": "ReplicaSet", "jobs": "Job"}
        if len(parts) == 8 and parts[6] in kinds:
            thing = self.server.store.objects.get((kinds[parts[6]], parts[5], parts[7]))
            if thing:
                return self.reply(200, {"kind": "PartialObjectMetadata", "metadata": thing["metadata"]})
        self.status(404, "NotFound")

    @staticmethod
    def is_meant(thing, query):
        wanted = query.get("fieldSelector", "")
        return not wanted or wanted == "spec.nodeName=" + thing.get("spec", {}).get("nodeName", "")

    def watch(self, kind, query):
        store = self.server.store
        version = int(query["resourceVersion"] or 0)
        with store.changed:
            store.watches += 1
            if version < store.compacted:
                return self.status(410, "Expired")
            if version > store.version:
                return self.status(504, "Timeout", f"Too large resource version: {version}, current: {store.version}")
            store.open += 1
            cuts = store.cuts
            quiets = store.quiets
        try:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while True:
                with store.changed:
                    store.changed.wait_for(lambda: store.quiets == quiets or store.cuts != cuts)
                    news = [event for event in store.events if event[0] > version]
                    is_quiet = not news and store.cuts == cuts and not store.changed.wait(1)
                    if store.cuts != cuts:
                        # As when a load balancer ends: in the middle of an object.
                        self.chunk(b'{"type":"ADDED","object":{"metad')
                        self.close_connection = True
                        return
                for version, type, thing in news:
                    if thing["kind"] == kind and self.is_meant(thing, query):
                        self.chunk(json.dumps({"type": type, "object": thing}).encode() + b"\n")
                if is_quiet:
                    mark = {"kind": kind, "metadata": {"resourceVersion": str(version)}}
                    self.chunk(json.dumps({"type": "BOOKMARK", "object": mark}).encode() + b"\n")
        except OSError:
            self.close_connection = True
        finally:
            with store.changed:
                store.open -= 1

    def forbid(self, verb, resource, group, namespace):
        """As apiserver's responsewriters/errors.go has it."""
        what = f'resource "{resource}" in API group "{group}" in the namespace "{namespace}"'
        self.status(403, "Forbidden", f'{resource} is forbidden: User "test" cannot {verb} {what}')

    def trickle(self):
        """An answer that never ends, and is never silent for long."""
        store = self.server.store
        self.close_connection = True
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            with store.changed:
                while not store.changed.wait_for(lambda: store.answer != "trickle", 0.05):
                    self.chunk(b" ")
        except OSError:
            pass

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def status(self, code, reason, message=""):
        message = message or f"answer {code}"
        self.reply(code, {"kind": "Status", "code": code, "reason": reason, "message": message})

    def reply(self, code, document):
        self.send(code, json.dumps(document).encode())

    def send(self, code, body):
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state")
    parser.add_argument("--upstream")
    parser.add_argument("--authority")
    parser.add_argument("certificate")
    parser.add_argument("token")
    options = parser.parse_args()
    server = Server(("127.0.0.1", options.port), Handler)
    store = server.store = Store(options.token)
    server.upstream = None
    if options.upstream:
        upstream = urllib.parse.urlsplit(options.upstream).netloc
        server.upstream = upstream, ssl.create_default_context(cafile=options.authority)
    if options.state:
        if os.path.exists(options.state):
            store.load(options.state)

        def end(*_):
            store.save(options.state)
            os._exit(0)

        signal.signal(signal.SIGTERM, end)
        # Whoever starts it may hold it back.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(f"listening {server.server_port}", flush=True)
    server.serve_forever()


main()
