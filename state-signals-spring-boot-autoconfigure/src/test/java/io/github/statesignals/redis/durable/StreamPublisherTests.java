package io.github.statesignals.redis.durable;

import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.StreamPublisher.Publish;
import io.github.statesignals.transport.SignalNotSentException;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The failure of a signal that was sent several times.
 */
class StreamPublisherTests {

	private static final SignalNotSentException REFUSED = RedisExceptions
		.notSent(new DataAccessResourceFailureException("refused"));

	private final Publish publish = new Publish("", new byte[0]);

	@Test
	void aSignalWhoseEarlierAttemptWasNotConfirmedMayHaveBeenSent() {
		this.publish.retry(new QueryTimeoutException("no reply"));
		this.publish.retry(REFUSED);
		this.publish.fail(REFUSED);
		assertThat(failure()).isExactlyInstanceOf(DataAccessResourceFailureException.class).hasMessage("refused");
	}

	@Test
	void aSignalThatEachAttemptRefusedWasNotSent() {
		this.publish.retry(REFUSED);
		this.publish.fail(REFUSED);
		assertThat(failure()).isSameAs(REFUSED);
	}

	private Throwable failure() {
		return this.publish.<Throwable>handle((stored, ex) -> ex).join();
	}

}
