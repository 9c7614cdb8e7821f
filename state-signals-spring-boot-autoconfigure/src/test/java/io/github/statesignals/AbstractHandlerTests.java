package io.github.statesignals;

import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Base of the tests of {@link OnSignal} methods in applications with the starter and a
 * transport without Redis.
 */
@Timeout(60)
abstract class AbstractHandlerTests {

	final InMemoryBroker broker = new InMemoryBroker();

	@AutoClose("stop")
	final TestPublisher publisher = new TestPublisher(this.broker.transport());

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class, JacksonAutoConfiguration.class,
				PropertyPlaceholderAutoConfiguration.class))
		.withBean(SignalTransport.class, this.broker::transport)
		.withPropertyValues("spring.application.name=app", "state-signals.responder.unhandled=reject");

	@BeforeEach
	void startPublisher() {
		this.publisher.start();
	}

	static void assertInvalid(AssertableApplicationContext context, String method, String problem, String remedy) {
		assertThat(context).hasFailed();
		assertThat(context.getStartupFailure()).isInstanceOfSatisfying(InvalidSignalHandlerException.class, (ex) -> {
			assertThat(ex).hasMessageContaining(method).hasMessageContaining(problem);
			assertThat(ex.getRemedy()).contains(remedy);
		});
	}

}
