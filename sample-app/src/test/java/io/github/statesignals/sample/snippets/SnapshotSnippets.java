package io.github.statesignals.sample.snippets;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.github.statesignals.OnSignal;

import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

@Component
@Profile("snippets")
class SnapshotSnippets {

	final List<String> observed = new CopyOnWriteArrayList<>();

	// tag::snapshot[]
	static final class DiskReport {

		private final Map<String, Long> free = new TreeMap<>();

		DiskReport add(String disk, long bytes) {
			this.free.put(disk, bytes);
			return this;
		}

		String fullest() {
			return this.free.keySet()
				.stream()
				.min((one, other) -> this.free.get(one).compareTo(this.free.get(other)))
				.orElse("none");
		}

		@JsonValue
		Map<String, Long> snapshot() {
			return this.free;
		}

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		static DiskReport restore(Map<String, Long> snapshot) {
			DiskReport report = new DiskReport();
			snapshot.forEach(report::add);
			return report;
		}

	}
	// end::snapshot[]

	@OnSignal(responder = "disks")
	void onDiskReport(DiskReport report) {
		this.observed.add(report.fullest());
	}

}
