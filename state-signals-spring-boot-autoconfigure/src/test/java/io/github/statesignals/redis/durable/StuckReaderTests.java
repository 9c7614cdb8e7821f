package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.LuaScript;
import io.github.statesignals.redis.driver.StreamCommands;
import io.github.statesignals.redis.durable.store.StreamClient;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.Signal;
import io.github.statesignals.wire.FrameLine;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A reader is stuck after a number of ticks, and not after a time: a process that was
 * frozen has made no progress either.
 */
class StuckReaderTests {

	@AutoClose("shutdownNow")
	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	@Test
	void aReadThatTakesTooManyTicksIsStuck() {
		ReaderProgress progress = new ReaderProgress();
		assertThat(ticks(progress::tick, 100)).doesNotContain(false);
		progress.begin();
		assertThat(ticks(progress::tick, ReaderProgress.STUCK_TICKS)).doesNotContain(false);
		assertThat(progress.tick()).isFalse();
		progress.end();
		assertThat(progress.tick()).isTrue();
		progress.begin();
		assertThat(ticks(progress::tick, ReaderProgress.STUCK_TICKS)).doesNotContain(false);
	}

	@Test
	void aListenerThatDoesNotReturnForTooManyTicksIsStuck() throws Exception {
		CountDownLatch called = new CountDownLatch(1);
		CountDownLatch returning = new CountDownLatch(1);
		DeliveryLoop delivery = delivery(called, returning);
		CompletableFuture<Void> running = CompletableFuture.runAsync(delivery::run);
		called.await();
		assertThat(ticks(delivery::tick, ReaderProgress.STUCK_TICKS)).doesNotContain(false);
		assertThat(delivery.tick()).isFalse();
		returning.countDown();
		running.join();
		assertThat(delivery.tick()).isTrue();
	}

	@Test
	void leaseIsReleasedAlsoIfTheConnectionCannotBeClosed() {
		AtomicInteger scripts = new AtomicInteger();
		StreamClient reads = new StreamClient(() -> new Commands(scripts), Runnable::run);
		assertThat(reads.call((commands) -> CompletableFuture.completedFuture(1))).isCompletedWithValue(1);
		StreamReader reader = new StreamReader(channel(), "r",
				new StreamStore("c", StreamTransports.SETTINGS,
						new StreamClient(() -> new Commands(scripts), Runnable::run)),
				StreamTransports.services(this.scheduler, () -> reads, Runnable::run), new LostGroups("c"));
		assertThat(reader.stop()).isCompleted();
		assertThat(scripts).hasValue(1);
	}

	// Else no other instance could read before the lease expires.
	@Test
	void readerThatStopsWhileItRegistersTakesNoLease() {
		List<CompletableFuture<List<?>>> replies = new ArrayList<>();
		Supplier<StreamClient> clients = () -> new StreamClient(() -> new Commands(new AtomicInteger()) {

			@Override
			public CompletableFuture<List<?>> eval(LuaScript script, List<byte[]> keys, List<byte[]> arguments) {
				replies.add(new CompletableFuture<>());
				return replies.get(replies.size() - 1);
			}

		}, Runnable::run);
		StreamReader reader = new StreamReader(channel(), "r",
				new StreamStore("c", StreamTransports.SETTINGS, clients.get()),
				StreamTransports.services(this.scheduler, clients, Runnable::run), new LostGroups("c"));
		reader.tick();
		replies.get(0).complete(List.of());
		assertThat(reader.registration().isRegistered()).isFalse();
		reader.stop();
		assertThat(replies).hasSize(3);
		replies.get(1).complete(List.of(1L, "field"));
		assertThat(reader.registration().isRegistered()).isTrue();
		assertThat(replies).hasSize(3);
	}

	private DeliveryLoop delivery(CountDownLatch called, CountDownLatch returning) {
		RedisChannel channel = channel();
		Backlog backlog = new Backlog("r");
		backlog.accept(backlog.position(), new byte[0], backlog.select(backlog.position(),
				List.of(new Entry("1-0", channel.codec().write(StreamTransports.signal(1), null), null))));
		SilentListener listener = new SilentListener() {

			@Override
			public boolean onStoredSignal(String channel, String responder, Signal signal,
					@Nullable SignalExtension extension, Receipt receipt) {
				called.countDown();
				try {
					returning.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				return true;
			}

		};
		StreamStore store = new StreamStore("c", StreamTransports.SETTINGS, new StreamClient(() -> {
			throw new IllegalStateException("not used");
		}, Runnable::run));
		Reader reader = new Reader();
		return new DeliveryLoop("c", "r", store, backlog,
				new SignalDelivery(channel, "r", "log", StreamTransports.guarded(listener), reader),
				new Retries(this.scheduler), reader);
	}

	private static RedisChannel channel() {
		return new RedisChannel("c", false, new SignalCodec(1_000));
	}

	private static List<Boolean> ticks(java.util.function.BooleanSupplier tick, int count) {
		return IntStream.range(0, count).mapToObj((i) -> tick.getAsBoolean()).toList();
	}

	/**
	 * Of a connection that can't be closed.
	 */
	private static class Commands implements StreamCommands {

		private final AtomicInteger scripts;

		Commands(AtomicInteger scripts) {
			this.scripts = scripts;
		}

		@Override
		public CompletableFuture<List<?>> eval(LuaScript script, List<byte[]> keys, List<byte[]> arguments) {
			this.scripts.incrementAndGet();
			return CompletableFuture.completedFuture(List.of(1L));
		}

		@Override
		public CompletableFuture<List<Entry>> read(byte[] log, String group, @Nullable String after, int count,
				Duration block) {
			return CompletableFuture.completedFuture(List.of());
		}

		@Override
		public CompletableFuture<Void> close() {
			return CompletableFuture.failedFuture(new IllegalStateException("on purpose"));
		}

	}

	private static final class Reader implements SignalDelivery.Reader {

		@Override
		public void release(PendingSignal signal) {
		}

		@Override
		public boolean begin(PendingSignal signal) {
			return true;
		}

		@Override
		public CompletableFuture<?> acknowledge(PendingSignal signal, FrameLine answer, byte[] address) {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public boolean isActive() {
			return true;
		}

		@Override
		public void read() {
		}

		@Override
		public void readAgain() {
		}

		@Override
		public void giveUp() {
		}

	}

}
