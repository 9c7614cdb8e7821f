package io.github.statesignals.redis.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.redis.driver.Frame.Message;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class FrameQueueTests {

	@AutoClose("shutdown")
	private final ExecutorService canceller = Executors.newSingleThreadExecutor();

	@Test
	void messageWhoseCancellationSucceedsIsNotTaken() {
		// On a busy machine each round waits for the other thread.
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
		for (int round = 0; round < 20_000 && System.nanoTime() < end; round++) {
			FrameQueue queue = new FrameQueue();
			Message message = message();
			queue.add(message);
			AtomicInteger ready = new AtomicInteger();
			CompletableFuture<Boolean> cancelling = CompletableFuture.supplyAsync(() -> {
				meet(ready);
				return message.cancel(false);
			}, this.canceller);
			meet(ready);
			Frame frame = queue.poll(true, true);
			assertThat(cancelling.join() && frame != null).isFalse();
		}
	}

	@Test
	void messageThatIsCancelledWhileItIsTakenReportsThatItMayBeSent() {
		FrameQueue queue = new FrameQueue();
		List<Message> messages = new ArrayList<>();
		List<Boolean> cancelled = new ArrayList<>();
		Message message = message(new Payload() {

			@Override
			public int size() {
				cancelled.add(messages.get(0).cancel(false));
				return 1;
			}

			@Override
			public byte[] write(List<Payload> frame) {
				return new byte[1];
			}

		});
		messages.add(message);
		queue.add(message);
		Frame frame = queue.poll(true, true);
		assertThat(frame).isNotNull();
		assertThat(frame.messages()).containsExactly(message);
		assertThat(cancelled).containsExactly(false);
	}

	@Test
	void messageThatIsCancelledDoesNotEndItsFrame() {
		FrameQueue queue = new FrameQueue();
		Message first = message();
		Message cancelled = message();
		Message last = message();
		queue.add(first);
		queue.add(cancelled);
		queue.add(last);
		assertThat(cancelled.cancel(false)).isTrue();
		Frame frame = queue.poll(true, true);
		assertThat(frame).isNotNull();
		assertThat(frame.messages()).containsExactly(first, last);
		assertThat(frame.write()).containsExactly('x', '\n', 'x');
		assertThat(last.cancel(false)).isFalse();
		assertThat(queue.poll(true, true)).isNull();
	}

	private static void meet(AtomicInteger ready) {
		ready.incrementAndGet();
		while (ready.get() < 2) {
			Thread.onSpinWait();
		}
	}

	private static Message message() {
		return message(new TextPayload("x"));
	}

	private static Message message(Payload payload) {
		return new Message(new byte[0], payload, (receivers, ex) -> {
		}, (frame) -> {
		});
	}

}
