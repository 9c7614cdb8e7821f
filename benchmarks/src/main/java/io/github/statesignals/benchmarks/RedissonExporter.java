package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.statesignals.benchmarks.RedissonMessages.RedissonResponse;
import io.github.statesignals.benchmarks.RedissonMessages.RedissonSignal;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;

/**
 * Publishes on a topic of Redisson, and counts the answers on another.
 */
final class RedissonExporter implements ExporterArm {

	private final AtomicLong samples = new AtomicLong();

	private final String publisherId = "redisson-" + UUID.randomUUID();

	private final Set<String> subscribers = ConcurrentHashMap.newKeySet();

	private final Map<String, Pending> pendings = new ConcurrentHashMap<>();

	private final RTopic signals;

	RedissonExporter(Arguments arguments) {
		RedissonClient client = RedissonMessages.connect(arguments);
		this.signals = client.getTopic(RedissonMessages.SIGNALS);
		client.getTopic(RedissonMessages.RESPONSES)
			.addListener(RedissonResponse.class, (channel, response) -> onResponse(response));
	}

	@Override
	public boolean await(int awaited, Duration timeout) throws InterruptedException {
		return ExporterArm.initialize(() -> send(RedissonMessages.INITIALIZATION, "0"),
				() -> this.subscribers.size() >= awaited, timeout);
	}

	@Override
	public boolean publish() throws Exception {
		return publishAsync().get(RESPONSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Override
	public CompletableFuture<Boolean> publishAsync() {
		String id = UUID.randomUUID().toString();
		Pending pending = new Pending(ConcurrentHashMap.newKeySet(), new CompletableFuture<>());
		pending.missing.addAll(this.subscribers);
		this.pendings.put(id, pending);
		send(EVENT, id);
		return pending.future;
	}

	private void send(String event, String id) {
		this.signals.publishAsync(new RedissonSignal(this.publisherId, "redisson", event, "localhost",
				this.samples.getAndIncrement(), TAG, METADATA, id));
	}

	private void onResponse(RedissonResponse response) {
		if (!response.publisherId().equals(this.publisherId)) {
			return;
		}
		if (response.event().equals(RedissonMessages.INITIALIZATION)) {
			this.subscribers.add(response.responderId());
			return;
		}
		Pending pending = this.pendings.get(response.id());
		if (pending != null && pending.missing.remove(response.responderId()) && pending.missing.isEmpty()) {
			this.pendings.remove(response.id());
			pending.future.complete(response.ras() == 1);
		}
	}

	private record Pending(Set<String> missing, CompletableFuture<Boolean> future) {
	}

}
