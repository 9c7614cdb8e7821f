package io.github.statesignals.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Relays between applications and a server, on the loopback interface, to act as a broken
 * network does: cut connections, refuse them, or leave them open and let nothing through.
 */
final class TcpProxy implements AutoCloseable {

	private static final String HOST = "127.0.0.1";

	/**
	 * How many bytes of a client are remembered. Drivers subscribe early.
	 */
	private static final int REMEMBERED = 16 * 1024;

	private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

	private static final int ATTEMPTS = 3;

	private final Set<Link> links = ConcurrentHashMap.newKeySet();

	private final AtomicInteger accepted = new AtomicInteger();

	private final InetSocketAddress target;

	private final int port = RedisProcess.freePort();

	private ServerSocket server;

	private volatile boolean blocking;

	private TcpProxy(InetSocketAddress target) {
		this.target = target;
	}

	/**
	 * Open a proxy.
	 * @param server the server to stand in front of
	 * @return the proxy, which accepts connections
	 */
	static TcpProxy before(RedisProcess server) {
		for (int attempt = 1;; attempt++) {
			TcpProxy proxy = new TcpProxy(new InetSocketAddress(server.host(), server.port()));
			try {
				proxy.accept();
				return proxy;
			}
			catch (UncheckedIOException ex) {
				// Another process may have taken the port meanwhile.
				if (attempt == ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	int port() {
		return this.port;
	}

	/**
	 * Properties that connect an application to the server through this proxy.
	 * @return the properties
	 */
	List<String> properties() {
		return List.of("spring.data.redis.host=" + HOST, "spring.data.redis.port=" + this.port);
	}

	/**
	 * The connections that are up.
	 * @return how many they are
	 */
	int connections() {
		return this.links.size();
	}

	/**
	 * The connections that were up at any time.
	 * @return how many they are
	 */
	int accepted() {
		return this.accepted.get();
	}

	/**
	 * Close all connections that are up now.
	 */
	void cut() {
		this.links.forEach(Link::close);
	}

	/**
	 * Closes some of the connections that are up now.
	 * @param chosen selects connections by the first bytes that their clients have sent
	 */
	void cut(Predicate<String> chosen) {
		this.links.stream().filter((link) -> chosen.test(link.sent())).forEach(Link::close);
	}

	/**
	 * Refuse further connections, until {@link #accept()}; those that are up stay.
	 */
	synchronized void refuse() {
		if (this.server != null) {
			close(this.server);
			this.server = null;
		}
	}

	/**
	 * Accept connections again.
	 */
	synchronized void accept() {
		if (this.server != null) {
			return;
		}
		try {
			ServerSocket opened = new ServerSocket();
			opened.setReuseAddress(true);
			opened.bind(new InetSocketAddress(InetAddress.getByName(HOST), this.port));
			this.server = opened;
			run("accept", () -> accept(opened));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket opened) {
		while (!opened.isClosed()) {
			try {
				connect(opened, opened.accept());
			}
			catch (IOException ex) {
				// No further client is accepted.
			}
		}
	}

	private void connect(ServerSocket opened, Socket client) {
		Socket upstream = new Socket();
		try {
			upstream.connect(this.target, CONNECT_TIMEOUT_MILLIS);
		}
		catch (IOException ex) {
			close(upstream);
			close(client);
			return;
		}
		Link link = new Link(client, upstream);
		link.blocked = this.blocking;
		this.links.add(link);
		this.accepted.incrementAndGet();
		if (opened.isClosed()) {
			// Refused meanwhile.
			link.close();
		}
		run("to-server", link::toServer);
		run("to-client", link::toClient);
	}

	/**
	 * Drops from now on the replies of the server on the connections that are open now
	 * and have subscribed to anything. They stay open, and messages of their clients
	 * arrive.
	 * @return how many they are
	 */
	int dropReplies() {
		return dropReplies((sent) -> sent.toUpperCase(Locale.ROOT).contains("SUBSCRIBE"));
	}

	/**
	 * Drops from now on the replies of the server on some of the connections that are
	 * open now. They stay open, and messages of their clients arrive.
	 * @param chosen decides by the first bytes that its client has sent whether it is to
	 * be a connection
	 * @return how many they are
	 */
	int dropReplies(Predicate<String> chosen) {
		List<Link> chosenLinks = this.links.stream().filter((link) -> chosen.test(link.sent())).toList();
		chosenLinks.forEach((link) -> link.dropping = true);
		return chosenLinks.size();
	}

	/**
	 * Drops from now on the messages of the clients of some connections. They stay open.
	 * @param chosen selects connections by the first bytes that their clients have sent
	 * @return the number of these connections
	 */
	int block(Predicate<String> chosen) {
		List<Link> blocked = this.links.stream().filter((link) -> chosen.test(link.sent())).toList();
		blocked.forEach((link) -> link.blocked = true);
		return blocked.size();
	}

	/**
	 * Drops from now on the messages of the clients of all connections, and of those that
	 * are opened until {@link #unblock()}. They stay up, and are never answered.
	 */
	void block() {
		this.blocking = true;
		block((sent) -> true);
	}

	/**
	 * Lets through the messages of the clients of further connections.
	 */
	void unblock() {
		this.blocking = false;
	}

	/**
	 * Holds from now on the messages of the clients of some connections, until
	 * {@link #release()}. It arrives then, also if the client has closed its connection.
	 * @param chosen selects connections by the first bytes that their clients have sent
	 * @return the number of these connections
	 */
	int hold(Predicate<String> chosen) {
		List<Link> held = this.links.stream().filter((link) -> chosen.test(link.sent())).toList();
		held.forEach((link) -> link.held = new CountDownLatch(1));
		return held.size();
	}

	void release() {
		this.links.forEach((link) -> link.held.countDown());
	}

	@Override
	public void close() {
		refuse();
		release();
		cut();
	}

	private static void close(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			// It is as good as closed.
		}
	}

	private void run(String name, Runnable task) {
		Thread thread = new Thread(task, "proxy-" + this.port + "-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * A client's connection and the one to the server that belongs to it.
	 */
	private final class Link {

		private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

		private final Socket client;

		private final Socket upstream;

		private volatile boolean dropping;

		private volatile boolean blocked;

		private volatile CountDownLatch held = new CountDownLatch(0);

		Link(Socket client, Socket upstream) {
			this.client = client;
			this.upstream = upstream;
		}

		String sent() {
			synchronized (this.sent) {
				return this.sent.toString(StandardCharsets.ISO_8859_1);
			}
		}

		void toServer() {
			byte[] buffer = new byte[8192];
			try (this.client; this.upstream) {
				InputStream input = this.client.getInputStream();
				OutputStream output = this.upstream.getOutputStream();
				for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
					remember(buffer, count);
					this.held.await();
					if (!this.blocked) {
						output.write(buffer, 0, count);
					}
				}
			}
			catch (IOException | InterruptedException ex) {
				// One side has closed, so the other is closed, too.
			}
			finally {
				TcpProxy.this.links.remove(this);
			}
		}

		private void remember(byte[] buffer, int count) {
			synchronized (this.sent) {
				this.sent.write(buffer, 0, Math.min(count, REMEMBERED - this.sent.size()));
			}
		}

		void toClient() {
			byte[] buffer = new byte[8192];
			try (this.client; this.upstream) {
				InputStream input = this.upstream.getInputStream();
				OutputStream output = this.client.getOutputStream();
				for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
					if (!this.dropping) {
						output.write(buffer, 0, count);
					}
				}
			}
			catch (IOException ex) {
				// One side has closed, so the other is closed, too.
			}
			finally {
				TcpProxy.this.links.remove(this);
			}
		}

		void close() {
			TcpProxy.close(this.client);
			TcpProxy.close(this.upstream);
		}

	}

}
