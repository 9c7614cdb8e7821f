package io.github.statesignals.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.core.ConditionFactory;

import static org.awaitility.Awaitility.await;

/**
 * A master, two replicas, and three sentinels that make one of these the master once it
 * has been down for a second.
 */
final class RedisSentinels implements AutoCloseable {

	static final String MASTER = "signals";

	private static final int REPLICAS = 2;

	private static final int SENTINELS = 3;

	private final List<RedisProcess> servers = new ArrayList<>();

	private final List<RedisProcess> sentinels = new ArrayList<>();

	/**
	 * Start all of them.
	 * @return the servers and sentinels, which know each other
	 */
	static RedisSentinels start() {
		RedisSentinels started = new RedisSentinels();
		try {
			started.startServers();
			started.startSentinels();
			return started;
		}
		catch (RuntimeException ex) {
			started.close();
			throw ex;
		}
	}

	private void startServers() {
		RedisProcess master = RedisProcess.start();
		this.servers.add(master);
		for (int i = 0; i < REPLICAS; i++) {
			this.servers.add(RedisProcess.start("replicaof " + master.host() + " " + master.port()));
		}
		// A sentinel asks the master for its replicas at once, and then not for ten
		// seconds.
		soon().until(() -> master.command("INFO", "replication").contains("connected_slaves:" + REPLICAS));
		soon().until(() -> this.servers.stream()
			.skip(1)
			.allMatch((replica) -> replica.command("INFO", "replication").contains("master_link_status:up")));
	}

	private void startSentinels() {
		RedisProcess master = this.servers.get(0);
		for (int i = 0; i < SENTINELS; i++) {
			this.sentinels.add(RedisProcess.builder()
				.sentinel()
				.settings("sentinel monitor " + MASTER + " " + master.host() + " " + master.port() + " 2",
						"sentinel down-after-milliseconds " + MASTER + " 1000",
						"sentinel failover-timeout " + MASTER + " 5000", "sentinel parallel-syncs " + MASTER + " 2")
				.start());
		}
		soon().until(() -> this.sentinels.stream()
			.map(this::master)
			.allMatch((state) -> state.contains("status=ok") && state.contains("slaves=" + REPLICAS)
					&& state.contains("sentinels=" + SENTINELS)));
	}

	private String master(RedisProcess sentinel) {
		return sentinel.command("INFO", "sentinel");
	}

	/**
	 * Properties that connect an application to the master through the sentinels.
	 * @return the properties
	 */
	List<String> properties() {
		return List.of("spring.data.redis.sentinel.master=" + MASTER, "spring.data.redis.sentinel.nodes="
				+ this.sentinels.stream().map(RedisProcess::address).collect(Collectors.joining(",")));
	}

	/**
	 * The master, as the sentinels see it.
	 * @return the server, which need not be up
	 */
	RedisProcess master() {
		String address = masterAddress();
		return this.servers.stream().filter((server) -> server.address().equals(address)).findFirst().orElseThrow();
	}

	/**
	 * Where the master is, as the sentinels see it.
	 * @return {@code host:port}
	 */
	String masterAddress() {
		return this.sentinels.get(0).command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER).replace('\n', ':');
	}

	/**
	 * Kill the master, and wait for nothing: the sentinels will name another one.
	 * @return the server that was the master
	 */
	RedisProcess killMaster() {
		RedisProcess master = master();
		master.kill();
		return master;
	}

	/**
	 * Make a replica the master while the old one is up, and wait until it is.
	 * @return the new master
	 */
	RedisProcess failover() {
		String old = masterAddress();
		this.sentinels.get(0).command("SENTINEL", "FAILOVER", MASTER);
		awaitMasterOtherThan(old);
		return master();
	}

	/**
	 * Wait until the sentinels have named another master and it is one.
	 * @param old where the master was
	 */
	void awaitMasterOtherThan(String old) {
		soon().until(
				() -> !masterAddress().equals(old) && master().command("INFO", "replication").contains("role:master"));
	}

	private static ConditionFactory soon() {
		return await().atMost(RedisProcess.PATIENCE.multipliedBy(2)).pollInterval(Duration.ofMillis(50));
	}

	@Override
	public void close() {
		RedisProcess.closeAll(Stream.concat(this.sentinels.stream(), this.servers.stream()));
	}

}
