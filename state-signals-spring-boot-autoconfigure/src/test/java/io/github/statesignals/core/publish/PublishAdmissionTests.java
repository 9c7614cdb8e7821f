package io.github.statesignals.core.publish;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PublishAdmissionTests {

	private static final long SHARE = Runtime.getRuntime().maxMemory() / 16;

	private final PublishAdmission admission = new PublishAdmission(2);

	@Test
	void publicationsAreBoundedInMemory() {
		Publication first = Publications.ofSize("first", SHARE * 2 / 3);
		assertThat(this.admission.admit(first)).isNull();
		assertThat(this.admission.admit(Publications.ofSize("second", SHARE * 2 / 3))).hasMessageContainingAll(
				"the signals of exporter 'p' in flight take %d MB".formatted(SHARE / 1_000_000), "-Xmx");
		this.admission.release(first);
		assertThat(this.admission.admit(Publications.ofSize("third", SHARE * 2 / 3))).isNull();
	}

	@Test
	void publicationsAreBoundedInNumber() {
		Publication first = Publications.ofSize("first", 1_000);
		assertThat(this.admission.admit(first)).isNull();
		assertThat(this.admission.admit(Publications.ofSize("second", 1_000))).isNull();
		assertThat(this.admission.admit(Publications.ofSize("third", 1_000))).hasMessageContainingAll(
				"2 publishes of exporter 'p' are in flight already", "state-signals.exporter.max-pending");
		this.admission.release(first);
		assertThat(this.admission.admit(Publications.ofSize("fourth", 1_000))).isNull();
	}

}
