package io.github.statesignals.actuate;

import java.util.List;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.responder.HandlerStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.jmx.annotation.EndpointJmxExtension;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.StringUtils;

/**
 * The operations of the {@link SignalsEndpoint} on a single exporter, responder or
 * channel, by JMX. Each parameter has a simple type, so that every JMX client can call
 * them. Those that may be missing may also be empty.
 *
 * @since 0.1.0
 */
@EndpointJmxExtension(endpoint = SignalsEndpoint.class)
public class SignalsJmxEndpointExtension {

	private final SignalOperations operations;

	public SignalsJmxEndpointExtension(SignalEngine engine, DurableChannels durableChannels) {
		this.operations = new SignalOperations(engine, durableChannels);
	}

	@ReadOperation
	public Object exporter(String publisherId) {
		return this.operations.exporter(publisherId);
	}

	@ReadOperation
	public Object responder(String responderId, @Nullable String channel) {
		return this.operations.responder(responderId, text(channel));
	}

	@ReadOperation
	public Object channel(String name) {
		return this.operations.channel(name);
	}

	@ReadOperation
	public List<?> deadLetters(String channel, @Nullable Integer limit) {
		return this.operations.deadLetters(channel, limit);
	}

	@WriteOperation
	public Object publish(String event, @Nullable String exporter, @Nullable String tag, @Nullable String metadata,
			@Nullable String timeout) {
		return this.operations.publish(event, text(exporter), text(tag), text(metadata),
				StringUtils.hasText(timeout) ? DurationStyle.detectAndParse(timeout) : null);
	}

	@WriteOperation
	public List<HandlerStatus> pause(String responderId, String event, @Nullable String handler,
			@Nullable String channel) {
		return this.operations.pause(responderId, text(channel), event, text(handler), true);
	}

	@WriteOperation
	public List<HandlerStatus> resume(String responderId, String event, @Nullable String handler,
			@Nullable String channel) {
		return this.operations.pause(responderId, text(channel), event, text(handler), false);
	}

	@WriteOperation
	public Object lock(String responderId, @Nullable String publisher, @Nullable String tag, @Nullable String channel) {
		return this.operations.lock(responderId, text(channel), text(publisher), text(tag));
	}

	@WriteOperation
	public Object unlock(String responderId, @Nullable String channel) {
		return this.operations.unlock(responderId, text(channel));
	}

	@DeleteOperation
	public void evict(String publisherId, String responderId) {
		this.operations.evict(publisherId, responderId);
	}

	@DeleteOperation
	public void removeResponder(String channel, String responder) {
		this.operations.removeResponder(channel, responder);
	}

	@WriteOperation
	public void replay(String channel, String signal, String responder) {
		this.operations.replay(channel, signal, responder);
	}

	// JMX clients can't leave an argument out.
	private static @Nullable String text(@Nullable String argument) {
		return StringUtils.hasText(argument) ? argument : null;
	}

}
