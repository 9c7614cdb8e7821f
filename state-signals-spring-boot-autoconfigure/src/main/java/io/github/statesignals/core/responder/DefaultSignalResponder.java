package io.github.statesignals.core.responder;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.TextLength;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.Assert;

/**
 * Receives the signals of its channel and hands them to its handlers, in a lane for each
 * publisher, so that their order is preserved.
 */
public final class DefaultSignalResponder implements SignalResponder {

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	public static final String ANY = RegisteredHandler.ANY;

	// The acknowledgement of a handler that does not act on a signal of the same
	// application. Compared by identity. The signal is answered as if there was no
	// handler, independently of state-signals.responder.unhandled: its publisher must not
	// fail because of it.
	public static final Acknowledgement NOT_HANDLED = SignalHandling.NOT_HANDLED;

	// The share of the heap that unanswered signals may take.
	private static final int UNANSWERED_SHARE = 64;

	private final String name;

	private final String channel;

	private final String responderId;

	private final boolean durable;

	private final EngineServices services;

	private final Announcements<DefaultSignalResponder> announcements;

	private final RegisteredHandlers handlers = new RegisteredHandlers();

	private final List<Consumer<Signal>> listeners = new CopyOnWriteArrayList<>();

	// The signals that the application may answer itself.
	private final UnansweredSignals unanswered = new UnansweredSignals(
			Runtime.getRuntime().maxMemory() / UNANSWERED_SHARE);

	// The signals that it has accepted and not answered: it leaves after they are
	// answered.
	private final AtomicInteger busy = new AtomicInteger();

	private final SignalAnswers answers;

	private final SignalHandling handling;

	// Held while handlers and listeners are added and removed.
	private final ReentrantLock registering = new ReentrantLock();

	private final AtomicBoolean listening = new AtomicBoolean();

	private final SignalLocks locks;

	public DefaultSignalResponder(String name, String channel, EngineServices services,
			Announcements<DefaultSignalResponder> announcements) {
		Assert.hasText(name, "The name of a SignalResponder must not be blank: "
				+ "set state-signals.responder.name or spring.application.name");
		this.name = name;
		this.channel = services.outbound().required(channel);
		this.services = services;
		this.announcements = announcements;
		this.durable = services.outbound().isDurable(channel);
		// Signals are stored for a name, which instances share.
		this.responderId = this.durable ? name : ResponderIds.create(name);
		TextLength.check(this.responderId, "The id of a SignalResponder",
				"shorten its name, state-signals.responder.name or spring.application.name");
		this.answers = new SignalAnswers(name, channel, this.responderId, this.durable, services, this.handlers);
		this.handling = new SignalHandling(this.responderId, services, this.listeners, this.unanswered, this.answers,
				this::handled);
		this.locks = new SignalLocks(name, channel, this.durable, services);
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
		Assert.hasText(publisherId, "The publisher id to lock on must not be blank: call unlock() to receive all");
		this.locks.lockPublisher(publisherId);
		this.announcements.join(this);
	}

	@Override
	public void lockTag(String tag) {
		Assert.hasText(tag, "The tag to lock on must not be blank: call unlock() to receive all");
		this.locks.lockTag(tag);
		this.announcements.join(this);
	}

	@Override
	public void unlock() {
		this.locks.unlock();
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

	// Not validated: a received signal with any ids is answered.
	private void respond(@Nullable Delivery delivery, String publisherId, String event, @Nullable Integer ras,
			@Nullable String message) {
		this.answers.respond(delivery, new Response(this.responderId, publisherId, event, ras, message), null);
	}

	public ResponseExtension subscription() {
		return this.answers.subscription();
	}

	// The proof that it leaves. Subscriptions from here on need another proof.
	public ResponseExtension leaveExtension() {
		return this.answers.leaveExtension();
	}

	// At some time: it may have signals to answer first.
	public boolean isWorkingFor(String publisherId) {
		return this.busy.get() > 0 || (isActive() && this.locks.acceptsPublisher(publisherId));
	}

	public int unanswered() {
		return this.busy.get();
	}

	// The application stops, and can't answer the signals of its listeners any more.
	public void cutOff() {
		this.handling.cutOff();
	}

	@Override
	public Registration on(String event, SignalHandler handler) {
		Assert.hasText(event, "The event to handle must not be blank: use \"*\" for any");
		Assert.notNull(handler, "'handler' must not be null");
		return register(this.handlers.all(), new RegisteredHandler(event, handler));
	}

	@Override
	public Registration listen(Consumer<Signal> listener) {
		Assert.notNull(listener, "'listener' must not be null");
		// Removed by its identity: the same listener may be registered twice.
		return register(this.listeners, new Consumer<>() {

			@Override
			public void accept(Signal signal) {
				listener.accept(signal);
			}

		});
	}

	private <T> Registration register(List<T> all, T added) {
		this.registering.lock();
		try {
			all.add(added);
			if (!this.listening.get()) {
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

	@GuardedBy("registering")
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
		this.listening.set(true);
		this.announcements.hello(this);
	}

	private <T> void unregister(List<T> all, T removed) {
		if (removed instanceof RegisteredHandler handler) {
			handler.remove();
		}
		this.registering.lock();
		try {
			if (!all.remove(removed)) {
				return;
			}
			if (isActive()) {
				this.announcements.join(this);
				return;
			}
			this.listening.set(false);
			if (this.busy.get() == 0) {
				this.announcements.bye(this);
			}
		}
		finally {
			this.registering.unlock();
		}
	}

	// Whether it answers an initialization, which need not have been sent, by itself. It
	// does not if its locks filter the signal out, or a listener leaves the answer to the
	// application; neither matters on a durable channel.
	public boolean subscribesTo(Signal initialization) {
		return this.listening.get() && (this.durable || (this.locks.accepts(initialization)
				&& (this.listeners.isEmpty() || !this.handlers.matching(initialization).isEmpty())));
	}

	// False before its first handler or listener, and after its last one.
	public boolean isListening() {
		return this.listening.get();
	}

	public String getChannel() {
		return this.channel;
	}

	public SortedSet<String> events() {
		SortedSet<String> events = new TreeSet<>();
		for (RegisteredHandler handler : this.handlers.all()) {
			events.add(handler.event());
		}
		return events;
	}

	public RegisteredHandlers handlers() {
		return this.handlers;
	}

	public @Nullable String lockedPublisher() {
		return this.locks.publisher();
	}

	public @Nullable String lockedTag() {
		return this.locks.tag();
	}

	public boolean hasListeners() {
		return !this.listeners.isEmpty();
	}

	public boolean isActive() {
		return !this.handlers.all().isEmpty() || !this.listeners.isEmpty();
	}

	// On the transport's thread. False if the signal is stored and there is no capacity
	// now.
	public boolean onSignal(Delivery delivery) {
		Signal signal = delivery.signal();
		boolean stored = delivery.receipt() != null;
		if (!isActive()) {
			return false;
		}
		if (!this.locks.accepts(signal)) {
			if (stored) {
				// Of this application's own, which awaits an answer all the same.
				this.answers.respondUnhandled(delivery);
			}
			return true;
		}
		if (logger.isDebugEnabled()) {
			logger.debug("'{}' receives '{}' of '{}'", this.responderId, LogText.printable(signal.event()),
					LogText.printable(signal.publisherId()));
		}
		List<RegisteredHandler> matching = this.handlers.matching(signal);
		if (matching.isEmpty() && this.listeners.isEmpty() && Signal.isReserved(signal.event())) {
			// Not queued behind slow handlers: subscribing is about the future.
			this.answers.answer(delivery, Acknowledgement.success());
			return true;
		}
		LaneKey lane = new LaneKey(this.responderId, signal.publisherId());
		this.busy.incrementAndGet();
		if (this.services.lanes().submit(lane, this.handling.task(delivery, matching))) {
			return true;
		}
		if (!stored) {
			this.services.counters().rejected(signal, this.responderId);
			this.answers.answer(delivery, Acknowledgement.failure("busy"));
		}
		if (this.busy.decrementAndGet() == 0 && !isActive()) {
			// Not on the transport's thread: it waits for a lock.
			this.services.executor().execute(this::leave);
		}
		return !stored;
	}

	// A signal that was sent before one that was received earlier can't be handled in
	// order any more.
	public void onOvertaken(Delivery delivery) {
		Signal signal = delivery.signal();
		if (!isActive() || !this.locks.accepts(signal)) {
			return;
		}
		if (!Signal.isReserved(signal.event())) {
			this.answers.answer(delivery, Acknowledgement.failure("overtaken by a later signal of its publisher"));
		}
		else if (this.listeners.isEmpty()) {
			this.answers.answer(delivery, Acknowledgement.success());
		}
	}

	// False if the signal is stored and can't be answered now.
	public boolean onUnreadable(Delivery delivery, UnreadableSignal unreadable) {
		if (!isActive()) {
			return false;
		}
		if (!this.locks.accepts(delivery.signal()) || (this.locks.tag() != null && unreadable.tag() == null)) {
			return delivery.receipt() == null || onSignal(delivery);
		}
		this.answers.answer(delivery, Acknowledgement.failure("The signal can't be read: " + unreadable.problem()));
		return true;
	}

	private void handled() {
		if (this.busy.decrementAndGet() == 0 && !isActive()) {
			leave();
		}
	}

	private void leave() {
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

	private record LaneKey(String responderId, String publisherId) {
	}

}
