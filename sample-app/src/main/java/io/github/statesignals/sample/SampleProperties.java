package io.github.statesignals.sample;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What can be set under {@code sample}.
 *
 * @param workload how long the workload of a run takes
 * @param collectors how many collectors a run waits for
 * @param patience how long it waits for them
 * @param interval how often a collector samples
 * @param fail the collectors of this process that refuse: {@code --fail=memory}
 */
@ConfigurationProperties("sample")
record SampleProperties(@DefaultValue("3s") Duration workload, @DefaultValue("3") int collectors,
		@DefaultValue("10s") Duration patience, @DefaultValue("100ms") Duration interval,
		@DefaultValue Set<CollectorName> fail) {

	enum CollectorName {

		CPU, MEMORY, GC;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
