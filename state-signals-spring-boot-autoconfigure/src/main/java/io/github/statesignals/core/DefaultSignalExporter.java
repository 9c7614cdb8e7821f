package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import io.github.statesignals.InitializationSpec;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.PendingPublication.Verdict;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.util.Assert;

/**
 * The exporter over a {@link SignalTransport}. All state is guarded by one lock, under
 * which nothing blocks; futures are completed outside of it.
 */
final class DefaultSignalExporter implements SignalExporter {

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final String publisherId;

	private final String processName;

	private final SignalEngine engine;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * By event, in the order in which they are to be sent: the first one has been.
	 */
	private final Map<String, Deque<Publication>> publications = new HashMap<>();

	private final Set<String> subscribers = new LinkedHashSet<>();

	private final List<SubscriberWait> waits = new ArrayList<>();

	private @Nullable Set<String> legalEvents;

	private boolean sending;

	private String initializationTag = Signal.NO_TAG;

	DefaultSignalExporter(String processName, SignalEngine engine) {
		Assert.hasText(processName, "The process name of a SignalExporter must not be blank: "
				+ "set state-signals.exporter.process-name or spring.application.name");
		this.processName = processName;
		this.publisherId = processName + "-" + UUID.randomUUID();
		this.engine = engine;
	}

	@Override
	public String getPublisherId() {
		return this.publisherId;
	}

	@Override
	public void initialize(String... legalEvents) {
		initialization(legalEvents).initialize();
	}

	@Override
	public boolean initializeAndWait(int subscribers, Duration timeout, String... legalEvents) {
		return initialization(legalEvents).initializeAndWait(subscribers, timeout);
	}

	@Override
	public InitializationSpec initialization(String... legalEvents) {
		return new DefaultInitializationSpec(LegalEvents.of(legalEvents));
	}

	@Override
	public SignalSpec signal(String event) {
		Assert.hasText(event, "The event of a signal must not be blank");
		return new DefaultSignalSpec(event, this, this.engine.getMetadataConverter(),
				this.engine.getSettings().responseTimeout());
	}

	@Override
	public Set<String> getSubscribers() {
		this.lock.lock();
		try {
			return Set.copyOf(this.subscribers);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void shutdown() {
		join(shutdownAsync(), Signal.SHUTDOWN);
	}

	/**
	 * Shut down without waiting for Redis.
	 * @return completes when Redis has taken the signal
	 */
	CompletableFuture<Void> shutdownAsync() {
		List<Publication> ended = new ArrayList<>();
		List<SubscriberWait> abandoned;
		Signal signal;
		this.lock.lock();
		try {
			if (this.legalEvents == null) {
				return CompletableFuture.completedFuture(null);
			}
			this.legalEvents = null;
			this.subscribers.clear();
			this.publications.values().forEach(ended::addAll);
			this.publications.clear();
			abandoned = List.copyOf(this.waits);
			this.waits.clear();
			signal = reservedSignal(Signal.SHUTDOWN);
		}
		finally {
			this.lock.unlock();
		}
		this.engine.unregister(this);
		ended.forEach((publication) -> publication.end("the exporter was shut down before the signal was sent"));
		abandoned.forEach((wait) -> wait
			.fail(new IllegalStateException("Exporter '" + this.publisherId + "' was shut down while waiting")));
		logger.debug("Shutting down exporter '{}'", this.publisherId);
		return this.engine.send(signal).toCompletableFuture();
	}

	boolean isInitialized() {
		this.lock.lock();
		try {
			return this.legalEvents != null;
		}
		finally {
			this.lock.unlock();
		}
	}

	Executor getCallbackExecutor() {
		return this.engine.getExecutor();
	}

	/**
	 * Publish a signal of this exporter.
	 * @param event the event
	 * @param sampleNo the sample number
	 * @param tag the tag
	 * @param metadata the metadata
	 * @param timeout how long to await answers, once sent; negative: for ever
	 * @return the result; completes on any thread, so that whoever hands it out has to
	 * move to another
	 */
	CompletableFuture<SignalResult> publish(String event, int sampleNo, String tag,
			Map<String, @Nullable Object> metadata, Duration timeout) {
		Signal signal = new Signal(this.publisherId, this.processName, event, this.engine.getSettings().runnerHost(),
				sampleNo, tag, metadata);
		if (Signal.isReserved(event)) {
			throw new IllegalArgumentException("The event '%s' is reserved: call %s() for it".formatted(event,
					event.equals(Signal.SHUTDOWN) ? "SignalExporter.shutdown" : "SignalExporter.initialize"));
		}
		Publication publication = new Publication(signal, timeout);
		this.lock.lock();
		try {
			if (this.legalEvents == null) {
				logger.warn("Publishing '{}' of exporter '{}', which is not initialized: nobody is awaited", event,
						this.publisherId);
			}
			else if (!this.legalEvents.contains(event)) {
				throw new IllegalArgumentException(
						"'%s' is not a legal event of exporter '%s': it was initialized with %s. Name it there, or in state-signals.exporter.legal-events"
							.formatted(event, this.publisherId, this.legalEvents));
			}
			Deque<Publication> queue = this.publications.computeIfAbsent(event, (key) -> new ArrayDeque<>());
			queue.add(publication);
			sendNext(queue);
		}
		finally {
			this.lock.unlock();
		}
		return publication.future;
	}

	/**
	 * Send the first in a queue, unless it has been; and should that end it at once, the
	 * next one. Under the lock.
	 * @param queue the publications of one event
	 */
	private void sendNext(Deque<Publication> queue) {
		if (this.sending) {
			// Ended while being sent: the loop below goes on with the next one.
			return;
		}
		this.sending = true;
		try {
			for (Publication next = queue.peek(); next != null && !next.sent; next = queue.peek()) {
				next.send();
			}
		}
		finally {
			this.sending = false;
		}
	}

	/**
	 * A response to this exporter was heard.
	 * @param response the response
	 */
	void onResponse(Response response) {
		if (Signal.INITIALIZATION.equals(response.event())) {
			subscribe(response.responderId());
			return;
		}
		Publication publication = null;
		Verdict verdict = Verdict.NOT_AWAITED;
		boolean complete = false;
		this.lock.lock();
		try {
			Deque<Publication> queue = this.publications.get(response.event());
			if (queue != null) {
				publication = queue.getFirst();
				verdict = publication.pending.respond(response, this.engine.getTimer().nanoTime());
				complete = publication.pending.isComplete();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (verdict == Verdict.COUNTED) {
			logger.debug("'{}' answered '{}' with ras {}", response.responderId(), response.event(), response.ras());
		}
		else {
			logger.warn("An answer of '{}' to '{}' of '{}' does not count: {}", response.responderId(),
					response.event(), this.publisherId, verdict);
		}
		if (publication != null && complete) {
			publication.complete();
		}
	}

	private void subscribe(String responderId) {
		List<SubscriberWait> satisfied = List.of();
		this.lock.lock();
		try {
			if (this.legalEvents == null || !this.subscribers.add(responderId)) {
				return;
			}
			satisfied = satisfiedWaits();
		}
		finally {
			this.lock.unlock();
		}
		logger.debug("'{}' subscribed to '{}'", responderId, this.publisherId);
		satisfied.forEach((wait) -> wait.succeed());
	}

	private List<SubscriberWait> satisfiedWaits() {
		List<SubscriberWait> satisfied = this.waits.stream()
			.filter((wait) -> wait.count <= this.subscribers.size())
			.toList();
		this.waits.removeAll(satisfied);
		return satisfied;
	}

	private void join(CompletionStage<Void> sent, String event) {
		Duration timeout = this.engine.getSettings().responseTimeout();
		if (timeout.isNegative()) {
			Futures.join(sent);
			return;
		}
		// By the engine's clock, not the caller's: it must not hang while Redis is away.
		CompletableFuture<Void> bounded = sent.toCompletableFuture().copy();
		Runnable cancel = this.engine.getTimer()
			.schedule(timeout, () -> bounded.completeExceptionally(unconfirmed(event, timeout)));
		try {
			Futures.join(bounded);
		}
		finally {
			cancel.run();
		}
	}

	private QueryTimeoutException unconfirmed(String event, Duration timeout) {
		return new QueryTimeoutException(
				"Redis did not confirm '%s' of '%s' within %s; whether it was or will be sent is unknown"
					.formatted(event, this.publisherId, timeout));
	}

	private Signal reservedSignal(String event) {
		return new Signal(this.publisherId, this.processName, event, this.engine.getSettings().runnerHost(),
				Signal.NO_SAMPLE, this.initializationTag, Map.of());
	}

	private CompletionStage<Void> begin(Set<String> events, String tag, Collection<String> expected,
			@Nullable SubscriberWait wait) {
		boolean satisfied = false;
		Signal signal;
		// Hear before speaking: whoever is asked may answer at once.
		this.engine.register(this);
		this.lock.lock();
		try {
			this.legalEvents = events;
			this.initializationTag = tag;
			this.subscribers.addAll(expected);
			if (wait != null) {
				this.waits.add(wait);
				satisfied = satisfiedWaits().contains(wait);
			}
			signal = reservedSignal(Signal.INITIALIZATION);
		}
		finally {
			this.lock.unlock();
		}
		if (wait != null && satisfied) {
			wait.succeed();
		}
		logger.debug("Initializing exporter '{}' with {}", this.publisherId, events);
		return this.engine.send(signal);
	}

	private final class DefaultInitializationSpec implements InitializationSpec {

		private final Set<String> events;

		private String tag = Signal.NO_TAG;

		private Collection<String> expected = DefaultSignalExporter.this.engine.getSettings().expectedResponders();

		DefaultInitializationSpec(Set<String> events) {
			this.events = events;
		}

		@Override
		public InitializationSpec tag(String tag) {
			Assert.notNull(tag, "'tag' must not be null");
			this.tag = tag;
			return this;
		}

		@Override
		public InitializationSpec expectedResponders(String... responderIds) {
			for (String responderId : responderIds) {
				Assert.hasText(responderId, "The id of an expected responder must not be blank");
			}
			this.expected = List.of(responderIds);
			return this;
		}

		@Override
		public void initialize() {
			join(begin(this.events, this.tag, this.expected, null), Signal.INITIALIZATION);
		}

		@Override
		public boolean initializeAndWait(int subscribers, Duration timeout) {
			Assert.isTrue(subscribers >= 0, "The number of subscribers to wait for must not be negative");
			Assert.notNull(timeout, "'timeout' must not be null: say a negative one to wait for ever");
			SubscriberWait wait = new SubscriberWait(subscribers);
			try {
				join(begin(this.events, this.tag, this.expected, wait), Signal.INITIALIZATION);
				wait.schedule(timeout);
				return Futures.join(wait.future);
			}
			finally {
				wait.end();
			}
		}

	}

	/**
	 * Somebody waits for so many subscribers.
	 */
	private final class SubscriberWait {

		private final int count;

		private final CompletableFuture<Boolean> future = new CompletableFuture<>();

		private @Nullable Runnable cancelTimeout;

		private @Nullable Runnable cancelRepublish;

		SubscriberWait(int count) {
			this.count = count;
		}

		synchronized void schedule(Duration timeout) {
			if (this.future.isDone()) {
				return;
			}
			if (!timeout.isNegative()) {
				this.cancelTimeout = timer().schedule(timeout, () -> this.future.complete(false));
			}
			scheduleRepublish();
		}

		private synchronized void scheduleRepublish() {
			if (!this.future.isDone()) {
				this.cancelRepublish = timer()
					.schedule(DefaultSignalExporter.this.engine.getSettings().republishInterval(), this::republish);
			}
		}

		private void republish() {
			Signal signal;
			DefaultSignalExporter.this.lock.lock();
			try {
				if (this.future.isDone() || DefaultSignalExporter.this.legalEvents == null) {
					return;
				}
				signal = reservedSignal(Signal.INITIALIZATION);
			}
			finally {
				DefaultSignalExporter.this.lock.unlock();
			}
			DefaultSignalExporter.this.engine.send(signal).whenComplete((sent, ex) -> {
				if (ex != null) {
					logger.warn("Could not ask for subscribers of '{}' again: {}",
							DefaultSignalExporter.this.publisherId, ex.toString());
				}
				scheduleRepublish();
			});
		}

		void succeed() {
			this.future.complete(true);
		}

		void fail(RuntimeException ex) {
			this.future.completeExceptionally(ex);
		}

		synchronized void end() {
			this.future.cancel(false);
			if (this.cancelTimeout != null) {
				this.cancelTimeout.run();
			}
			if (this.cancelRepublish != null) {
				this.cancelRepublish.run();
			}
			DefaultSignalExporter.this.lock.lock();
			try {
				DefaultSignalExporter.this.waits.remove(this);
			}
			finally {
				DefaultSignalExporter.this.lock.unlock();
			}
		}

		private Timer timer() {
			return DefaultSignalExporter.this.engine.getTimer();
		}

	}

	/**
	 * One publish, from the call to its end. Its state is guarded by the exporter's lock.
	 */
	private final class Publication {

		private final Signal signal;

		private final Duration timeout;

		private final CompletableFuture<SignalResult> future = new CompletableFuture<>();

		private PendingPublication pending = new PendingPublication(Set.of(), 0);

		private boolean sent;

		private @Nullable Runnable cancelTimeout;

		Publication(Signal signal, Duration timeout) {
			this.signal = signal;
			this.timeout = timeout;
			this.future.whenComplete((result, ex) -> {
				if (this.future.isCancelled()) {
					leave();
				}
			});
		}

		/**
		 * Send, under the exporter's lock: whoever subscribes from here on is not
		 * awaited.
		 */
		void send() {
			DefaultSignalExporter exporter = DefaultSignalExporter.this;
			this.sent = true;
			this.pending = new PendingPublication(exporter.subscribers, exporter.engine.getTimer().nanoTime());
			if (!this.timeout.isNegative()) {
				this.cancelTimeout = exporter.engine.getTimer().schedule(this.timeout, this::timeOut);
			}
			logger.debug("Publishing '{}' of '{}' to {} subscribers", this.signal.event(), exporter.publisherId,
					exporter.subscribers.size());
			exporter.engine.send(this.signal).whenComplete(this::onSent);
		}

		private void onSent(@Nullable Void sent, @Nullable Throwable ex) {
			if (ex != null) {
				fail(Futures.unwrap(ex));
				return;
			}
			boolean complete;
			DefaultSignalExporter.this.lock.lock();
			try {
				this.pending.confirm();
				complete = this.pending.isComplete();
			}
			finally {
				DefaultSignalExporter.this.lock.unlock();
			}
			if (complete) {
				complete();
			}
		}

		private void timeOut() {
			boolean isSent;
			DefaultSignalExporter.this.lock.lock();
			try {
				isSent = this.pending.isSent();
			}
			finally {
				DefaultSignalExporter.this.lock.unlock();
			}
			if (isSent) {
				complete();
			}
			else {
				fail(unconfirmed(this.signal.event(), this.timeout));
			}
		}

		/**
		 * End with the result as it stands.
		 */
		void complete() {
			if (!leave()) {
				return;
			}
			SignalResult result = currentResult();
			if (result.missing().isEmpty()) {
				logger.debug("'{}' of '{}': {}", this.signal.event(), this.signal.publisherId(), result.code());
			}
			else {
				logger.warn("'{}' of '{}': no answer within {} from {}", this.signal.event(), this.signal.publisherId(),
						result.elapsed(), result.missing());
			}
			this.future.complete(result);
		}

		private void fail(Throwable ex) {
			if (leave()) {
				this.future.completeExceptionally(ex);
			}
		}

		/**
		 * The exporter was shut down, and holds this publication no more.
		 * @param reason why it can't be sent, if it was not
		 */
		void end(String reason) {
			if (this.cancelTimeout != null) {
				this.cancelTimeout.run();
			}
			if (this.sent) {
				this.future.complete(currentResult());
			}
			else {
				this.future.completeExceptionally(
						new IllegalStateException("'%s' was not published: %s".formatted(this.signal.event(), reason)));
			}
		}

		private SignalResult currentResult() {
			DefaultSignalExporter.this.lock.lock();
			try {
				return this.pending.result(DefaultSignalExporter.this.engine.getTimer().nanoTime());
			}
			finally {
				DefaultSignalExporter.this.lock.unlock();
			}
		}

		/**
		 * Give up the place in the queue, to the next one if this was sent.
		 * @return {@code false} if it was given up before
		 */
		private boolean leave() {
			DefaultSignalExporter exporter = DefaultSignalExporter.this;
			exporter.lock.lock();
			try {
				Deque<Publication> queue = exporter.publications.get(this.signal.event());
				if (queue == null || !queue.remove(this)) {
					return false;
				}
				if (this.cancelTimeout != null) {
					this.cancelTimeout.run();
				}
				if (queue.isEmpty()) {
					exporter.publications.remove(this.signal.event());
				}
				else {
					exporter.sendNext(queue);
				}
				return true;
			}
			finally {
				exporter.lock.unlock();
			}
		}

	}

}
