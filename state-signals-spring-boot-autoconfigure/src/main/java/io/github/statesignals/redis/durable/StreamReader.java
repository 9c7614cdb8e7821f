package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.github.statesignals.redis.durable.Backlog.Position;
import io.github.statesignals.redis.durable.Backlog.Selection;
import io.github.statesignals.redis.durable.ReaderLease.Moment;
import io.github.statesignals.redis.durable.ReaderLease.Tokens;
import io.github.statesignals.redis.durable.store.StreamClient;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.redis.durable.store.StreamStore.Lease;
import io.github.statesignals.redis.durable.store.StreamStore.Registration;
import io.github.statesignals.redis.durable.store.StreamStore.Registration.Outcome;
import io.github.statesignals.wire.FrameLine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the signals of a durable channel for one responder, in order, while it holds the
 * responder's lease.
 */
final class StreamReader implements SignalDelivery.Reader {

	private static final Logger logger = LoggerFactory.getLogger(StreamReader.class);

	// Shorter than any driver waits for a reply, and than the lease.
	private static final Duration BLOCK = Duration.ofSeconds(1);

	// For this time other instances may try.
	private static final Duration PAUSE = StreamStore.LEASE.plusSeconds(5);

	private final String channel;

	private final String name;

	private final StreamStore store;

	private final StreamClient reads;

	private final StreamServices services;

	private final ResponderRegistration registration;

	private final ReaderLease lease = new ReaderLease();

	private final Backlog backlog;

	private final AcknowledgementQueue acknowledgements;

	private final DeliveryLoop delivery;

	private final ReaderProgress progress = new ReaderProgress();

	private final LostGroups lost;

	private final FailureLog failures = new FailureLog();

	StreamReader(RedisChannel target, String name, StreamStore store, StreamServices services, LostGroups lost) {
		this.channel = target.name();
		this.name = name;
		this.store = store;
		this.reads = services.clients().get();
		this.services = services;
		this.lost = lost;
		this.backlog = new Backlog(name);
		this.registration = new ResponderRegistration(name, store);
		this.acknowledgements = new AcknowledgementQueue(
				(batch) -> store.acknowledge(name, batch.get(0).token(),
						batch.stream().map(AcknowledgedSignal::answered).toList(), target.codec()),
				services, target.codec().maxPayload(), "Redis refuses the acknowledgements of '" + name
						+ "' on channel '" + this.channel + "', which are sent until they are accepted");
		this.delivery = new DeliveryLoop(this.channel, name, store, this.backlog,
				new SignalDelivery(target, name, store.logName(), services.listener(), this), services.retries(), this);
	}

	ResponderRegistration registration() {
		return this.registration;
	}

	// At intervals: registers the responder, or takes or renews its lease. A reader that
	// does not make progress gives its lease up.
	void tick() {
		this.reads.endOverdue();
		boolean reading = this.progress.tick();
		boolean delivering = this.delivery.tick();
		if (reading && delivering) {
			proceed();
		}
		else {
			giveUp();
		}
	}

	private void proceed() {
		if (this.progress.isStopped()) {
			return;
		}
		if (this.registration.isRegistered()) {
			takeLease();
		}
		else {
			register();
		}
	}

	private void register() {
		this.registration.register().whenComplete((registered, ex) -> {
			if (ex == null) {
				onRegistered(registered);
			}
			else if (isRefused(ex)) {
				this.registration.refuse(ex);
			}
		});
	}

	private boolean isRefused(Throwable ex) {
		if (!RedisExceptions.isFinal(ex) || isGroupLost(ex)) {
			return false;
		}
		this.failures.log(refused(), ex);
		return true;
	}

	private String refused() {
		return "Redis refuses to let '" + this.name + "' read channel '" + this.channel + "'";
	}

	private static boolean isGroupLost(Throwable ex) {
		return RedisExceptions.reason(ex).startsWith("NOGROUP");
	}

	private void onRegistered(Registration registered) {
		this.backlog.noteRestored(registered.field());
		if (registered.outcome() == Outcome.GROUP_LOST && this.lost.add(this.name)) {
			this.services.listener().onConnected(true);
		}
		else if (registered.outcome() == Outcome.FIELD_LOST) {
			logger.warn("Redis has lost that '{}' is a responder of channel '{}'; it is registered again", this.name,
					this.channel);
		}
		this.registration.complete();
		this.services.listener().call((to) -> to.onRegistered(this.channel, this.name));
		takeLease();
	}

	@Override
	public void giveUp() {
		if (!this.lease.pause(PAUSE)) {
			return;
		}
		logger.warn("Gives up reading channel '{}' for '{}' for {} s, so that another instance may try", this.channel,
				this.name, PAUSE.toSeconds());
		this.backlog.discard();
		this.store.release(this.name, this.lease.tokens().current());
	}

	private void takeLease() {
		if (this.lease.isPaused() || this.progress.isStopped()) {
			return;
		}
		Moment requested = Moment.now();
		Tokens tokens = this.lease.tokens();
		this.store.lease(this.name, tokens.current(), tokens.next(), this.lease.reported())
			.whenComplete((reply, ex) -> {
				if (ex != null) {
					isRefused(ex);
					// Reads fail for the same reason.
					this.progress.reset();
					return;
				}
				this.failures.log(refused(), null);
				try {
					onLease(reply, tokens, requested);
				}
				catch (Throwable failure) {
					countFailure(failure);
				}
			});
	}

	private void onLease(Lease reply, Tokens tokens, Moment requested) {
		this.registration.onField(reply.field());
		this.backlog.noteRestored(reply.field());
		if (reply.state() == Lease.State.HELD_BY_ANOTHER) {
			loseLease();
			return;
		}
		if (!reply.grouped()) {
			this.registration.lost();
		}
		switch (this.lease.renew(reply.state(), tokens, requested)) {
			case AFTER_ANOTHER -> this.backlog.discardAll();
			case INTERRUPTED -> {
				logger.debug("Reading channel '{}' for '{}'", this.channel, this.name);
				this.backlog.discard();
			}
			case RETAKEN -> this.backlog.readPending();
			case CONTINUED -> {
			}
			case IGNORED -> {
				return;
			}
		}
		this.backlog.checkPending(reply.firstPending());
		Map<String, Long> dropped = this.lease.report(reply.dropped());
		dropped.forEach((publisherId, count) -> this.services.listener()
			.call((to) -> to.onDropped(this.channel, publisherId, this.name, count)));
		if (!dropped.isEmpty()) {
			// Redis deletes the reported count.
			takeLease();
		}
		read();
	}

	private void loseLease() {
		if (this.lease.lose()) {
			logger.info("Another instance reads channel '{}' for '{}' now; this one is standby", this.channel,
					this.name);
			this.backlog.discard();
		}
	}

	@Override
	public void read() {
		if (!this.registration.isRegistered() || !this.lease.isReadable() || !this.backlog.hasCapacity()
				|| !this.progress.begin()) {
			return;
		}
		Position from = this.backlog.position();
		byte[] token = this.lease.tokens().current();
		BatchQueue.request(() -> this.store.read(this.reads, this.name, from.after(), this.backlog.count(), BLOCK))
			.thenCompose((read) -> selectUnanswered(from, read))
			.thenAccept((selection) -> onRead(from, token, selection))
			.exceptionally((ex) -> {
				onReadFailed(ex);
				return null;
			});
	}

	private CompletableFuture<Selection> selectUnanswered(Position from, List<Entry> read) {
		Selection selection = this.backlog.select(from, read);
		List<String> questionable = selection.questionable();
		return questionable.isEmpty() ? CompletableFuture.completedFuture(selection)
				: this.store.answered(this.name, questionable).thenApply(selection::without);
	}

	private void onRead(Position from, byte[] token, Selection selection) {
		// Otherwise it is read again by the instance that holds the lease.
		boolean accepted = !this.progress.isStopped() && this.lease.isValid(token);
		if (accepted) {
			this.backlog.accept(from, token, selection);
		}
		// Not earlier: the same position would be read again.
		this.progress.end();
		if (accepted) {
			this.delivery.run();
		}
		this.progress.reset();
		// After the thread of the handlers has been woken.
		this.services.eventLoop().execute(this::read);
	}

	private void onReadFailed(Throwable ex) {
		// Signals may have been delivered to a reply that did not arrive.
		this.backlog.readPending();
		this.progress.end();
		isRefused(ex);
		if (isGroupLost(ex)) {
			this.registration.lost();
		}
		this.services.retries().backOff(countFailure(ex), this::proceed);
	}

	private int countFailure(Throwable ex) {
		int count = this.progress.fail();
		if (ReaderProgress.isLasting(count) && this.lease.isValid()) {
			logger.warn("Could not read channel '{}' for '{}', {} times", this.channel, this.name, count, ex);
			giveUp();
		}
		else {
			logger.debug("Could not read channel '{}' for '{}'; trying again", this.channel, this.name, ex);
		}
		return count;
	}

	private void onAcknowledged(AcknowledgedSignal acknowledged, boolean stored) {
		boolean capacity = this.backlog.acknowledged(acknowledged, stored);
		if (!stored && this.lease.isCurrent(acknowledged.token())) {
			loseLease();
		}
		if (capacity) {
			read();
		}
	}

	// Completes when acknowledgements are stored, and the lease is released.
	CompletableFuture<?> stop() {
		this.progress.stop();
		this.registration.complete();
		// Entries that arrive meanwhile are pending before the next instance reads.
		return this.reads.close().thenCompose((closed) -> this.acknowledgements.idle()).thenCompose((idle) -> {
			this.lease.close();
			return this.store.release(this.name, this.lease.tokens().current());
		});
	}

	// Fails the acknowledgements that are not stored.
	void close() {
		this.acknowledgements.close();
	}

	@Override
	public boolean isActive() {
		return !this.progress.isStopped();
	}

	@Override
	public void readAgain() {
		this.backlog.discard();
	}

	// By the clock: a process that was frozen is notified of its successor only after its
	// lease has expired.
	@Override
	public boolean begin(PendingSignal signal) {
		if (!this.lease.isValid(signal.entry().token())) {
			this.backlog.abandon(signal);
			return false;
		}
		return this.backlog.begin(signal);
	}

	@Override
	public void release(PendingSignal signal) {
		this.backlog.abandon(signal);
		read();
	}

	// A handler that had begun may acknowledge later: the token decides.
	@Override
	public CompletableFuture<?> acknowledge(PendingSignal signal, FrameLine answer, byte[] address) {
		if (!signal.entry().hasBegun(signal) && !begin(signal)) {
			return CompletableFuture.completedFuture(null);
		}
		AcknowledgedSignal added = this.acknowledgements.add(signal, answer, address);
		return added.thenAccept((stored) -> onAcknowledged(added, stored));
	}

}
