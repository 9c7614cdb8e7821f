#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real Python peers for the interoperability tests: `peer.py --port PORT`.

Hosts any number of exporters and responders of the installed package `state-signals` against the Redis on
127.0.0.1:PORT. A test drives it with one JSON object a line on stdin and reads one JSON object a line from stdout.
The first line out is {"ready": true, "version"} with the version of the package. Every command carries an "id", which
its one reply repeats; a command that fails is replied to with {"id": .., "error": "Type: text"}. Arguments that are
missing or null are left to the package's own defaults; the others go to it unchecked.

  {"cmd": "exporter", "name", "process_name", "runner_host"?}                   -> {"publisher_id"}
  {"cmd": "initialize", "name", "legal_events", "tag"?, "expected_resps"?}      -> {"result": null}
  {"cmd": "initialize_and_wait", "name", "await_sub_count", "legal_events", "tag"?, "expected_resps"?,
          "timeout"?, "periodic"?}                                              -> {"result": 0 or 1, "elapsed_ms"}
  {"cmd": "publish", "name", "event", "sample"?, "tag"?, "metadata"?, "timeout"?}
                                                                                -> {"result", "messages", "elapsed_ms"}
  {"cmd": "subs", "name"}                                                       -> {"subs": [responder ids]}
  {"cmd": "shutdown", "name", "tag"?}                                           -> {"result": null}
  {"cmd": "responder", "name", "responder_name", "lock_id"?, "lock_tag"?, "behaviour"?}   -> {"responder_id"}
  {"cmd": "lock_id", "name", "publisher_id"} | {"cmd": "lock_tag", "name", "tag"} | {"cmd": "unlock", "name"}
                                                                                -> {"result": null}
  {"cmd": "respond", "name", "publisher_id", "event", "ras"?, "message"?}       -> {"result": null}
  {"cmd": "stop_responder", "name"}     cuts its connection, with no goodbye    -> {"result": null}
  {"cmd": "record", "name", "pattern"}  records the Redis channels that match   -> {"result": null}
  {"cmd": "recorded", "name"}           when all that was published is reported -> {"result": null}
  {"cmd": "mark", "text"}               logs that line                          -> {"result": null}
  {"cmd": "exit"}                                                               -> none: the process ends

"name" is the test's own handle. Only initialize_and_wait and publish run beside what follows them; the other commands
are done in the order sent. A "behaviour" maps an event, or "*" for any other, to "silent" or to an answer
{"ras"?, "message"?, "delay"? in seconds}; an event it does not cover is not answered. As in a real handler, an answer's
delay holds up the signals behind it. These lines come unasked:

  {"received": "r", "signal": {all seven fields}}      before the answer to it
  {"recorded": "r", "channel", "payload"}           a Redis message as it is, or with \\x.. where it is not UTF-8
  {"died": "r", "error": "Type: text"}              this responder's loop has ended (a bad signal, a lost connection)
  {"thread_died": "Thread-3", "error": "Type: text"}    an exporter's listening thread has ended: it stays deaf

Lines out are ASCII, but NaN and infinities are written as Python writes them. The package logs to stderr, which has
to be drained. The process ends with stdin or with `exit` (status 0), and at the latest after 120 seconds (status 3).
"""
from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import sys
import threading
import time
from importlib.metadata import version
from typing import Any, Callable, TypeVar

import redis
from state_signals import Signal, SignalExporter, SignalResponder

HARD_LIMIT_SECONDS = 120
PATIENCE_SECONDS = 30
HOST = "127.0.0.1"
SILENT = "silent"

Json = dict[str, Any]
T = TypeVar("T")

_stdout_lock = threading.Lock()


def emit(line: Json) -> None:
    with _stdout_lock:
        print(json.dumps(line), flush=True)


def text(error: BaseException | None) -> str:
    return f"{type(error).__name__}: {error}"


def given(command: Json, *keys: str) -> Json:
    """Return those of the keys that the command gives a value."""
    return {key: command[key] for key in keys if command.get(key) is not None}


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """Return the result of the call and its milliseconds."""
    start = time.monotonic()
    value = call()
    return value, round((time.monotonic() - start) * 1000, 1)


class Responder:
    """A responder whose thread reports the signals that it receives, and answers as configured."""

    def __init__(self, name: str, responder: SignalResponder, behaviour: Json) -> None:
        self.name = name
        self.responder = responder
        self._behaviour = behaviour
        self._stopped = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        with contextlib.suppress(AttributeError):  # the loop wakes up at once, and may have dropped the socket first
            self.responder.subscriber.connection.disconnect()

    def _listen(self) -> None:
        try:
            for signal in self.responder.listen():
                if self._stopped.is_set():
                    return
                emit({"received": self.name, "signal": vars(signal)})
                self._answer(signal)
        except Exception as error:
            if not self._stopped.is_set():
                emit({"died": self.name, "error": text(error)})

    def _answer(self, signal: Signal) -> None:
        answer = self._behaviour.get(signal.event, self._behaviour.get("*", SILENT))
        if answer == SILENT or self._stopped.wait(answer.get("delay", 0)):
            return
        self.responder.srespond(signal, **given(answer, "ras", "message"))


class Recorder:
    """Reports every message on the Redis channels that match a pattern."""

    def __init__(self, name: str, port: int, pattern: str) -> None:
        self._name = name
        self._redis = redis.Redis(host=HOST, port=port)
        self._marks = f"peer-marks:{name}"
        self._arrivals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._subscription = self._redis.pubsub()
        self._subscription.psubscribe(pattern)
        self._subscription.subscribe(self._marks)
        threading.Thread(target=self._listen, daemon=True).start()
        self._arrivals.get(timeout=PATIENCE_SECONDS)

    def catch_up(self) -> None:
        """Return once everything that was published before is reported: a connection receives in that order."""
        self._redis.publish(self._marks, "")
        self._arrivals.get(timeout=PATIENCE_SECONDS)

    def _listen(self) -> None:
        for message in self._subscription.listen():
            if message["type"] == "pmessage":
                payload = message["data"].decode(errors="backslashreplace")
                emit({"recorded": self._name, "channel": message["channel"].decode(), "payload": payload})
            elif message["type"] in ("subscribe", "message"):
                self._arrivals.put(None)


class Peer:
    """The commands, each a method `do_<cmd>` that returns the contents of its reply except the id."""

    CONCURRENT = {"initialize_and_wait", "publish"}

    def __init__(self, port: int) -> None:
        self._redis = {"redis_host": HOST, "redis_port": port, "log_level": "WARNING"}
        self._exporters: dict[str, SignalExporter] = {}
        self._responders: dict[str, Responder] = {}
        self._recorders: dict[str, Recorder] = {}

    def handle(self, line: bytes) -> None:
        command: Json = {}
        try:
            command = json.loads(line)
            if command["cmd"] == "exit":
                os._exit(0)
            do = getattr(self, f"do_{command['cmd']}")
        except Exception as error:
            command_id = command.get("id") if isinstance(command, dict) else None
            emit({"id": command_id, "error": text(error)})
            return
        if command["cmd"] in self.CONCURRENT:
            threading.Thread(target=self._run, args=(do, command), daemon=True).start()
        else:
            self._run(do, command)

    @staticmethod
    def _run(do: Callable[[Json], Json], command: Json) -> None:
        try:
            reply = do(command)
        except Exception as error:
            reply = {"error": text(error)}
        emit({"id": command.get("id"), **reply})

    def do_exporter(self, command: Json) -> Json:
        require_free(command["name"], self._exporters)
        exporter = SignalExporter(command["process_name"], **given(command, "runner_host"), **self._redis)
        self._exporters[command["name"]] = exporter
        return {"publisher_id": exporter.pub_id}

    def do_initialize(self, command: Json) -> Json:
        return {"result": self._exporter(command).initialize(**given(command, "legal_events", "tag", "expected_resps"))}

    def do_initialize_and_wait(self, command: Json) -> Json:
        keys = ("await_sub_count", "legal_events", "tag", "expected_resps", "timeout", "periodic")
        exporter = self._exporter(command)
        result, elapsed = timed(lambda: exporter.initialize_and_wait(**given(command, *keys)))
        return {"result": result, "elapsed_ms": elapsed}

    def do_publish(self, command: Json) -> Json:
        keys = ("event", "sample", "tag", "metadata", "timeout")
        exporter = self._exporter(command)
        (code, messages), elapsed = timed(lambda: exporter.publish_signal(**given(command, *keys)))
        return {"result": int(code), "messages": dict(messages), "elapsed_ms": elapsed}

    def do_subs(self, command: Json) -> Json:
        return {"subs": sorted(self._exporter(command).subs.copy(), key=str)}

    def do_shutdown(self, command: Json) -> Json:
        return {"result": self._exporter(command).shutdown(**given(command, "tag"))}

    def do_responder(self, command: Json) -> Json:
        name = command["name"]
        require_free(name, self._responders)
        responder = SignalResponder(**given(command, "responder_name"), **self._redis)
        if command.get("lock_id") is not None:
            responder.lock_id(command["lock_id"])
        if command.get("lock_tag") is not None:
            responder.lock_tag(command["lock_tag"])
        self._responders[name] = Responder(name, responder, command.get("behaviour") or {})
        return {"responder_id": responder.responder_id}

    def do_lock_id(self, command: Json) -> Json:
        return {"result": self._responder(command).lock_id(command["publisher_id"])}

    def do_lock_tag(self, command: Json) -> Json:
        return {"result": self._responder(command).lock_tag(command["tag"])}

    def do_unlock(self, command: Json) -> Json:
        return {"result": self._responder(command).unlock()}

    def do_respond(self, command: Json) -> Json:
        keys = ("publisher_id", "event", "ras", "message")
        return {"result": self._responder(command).respond(**given(command, *keys))}

    def do_stop_responder(self, command: Json) -> Json:
        return {"result": self._responders.pop(command["name"]).stop()}

    def do_record(self, command: Json) -> Json:
        name = command["name"]
        require_free(name, self._recorders)
        self._recorders[name] = Recorder(name, self._redis["redis_port"], command["pattern"])
        return {"result": None}

    def do_recorded(self, command: Json) -> Json:
        return {"result": self._recorders[command["name"]].catch_up()}

    @staticmethod
    def do_mark(command: Json) -> Json:
        return {"result": print(command["text"], file=sys.stderr, flush=True)}

    def _exporter(self, command: Json) -> SignalExporter:
        return self._exporters[command["name"]]

    def _responder(self, command: Json) -> SignalResponder:
        return self._responders[command["name"]].responder


def require_free(name: str, taken: Json) -> None:
    if name in taken:
        raise ValueError(f"the name '{name}' is taken")


def report_thread_death(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else None
    emit({"thread_died": name, "error": text(args.exc_value)})


def main() -> None:
    parser = argparse.ArgumentParser(description="Real Python peers for the interoperability tests.")
    parser.add_argument("--port", type=int, required=True)
    peer = Peer(parser.parse_args().port)
    limit = threading.Timer(HARD_LIMIT_SECONDS, os._exit, args=(3,))
    limit.daemon = True
    limit.start()
    threading.excepthook = report_thread_death
    try:
        emit({"ready": True, "version": version("state-signals")})
        for line in sys.stdin.buffer:
            peer.handle(line)
    finally:
        os._exit(0)  # the package's threads are not daemons, and the process would not end


if __name__ == "__main__":
    main()
