package io.github.statesignals.core.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeferredCallsTests {

	private final AtomicBoolean locked = new AtomicBoolean(true);

	private final DeferredCalls calls = new DeferredCalls(this.locked::get);

	private final List<String> run = new ArrayList<>();

	@Test
	void callThatFailsDoesNotStopThoseBehindIt() {
		this.calls.add(() -> {
			throw new IllegalStateException("on purpose");
		});
		this.calls.add(() -> {
			throw new NoClassDefFoundError("on purpose");
		});
		this.calls.add(() -> this.run.add("last"));
		this.calls.run();
		assertThat(this.run).isEmpty();
		this.locked.set(false);
		this.calls.run();
		assertThat(this.run).containsExactly("last");
	}

	@Test
	void taskThatItsExecutorRefusesIsRunAllTheSame() {
		this.calls.execute((task) -> {
			throw new RejectedExecutionException("busy");
		}, () -> this.run.add("deferred"));
		assertThat(this.run).isEmpty();
		this.locked.set(false);
		this.calls.run();
		this.calls.execute((task) -> {
			throw new OutOfMemoryError("unable to create native thread");
		}, () -> this.run.add("direct"));
		assertThat(this.run).containsExactly("deferred", "direct");
	}

}
