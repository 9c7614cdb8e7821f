package io.github.statesignals.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.responder.HandlerStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.dao.DataAccessException;

/**
 * The operations of the {@link SignalsEndpoint} on a single exporter, responder or
 * channel, by HTTP.
 *
 * @since 0.1.0
 */
@EndpointWebExtension(endpoint = SignalsEndpoint.class)
@RegisterReflectionForBinding({ SignalDetails.Exporter.class, SignalDetails.Responder.class,
		SignalDetails.Channel.class, SignalDetails.Letter.class, SignalDetails.Result.class, HandlerStatus.class })
public class SignalsWebEndpointExtension {

	// Of HTTP: the state does not permit it.
	private static final int CONFLICT = 409;

	private static final String EXPORTERS = "exporters";

	private static final String RESPONDERS = "responders";

	private static final String CHANNELS = "channels";

	private static final String DEAD_LETTERS = "dead-letters";

	private final SignalOperations operations;

	public SignalsWebEndpointExtension(SignalEngine engine, DurableChannels durableChannels) {
		this.operations = new SignalOperations(engine, durableChannels);
	}

	@ReadOperation
	public WebEndpointResponse<?> find(@Selector String kind, @Selector String id, @Nullable String channel) {
		return respond(() -> switch (kind) {
			case EXPORTERS -> this.operations.exporter(id);
			case RESPONDERS -> this.operations.responder(id, channel);
			case CHANNELS -> this.operations.channel(id);
			default -> throw unknown();
		});
	}

	@ReadOperation
	public WebEndpointResponse<?> list(@Selector String kind, @Selector String id, @Selector String part,
			@Nullable Integer limit) {
		return respond(() -> {
			check(kind.equals(CHANNELS) && part.equals(DEAD_LETTERS));
			return this.operations.deadLetters(id, limit);
		});
	}

	// Boot reads the members of a body as text.
	@WriteOperation
	public WebEndpointResponse<?> publish(String event, @Nullable String exporter, @Nullable String tag,
			@Nullable String metadata, @Nullable Duration timeout) {
		return respond(() -> this.operations.publish(event, exporter, tag, metadata, timeout));
	}

	@WriteOperation
	public WebEndpointResponse<?> change(@Selector String kind, @Selector String id, @Selector String action,
			@Nullable String channel, @Nullable String event, @Nullable String handler, @Nullable String publisher,
			@Nullable String tag) {
		return respond(() -> {
			check(kind.equals(RESPONDERS));
			return switch (action) {
				case "pause", "resume" -> {
					if (event == null) {
						throw new IllegalArgumentException("Name the 'event' whose handlers to " + action);
					}
					yield this.operations.pause(id, channel, event, handler, action.equals("pause"));
				}
				case "lock" -> this.operations.lock(id, channel, publisher, tag);
				case "unlock" -> this.operations.unlock(id, channel);
				default -> throw unknown();
			};
		});
	}

	@WriteOperation
	public WebEndpointResponse<?> replay(@Selector String kind, @Selector String id, @Selector String part,
			@Selector String signal, String responder) {
		return respond(() -> {
			check(kind.equals(CHANNELS) && part.equals(DEAD_LETTERS));
			this.operations.replay(id, signal, responder);
			return null;
		});
	}

	@DeleteOperation
	public WebEndpointResponse<?> remove(@Selector String kind, @Selector String id, @Selector String responder) {
		return respond(() -> {
			switch (kind) {
				case EXPORTERS -> this.operations.evict(id, responder);
				case CHANNELS -> this.operations.removeResponder(id, responder);
				default -> throw unknown();
			}
			return null;
		});
	}

	private static void check(boolean known) {
		if (!known) {
			throw unknown();
		}
	}

	private static NoSuchElementException unknown() {
		return new NoSuchElementException("The endpoint 'signals' has no such path");
	}

	private static WebEndpointResponse<?> respond(Supplier<@Nullable Object> operation) {
		try {
			@Nullable Object body = operation.get();
			return (body != null) ? new WebEndpointResponse<>(body)
					: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT);
		}
		catch (NoSuchElementException ex) {
			return failure(ex, WebEndpointResponse.STATUS_NOT_FOUND);
		}
		catch (IllegalArgumentException ex) {
			return failure(ex, WebEndpointResponse.STATUS_BAD_REQUEST);
		}
		catch (IllegalStateException ex) {
			return failure(ex, CONFLICT);
		}
		catch (DataAccessException | TaskRejectedException ex) {
			return failure(ex, WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
		}
	}

	private static WebEndpointResponse<?> failure(RuntimeException ex, int status) {
		return new WebEndpointResponse<>(Map.of("error", String.valueOf(ex.getMessage())), status);
	}

}
