package io.github.statesignals.core.engine;

import io.github.statesignals.SignalsMissedEvent;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MissedSignals}.
 */
@Timeout(120)
class MissedSignalsTests {

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	@Test
	void manyGapsOfAPublisherAreOneEventASecond() {
		Application application = this.applications.start();
		MissedSignals missed = missed(application);
		for (int i = 0; i < 10_000; i++) {
			missed.add("c", "p", 3);
		}
		assertThat(application.nextEvent()).isEqualTo(new SignalsMissedEvent("p", "c", 3));
		application.hasNoEvent();
		this.applications.timer().advance(MissedSignals.INTERVAL);
		assertThat(application.nextEvent()).isEqualTo(new SignalsMissedEvent("p", "c", 29_997));
		this.applications.timer().advance(MissedSignals.INTERVAL);
		application.hasNoEvent();
		assertThat(this.applications.timer().scheduled()).isZero();
		assertThat(application.engine().counters().missed.sum()).isEqualTo(30_000);
	}

	@Test
	void sumOfGapsDoesNotOverflow() {
		Application application = this.applications.start();
		MissedSignals missed = missed(application);
		missed.add("c", "p", 1);
		missed.add("c", "p", Long.MAX_VALUE - 1);
		missed.add("c", "p", Long.MAX_VALUE - 1);
		assertThat(application.nextEvent()).isEqualTo(new SignalsMissedEvent("p", "c", 1));
		this.applications.timer().advance(MissedSignals.INTERVAL);
		assertThat(application.nextEvent()).isEqualTo(new SignalsMissedEvent("p", "c", 2 * MissedSignals.LARGEST));
		assertThat(application.engine().counters().missed.sum()).isEqualTo(2 * MissedSignals.LARGEST + 1);
	}

	@Test
	void gapsOfManyPublishersAreBounded() {
		Application application = this.applications.start();
		MissedSignals missed = missed(application);
		for (int i = 0; i < 15_000; i++) {
			missed.add("c", "p" + i, 1);
		}
		for (int i = 0; i < MissedSignals.PUBLISHERS; i++) {
			assertThat(application.nextEvent()).isEqualTo(new SignalsMissedEvent("p" + i, "c", 1));
		}
		application.hasNoEvent();
		assertThat(application.engine().counters().missed.sum()).isEqualTo(15_000);
	}

	private MissedSignals missed(Application application) {
		return new MissedSignals(application.engine().services().events(), application.engine().counters(),
				this.applications.timer());
	}

}
