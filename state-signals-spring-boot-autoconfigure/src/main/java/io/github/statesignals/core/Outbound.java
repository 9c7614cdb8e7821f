package io.github.statesignals.core;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Sends through the transport. Methods that return a future never throw: it fails
 * instead.
 */
public record Outbound(SignalTransport transport, BooleanSupplier running) {

	public static final String PROBE_EVENT = "probe";

	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension,
			boolean framed) {
		try {
			return framed ? this.transport.sendFramed(channel, signal, extension)
					: this.transport.send(channel, signal, extension);
		}
		catch (RuntimeException | Error ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	// A null address sends it to the channel.
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String address) {
		try {
			return this.transport.send(channel, response, extension, address);
		}
		catch (RuntimeException | Error ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	// Never throws. A null address sends it to the channel.
	public void answer(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String address, BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		try {
			this.transport.answer(channel, response, extension, address, onSent);
		}
		catch (RuntimeException | Error ex) {
			onSent.accept(null, ex);
		}
	}

	public CompletableFuture<?> acknowledge(Receipt receipt, Response response, ResponseExtension extension) {
		try {
			return receipt.acknowledge(response, extension);
		}
		catch (RuntimeException | Error ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	// Of a durable channel.
	public CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
		try {
			return ((DurableSignalTransport) this.transport).recall(channel, id, responders);
		}
		catch (RuntimeException | Error ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	// The channel, which users may have left out.
	public String required(@Nullable String channel) {
		Assert.notNull(channel, "'channel' must not be null: use \"\" for the channel without a name");
		return channel;
	}

	// Receives the channel's messages from here on. May wait for Redis.
	public void open(String channel) {
		if (!SignalTransport.isChannelName(channel)) {
			throw new IllegalArgumentException(
					"'%s' is no name of a channel: make it of letters, digits, '.', '_' and '-', 128 at most. 'default' stands for the channel without a name, which is \"\""
						.formatted(channel));
		}
		this.transport.open(channel);
	}

	public boolean isDurable(String channel) {
		return this.transport instanceof DurableSignalTransport durable && durable.isDurable(channel);
	}

	public boolean isConnected() {
		return this.running.getAsBoolean() && this.transport.isConnected();
	}

}
