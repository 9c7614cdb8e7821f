package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.transport.SignalTransport;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Spies of beans with {@link OnSignal} methods, as tests of an application have them.
 */
@Timeout(60)
@SpringJUnitConfig
@TestPropertySource(properties = "spring.application.name=app")
class SpiedHandlersTests {

	@Autowired
	private SignalExporter exporter;

	@MockitoSpyBean
	private Plain plain;

	@MockitoSpyBean
	private Proxied proxied;

	@Test
	void spySeesEachSignalOnce() {
		assertThat(this.exporter.initializeAndWait(1, Duration.ofSeconds(20), "plain", "proxied")).isTrue();
		this.exporter.publish("plain");
		verify(this.plain, times(1)).handle();
		assertThat(this.plain.calls).hasSize(1);
		assertThat(AopUtils.isAopProxy(this.proxied)).isTrue();
		assertThat(this.exporter.signal("proxied").metadata("name", "fio").publish().messages()).containsValue("fio");
		verify(this.proxied, times(1)).handle("fio");
		assertThat(this.exporter.signal("proxied").metadata("name", " ").publish().code())
			.isEqualTo(ResultCode.SUB_FAILED);
		verify(this.proxied, times(1)).handle("fio");
	}

	static class Plain {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		@OnSignal(event = "plain")
		final void handle() {
			this.calls.add("plain");
		}

	}

	@Validated
	static class Proxied {

		@OnSignal(event = "proxied")
		Acknowledgement handle(@NotBlank String name) {
			return Acknowledgement.success(name);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ StateSignalsAutoConfiguration.class, JacksonAutoConfiguration.class,
			ValidationAutoConfiguration.class })
	static class Application {

		@Bean
		SignalTransport transport() {
			return new InMemoryBroker().transport();
		}

		@Bean
		Plain plain() {
			return new Plain();
		}

		@Bean
		Proxied proxied() {
			return new Proxied();
		}

	}

}
