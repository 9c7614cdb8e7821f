package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
		for (int round = 0; round < 20_000; round++) {
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
		return new Message(new byte[0], new TextPayload("x"), (receivers, ex) -> {
		}, (frame) -> {
		});
	}

}
