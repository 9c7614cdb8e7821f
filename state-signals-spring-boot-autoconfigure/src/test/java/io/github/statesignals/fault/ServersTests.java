package io.github.statesignals.fault;

import java.io.UncheckedIOException;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * The servers that the tests of this package break do break, and come back.
 */
@Tag("faults")
@Timeout(120)
class ServersTests {

	@Test
	void serverThatIsKilledComesBackOnItsPort() {
		try (RedisProcess server = RedisProcess.start("maxclients 77")) {
			assertThat(server.command("CONFIG", "GET", "maxclients")).isEqualTo("maxclients\n77");
			server.kill();
			assertThat(server.isAlive()).isFalse();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> server.command("PING"));
			server.restart();
			assertThat(server.command("PING")).isEqualTo("PONG");
		}
	}

	@Test
	void frozenServerLeavesConnectionsOpenAndRepliesOnceThawed() {
		try (RedisProcess server = RedisProcess.start()) {
			server.freeze();
			assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> server.command("PING"))
				.withMessageContaining("No reply to PING");
			server.thaw();
			assertThat(server.command("PING")).isEqualTo("PONG");
		}
	}

	@Test
	void serverThatIsFrozenCanBeClosed() {
		RedisProcess server = RedisProcess.start();
		server.freeze();
		server.close();
		assertThat(server.isAlive()).isFalse();
	}

	@Test
	void serverThatCanNotStartReportsTheReason() {
		assertThatIllegalStateException().isThrownBy(() -> RedisProcess.start("fly yes"))
			.withMessageContaining("fly yes");
	}

	@Test
	void errorOfTheServerIsAnException() {
		try (RedisProcess server = RedisProcess.start()) {
			assertThatIllegalStateException().isThrownBy(() -> server.command("FLY"))
				.withMessageContaining("unknown command");
		}
	}

	@Test
	void proxyCutsAndRefusesAndAcceptsAgain() {
		try (RedisProcess server = RedisProcess.start();
				TcpProxy proxy = TcpProxy.before(server);
				RedisSubscription subscription = new RedisSubscription(proxy.port(), "news")) {
			assertThat(server.subscribers("news")).isOne();
			assertThat(server.pubSubClients()).isOne();
			assertThat(server.normalClients()).isZero();
			proxy.refuse();
			assertThatExceptionOfType(UncheckedIOException.class)
				.isThrownBy(() -> RedisReply.to(server.host(), proxy.port(), "PING"));
			server.command("PUBLISH", "news", "first");
			await().untilAsserted(() -> assertThat(subscription.received()).containsExactly("first"));
			proxy.cut();
			await().until(() -> server.pubSubClients() == 0 && subscription.isClosed());
			proxy.accept();
			assertThat(RedisReply.to(server.host(), proxy.port(), "PING")).isEqualTo("PONG");
		}
	}

	@Test
	void proxyDropsMessagesForSubscribers() {
		try (RedisProcess server = RedisProcess.start();
				TcpProxy proxy = TcpProxy.before(server);
				RedisSubscription lost = new RedisSubscription(proxy.port(), "news")) {
			assertThat(proxy.dropReplies()).isOne();
			try (RedisSubscription subscribed = new RedisSubscription(proxy.port(), "news")) {
				assertThat(server.command("PUBLISH", "news", "first")).isEqualTo("2");
				await().untilAsserted(() -> assertThat(subscribed.received()).isEqualTo(List.of("first")));
				assertThat(lost.received()).isEmpty();
				assertThat(lost.isClosed()).isFalse();
				assertThat(proxy.connections()).isEqualTo(2);
			}
		}
	}

	@Test
	void serverDropsThoseThatSubscribed() {
		try (RedisProcess server = RedisProcess.start();
				RedisSubscription subscription = new RedisSubscription(server.port(), "news")) {
			assertThat(server.killPubSub()).isOne();
			await().until(subscription::isClosed);
		}
	}

}
