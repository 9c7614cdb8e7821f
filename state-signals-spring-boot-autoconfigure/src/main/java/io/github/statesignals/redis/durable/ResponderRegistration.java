package io.github.statesignals.redis.durable;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.redis.durable.store.StreamStore.Purpose;
import io.github.statesignals.redis.durable.store.StreamStore.Registration;
import org.jspecify.annotations.Nullable;

/**
 * Registers one responder, so that signals are stored for it. Safe for use by many
 * threads.
 */
final class ResponderRegistration {

	private static final String UNCERTAIN = "?";

	private final String name;

	private final StreamStore store;

	private volatile CompletableFuture<Void> completion = new CompletableFuture<>();

	private volatile @Nullable Throwable failure;

	@GuardedBy("this")
	private boolean registered;

	// The field of the responder as it was read last; empty before it is registered.
	@GuardedBy("this")
	private String field = "";

	ResponderRegistration(String name, StreamStore store) {
		this.name = name;
		this.store = store;
	}

	CompletableFuture<Void> completion() {
		return this.completion;
	}

	@Nullable Throwable failure() {
		return this.failure;
	}

	synchronized boolean isRegistered() {
		return this.registered;
	}

	synchronized void lost() {
		this.registered = false;
	}

	synchronized void onField(String current) {
		if (current.isEmpty() || (current.startsWith(UNCERTAIN) && !this.field.startsWith(UNCERTAIN))) {
			this.registered = false;
		}
		else {
			this.field = current;
		}
	}

	CompletableFuture<Registration> register() {
		String known;
		synchronized (this) {
			known = this.field;
		}
		return this.store.checkPermissions(Purpose.RESPONDER)
			.thenCompose((checked) -> this.store.register(Map.of(this.name, known), false))
			.thenApply((registrations) -> {
				Registration registration = registrations.values().iterator().next();
				synchronized (this) {
					this.registered = true;
					this.field = registration.field();
				}
				return registration;
			})
			.whenComplete((registration, ex) -> this.failure = ex);
	}

	void complete() {
		this.completion.complete(null);
	}

	// Fails those that wait. The next registration completes a new future.
	void refuse(Throwable ex) {
		CompletableFuture<Void> refused = this.completion;
		this.completion = new CompletableFuture<>();
		refused.completeExceptionally(RedisExceptions.translate(ex));
	}

}
