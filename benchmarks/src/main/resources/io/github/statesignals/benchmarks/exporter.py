"""Publishes with the Python package: reads commands, answers each with a line of numbers."""
import sys
import time

from state_signals import SignalExporter

exporter = SignalExporter("python", redis_host=sys.argv[1], redis_port=int(sys.argv[2]), log_level="ERROR")
print("= ", flush=True)
for line in sys.stdin:
    command, *arguments = line.split()
    given = dict(argument.split("=") for argument in arguments)
    if command == "await":
        exporter.initialize_and_wait(int(given["n"]), legal_events=["state"], periodic=True)
        print("= ", flush=True)
    else:
        micros, failed = [], 0
        end = time.perf_counter() + int(given["millis"]) / 1000
        while len(micros) < 5 or time.perf_counter() < end:
            begin = time.perf_counter()
            result, _ = exporter.publish_signal("state")
            micros.append((time.perf_counter() - begin) * 1e6)
            failed += int(result) != 0
        micros.sort()
        print(f"= p50={micros[len(micros) // 2]} p99={micros[int(0.99 * (len(micros) - 1))]} "
              f"count={len(micros)} failed={failed}", flush=True)
