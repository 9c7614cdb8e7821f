package io.github.statesignals.redis;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;

import io.github.statesignals.redis.driver.RedisPublisher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Connects, and supervises the connection, from one start of the transport to its stop,
 * on a thread of its own. The driver reconnects by itself, but may take long, or lose the
 * subscription.
 */
final class RedisPubSubConnection {

	private static final Logger logger = LoggerFactory.getLogger(RedisPubSubConnection.class);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

	/**
	 * An application that logs nothing for longer looks stuck.
	 */
	private static final Duration SILENCE = Duration.ofSeconds(3);

	/**
	 * Opens when it is connected, refused for certain, or closed.
	 */
	private final CountDownLatch decided = new CountDownLatch(1);

	/**
	 * Opens when it is connected or closed.
	 */
	private final CountDownLatch settled = new CountDownLatch(1);

	private final CountDownLatch closed = new CountDownLatch(1);

	private final Thread connector = new Thread(this::run, "state-signals-connect");

	/**
	 * Held while the container is used: the previous connection may not have stopped it
	 * yet.
	 */
	private final Lock containerUse;

	private final RedisMessageListenerContainer container;

	private final OutboundPublisher publisher;

	private final MessageReceiver receiver;

	private final ChannelSubscriptions subscriptions;

	private final RedisHeartbeat heartbeat;

	private final ConnectFailures failures;

	/**
	 * The subscription that the connector has started last.
	 */
	private volatile @Nullable ContainerSubscription attempt;

	private volatile State state = State.CONNECTING;

	/**
	 * Creates a connection.
	 * @param container receives messages
	 * @param containerUse held while the container is used
	 * @param connectTimeout logged with failures to connect
	 */
	RedisPubSubConnection(RedisMessageListenerContainer container, Lock containerUse, OutboundPublisher publisher,
			MessageReceiver receiver, ChannelSubscriptions subscriptions, RedisHeartbeat heartbeat,
			Duration connectTimeout) {
		this.container = container;
		this.containerUse = containerUse;
		this.publisher = publisher;
		this.receiver = receiver;
		this.subscriptions = subscriptions;
		this.heartbeat = heartbeat;
		this.failures = new ConnectFailures(connectTimeout);
	}

	void begin() {
		this.connector.setDaemon(true);
		this.connector.start();
	}

	private void run() {
		this.containerUse.lock();
		try {
			while (connect()) {
				if (this.heartbeat.supervise(this.publisher, this.closed)) {
					return;
				}
				logger.warn("The subscription is lost: Redis confirms heartbeats that are not received. "
						+ "Subscribing again on a new connection");
				disconnect();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			disconnect();
			this.containerUse.unlock();
		}
	}

	/**
	 * Tries until it is connected.
	 * @return {@code false} if it was closed before
	 */
	private boolean connect() throws InterruptedException {
		boolean stuck = false;
		while (!isClosed()) {
			ContainerSubscription attempt = new ContainerSubscription(this.container, this.receiver,
					this::resubscribed);
			RedisPublisher current = this.publisher.current();
			RedisPublisher opened = stuck ? null : current;
			this.attempt = attempt;
			try {
				if (opened == null) {
					// First: unlike the container it reports at once why it can't
					// connect.
					opened = this.publisher.open();
				}
				this.subscriptions.prepare(attempt, this.heartbeat.channels());
				attempt.start();
				this.heartbeat.awaitFirst(opened);
				if (use(attempt, opened)) {
					return true;
				}
			}
			catch (RuntimeException ex) {
				stuck = ex instanceof QueryTimeoutException;
				failed(ex);
			}
			if (opened != null && opened != current) {
				opened.close();
			}
			attempt.destroy();
			this.closed.await(this.failures.retryInterval().toMillis(), TimeUnit.MILLISECONDS);
		}
		return false;
	}

	private void failed(RuntimeException ex) {
		if (isClosed()) {
			this.failures.record(ex);
			return;
		}
		this.failures.log(ex, this.state == State.CONNECTING);
		if (this.failures.isCertain()) {
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
		change(State.CONNECTED);
		this.failures.clear();
		this.receiver.connected(gap);
		this.settled.countDown();
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
			change(State.RECONNECTING);
		}
		if (stopped != null) {
			stopped.destroy();
		}
	}

	private synchronized void change(State next) {
		if (this.state != State.CLOSED) {
			this.state = next;
		}
	}

	/**
	 * Waits for the connection.
	 * @param timeout the maximum time to wait; negative: indefinitely, also if Redis
	 * refuses the connection
	 * @return {@code false} when the timeout has passed or Redis refuses the connection,
	 * {@code true} when it is connected or closed
	 */
	boolean awaitConnected(Duration timeout) {
		try {
			boolean longer = timeout.isNegative() || timeout.compareTo(SILENCE) > 0;
			if (longer && !this.decided.await(SILENCE.toMillis(), TimeUnit.MILLISECONDS)
					&& this.failures.last() == null) {
				this.failures.logNoAnswer(this.state == State.CONNECTING);
			}
			if (timeout.isNegative()) {
				this.settled.await();
				return true;
			}
			Duration rest = longer ? timeout.minus(SILENCE) : timeout;
			return this.decided.await(TimeUnit.MILLISECONDS.convert(rest), TimeUnit.MILLISECONDS)
					&& (this.state == State.CONNECTED || isClosed());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	@Nullable RuntimeException failure() {
		return this.failures.last();
	}

	boolean isAlive() {
		return this.state == State.CONNECTED && this.heartbeat.isAlive();
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

	void afterReceiving(Runnable task) {
		this.receiver.afterReceiving(task);
	}

	void close() {
		this.receiver.close();
		this.closed.countDown();
		boolean connecting = this.state != State.CONNECTED;
		change(State.CLOSED);
		this.settled.countDown();
		this.decided.countDown();
		this.publisher.close();
		ContainerSubscription trying = this.attempt;
		if (connecting && trying != null) {
			// The connector may be waiting for the driver.
			trying.disconnect();
		}
		awaitConnector();
	}

	// It stops the container.
	private void awaitConnector() {
		try {
			this.connector.join(STOP_TIMEOUT.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private enum State {

		CONNECTING, CONNECTED, RECONNECTING, CLOSED

	}

}
