package io.github.statesignals.redis.durable;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.Response;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;

/**
 * Records changes of the registered responders. Has no responder.
 */
final class RecordingExporter extends SilentListener {

	final List<String> registered = new CopyOnWriteArrayList<>();

	final List<String> removed = new CopyOnWriteArrayList<>();

	final List<Response> responses = new CopyOnWriteArrayList<>();

	final RedisStreamSignalTransport transport;

	RecordingExporter(RedisStreamSignalTransport transport) {
		this.transport = transport;
	}

	@Override
	public void onResponders(String channel, Collection<String> registered, Collection<String> removed) {
		this.registered.addAll(registered);
		this.removed.addAll(removed);
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		this.responses.add(response);
	}

}
