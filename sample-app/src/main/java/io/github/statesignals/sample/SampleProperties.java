package io.github.statesignals.sample;

import java.time.Duration;
import java.util.Locale;
import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties under {@code sample}.
 *
 * @param workload duration of the workload of a run
 * @param collectors number of collectors that a run waits for
 * @param patience time for which it waits for them
 * @param interval interval between two samples
 * @param late latency from which the page shows an answer as late
 * @param fail the collectors of this process that refuse: {@code --fail=memory}
 */
@ConfigurationProperties("sample")
record SampleProperties(@DefaultValue("3s") Duration workload, @DefaultValue("3") int collectors,
		@DefaultValue("10s") Duration patience, @DefaultValue("100ms") Duration interval,
		@DefaultValue("1s") Duration late, @DefaultValue Set<CollectorName> fail) {

	enum CollectorName {

		CPU, MEMORY, GC;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
