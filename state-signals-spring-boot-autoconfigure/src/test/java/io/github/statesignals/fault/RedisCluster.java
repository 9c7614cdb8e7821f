package io.github.statesignals.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.core.ConditionFactory;

import static org.awaitility.Awaitility.await;

/**
 * A Redis Cluster of three masters, each with a replica that takes its place two seconds
 * and shortly after it has stopped.
 */
final class RedisCluster implements AutoCloseable {

	private static final int MASTERS = 3;

	private static final int NODES = 2 * MASTERS;

	private static final int SLOTS = 16_384;

	private final List<RedisProcess> nodes = new ArrayList<>();

	private RedisCluster() {
	}

	/**
	 * Start a cluster.
	 * @param settings further lines of its nodes' configuration files
	 * @return the cluster, of which each node knows that it is whole
	 */
	static RedisCluster start(String... settings) {
		RedisCluster cluster = new RedisCluster();
		try {
			for (int i = 0; i < NODES; i++) {
				cluster.nodes.add(RedisProcess.builder().cluster().settings(settings).start());
			}
			cluster.form();
			return cluster;
		}
		catch (RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	private void form() {
		for (int i = 0; i < MASTERS; i++) {
			RedisProcess master = this.nodes.get(i);
			// Nodes of the same epoch would first have to agree on separate ones.
			master.command("CLUSTER", "SET-CONFIG-EPOCH", String.valueOf(i + 1));
			master.command(
					Stream
						.concat(Stream.of("CLUSTER", "ADDSLOTS"),
								IntStream.range(i * SLOTS / MASTERS, (i + 1) * SLOTS / MASTERS)
									.mapToObj(String::valueOf))
						.toArray(String[]::new));
		}
		RedisProcess first = this.nodes.get(0);
		this.nodes.stream()
			.skip(1)
			.forEach((node) -> first.command("CLUSTER", "MEET", node.host(), String.valueOf(node.port())));
		soon().until(() -> this.nodes.stream().allMatch(RedisCluster::knowsAll));
		for (int i = 0; i < MASTERS; i++) {
			String id = this.nodes.get(i).command("CLUSTER", "MYID");
			this.nodes.get(MASTERS + i).command("CLUSTER", "REPLICATE", id);
		}
		awaitWhole();
		soon().until(() -> this.nodes.stream()
			.skip(MASTERS)
			.allMatch((replica) -> replica.command("INFO", "replication").contains("master_link_status:up")));
		// Else drivers would learn of replicas later, and a failover would not begin.
		soon().until(() -> this.nodes.stream()
			.allMatch((node) -> state(node).filter((line) -> line.contains("slave")).count() == MASTERS));
	}

	private static boolean knowsAll(RedisProcess node) {
		return state(node).filter((line) -> !line.contains("handshake")).count() == NODES;
	}

	private static Stream<String> state(RedisProcess node) {
		return node.command("CLUSTER", "NODES").lines();
	}

	/**
	 * Wait until all nodes that are up report that the cluster is whole, and that nodes
	 * that are up have all slots. For a while after a node has stopped, none of them
	 * knows it.
	 */
	void awaitWhole() {
		soon().until(() -> living().allMatch(
				(node) -> node.command("CLUSTER", "INFO").contains("cluster_state:ok") && slotsUp(node) == SLOTS));
	}

	private int slotsUp(RedisProcess asked) {
		return living().flatMap((node) -> state(asked).filter((line) -> isAbout(line, node)))
			.mapToInt(RedisCluster::slots)
			.sum();
	}

	/**
	 * Properties that connect an application to this cluster.
	 * @return the properties
	 */
	List<String> properties() {
		return List.of("spring.data.redis.cluster.nodes="
				+ this.nodes.stream().map(RedisProcess::address).collect(Collectors.joining(",")));
	}

	/**
	 * All nodes, those first that were the masters to begin with.
	 * @return the nodes
	 */
	List<RedisProcess> nodes() {
		return List.copyOf(this.nodes);
	}

	/**
	 * The node by way of which drivers publish to a Redis channel: the master that has
	 * the slot of its name.
	 * @param channel the channel
	 * @return the node, as the others see it; it need not be up
	 */
	RedisProcess ownerOf(String channel) {
		RedisProcess asked = living().findFirst().orElseThrow();
		int slot = Integer.parseInt(asked.command("CLUSTER", "KEYSLOT", channel));
		String owner = state(asked)
			.filter((line) -> ranges(line).anyMatch((range) -> range[0] <= slot && slot <= range[1]))
			.findFirst()
			.orElseThrow();
		return this.nodes.stream().filter((node) -> isAbout(owner, node)).findFirst().orElseThrow();
	}

	private static boolean isAbout(String line, RedisProcess node) {
		return line.contains(" " + node.address() + "@");
	}

	private static int slots(String line) {
		return ranges(line).mapToInt((range) -> range[1] - range[0] + 1).sum();
	}

	// id, address, flags, master, two times, epoch, link, and then the slots.
	private static Stream<int[]> ranges(String line) {
		return Stream.of(line.split(" ")).skip(8).filter((range) -> !range.startsWith("[")).map((range) -> {
			String[] ends = range.split("-");
			return new int[] { Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) };
		});
	}

	/**
	 * The nodes that hold a subscription to a Redis channel: each driver subscribes to
	 * one, any of them.
	 * @param channel the channel
	 * @return the nodes
	 */
	List<RedisProcess> subscribed(String channel) {
		return living().filter((node) -> node.subscribers(channel) > 0).toList();
	}

	/**
	 * The clients that are subscribed to a Redis channel.
	 * @param channel the channel
	 * @return how many connections are subscribed to it, at all nodes that are up
	 */
	int subscribers(String channel) {
		return living().mapToInt((node) -> node.subscribers(channel)).sum();
	}

	/**
	 * Kill a node, and wait for nothing: its replica, if it has one, will take its place.
	 * @param node the node
	 */
	void kill(RedisProcess node) {
		node.kill();
	}

	/**
	 * The node that copies a master.
	 * @param master one of those that were the masters to begin with
	 * @return its replica
	 */
	RedisProcess replicaOf(RedisProcess master) {
		return this.nodes.get(MASTERS + this.nodes.indexOf(master));
	}

	/**
	 * Let the replica of a master take its place, as when its host is maintained.
	 * @param master one of those that were the masters to begin with
	 */
	void failOver(RedisProcess master) {
		RedisProcess replica = replicaOf(master);
		replica.command("CLUSTER", "FAILOVER");
		soon().until(() -> living().allMatch((node) -> state(node)
			.anyMatch((line) -> isAbout(line, replica) && line.contains("master") && slots(line) > 0)));
	}

	private Stream<RedisProcess> living() {
		return this.nodes.stream().filter(RedisProcess::isAlive);
	}

	private static ConditionFactory soon() {
		return await().atMost(RedisProcess.PATIENCE.multipliedBy(2)).pollInterval(Duration.ofMillis(50));
	}

	@Override
	public void close() {
		RedisProcess.closeAll(this.nodes.stream());
	}

}
