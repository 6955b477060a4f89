"""What both receivers share: which answer is next, and the record of what came."""

import base64
import json
import threading

import otlp


class Exchange:
    def __init__(self, answers, file, is_counting):
        self.answers = answers
        self.file = file
        self.is_counting = is_counting
        self.lock = threading.Lock()

    def answer(self):
        """The next: its kind, and the rest of it."""
        with self.lock:
            text = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        kind, _, rest = text.partition(":")
        return kind, rest, text

    def record(self, line, body, read=None):
        """To be called before the answer is given."""
        if not self.file:
            return
        read = read or (otlp.counted if self.is_counting else otlp.decoded)
        try:
            line |= {"bytes": len(body)} | read(body, is_json=line.pop("json"))
        except Exception as error:
            line |= {"error": repr(error), "body": base64.b64encode(body).decode()}
        with self.lock:
            print(json.dumps(line), file=self.file, flush=True)
            print("request", flush=True)
