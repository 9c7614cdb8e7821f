package io.github.statesignals.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisPublisher;
import io.github.statesignals.transport.SignalTransport.Listener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Connects, and supervises the connection, from one start of the transport to its stop,
 * on a separate thread. The driver reconnects by itself, but may take long, or lose the
 * subscription.
 */
final class RedisPubSubConnection implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(RedisPubSubConnection.class);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

	// Where Redis answers, the connector ends by itself. Otherwise the container would
	// close a connection that is closed already, and the driver warn.
	private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(500);

	// An application that logs nothing for longer looks stuck.
	private static final Duration SILENCE = Duration.ofSeconds(3);

	// Opens when it is connected or closed; and unless the start waits indefinitely, when
	// it is refused for certain, or the timeout has passed.
	private final CountDownLatch decided = new CountDownLatch(1);

	// Opens when the transport starts, or is closed before.
	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch closed = new CountDownLatch(1);

	private final Thread connector = new Thread(this, "state-signals-connect");

	// Held while the container is used: the previous connection may not have stopped it
	// yet.
	private final Lock containerUse;

	private final RedisMessageListenerContainer container;

	private final RedisDriver driver;

	private final OutboundPublisher publisher = new OutboundPublisher();

	private final RedisHeartbeat heartbeat;

	private final MessageReceiver receiver;

	private final ChannelSubscriptions subscriptions;

	private final ConnectFailures failures;

	// Negative: indefinitely.
	private final Duration connectTimeout;

	// Used by the connector.
	private @Nullable Attempt prepared;

	// The subscription that the connector has started last. Absent while it waits for the
	// start of the transport.
	private volatile @Nullable ContainerSubscription attempt;

	// Written by the connector.
	private volatile State state = State.CONNECTING;

	RedisPubSubConnection(RedisMessageListenerContainer container, Lock containerUse, RedisDriver driver,
			Collection<RedisChannel> channels, RedisHeartbeat heartbeat, Duration connectTimeout) {
		this.container = container;
		this.containerUse = containerUse;
		this.driver = driver;
		this.heartbeat = heartbeat;
		this.receiver = new MessageReceiver(heartbeat);
		this.subscriptions = new ChannelSubscriptions(channels, this.receiver);
		this.failures = new ConnectFailures(connectTimeout);
		this.connectTimeout = connectTimeout;
	}

	// Receives heartbeats alone, before the start of the transport.
	void prepare() {
		this.connector.setDaemon(true);
		this.connector.start();
	}

	void begin(Listener listener) {
		this.receiver.begin(listener);
		this.begun.countDown();
		if (this.connector.getState() == Thread.State.NEW) {
			prepare();
		}
	}

	@Override
	public void run() {
		this.containerUse.lock();
		try {
			if (this.begun.getCount() > 0) {
				connectEarly();
				this.begun.await();
			}
			while (connect()) {
				if (supervise()) {
					return;
				}
				disconnect();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			try {
				end(this.prepared);
				disconnect();
			}
			finally {
				this.containerUse.unlock();
			}
		}
	}

	// False when the connection is lost, true when it is closed.
	private boolean supervise() throws InterruptedException {
		try {
			if (this.heartbeat.supervise(this.publisher, this.closed, this::onBeat, this.failures::logOutage)) {
				return true;
			}
			logger.warn("The subscription is lost: Redis confirms heartbeats that are not received. "
					+ "Subscribing again on a new connection");
		}
		catch (RuntimeException | Error ex) {
			logger.error("The connection can't be supervised any more. Connecting again", ex);
		}
		return false;
	}

	private void onBeat(@Nullable RedisPublisher current) {
		this.failures.clear();
		this.receiver.countReceivers(current);
	}

	// The start tries again, and reports the reason.
	private void connectEarly() throws InterruptedException {
		Attempt attempt = null;
		try {
			attempt = new Attempt(false);
			RedisPublisher opened = attempt.open();
			attempt.subscription.start();
			this.heartbeat.awaitFirst(opened);
			this.prepared = attempt;
			this.attempt = null;
		}
		catch (RuntimeException | Error ex) {
			logger.debug("Could not connect before the start", ex);
			end(attempt);
		}
	}

	// False if it was closed before.
	private boolean connect() throws InterruptedException {
		boolean stuck = false;
		while (!isClosed()) {
			Attempt attempt = this.prepared;
			this.prepared = null;
			try {
				attempt = (attempt != null) ? attempt : new Attempt(stuck);
				RedisPublisher opened = attempt.open();
				this.subscriptions.prepare(attempt.subscription);
				attempt.subscription.start();
				this.heartbeat.awaitFirst(opened);
				if (use(attempt.subscription, opened)) {
					return true;
				}
			}
			catch (RuntimeException ex) {
				// Not sent: the driver may have been configured not to reconnect.
				stuck = ex instanceof QueryTimeoutException || ex instanceof RedisSystemException;
				failed(ex);
			}
			catch (Error ex) {
				// Such as a missing class. Without this thread nothing connects again.
				failed(new IllegalStateException(ex.toString(), ex));
			}
			// It may be in use: the listener has failed.
			disconnect();
			end(attempt);
			this.closed.await(this.failures.retryInterval().toMillis(), TimeUnit.MILLISECONDS);
		}
		return false;
	}

	private static void end(@Nullable Attempt attempt) {
		if (attempt != null) {
			attempt.end();
		}
	}

	private void failed(RuntimeException ex) {
		if (isClosed()) {
			this.failures.record(ex);
			return;
		}
		this.failures.log(ex, this.state == State.CONNECTING);
		if (this.failures.isCertain() && !this.connectTimeout.isNegative()) {
			this.decided.countDown();
		}
	}

	private boolean use(ContainerSubscription started, RedisPublisher opened) {
		boolean gap = this.state == State.RECONNECTING;
		this.subscriptions.activate(started);
		if (!this.publisher.use(opened)) {
			this.subscriptions.deactivate();
			return false;
		}
		this.state = State.CONNECTED;
		this.failures.clear();
		this.receiver.connected(gap);
		this.decided.countDown();
		logger.debug("Connected");
		return true;
	}

	private void resubscribed() {
		if (this.state == State.CONNECTED) {
			this.receiver.connected(true);
		}
	}

	private void disconnect() {
		ContainerSubscription stopped = this.subscriptions.deactivate();
		if (this.state == State.CONNECTED) {
			this.state = State.RECONNECTING;
		}
		if (stopped != null) {
			stopped.destroy();
		}
	}

	// True also when it is closed.
	boolean awaitConnected() throws InterruptedException {
		// Closing a context interrupts its start only where that waits without a limit.
		Thread limit = new Thread(this::limit, "state-signals-limit");
		limit.setDaemon(true);
		limit.start();
		this.decided.await();
		return this.state == State.CONNECTED || isClosed();
	}

	private void limit() {
		Duration timeout = this.connectTimeout;
		try {
			boolean longer = timeout.isNegative() || timeout.compareTo(SILENCE) > 0;
			if (longer && !awaitDecided(SILENCE) && this.failures.last() == null) {
				this.failures.logNoAnswer(this.state == State.CONNECTING);
			}
			if (!timeout.isNegative()) {
				awaitDecided(longer ? timeout.minus(SILENCE) : timeout);
				this.decided.countDown();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean awaitDecided(Duration timeout) throws InterruptedException {
		return this.decided.await(TimeUnit.MILLISECONDS.convert(timeout), TimeUnit.MILLISECONDS);
	}

	@Nullable RuntimeException failure() {
		return this.failures.last();
	}

	boolean isAlive() {
		return this.state == State.CONNECTED && !isClosed() && this.heartbeat.isAlive();
	}

	private boolean isClosed() {
		return this.closed.getCount() == 0;
	}

	OutboundPublisher publisher() {
		return this.publisher;
	}

	void updateSubscriptions() {
		this.subscriptions.update();
	}

	void close() {
		discard();
		awaitConnector(STOP_TIMEOUT);
	}

	// Without waiting long for the connector where that may wait for the driver.
	void discard() {
		this.receiver.close();
		this.closed.countDown();
		boolean connecting = this.state != State.CONNECTED;
		this.begun.countDown();
		this.decided.countDown();
		this.publisher.close();
		ContainerSubscription trying = connecting ? this.attempt : null;
		awaitConnector((trying != null) ? ANSWER_TIMEOUT : STOP_TIMEOUT);
		if (trying != null && this.connector.isAlive()) {
			// It may be waiting for the driver.
			trying.disconnect();
		}
	}

	// It stops the container.
	private void awaitConnector(Duration timeout) {
		try {
			this.connector.join(timeout.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	// An attempt to connect, by the connector.
	private final class Attempt {

		private final ContainerSubscription subscription;

		private @Nullable RedisPublisher opened;

		Attempt(boolean stuck) {
			RedisPubSubConnection all = RedisPubSubConnection.this;
			this.subscription = new ContainerSubscription(all.container, all.receiver, all::resubscribed);
			this.subscription.add(all.heartbeat.channels());
			this.opened = stuck ? null : all.publisher.current();
		}

		// First: unlike the container it reports at once why it can't connect.
		RedisPublisher open() {
			RedisPubSubConnection.this.attempt = this.subscription;
			RedisPublisher opened = (this.opened != null) ? this.opened
					: RedisPubSubConnection.this.driver.openPublisher();
			this.opened = opened;
			return opened;
		}

		// Unless it is in use. Never throws: the connector has to go on.
		void end() {
			try {
				if (this.opened != null && this.opened != RedisPubSubConnection.this.publisher.current()) {
					this.opened.close();
				}
			}
			catch (RuntimeException | Error ex) {
				logger.debug("A connection could not be closed", ex);
			}
			this.subscription.destroy();
		}

	}

	private enum State {

		CONNECTING, CONNECTED, RECONNECTING

	}

}
