package io.github.statesignals.fault;

import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Something that breaks while signals are published.
 */
enum Fault {

	NONE("none") {

		@Override
		void strike(Campaign campaign) {
		}

	},

	REDIS_KILLED("Redis killed (SIGKILL), restarted after 1 s") {

		@Override
		void strike(Campaign campaign) throws InterruptedException {
			campaign.server().kill();
			TimeUnit.SECONDS.sleep(1);
			campaign.server().restart();
		}

	},

	REDIS_EMPTY("Redis killed, restarted without its data") {

		@Override
		void strike(Campaign campaign) {
			campaign.server().restartEmpty();
		}

	},

	REDIS_FLUSHED("all data deleted (FLUSHALL)") {

		@Override
		void strike(Campaign campaign) {
			campaign.server().command("FLUSHALL");
		}

	},

	REDIS_FROZEN("Redis frozen (SIGSTOP) for 5 s") {

		@Override
		void strike(Campaign campaign) throws InterruptedException {
			campaign.server().freeze();
			TimeUnit.SECONDS.sleep(5);
			campaign.server().thaw();
		}

	},

	REDIS_PAUSED("commands suspended (CLIENT PAUSE) for 4 s") {

		@Override
		void strike(Campaign campaign) throws InterruptedException {
			campaign.server().command("CLIENT", "PAUSE", "4000", "ALL");
			TimeUnit.SECONDS.sleep(4);
		}

	},

	SUBSCRIPTIONS_KILLED("pub/sub connections killed 10 times") {

		@Override
		void strike(Campaign campaign) {
			for (int i = 0; i < 10; i++) {
				assertThat(campaign.server().killPubSub()).isPositive();
				campaign.awaitSuccesses(5, LedgerWriter.now());
			}
		}

	},

	CONNECTIONS_KILLED("other connections killed 10 times") {

		@Override
		void strike(Campaign campaign) {
			for (int i = 0; i < 10; i++) {
				assertThat(campaign.server().command("CLIENT", "KILL", "TYPE", "normal")).isNotEqualTo("0");
				campaign.awaitSuccesses(5, LedgerWriter.now());
			}
		}

	},

	EXPORTER_DISCONNECTED("all connections of the exporter killed 5 times") {

		@Override
		void strike(Campaign campaign) {
			disconnect(campaign, "exporter");
		}

	},

	RESPONDER_DISCONNECTED("all connections of a responder killed 5 times") {

		@Override
		void strike(Campaign campaign) {
			disconnect(campaign, "a");
		}

	},

	OUTPUT_BUFFER("output buffer of a frozen responder overflows") {

		@Override
		void strike(Campaign campaign) {
			RedisProcess server = campaign.server();
			server.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 256kb 128kb 1");
			campaign.process("a").freeze();
			campaign.publish(100_000);
			Campaign.await().until(() -> !subscribed(server, "a"));
			campaign.publish(0);
			campaign.process("a").thaw();
			server.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60");
		}

		private boolean subscribed(RedisProcess server, String name) {
			return server.command("CLIENT", "LIST", "TYPE", "pubsub")
				.lines()
				.anyMatch((client) -> client.contains(" name=" + name + " "));
		}

	},

	EXPORTER_FROZEN("exporter process frozen for 5 s") {

		@Override
		void strike(Campaign campaign) throws InterruptedException {
			freeze(campaign.exporter());
		}

	},

	RESPONDER_FROZEN("responder process frozen for 5 s") {

		@Override
		void strike(Campaign campaign) throws InterruptedException {
			freeze(campaign.process("b"));
		}

	},

	RESPONDER_TERMINATED("responder process terminated, another one started") {

		@Override
		void strike(Campaign campaign) {
			campaign.process("b").terminate();
			campaign.process("b").join();
			campaign.awaitReady(campaign.launch("b", "responder.enabled=true"));
		}

	},

	RESPONDER_KILLED("responder process killed, another one started") {

		@Override
		void strike(Campaign campaign) {
			campaign.process("b").kill();
			campaign.awaitReady(campaign.launch("b", "responder.enabled=true"));
		}

	},

	RESPONDER_REPLACED("responder process frozen past its lease, replaced, continued") {

		@Override
		void strike(Campaign campaign) throws InterruptedException {
			JavaProcess frozen = campaign.process("a");
			frozen.freeze();
			long before = LedgerWriter.now();
			campaign.awaitReady(campaign.launch("a", "responder.enabled=true"));
			campaign.awaitSuccesses(20, before);
			long since = LedgerWriter.now();
			frozen.thaw();
			campaign.awaitSuccesses(100, since);
			frozen.terminate();
			frozen.join();
		}

	},

	EXPORTER_KILLED("exporter process killed, another one started") {

		@Override
		void strike(Campaign campaign) {
			campaign.exporter().kill();
			campaign.exporterEnded();
			campaign.startExporter();
			campaign.publish(0);
		}

	},

	ALL_KILLED("Redis and all processes killed, restarted") {

		@Override
		void strike(Campaign campaign) {
			campaign.exporter().kill();
			campaign.server().kill();
			Campaign.RESPONDERS.forEach((name) -> campaign.process(name).kill());
			campaign.exporterEnded();
			campaign.server().restart();
			campaign.startResponders();
			campaign.startExporter();
			campaign.publish(0);
		}

	};

	private final String title;

	Fault(String title) {
		this.title = title;
	}

	/**
	 * Breaks something, and ends the fault.
	 * @param campaign the processes
	 * @throws InterruptedException if the thread is interrupted
	 */
	abstract void strike(Campaign campaign) throws InterruptedException;

	boolean losesData() {
		return this == REDIS_EMPTY || this == REDIS_FLUSHED;
	}

	private static void disconnect(Campaign campaign, String name) {
		for (int i = 0; i < 5; i++) {
			assertThat(campaign.server().killClients(" name=" + name + " ")).isPositive();
			campaign.awaitSuccesses(5, LedgerWriter.now());
		}
	}

	private static void freeze(JavaProcess process) throws InterruptedException {
		process.freeze();
		TimeUnit.SECONDS.sleep(5);
		process.thaw();
	}

	@Override
	public String toString() {
		return this.title;
	}

}
