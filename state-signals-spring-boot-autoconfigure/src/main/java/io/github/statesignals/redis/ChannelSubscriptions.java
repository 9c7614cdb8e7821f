package io.github.statesignals.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.SignalTransport.Listener;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.QueryTimeoutException;

/**
 * Subscribes to the Redis channels that the listener wants of the open channels, one call
 * at a time: concurrent calls could lose a channel, or receive it twice.
 */
final class ChannelSubscriptions {

	// A monitor would pin the thread that waits for Redis, which may be virtual.
	private final Lock registration = new ReentrantLock();

	@GuardedBy("registration")
	private final Set<String> subscribed = new HashSet<>();

	// Present while connected.
	@GuardedBy("registration")
	private @Nullable ContainerSubscription active;

	private final Collection<RedisChannel> channels;

	private final MessageReceiver receiver;

	ChannelSubscriptions(Collection<RedisChannel> channels, MessageReceiver receiver) {
		this.channels = channels;
		this.receiver = receiver;
	}

	// The subscription is to be started, or was started for heartbeats.
	void prepare(ContainerSubscription target) {
		this.registration.lock();
		try {
			this.subscribed.clear();
			if (!add(target)) {
				throw new QueryTimeoutException("Redis did not confirm the subscription in time");
			}
		}
		finally {
			this.registration.unlock();
		}
	}

	// Adds the channels that were opened while it started.
	void activate(ContainerSubscription started) {
		this.registration.lock();
		try {
			add(started);
			this.active = started;
		}
		finally {
			this.registration.unlock();
		}
	}

	@Nullable ContainerSubscription deactivate() {
		this.registration.lock();
		try {
			ContainerSubscription stopped = this.active;
			this.active = null;
			return stopped;
		}
		finally {
			this.registration.unlock();
		}
	}

	// Until it is connected, that is left to activate().
	void update() {
		this.registration.lock();
		try {
			if (this.active != null) {
				add(this.active);
			}
		}
		catch (RuntimeException ex) {
			throw RedisExceptions.describe("Could not subscribe to the Redis channels " + this.channels, ex);
		}
		finally {
			this.registration.unlock();
		}
	}

	@GuardedBy("registration")
	private boolean add(ContainerSubscription target) {
		List<String> added = new ArrayList<>();
		for (RedisChannel channel : this.channels) {
			added.addAll(missing(channel));
		}
		boolean confirmed = target.add(added);
		// Only now: should that fail, the same ones are tried again.
		this.subscribed.addAll(added);
		return confirmed;
	}

	@GuardedBy("registration")
	private List<String> missing(RedisChannel channel) {
		List<String> missing = new ArrayList<>();
		Listener listener = this.receiver.listener();
		if (listener.wantsSignals(channel.name())) {
			missing.add(channel.names().signals());
		}
		if (listener.wantsResponses(channel.name())) {
			missing.add(channel.names().responses());
		}
		// Where its responders are probed, too.
		if (!missing.isEmpty() && channel.replyTo() != null) {
			missing.add(channel.replyTo());
		}
		missing.removeAll(this.subscribed);
		for (String name : missing) {
			this.receiver.add(channel, name);
		}
		return missing;
	}

}
