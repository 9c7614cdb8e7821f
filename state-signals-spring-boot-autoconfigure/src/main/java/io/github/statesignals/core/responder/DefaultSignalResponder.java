package io.github.statesignals.core.responder;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings.Expired;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.LogText;
import io.github.statesignals.core.MetadataConversionException;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.TextLength;
import io.github.statesignals.core.lane.OrderedLanes;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * The responder over a {@link SignalTransport}. Handlers run in a lane per publisher, so
 * that its signals keep their order; another responder's lanes are others.
 */
public final class DefaultSignalResponder implements SignalResponder, LocalResponder {

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	/**
	 * The event of handlers for any event.
	 */
	public static final String ANY = "*";

	/**
	 * What a handler returns that does not act on a signal of this application's own:
	 * compared by identity. It is answered as without a handler, whatever
	 * {@code state-signals.responder.unhandled} says: its publisher is no other's, and
	 * must not fail for it.
	 */
	public static final Acknowledgement NOT_HANDLED = new Acknowledgement(Acknowledgement.SUCCESS, null);

	/**
	 * The most events that an answer names, and the longest.
	 */
	private static final int MOST_EVENTS = 50;

	private static final int LONGEST_EVENT = 100;

	private final String name;

	private final String channel;

	private final String responderId;

	private final boolean durable;

	private final EngineServices services;

	private final OrderedLanes lanes;

	private final Announcements announcements;

	private final Predicate<String> own;

	private final List<Handler> handlers = new CopyOnWriteArrayList<>();

	private final List<Listener> listeners = new CopyOnWriteArrayList<>();

	/**
	 * What the application answers by hand, if at all.
	 */
	private final UnansweredSignals unanswered = new UnansweredSignals();

	/**
	 * How many signals it has accepted and not answered: before, it does not leave.
	 */
	private final AtomicInteger busy = new AtomicInteger();

	/**
	 * Proves that an announcement of leaving is its own. Used once.
	 */
	private final AtomicReference<LeaveSeal> seal = new AtomicReference<>(LeaveSeal.create());

	/**
	 * Held while handlers and listeners come and go.
	 */
	private final ReentrantLock registering = new ReentrantLock();

	private volatile boolean listening;

	private volatile @Nullable String lockedPublisher;

	private volatile @Nullable String lockedTag;

	/**
	 * Creates a responder.
	 * @param name its name
	 * @param channel the channel's name
	 * @param services the services of the engine
	 * @param lanes run handlers
	 * @param announcements announces the responder
	 * @param own whether a publisher id is one of this application's exporters
	 */
	public DefaultSignalResponder(String name, String channel, EngineServices services, OrderedLanes lanes,
			Announcements announcements, Predicate<String> own) {
		Assert.hasText(name, "The name of a SignalResponder must not be blank: "
				+ "set state-signals.responder.name or spring.application.name");
		this.name = name;
		this.channel = channel;
		this.services = services;
		this.lanes = lanes;
		this.announcements = announcements;
		this.own = own;
		this.durable = services.outbound().isDurable(channel);
		// What is kept is kept for a name, whoever comes under it.
		this.responderId = this.durable ? name : ResponderIds.create(name);
		TextLength.check(this.responderId, "The id of a SignalResponder",
				"shorten its name, state-signals.responder.name or spring.application.name");
		this.lockedPublisher = services.settings().responders().lockPublisher();
		this.lockedTag = services.settings().responders().lockTag();
		if (this.lockedPublisher != null || this.lockedTag != null) {
			checkLockable();
		}
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public String getResponderId() {
		return this.responderId;
	}

	@Override
	public void lockPublisher(String publisherId) {
		Assert.hasText(publisherId, "The publisher id to lock on must not be blank: call unlock() to hear all");
		checkLockable();
		this.lockedPublisher = publisherId;
		this.announcements.join(this);
	}

	@Override
	public void lockTag(String tag) {
		Assert.hasText(tag, "The tag to lock on must not be blank: call unlock() to hear all");
		checkLockable();
		this.lockedTag = tag;
		this.announcements.join(this);
	}

	private void checkLockable() {
		if (this.durable) {
			throw new IllegalStateException(
					("Responder '%s' can't be locked: every signal of the durable channel '%s' is kept for it, and awaits "
							+ "its answer. Give those signals a channel of their own, or the handler a condition, and "
							+ "remove state-signals.responder.lock-publisher and lock-tag")
						.formatted(this.name, this.channel));
		}
	}

	@Override
	public void unlock() {
		this.lockedPublisher = null;
		this.lockedTag = null;
		if (isActive()) {
			// There may be publishers that have asked it in vain.
			this.announcements.hello(this);
		}
	}

	@Override
	public void respond(String publisherId, String event, @Nullable Integer ras, @Nullable String message) {
		Assert.hasText(publisherId, "The publisher id of a response must not be blank");
		Assert.hasText(event, "The event of a response must not be blank");
		TextLength.check(publisherId, "The publisher id of a response");
		TextLength.check(event, "The event of a response");
		respond(this.unanswered.find(publisherId, event, ras != null, this.services.timer().nanoTime()), publisherId,
				event, ras, message);
	}

	@Override
	public void respond(Signal signal, @Nullable Integer ras, @Nullable String message) {
		Assert.notNull(signal, "'signal' must not be null");
		respond(this.unanswered.find(signal, ras != null), signal.publisherId(), signal.event(), ras, message);
	}

	// Whatever was heard is answered, were its ids as odd as can be.
	private void respond(@Nullable Delivery delivery, String publisherId, String event, @Nullable Integer ras,
			@Nullable String message) {
		respond(delivery, new Response(this.responderId, publisherId, event, ras, message), null);
	}

	private void respond(@Nullable Delivery delivery, Response response, @Nullable List<String> handledEvents) {
		String event = response.event();
		String publisherId = response.publisherId();
		if (logger.isDebugEnabled()) {
			logger.debug("Answering '{}' of '{}' with ras {}", LogText.printable(event), LogText.printable(publisherId),
					response.ras());
		}
		send(response, extension(delivery, event, handledEvents), delivery).whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.warn("Could not answer '{}' of '{}': {}", LogText.printable(event),
						LogText.printable(publisherId), Futures.unwrap(ex).toString());
			}
		});
	}

	private CompletableFuture<?> send(Response response, ResponseExtension extension, @Nullable Delivery delivery) {
		Outbound outbound = this.services.outbound();
		Receipt receipt = (delivery != null) ? delivery.receipt() : null;
		if (receipt != null && response.ras() != null) {
			return outbound.acknowledge(receipt, response, extension);
		}
		boolean extended = switch (this.services.settings().extensions()) {
			case NEGOTIATED -> delivery != null && delivery.supportsExtensions();
			case ALWAYS -> true;
			case OFF -> false;
		};
		return extended
				? outbound.send(this.channel, response, extension, (delivery != null) ? delivery.replyTo() : null)
				: outbound.send(this.channel, response);
	}

	private ResponseExtension extension(@Nullable Delivery delivery, String event,
			@Nullable List<String> handledEvents) {
		String id = (delivery != null && delivery.extension() != null) ? delivery.extension().id() : null;
		if (Signal.INITIALIZATION.equals(event) && !this.durable) {
			return new ResponseExtension(id, null, this.services.outbound().replyTo(this.channel),
					this.seal.get().seal(), null);
		}
		if (id == null && handledEvents == null) {
			return ResponseExtension.UNDERSTOOD;
		}
		return new ResponseExtension(id, handledEvents, null, null, null);
	}

	@Override
	public ResponseExtension subscription() {
		return extension(null, Signal.INITIALIZATION, null);
	}

	@Override
	public ResponseExtension leaveExtension() {
		return new ResponseExtension(null, null, null, this.seal.getAndSet(LeaveSeal.create()).key(), null);
	}

	/**
	 * Whether this responder answers, sooner or later, what it received of a publisher.
	 * @param publisherId the publisher's id
	 * @return {@code false} if it is not listening, or locked on another publisher
	 */
	public boolean isWorkingFor(String publisherId) {
		String locked = this.lockedPublisher;
		return this.busy.get() > 0 || (isActive() && (locked == null || locked.equals(publisherId)));
	}

	/**
	 * Returns the events that it has handlers for.
	 * @return the events, as far as they fit into a message
	 */
	List<String> handledEvents() {
		return this.handlers.stream()
			.map((handler) -> handler.event)
			.filter((event) -> event.length() <= LONGEST_EVENT)
			.distinct()
			.sorted()
			.limit(MOST_EVENTS)
			.toList();
	}

	@Override
	public Registration on(String event, SignalHandler handler) {
		Assert.hasText(event, "The event to handle must not be blank: say \"*\" for any");
		Assert.notNull(handler, "'handler' must not be null");
		Handler added = new Handler(event, handler);
		Registration registration = register(this.handlers, added);
		return () -> {
			added.removed = true;
			registration.close();
		};
	}

	@Override
	public Registration listen(Consumer<Signal> listener) {
		Assert.notNull(listener, "'listener' must not be null");
		return register(this.listeners, new Listener(listener));
	}

	private <T> Registration register(List<T> all, T added) {
		this.registering.lock();
		try {
			all.add(added);
			if (!this.listening) {
				begin(all, added);
			}
			else {
				// Whether it answers an initialization may have changed.
				this.announcements.join(this);
			}
		}
		finally {
			this.registering.unlock();
		}
		return () -> unregister(all, added);
	}

	private <T> void begin(List<T> all, T added) {
		try {
			// Before the hello: an exporter that receives it asks at once.
			this.services.outbound().open(this.channel);
		}
		catch (RuntimeException ex) {
			// The caller could not remove it.
			all.remove(added);
			throw ex;
		}
		this.listening = true;
		this.announcements.hello(this);
	}

	private <T> void unregister(List<T> all, T removed) {
		this.registering.lock();
		try {
			if (!all.remove(removed)) {
				return;
			}
			if (isActive()) {
				this.announcements.join(this);
				return;
			}
			this.listening = false;
			if (this.busy.get() == 0) {
				this.announcements.bye(this);
			}
		}
		finally {
			this.registering.unlock();
		}
	}

	@Override
	public boolean subscribesTo(Signal initialization) {
		if (!this.listening || this.durable) {
			return this.listening;
		}
		return accepts(initialization) && (this.listeners.isEmpty() || !matching(initialization).isEmpty());
	}

	@Override
	public boolean isListening() {
		return this.listening;
	}

	@Override
	public String getChannel() {
		return this.channel;
	}

	/**
	 * Returns the events that it has handlers for, in alphabetical order.
	 */
	public SortedSet<String> events() {
		return this.handlers.stream().map((handler) -> handler.event).collect(Collectors.toCollection(TreeSet::new));
	}

	public boolean hasListeners() {
		return !this.listeners.isEmpty();
	}

	/**
	 * Whether it has a handler or a listener.
	 */
	public boolean isActive() {
		return !this.handlers.isEmpty() || !this.listeners.isEmpty();
	}

	/**
	 * A signal was heard. Called on the transport's thread.
	 * @param delivery the signal
	 * @return {@code false} if it is kept and can't be taken now
	 */
	public boolean onSignal(Delivery delivery) {
		Signal signal = delivery.signal();
		boolean kept = delivery.receipt() != null;
		if (!isActive()) {
			return false;
		}
		if (!accepts(signal)) {
			if (kept && !Signal.SHUTDOWN.equals(signal.event())) {
				// Of this application's own, which awaits an answer all the same.
				respondUnhandled(delivery);
			}
			else {
				delivery.settle();
			}
			return true;
		}
		if (logger.isDebugEnabled()) {
			logger.debug("'{}' receives '{}' of '{}'", this.responderId, LogText.printable(signal.event()),
					LogText.printable(signal.publisherId()));
		}
		List<Handler> matching = matching(signal);
		if (matching.isEmpty() && this.listeners.isEmpty() && Signal.isReserved(signal.event())) {
			// Not queued behind slow handlers: subscribing is about the future.
			acknowledgeReserved(delivery);
			return true;
		}
		LaneKey lane = new LaneKey(this.responderId, signal.publisherId());
		this.busy.incrementAndGet();
		if (this.lanes.submit(lane, new Handling(delivery, matching))) {
			return true;
		}
		this.busy.decrementAndGet();
		if (!kept) {
			this.services.counters().rejected(signal, this.responderId);
			answer(delivery, Acknowledgement.failure("busy"));
		}
		return !kept;
	}

	/**
	 * A signal was heard after one that was sent later: it can't be handled in order any
	 * more.
	 * @param delivery the signal
	 */
	public void onOvertaken(Delivery delivery) {
		Signal signal = delivery.signal();
		if (!isActive() || !accepts(signal)) {
			return;
		}
		if (!Signal.isReserved(signal.event())) {
			answer(delivery, Acknowledgement.failure("overtaken by a later signal of its publisher"));
		}
		else if (this.listeners.isEmpty()) {
			acknowledgeReserved(delivery);
		}
	}

	/**
	 * Answers a signal that can't be read, if it is one that this responder receives.
	 * @param delivery what is known of the signal
	 * @param unreadable why it can't be read
	 * @return {@code false} if it is stored and can't be answered now
	 */
	public boolean onUnreadable(Delivery delivery, UnreadableSignal unreadable) {
		if (!isActive()) {
			return false;
		}
		if (!accepts(delivery.signal()) || (this.lockedTag != null && unreadable.tag() == null)) {
			return delivery.receipt() == null || onSignal(delivery);
		}
		answer(delivery, Acknowledgement.failure("The signal can't be read: " + unreadable.problem()));
		return true;
	}

	private List<Handler> matching(Signal signal) {
		List<Handler> matching = new ArrayList<>(2);
		for (Handler handler : this.handlers) {
			if (handler.matches(signal)) {
				matching.add(handler);
			}
		}
		return matching;
	}

	private void handled() {
		if (this.busy.decrementAndGet() > 0 || isActive()) {
			return;
		}
		this.registering.lock();
		try {
			if (!isActive()) {
				this.announcements.bye(this);
			}
		}
		finally {
			this.registering.unlock();
		}
	}

	private boolean accepts(Signal signal) {
		String publisher = this.lockedPublisher;
		String tag = this.lockedTag;
		return (publisher == null || publisher.equals(signal.publisherId()))
				&& (tag == null || tag.equals(signal.tag()))
				&& (this.services.settings().responders().receiveOwn() || !this.own.test(signal.publisherId()));
	}

	/**
	 * Handle a signal, and answer it.
	 * @param delivery the signal
	 * @param matching the handlers that it is for
	 * @return completes when it is answered; {@code null} if it has been
	 */
	private @Nullable CompletableFuture<?> handle(Delivery delivery, Iterator<Handler> matching) {
		CompletableFuture<?> handling = null;
		try {
			if (delivery.begin() && !isRejected(delivery)) {
				tellListeners(delivery);
				handling = invoke(delivery, matching, new ArrayList<>(2));
			}
		}
		finally {
			if (handling == null) {
				handled();
			}
		}
		return (handling != null) ? handling.whenComplete((nothing, ex) -> handled()) : null;
	}

	private boolean isRejected(Delivery delivery) {
		if (!delivery.isExpired(this.services.timer().nanoTime())) {
			return false;
		}
		this.services.counters().expired(delivery.signal(), this.responderId);
		if (this.services.settings().responders().expired() != Expired.REJECT) {
			return false;
		}
		answer(delivery, Acknowledgement.failure("expired: it came after the publisher's timeout"));
		return true;
	}

	private void tellListeners(Delivery delivery) {
		if (this.listeners.isEmpty()) {
			return;
		}
		this.unanswered.add(delivery);
		Signal signal = delivery.signal();
		for (Listener listener : this.listeners) {
			Thread.interrupted();
			try {
				listener.consumer.accept(signal);
			}
			catch (Throwable ex) {
				logger.warn("A listener of '{}' failed on '{}' of '{}'", this.responderId,
						LogText.printable(signal.event()), LogText.printable(signal.publisherId()), ex);
			}
		}
	}

	private @Nullable CompletableFuture<?> invoke(Delivery delivery, Iterator<Handler> remaining,
			List<Acknowledgement> acknowledgements) {
		while (remaining.hasNext()) {
			Handler handler = remaining.next();
			if (!delivery.begin()) {
				return null;
			}
			if (handler.removed) {
				// While the signal was queued.
				continue;
			}
			CompletableFuture<@Nullable Acknowledgement> outcome = invoke(delivery.signal(), handler);
			if (!outcome.isDone()) {
				return outcome.thenComposeAsync((acknowledgement) -> {
					add(acknowledgement, acknowledgements);
					CompletableFuture<?> rest = invoke(delivery, remaining, acknowledgements);
					return (rest != null) ? rest : CompletableFuture.completedFuture(null);
				}, this.services.executor());
			}
			add(outcome.join(), acknowledgements);
		}
		Thread.interrupted();
		answer(delivery, acknowledgements);
		return null;
	}

	private static void add(@Nullable Acknowledgement acknowledgement, List<Acknowledgement> acknowledgements) {
		if (acknowledgement != null) {
			acknowledgements.add(acknowledgement);
		}
	}

	private void answer(Delivery delivery, List<Acknowledgement> acknowledgements) {
		boolean listening = !this.listeners.isEmpty();
		boolean ownOnly = acknowledgements.removeIf((acknowledgement) -> acknowledgement == NOT_HANDLED)
				&& acknowledgements.isEmpty();
		if (ownOnly && !listening) {
			respondUnhandled(delivery);
		}
		else if (!acknowledgements.isEmpty()) {
			this.unanswered.find(delivery.signal(), true);
			answer(delivery, merge(acknowledgements));
		}
		else if (!listening && Signal.isReserved(delivery.signal().event())) {
			acknowledgeReserved(delivery);
		}
		else if (!listening) {
			answerUnhandled(delivery);
		}
		else if (Signal.SHUTDOWN.equals(delivery.signal().event())) {
			this.unanswered.find(delivery.signal(), true);
			delivery.settle();
		}
	}

	private CompletableFuture<@Nullable Acknowledgement> invoke(Signal signal, Handler handler) {
		// What a listener or another handler did to the thread is not for this one.
		Thread.interrupted();
		try {
			CompletableFuture<@Nullable Acknowledgement> outcome = this.services.interceptors()
				.handle(signal, handler.delegate::handleAsync)
				.toCompletableFuture();
			// Most are done already, and with success.
			return (outcome.isDone() && !outcome.isCompletedExceptionally()) ? outcome
					: outcome.exceptionally((ex) -> failure(signal, Futures.unwrap(ex)));
		}
		catch (Throwable ex) {
			return CompletableFuture.completedFuture(failure(signal, ex));
		}
	}

	private Acknowledgement failure(Signal signal, Throwable ex) {
		if (ex instanceof MetadataConversionException) {
			this.services.counters().unreadable(signal, this.responderId, String.valueOf(ex.getMessage()));
		}
		else {
			this.services.counters().failedHandlers.warn(logger, "A handler of '{}' failed on '{}' of '{}'",
					this.responderId, LogText.printable(signal.event()), LogText.printable(signal.publisherId()), ex);
		}
		String message = ex.getMessage();
		return Acknowledgement.failure(StringUtils.hasText(message) ? message : ex.getClass().getSimpleName());
	}

	private static Acknowledgement merge(List<Acknowledgement> acknowledgements) {
		if (acknowledgements.size() == 1) {
			return acknowledgements.get(0);
		}
		int ras = Acknowledgement.SUCCESS;
		List<String> messages = new ArrayList<>();
		for (Acknowledgement acknowledgement : acknowledgements) {
			if (ras == Acknowledgement.SUCCESS) {
				ras = acknowledgement.ras();
			}
			if (acknowledgement.message() != null) {
				messages.add(acknowledgement.message());
			}
		}
		return Acknowledgement.of(ras, messages.isEmpty() ? null : String.join("; ", messages));
	}

	private void acknowledgeReserved(Delivery delivery) {
		// Nobody listens for answers to a shutdown any more.
		if (Signal.INITIALIZATION.equals(delivery.signal().event())) {
			answer(delivery, Acknowledgement.success());
		}
		else {
			delivery.settle();
		}
	}

	private void answerUnhandled(Delivery delivery) {
		Signal signal = delivery.signal();
		switch (this.services.settings().responders().unhandled()) {
			case ACKNOWLEDGE -> respondUnhandled(delivery);
			case REJECT -> answer(delivery,
					Acknowledgement.failure("'" + this.name + "' has no handler for '" + signal.event() + "'"));
			case IGNORE -> {
				if (logger.isDebugEnabled()) {
					logger.debug("'{}' ignores '{}' of '{}'", this.responderId, LogText.printable(signal.event()),
							LogText.printable(signal.publisherId()));
				}
				delivery.settle();
			}
		}
	}

	private void respondUnhandled(Delivery delivery) {
		Signal signal = delivery.signal();
		respond(delivery,
				new Response(this.responderId, signal.publisherId(), signal.event(), Acknowledgement.SUCCESS, null),
				handledEvents());
	}

	private void answer(Delivery delivery, Acknowledgement acknowledgement) {
		Signal signal = delivery.signal();
		if (!Signal.SHUTDOWN.equals(signal.event())) {
			respond(delivery, signal.publisherId(), signal.event(), acknowledgement.ras(), acknowledgement.message());
		}
		else {
			delivery.settle();
		}
	}

	private record LaneKey(String responderId, String publisherId) {
	}

	/**
	 * A signal and its handlers, one after the other. Its string names the one that runs.
	 */
	private final class Handling implements Supplier<@Nullable CompletableFuture<?>>, Iterator<Handler> {

		private final Delivery delivery;

		private final List<Handler> matching;

		/**
		 * Written by the thread that handles; read by those that ask for the string.
		 */
		private volatile int next;

		Handling(Delivery delivery, List<Handler> matching) {
			this.delivery = delivery;
			this.matching = matching;
		}

		@Override
		public @Nullable CompletableFuture<?> get() {
			return handle(this.delivery, this);
		}

		@Override
		public boolean hasNext() {
			return this.next < this.matching.size();
		}

		@Override
		public Handler next() {
			int index = this.next;
			this.next = index + 1;
			return this.matching.get(index);
		}

		@Override
		public String toString() {
			int index = this.next - 1;
			Signal signal = this.delivery.signal();
			return "%s of '%s' on '%s' of '%s'".formatted(
					(index < 0) ? "a listener" : this.matching.get(index).describe(),
					DefaultSignalResponder.this.responderId, LogText.printable(signal.event()),
					LogText.printable(signal.publisherId()));
		}

	}

	// Compared by identity: the same handler may be registered twice.
	private static final class Handler {

		private final String event;

		private final SignalHandler delegate;

		private volatile boolean removed;

		Handler(String event, SignalHandler delegate) {
			this.event = event;
			this.delegate = delegate;
		}

		String describe() {
			// The string of a lambda is its class and a number.
			Class<?> type = this.delegate.getClass();
			return type.isHidden() ? type.getName() : this.delegate.toString();
		}

		boolean matches(Signal signal) {
			return this.event.equals(signal.event()) || (this.event.equals(ANY) && !Signal.isReserved(signal.event()));
		}

	}

	private static final class Listener {

		private final Consumer<Signal> consumer;

		Listener(Consumer<Signal> consumer) {
			this.consumer = consumer;
		}

	}

}
