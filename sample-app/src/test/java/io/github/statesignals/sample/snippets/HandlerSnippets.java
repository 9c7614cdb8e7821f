package io.github.statesignals.sample.snippets;

import java.io.File;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

@Component
@Profile("snippets")
class HandlerSnippets {

	final Sampler sampler = new Sampler();

	private final Caches caches = new Caches();

	// tag::handler[]
	@OnSignal(event = "benchmark-start")
	void start(Signal signal, Run run) {
		this.sampler.begin(signal.tag(), run.uuid());
	}
	// end::handler[]

	// tag::acknowledgement[]
	@OnSignal(event = "cache-flip", responder = "cache")
	Acknowledgement flip(String region, Optional<Integer> shard) {
		int evicted = this.caches.evict(region, shard);
		return Acknowledgement.success("evicted " + evicted);
	}
	// end::acknowledgement[]

	// tag::failure[]
	@OnSignal(event = "benchmark-stop")
	Acknowledgement stop(Signal signal, Run run) {
		return this.sampler.end(signal.tag()) ? Acknowledgement.success("sampled " + run.uuid())
				: Acknowledgement.failure("never began " + run.uuid());
	}
	// end::failure[]

	// tag::boolean[]
	@OnSignal(event = "disk-check")
	boolean hasRoom(long bytes) { // false answers ras 0
		return new File(".").getUsableSpace() >= bytes;
	}
	// end::boolean[]

	// tag::future[]
	@OnSignal(event = "cache-refresh")
	CompletableFuture<Acknowledgement> refresh(int entries) { // answers when complete
		return CompletableFuture.supplyAsync(() -> Acknowledgement.success("refreshed " + entries));
	}
	// end::future[]

	record Run(String uuid) {
	}

	static class Sampler {

		final Map<String, String> runs = new ConcurrentHashMap<>();

		void begin(String tag, String uuid) {
			this.runs.put(tag, uuid);
		}

		boolean end(String tag) {
			return this.runs.remove(tag) != null;
		}

	}

	static class Caches {

		int evict(String region, Optional<Integer> shard) {
			return region.length() + shard.orElse(0);
		}

	}

}
