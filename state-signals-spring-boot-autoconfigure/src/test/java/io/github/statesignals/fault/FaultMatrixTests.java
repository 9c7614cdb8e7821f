package io.github.statesignals.fault;

import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.fault.Ledger.Counts;
import io.github.statesignals.fault.Ledger.Violation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every fault while signals are published on every kind of channel, checked against the
 * {@link Ledger}. The counts are in {@code target/fault-matrix.md}.
 * {@code -Dfaults.publishes} is the least number of publishes for each fault and kind of
 * channel, and {@code -Dfaults.strikes} how often each fault strikes.
 */
@Tag("faults")
@Timeout(3600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultMatrixTests {

	private static final String REPORT = "fault-matrix.md";

	private static final int PUBLISHES = Integer.getInteger("faults.publishes", 300);

	private static final int STRIKES = Integer.getInteger("faults.strikes", 1);

	private Campaign campaign;

	@BeforeAll
	void start() {
		this.campaign = new Campaign(List.of("-XX:TieredStopAtLevel=1", "-Xmx256m"), Campaign.WITH_FAILURES);
		this.campaign.startResponders();
		this.campaign.startExporter();
		Campaign.report(REPORT, "| fault | broadcast: publishes | answered by all | by fewer | missing | unknown "
				+ "| durable: publishes | answered by all | missing | unknown | handled again | recovery |");
		Campaign.report(REPORT, "|---|---|---|---|---|---|---|---|---|---|---|---|");
	}

	@AfterAll
	void stop() {
		if (this.campaign != null) {
			this.campaign.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void eachPromiseHolds(Fault fault) throws Exception {
		this.campaign.beginEpoch(fault.name());
		long recovery = 0;
		for (int i = 0; i < STRIKES; i++) {
			fault.strike(this.campaign);
			long healed = LedgerWriter.now();
			recovery = Math.max(recovery, this.campaign.awaitSuccesses(20, healed) - healed);
		}
		this.campaign.awaitPublishes(PUBLISHES);
		List<Violation> violations = this.campaign.endEpoch(fault.losesData());
		Counts broadcast = Ledger.sum(Stream.of(this.campaign.count(Mode.BROADCAST), this.campaign.count(Mode.NAMED)));
		Counts durable = this.campaign.count(Mode.DURABLE);
		Campaign.report(REPORT, "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %d | %d | %.1f s |".formatted(fault,
				broadcast.publishes(), broadcast.all() + broadcast.failed(), broadcast.fewer(), broadcast.missing(),
				broadcast.withoutResult(), durable.publishes(), durable.all() + durable.failed(), durable.missing(),
				durable.withoutResult(), durable.again(), recovery / 1e9));
		this.campaign.ledger().forget(fault.name());
		Campaign.assertHolds(fault.name(), violations);
	}

}
