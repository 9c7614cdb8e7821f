"""Answers with the Python package: a thread per responder."""
import sys
import threading

from state_signals import SignalResponder


def answer(name):
    responder = SignalResponder(redis_host=sys.argv[1], redis_port=int(sys.argv[2]), responder_name=name,
                                log_level="ERROR")
    for signal in responder.listen():
        responder.srespond(signal, ras=1)


responders = 0
print("= ", flush=True)
for line in sys.stdin:
    command, *arguments = line.split()
    while responders < int(dict(argument.split("=") for argument in arguments)["n"]):
        threading.Thread(target=answer, args=(f"python-{responders}",), daemon=True).start()
        responders += 1
    print("= ", flush=True)
