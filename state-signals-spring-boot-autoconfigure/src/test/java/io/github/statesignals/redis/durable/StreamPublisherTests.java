package io.github.statesignals.redis.durable;

import java.util.concurrent.atomic.AtomicReference;

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

	private final Publish publish = new Publish("", new byte[0], new AtomicReference<>());

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

	@Test
	void aSignalThatIsCancelledBetweenRefusedAttemptsWasNotSent() {
		assertThat(this.publish.begin()).isTrue();
		this.publish.retry(REFUSED);
		assertThat(this.publish.isUnsent()).isFalse();
		this.publish.cancel(false);
		assertThat(this.publish.isUnsent()).isTrue();
		assertThat(this.publish.begin()).isFalse();
	}

	@Test
	void aSignalThatIsCancelledDuringAnAttemptMayHaveBeenSent() {
		this.publish.retry(REFUSED);
		this.publish.begin();
		this.publish.cancel(false);
		assertThat(this.publish.isUnsent()).isFalse();
	}

	@Test
	void aSignalThatIsCancelledAfterAnUnconfirmedAttemptMayHaveBeenSent() {
		this.publish.begin();
		this.publish.retry(new QueryTimeoutException("no reply"));
		this.publish.begin();
		this.publish.retry(REFUSED);
		this.publish.cancel(false);
		assertThat(this.publish.isUnsent()).isFalse();
	}

	private Throwable failure() {
		return this.publish.<Throwable>handle((stored, ex) -> ex).join();
	}

}
