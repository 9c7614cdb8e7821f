package io.github.statesignals.fault;

import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import io.github.statesignals.fault.Campaign.Status;
import io.github.statesignals.fault.Ledger.Counts;
import io.github.statesignals.fault.Ledger.Violation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every attack while signals are published on every kind of channel, checked against the
 * {@link Ledger}. The counts are in {@code target/attack-matrix.md}.
 * {@code -Dattacks.messages} is the number of messages of each attack; of large ones it
 * is a fraction of that.
 */
@Tag("faults")
@Timeout(3600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackMatrixTests {

	private static final String REPORT = "attack-matrix.md";

	private static final int MESSAGES = Integer.getInteger("attacks.messages", 2_000);

	private static final int BURSTS = 5;

	private static final int PUBLISHES_BETWEEN_BURSTS = 20;

	private static final String VICTIM = "victim";

	private Campaign campaign;

	private RedisSubscription victim;

	@BeforeAll
	void start() {
		this.campaign = new Campaign(List.of("-XX:TieredStopAtLevel=1", "-Xmx128m"), "ledger.timeout=8s",
				"exporter.evict-after-missed=2");
		this.campaign.startResponders();
		this.campaign.startExporter();
		this.victim = new RedisSubscription(this.campaign.server().port(), VICTIM);
		Campaign.report(REPORT, "| attack | messages | refused | publishes | answered by all | missing responders "
				+ "| unknown | false results | log lines | heap |");
		Campaign.report(REPORT, "|---|---|---|---|---|---|---|---|---|---|");
	}

	@AfterAll
	void stop() {
		if (this.victim != null) {
			this.victim.close();
		}
		if (this.campaign != null) {
			this.campaign.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void noResultIsFalseAndNoResponderIsBlamed(Attack attack) {
		Map<String, Status> before = this.campaign.status();
		this.campaign.beginEpoch(attack.name());
		int messages = attack.messages(MESSAGES);
		int sent;
		try (Attacker attacker = new Attacker(this.campaign)) {
			for (int burst = 0; burst < BURSTS; burst++) {
				for (int i = messages * burst / BURSTS; i < messages * (burst + 1) / BURSTS; i++) {
					attack.send(attacker, i);
				}
				attacker.flush();
				int published = Stream.of(Mode.values()).mapToInt(this.campaign::publishes).max().orElse(0);
				if (!attack.mayMiss()) {
					this.campaign.awaitPublishes(published + PUBLISHES_BETWEEN_BURSTS);
				}
			}
			sent = attacker.sent();
		}
		this.campaign.awaitSuccesses(PUBLISHES_BETWEEN_BURSTS, LedgerWriter.now());
		List<Violation> violations = this.campaign.endEpoch(false);
		Map<String, Status> after = this.campaign.status();
		Counts counts = Ledger.sum(Stream.of(Mode.values()).map(this.campaign::count));
		long refused = sum(after, Status::refused) - sum(before, Status::refused);
		long lines = sum(after, Status::logLines) - sum(before, Status::logLines);
		long heap = after.values().stream().mapToLong(Status::heap).max().orElse(0);
		Campaign.report(REPORT,
				"| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d MB |".formatted(attack, sent, refused,
						counts.publishes(), counts.all(), counts.blamed(), counts.unknown() + counts.unsent(),
						violations.size(), lines, heap >> 20));
		this.campaign.ledger().forget(attack.name());
		Campaign.assertHolds(attack.name(), violations);
		assertThat(sent).isPositive();
		assertThat(this.victim.received()).isEmpty();
		assertThat(counts.unknown() + counts.unsent()).as("publishes that failed").isZero();
		if (attack != Attack.KEYS) {
			assertThat(counts.blamed()).as("results that blame a responder").isZero();
		}
		if (!attack.mayMiss()) {
			assertThat(counts.missing()).as("results that miss a responder").isZero();
		}
		if (attack.counted()) {
			assertThat(refused).as("messages that were counted").isPositive();
		}
		assertThat(lines).as("lines in the logs").isLessThan(200);
		assertThat(heap).as("heap in use").isLessThan(100 << 20);
	}

	private static long sum(Map<String, Status> statuses, ToLongFunction<Status> number) {
		return statuses.values().stream().mapToLong(number).sum();
	}

}
