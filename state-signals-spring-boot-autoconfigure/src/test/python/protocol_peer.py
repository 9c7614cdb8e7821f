#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A peer that is written from docs/protocol.md alone: `protocol_peer.py PORT CHANNEL exporter|responder [SECRET]`.

Needs no package: neither a Redis client nor `state-signals`. Redis is on 127.0.0.1:PORT. With a SECRET, messages are
signed with key k1, and received ones without a valid signature are skipped. One command a line on stdin, one JSON
object a line on stdout; the first one is {"ready": id}.

  responder: "finish" answers the signals of the event "slow", "bye" leaves
  exporter:  "initialize", "publish EVENT [COUNT]" awaits all answers, "probe" probes all subscribers, "shutdown"
"""
import base64
import hashlib
import hmac
import json
import re
import secrets
import socket
import sys
import threading
import time
import uuid


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Redis:
    """The commands of Redis over a socket."""

    def __init__(self, port):
        self.stream = socket.create_connection(("127.0.0.1", port)).makefile("rwb")

    def send(self, *parts):
        parts = [part if isinstance(part, bytes) else part.encode() for part in parts]
        self.stream.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        self.stream.flush()

    def reply(self):
        line = self.stream.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"$":
            return self.stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b":":
            return int(rest)
        raise IOError(line)


class Peer:
    """What exporters and responders share: channels, frames, signatures."""

    ZEROS = b"0" * 43

    def __init__(self, port, channel, secret):
        suffix = ":" + channel if channel else ""
        self.channel = channel
        self.signals = "event-signal-pubsub" + suffix
        self.responses = "event-signal-response" + suffix
        self.reply_prefix = "event-signal-reply:{%s}:" % self.signals
        self.address = self.reply_prefix + "f." + secrets.token_hex(8)
        self.secret = secret.encode() if secret else None
        self.last_time = 0
        self.publishing = Redis(port)
        self.receiving = Redis(port)
        self.lock = threading.RLock()

    def subscribe(self, *channels):
        self.receiving.send("SUBSCRIBE", *channels)
        for _ in channels:
            self.receiving.reply()
        threading.Thread(target=self.receive, daemon=True).start()

    def receive(self):
        while True:
            _, channel, payload = self.receiving.reply()
            kind = "signal" if channel.decode() == self.signals else "response"
            # Objects joined by line feeds; a malformed one costs itself.
            whole = self.parse(kind, payload)
            messages = [whole] if whole else [self.parse(kind, line) for line in payload.split(b"\n")]
            with self.lock:
                for message in messages:
                    if message:
                        self.on_message(kind, message)

    def parse(self, kind, line):
        try:
            message = json.loads(line)
            texts = ["publisher_id", "event"] + ([] if kind == "signal" else ["responder_id"])
            if not all(isinstance(message[key], str) and len(message[key]) <= 1024 for key in texts):
                return None
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        return message if self.is_verified(kind, message, line) else None

    @staticmethod
    def extension(kind, message):
        holder = message.get("metadata") if kind == "signal" else message
        found = holder.get("_ss") if isinstance(holder, dict) else None
        version = found.get("v") if isinstance(found, dict) else None
        return found if type(version) is int and version >= 1 else None

    def context(self, kind):
        return b"state-signals 1\n%s\n%s\n" % (kind.encode(), self.channel.encode())

    def is_verified(self, kind, message, line):
        if not self.secret:
            return True
        said = self.extension(kind, message) or {}
        signature = str(said.get("sig")).encode()
        if said.get("key") != "k1" or len(signature) != 43 or line.count(signature) != 1:
            return False
        covered = self.context(kind) + line.replace(signature, self.ZEROS)
        expected = base64url(hmac.new(self.secret, covered, hashlib.sha256).digest()).encode()
        fresh = "id" in said or abs(said["at"] - time.time() * 1e6) < 60e6
        return hmac.compare_digest(expected, signature) and fresh

    def encode(self, kind, message):
        said = self.extension(kind, message)
        if not self.secret:
            return json.dumps(message).encode()
        self.last_time = max(self.last_time + 1, int(time.time() * 1e6))
        said.update({"key": "k1", "at": self.last_time, "sig": self.ZEROS.decode()})
        # The place of the signature must read as the starter writes it.
        line = json.dumps(message, separators=(",", ":")).encode()
        mac = hmac.new(self.secret, self.context(kind) + line, hashlib.sha256)
        return line.replace(b'"sig":"' + self.ZEROS, b'"sig":"' + base64url(mac.digest()).encode(), 1)

    def publish(self, channel, kind, *messages):
        with self.lock:
            self.publishing.send("PUBLISH", channel, b"\n".join(self.encode(kind, message) for message in messages))
            self.publishing.reply()

    def is_reply_channel(self, channel):
        return isinstance(channel, str) and channel.startswith(self.reply_prefix) and bool(
            re.fullmatch("[A-Za-z0-9._-]{1,64}", channel[len(self.reply_prefix):]))


class Responder(Peer):

    EVENTS = ["fail", "slow", "work"]

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.id = "page-%s-resp" % uuid.uuid4()
        self.key = base64url(secrets.token_bytes(16))
        self.seal = base64url(hashlib.sha256(self.key.encode()).digest()[:16])
        self.received = set()
        self.slow = []
        self.subscribe(self.signals, self.address)
        self.announce("initialization")

    def announce(self, event, **more):
        self.publish(self.responses, "response",
                     {"responder_id": self.id, "publisher_id": "*", "event": event, "_ss": {"v": 1, **more}})

    def on_message(self, kind, message):
        said = self.extension(kind, message)
        if kind == "response":
            if said and isinstance(said.get("probe"), str) and said.get("state") is None:
                self.answer_probe(message, said)
            return
        publish = (message["publisher_id"], said.get("id")) if said else None
        if message["event"] == "shutdown" or (publish in self.received):
            return
        if publish and message["event"] != "initialization":
            self.received.add(publish)
        if message["event"] == "slow":
            self.slow.append((message, said))
        else:
            self.respond(message, said)

    def answer_probe(self, message, said):
        if self.is_reply_channel(said.get("address")) and len(said["probe"]) <= 128:
            known = message["responder_id"] == self.id
            self.publish(said["address"], "response", {
                "responder_id": message["responder_id"], "publisher_id": message["publisher_id"], "event": "probe",
                "_ss": {"v": 1, "probe": said["probe"], "state": "working" if known else "absent"}})

    def respond(self, signal, said):
        event = signal["event"]
        answer = {"responder_id": self.id, "publisher_id": signal["publisher_id"], "event": event, "ras": 1}
        more = {"v": 1}
        if said and "id" in said:
            more["id"] = said["id"]
        if event == "initialization":
            more.update({"address": self.address, "seal": self.seal})
        elif event == "fail":
            answer.update({"ras": 0, "message": "failed"})
        elif event not in self.EVENTS:
            more["handles"] = self.EVENTS
        if said:
            answer["_ss"] = more
        reply_to = said.get("reply_to") if said else None
        self.publish(reply_to if self.is_reply_channel(reply_to) else self.responses, "response", answer)

    def command(self, name):
        if name == "finish":
            with self.lock:
                slow, self.slow = self.slow, []
            for signal, said in slow:
                self.respond(signal, said)
        elif name == "bye":
            self.announce("shutdown", seal=self.key)
        return {"done": name}


class Exporter(Peer):

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.id = "page-%s" % uuid.uuid4()
        self.start = time.monotonic()
        self.sequence = 0
        self.subscribers = {}
        self.awaited = {}
        self.nonces = {}
        self.result = {}
        self.changed = threading.Condition(self.lock)
        self.subscribe(self.responses, self.address)

    def signal(self, event, sample=-1, **more):
        self.sequence += 1
        said = {"v": 1, "id": base64url(secrets.token_bytes(16)), "seq": self.sequence,
                "sent": int((time.monotonic() - self.start) * 1000), "reply_to": self.address, **more}
        signal = {"publisher_id": self.id, "process_name": "page", "event": event, "runner_host": "bench-1",
                  "sample_no": sample, "tag": "No tag specified"}
        if event == "initialization" or all(said is not None for said in self.subscribers.values()):
            signal["metadata"] = {"_ss": said}
        return signal

    def on_message(self, kind, message):
        said = self.extension(kind, message)
        responder, event = message["responder_id"], message["event"]
        to_all = message["publisher_id"] == "*" and said is not None
        if message["publisher_id"] != self.id and not to_all:
            return
        if said and isinstance(said.get("probe"), str):
            if self.nonces.pop(said["probe"], None) == responder:
                self.result.setdefault("absent" if said.get("state") == "absent" else "working", []).append(responder)
        elif to_all and event == "initialization":
            if responder not in self.subscribers:
                self.publish(self.signals, "signal", self.signal("initialization"))
        elif said and event == "shutdown":
            self.on_bye(responder, said)
        elif event == "initialization":
            self.subscribers.setdefault(responder, said)
        elif event != "shutdown":
            self.on_answer(message, said)
        self.changed.notify_all()

    def on_bye(self, responder, said):
        known = self.subscribers.get(responder)
        key = said.get("seal")
        if known and isinstance(key, str) and known.get("seal") == base64url(
                hashlib.sha256(key.encode()).digest()[:16]):
            del self.subscribers[responder]
            for awaited in self.awaited.values():
                if responder in awaited:
                    awaited.discard(responder)
                    self.result.setdefault("left", []).append(responder)

    def on_answer(self, message, said):
        publish = (said or {}).get("id")
        responder = message["responder_id"]
        if "ras" not in message or responder not in self.awaited.get(publish, ()):
            return
        self.awaited[publish].discard(responder)
        outcome = "acted" if message["ras"] == 1 else "failed"
        handles = said.get("handles")
        self.result.setdefault("unhandled" if outcome == "acted" and handles is not None else outcome, []).append(
            responder)

    def command(self, name, *arguments):
        if name == "initialize":
            self.publish(self.signals, "signal", self.signal("initialization"))
            self.wait(lambda: self.subscribers)
        elif name == "publish":
            self.publish_all(arguments[0], int(arguments[1]) if len(arguments) > 1 else 1)
        elif name == "probe":
            for responder, said in list(self.subscribers.items()):
                nonce = str(uuid.uuid4())
                self.nonces[nonce] = responder
                self.publish(said["address"], "response", {
                    "responder_id": responder, "publisher_id": self.id, "event": "probe",
                    "_ss": {"v": 1, "address": self.address, "probe": nonce}})
            self.wait(lambda: not self.nonces)
        elif name == "shutdown":
            self.publish(self.signals, "signal", self.signal("shutdown"))
        result, self.result = self.result, {}
        return {"done": name, "subscribers": sorted(self.subscribers), **result}

    def publish_all(self, event, count):
        with self.lock:
            signals = [self.signal(event, sample + 1, timeout=30000) for sample in range(count)]
            for signal in signals:
                self.awaited[signal["metadata"]["_ss"]["id"]] = set(self.subscribers)
        framed = self.channel and all(
            str(said.get("address")).startswith(self.reply_prefix + "f.") for said in self.subscribers.values())
        size = 50 if framed else 1
        for first in range(0, count, size):
            self.publish(self.signals, "signal", *signals[first:first + size])
        self.wait(lambda: not any(self.awaited.values()))
        self.awaited.clear()

    def wait(self, condition):
        with self.lock:
            if not self.changed.wait_for(condition, 30):
                raise TimeoutError("no answer")


def main(port, channel, role, secret=None):
    peer = {"exporter": Exporter, "responder": Responder}[role](int(port), channel, secret)
    print(json.dumps({"ready": peer.id}), flush=True)
    for line in sys.stdin:
        try:
            print(json.dumps(peer.command(*line.split())), flush=True)
        except TimeoutError as ex:
            print(json.dumps({"error": str(ex)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
