package io.github.statesignals.redis.durable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.redis.durable.store.StreamStore.Purpose;
import io.github.statesignals.redis.durable.store.StreamStore.Registration;
import io.github.statesignals.redis.durable.store.StreamStore.Responders;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.LogText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The responders of one durable channel, as this application has read them last. It
 * restores those that Redis has lost.
 */
final class StreamRegistry {

	private static final Logger logger = LoggerFactory.getLogger(StreamRegistry.class);

	private final FailureLog failures = new FailureLog();

	private final String channel;

	private final StreamStore store;

	private final GuardedListener listener;

	// Callers may hold locks that the listener needs.
	private final Executor executor;

	// The responders that were read last, each with its field.
	private volatile Map<String, String> known = Map.of();

	private final AtomicBoolean read = new AtomicBoolean();

	// Whether an exporter may not have learned of all responders.
	private final AtomicBoolean unannounced = new AtomicBoolean();

	private final AtomicBoolean refreshing = new AtomicBoolean();

	StreamRegistry(String channel, StreamStore store, GuardedListener listener, Executor executor) {
		this.channel = channel;
		this.store = store;
		this.listener = listener;
		this.executor = executor;
	}

	// Answers an exporter's initialization in place of all responders.
	CompletableFuture<?> introduce(String publisherId) {
		return this.store.checkPermissions(Purpose.EXPORTER)
			.thenCompose((checked) -> read())
			.thenAcceptAsync((responders) -> {
				responders.registered()
					.keySet()
					.forEach((name) -> this.listener.call((to) -> to.onResponse(this.channel,
							new Response(name, publisherId, Signal.INITIALIZATION, Acknowledgement.SUCCESS, null),
							ResponseExtension.UNDERSTOOD)));
				this.listener.call((to) -> to.onResponders(this.channel, List.of(), responders.removed()));
			}, this.executor)
			.exceptionallyCompose((ex) -> {
				this.unannounced.set(true);
				return CompletableFuture.failedFuture(RedisExceptions.notSent(RedisExceptions.translate(ex)));
			});
	}

	// Announces changes of the responders to the exporters of this application, which may
	// not have received the announcements.
	void refresh() {
		if (!this.listener.wantsResponses(this.channel)) {
			this.known = Map.of();
			this.read.set(false);
			return;
		}
		if (!this.refreshing.compareAndSet(false, true)) {
			return;
		}
		boolean all = this.unannounced.getAndSet(false);
		Map<String, String> before = this.known;
		read().thenAcceptAsync((responders) -> announce(responders, before, all), this.executor)
			.whenComplete((announced, ex) -> {
				this.refreshing.set(false);
				if (ex != null) {
					this.unannounced.set(true);
				}
				this.failures.log("Could not read the responders of channel '" + this.channel + "'", ex);
			});
	}

	private void announce(Responders responders, Map<String, String> before, boolean all) {
		List<String> added = responders.registered()
			.keySet()
			.stream()
			.filter((name) -> all || !before.containsKey(name))
			.toList();
		List<String> removed = responders.removed().stream().filter((name) -> all || before.containsKey(name)).toList();
		if (!added.isEmpty() || !removed.isEmpty()) {
			this.listener.call((to) -> to.onResponders(this.channel, added, removed));
		}
	}

	CompletableFuture<Responders> read() {
		return this.store.responders().thenCompose((responders) -> {
			Map<String, String> lost = lost(responders);
			if (!responders.begin().isEmpty() && lost.isEmpty()) {
				return CompletableFuture.completedFuture(responders);
			}
			return restore(lost).thenCompose((restored) -> this.store.responders());
		}).thenApply((responders) -> {
			Map<String, String> before = this.known;
			this.known = responders.registered();
			if (this.read.getAndSet(true) && !before.keySet().equals(responders.registered().keySet())) {
				// Not every read announces changes: the next refresh does.
				this.unannounced.set(true);
			}
			return responders;
		});
	}

	private Map<String, String> lost(Responders responders) {
		Map<String, String> lost = new LinkedHashMap<>(this.known);
		lost.keySet().removeAll(responders.registered().keySet());
		lost.keySet().removeAll(responders.removed());
		return lost;
	}

	private CompletableFuture<Map<String, Registration>> restore(Map<String, String> lost) {
		if (!lost.isEmpty()) {
			logger.warn("Redis has lost the responders {} of channel '{}'; registering them again",
					LogText.printable(lost.keySet()), this.channel);
		}
		return this.store.register(lost, true);
	}

}
