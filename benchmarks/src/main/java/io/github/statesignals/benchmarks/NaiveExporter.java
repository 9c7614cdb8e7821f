package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.github.statesignals.benchmarks.NaiveMessages.NaiveResponse;
import io.github.statesignals.benchmarks.NaiveMessages.NaiveSignal;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Publishes as a user of Spring does without the starter: template, container, records,
 * and a thread per publish that waits for its answers.
 */
final class NaiveExporter implements ExporterArm {

	private static final int THREADS = 256;

	private final AtomicLong samples = new AtomicLong();

	private final String publisherId = "naive-" + UUID.randomUUID();

	private final Set<String> subscribers = ConcurrentHashMap.newKeySet();

	private final Map<String, Pending> pendings = new ConcurrentHashMap<>();

	private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

	private final StringRedisTemplate template;

	NaiveExporter(Arguments arguments) {
		ConfigurableApplicationContext context = SpringArm.start(NaiveMessages.Application.class, arguments);
		this.template = context.getBean(StringRedisTemplate.class);
		context.getBean("listenerContainer", RedisMessageListenerContainer.class)
			.addMessageListener((message, pattern) -> onResponse(message), ChannelTopic.of(NaiveMessages.RESPONSES));
	}

	@Override
	public boolean await(int awaited, Duration timeout) throws InterruptedException {
		return ExporterArm.initialize(() -> send(NaiveMessages.INITIALIZATION, "0"),
				() -> this.subscribers.size() >= awaited, timeout);
	}

	@Override
	public boolean publish() throws Exception {
		String id = UUID.randomUUID().toString();
		Pending pending = new Pending(ConcurrentHashMap.newKeySet(), new CompletableFuture<>());
		pending.missing.addAll(this.subscribers);
		this.pendings.put(id, pending);
		try {
			send(EVENT, id);
			return pending.future.get(RESPONSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		finally {
			this.pendings.remove(id);
		}
	}

	@Override
	public CompletableFuture<Boolean> publishAsync() {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return publish();
			}
			catch (Exception ex) {
				return false;
			}
		}, this.executor);
	}

	private void send(String event, String id) {
		Map<String, Object> metadata = new LinkedHashMap<>(METADATA);
		metadata.put("id", id);
		this.template.convertAndSend(NaiveMessages.SIGNALS, NaiveMessages.write(new NaiveSignal(this.publisherId,
				"naive", event, "localhost", this.samples.getAndIncrement(), TAG, metadata)));
	}

	private void onResponse(Message message) {
		NaiveResponse response = NaiveMessages.read(message, NaiveResponse.class);
		if (!response.publisherId().equals(this.publisherId)) {
			return;
		}
		if (response.event().equals(NaiveMessages.INITIALIZATION)) {
			this.subscribers.add(response.responderId());
			return;
		}
		Pending pending = this.pendings.get(response.id());
		if (pending != null && pending.missing.remove(response.responderId()) && pending.missing.isEmpty()) {
			pending.future.complete(response.ras() == 1);
		}
	}

	private record Pending(Set<String> missing, CompletableFuture<Boolean> future) {
	}

}
