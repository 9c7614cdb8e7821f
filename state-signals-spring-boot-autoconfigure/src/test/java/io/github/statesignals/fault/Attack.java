package io.github.statesignals.fault;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * Messages that a client sends to do harm while signals are published.
 */
enum Attack {

	NUMBERS("numbers far ahead and behind, in the exporter's name", true) {

		@Override
		void send(Attacker attacker, int i) {
			long number = List.of(Long.MAX_VALUE, 1L << 40, 500L + i, 3L, 1L).get(i % 5);
			attacker.signal(i, attacker.publisher(i), LedgerApplication.EVENT,
					", \"id\": \"forged-%d\", \"seq\": %d, \"sent\": %d".formatted(i, number, i % 7));
		}

	},

	TIMES("times far ahead, in the exporter's name", true) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.signal(i, attacker.publisher(i), LedgerApplication.EVENT,
					", \"id\": \"forged-%d\", \"seq\": %d, \"sent\": %d, \"timeout\": 1".formatted(i, i,
							3_600_000_000L + i));
		}

	},

	ANSWERS("answers of responders without an id", true) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, attacker.responder(i), attacker.publisher(i), LedgerApplication.EVENT, ", \"ras\": 1");
		}

	},

	GUESSED_ANSWERS("answers with guessed ids", true) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, attacker.responder(i), attacker.publisher(i), LedgerApplication.EVENT,
					", \"ras\": %d, \"_ss\": {\"v\": 1, \"id\": \"%s\"}".formatted(i % 2,
							(i % 3 == 0) ? String.valueOf(i) : UUID.randomUUID()));
		}

	},

	HUGE_ANSWERS("answers of 900 kB that no publish awaits", true, 20) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, "forged-" + i, attacker.publisher(i), LedgerApplication.EVENT,
					", \"ras\": 1, \"message\": \"%s\", \"_ss\": {\"v\": 1}".formatted("x".repeat(900_000)));
		}

	},

	BYES("byes of responders", true) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, attacker.responder(i), (i % 2 == 0) ? "*" : attacker.publisher(i), "shutdown",
					(i % 4 < 2) ? ", \"_ss\": {\"v\": 1}" : ", \"_ss\": {\"v\": 1, \"seal\": \"forged\"}");
		}

	},

	PROBES("probes, and answers that responders are not connected", false) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, attacker.responder(i), attacker.publisher(i), LedgerApplication.EVENT,
					", \"_ss\": {\"v\": 1, \"probe\": \"%d\"%s}".formatted(i,
							(i % 2 == 0) ? ", \"state\": \"absent\"" : ""));
		}

	},

	HELLOS("hellos of responders that do not exist", false) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, "forged-" + i, "*", "initialization", ", \"_ss\": {\"v\": 1}");
		}

	},

	SUBSCRIBERS("subscriptions of responders that do not exist", false, 4) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, "forged-" + i, attacker.publisher(i), "initialization",
					", \"ras\": 1, \"_ss\": {\"v\": 1, \"seal\": \"%s\"}".formatted("0".repeat(64)));
		}

		@Override
		boolean mayMiss() {
			return true;
		}

	},

	PYTHON_SUBSCRIBERS("the same, as the Python package subscribes", false, 20) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, "forged-" + i, attacker.publisher(i), "initialization", ", \"ras\": 1");
		}

		@Override
		boolean mayMiss() {
			return true;
		}

	},

	PYTHON_RESPONDERS("subscriptions of the responders, as the Python package subscribes", false) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.response(i, attacker.responder(i), attacker.publisher(i), "initialization", ", \"ras\": 1");
		}

	},

	INITIALIZATIONS("initializations, half of them in the exporter's name", false) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.signal(i, (i % 2 == 0) ? attacker.publisher(i) : "forged-" + i, "initialization", "");
		}

	},

	SHUTDOWNS("shutdowns in the exporter's name", false) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.signal(i, attacker.publisher(i), "shutdown", (i % 2 == 0) ? "" : ", \"seq\": " + i);
		}

	},

	PUBLISHERS("signals of publishers that come and go", false) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.signal(i, "forged-" + UUID.randomUUID(), LedgerApplication.EVENT,
					", \"id\": \"%d\", \"seq\": %d, \"sent\": %d, \"timeout\": 60000".formatted(i, i % 3, i));
		}

	},

	REPLIES("signals that name foreign channels for their answers", false) {

		@Override
		void send(Attacker attacker, int i) {
			String channel = List.of("victim", "event-signal-reply:victim", "event-signal-pubsub").get(i % 3);
			attacker.signal(i, "forged", LedgerApplication.EVENT,
					", \"id\": \"%d\", \"reply_to\": \"%s\"".formatted(i, channel));
		}

	},

	MALFORMED("malformed payloads", true) {

		@Override
		void send(Attacker attacker, int i) {
			attacker.payload(i, malformed(new Random(i), attacker.publisher(i)));
		}

	},

	NUMBERS_IN_METADATA("numbers that cost time, metadata that is deep", false) {

		@Override
		void send(Attacker attacker, int i) {
			String value = List
				.of("1e100000000", "9".repeat(40_000), "5e-324".repeat(1), "-1e-999999999",
						"[".repeat(20_000) + "]".repeat(20_000), "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000))
				.get(i % 6);
			attacker.payload(i, signal("forged", "-1", "{\"value\": %s}".formatted(value)));
		}

	},

	LARGE("signals and responses of 1.5 MB", true, 50) {

		@Override
		void send(Attacker attacker, int i) {
			attacker
				.payload(i,
						signal((i % 2 == 0) ? "forged" : "f".repeat(1_500_000), "-1",
								"{\"value\": \"%s\"}".formatted("x".repeat(1_500_000)))
							.getBytes(StandardCharsets.UTF_8));
		}

	},

	LOG_LINES("ids with line breaks, escape sequences and bidi characters", true) {

		@Override
		void send(Attacker attacker, int i) {
			String id = "\u001b[2J\r\n01:00 ERROR \u202e\u2066\u2028" + i;
			if (i % 2 == 0) {
				attacker.payload(i, signal(id, "1e400", "{}"));
			}
			else {
				attacker.response(i, id, attacker.publisher(i), LedgerApplication.EVENT, ", \"ras\": 0");
			}
		}

	},

	HEARTBEATS("heartbeats of others", false) {

		@Override
		void send(Attacker attacker, int i) {
			for (String channel : (i % 100 == 0) ? attacker.channels("event-signal-heartbeat:*") : List.<String>of()) {
				for (int j = 0; j < 50; j++) {
					attacker.publish(channel, UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8));
				}
			}
		}

	},

	REPLY_CHANNELS("answers and garbage on reply channels", true) {

		@Override
		void send(Attacker attacker, int i) {
			for (String channel : (i % 100 == 0) ? attacker.channels("event-signal-reply:*") : List.<String>of()) {
				for (int j = 0; j < 25; j++) {
					attacker.publish(channel, """
							{"responder_id": "%s", "publisher_id": "%s", "event": "recorded", "ras": 1, "_ss": {"v": 1}}
							no JSON""".formatted(attacker.responder(j), attacker.publisher(j))
						.getBytes(StandardCharsets.UTF_8));
				}
			}
		}

	},

	ENTRIES("entries in the stream of a durable channel that no exporter wrote", true, 4) {

		@Override
		void send(Attacker attacker, int i) {
			String log = "event-signal:{durable}:log";
			switch (i % 4) {
				case 0 -> attacker.command("XADD", log, "*", "0", "no JSON");
				case 1 -> attacker.command("XADD", log, "*", "signals", "{}\n".repeat(300));
				case 2 -> attacker.command("XADD", log, "*", "signals", signal("forged", "-1", "{}"));
				default -> attacker.command("XADD", log, "*", "signals", "x".repeat(10_000));
			}
		}

	},

	KEYS("keys of a durable channel deleted, and of a wrong type", false, 20) {

		@Override
		void send(Attacker attacker, int i) {
			String key = "event-signal:{durable}:"
					+ List.of("lease:a", "reader:b", "dropped:a", "trimmed", "reader:a", "lease:b").get(i % 6);
			attacker.command("DEL", key);
			if (i % 4 == 3) {
				attacker.command("LPUSH", key, "written by another client");
			}
		}

		@Override
		boolean mayMiss() {
			return true;
		}

	};

	private final String title;

	private final boolean counted;

	private final int share;

	Attack(String title, boolean counted) {
		this(title, counted, 1);
	}

	Attack(String title, boolean counted, int share) {
		this.title = title;
		this.counted = counted;
		this.share = share;
	}

	/**
	 * Sends a message.
	 * @param attacker sends it
	 * @param i the number of the message, from 0 on
	 */
	abstract void send(Attacker attacker, int i);

	/**
	 * Returns how many messages are sent.
	 * @param messages the number of small messages that are sent quickly
	 * @return the number
	 */
	int messages(int messages) {
		return messages / this.share;
	}

	/**
	 * Returns whether applications have to count the messages.
	 * @return {@code true} if so
	 */
	boolean counted() {
		return this.counted;
	}

	/**
	 * Returns whether publishes await responders that do not exist, or are prevented from
	 * reading, which is documented.
	 * @return {@code true} if so
	 */
	boolean mayMiss() {
		return false;
	}

	private static String signal(String publisher, String sample, String metadata) {
		return """
				{"publisher_id": %s, "process_name": "forged", "event": "recorded", "runner_host": "elsewhere", \
				"sample_no": %s, "tag": "forged", "metadata": %s}""".formatted(Attacker.quoted(publisher), sample,
				metadata);
	}

	private static byte[] malformed(Random random, String publisher) {
		byte[] payload = signal(publisher, "7", "{\"_ss\": {\"v\": 1, \"seq\": 3}, \"ledger\": null}")
			.getBytes(StandardCharsets.UTF_8);
		for (int i = 0; i <= random.nextInt(4); i++) {
			payload[random.nextInt(payload.length)] = (byte) random.nextInt(256);
		}
		return (random.nextInt(4) > 0) ? payload : java.util.Arrays.copyOf(payload, random.nextInt(payload.length));
	}

	@Override
	public String toString() {
		return this.title;
	}

}
