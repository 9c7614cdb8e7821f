package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.SilentTransport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ExporterRegistry}.
 */
class ExporterRegistryTests {

	private static final String ID = "conductor-1";

	private final ExporterRegistry registry = new ExporterRegistry(new Outbound(new SilentTransport(), () -> true));

	@Test
	void findsAnExporterThatIsInitializedAgainMeanwhile() throws Exception {
		DefaultSignalExporter exporter = mock(DefaultSignalExporter.class);
		given(exporter.getPublisherId()).willReturn(ID);
		this.registry.remove(exporter);
		FutureTask<DefaultSignalExporter> finding = new FutureTask<>(() -> this.registry.find(ID));
		Thread finder = new Thread(finding);
		finder.setDaemon(true);
		synchronized (this.registry) {
			finder.start();
			// It was no initialized one, and may be one that has ended.
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> finder.getState() == Thread.State.BLOCKED);
			this.registry.register(exporter);
		}
		assertThat(finding.get(20, TimeUnit.SECONDS)).isSameAs(exporter);
	}

}
