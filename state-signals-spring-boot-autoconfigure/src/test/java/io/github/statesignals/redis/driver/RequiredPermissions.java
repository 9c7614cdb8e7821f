package io.github.statesignals.redis.driver;

/**
 * The permissions that signals need of Redis, as rules of {@code ACL SETUSER}.
 */
public enum RequiredPermissions {

	/**
	 * Exporters and responders on broadcast channels.
	 */
	APPLICATION(MissingPermission.APPLICATION),

	/**
	 * Additional permissions of exporters and responders on durable channels.
	 */
	DURABLE_APPLICATION(MissingPermission.DURABLE),

	/**
	 * Additional permissions of every role on a cluster.
	 */
	CLUSTER(MissingPermission.CLUSTER),

	/**
	 * Additional permissions of every role with Jedis on a cluster.
	 */
	JEDIS_CLUSTER(MissingPermission.JEDIS_CLUSTER),

	/**
	 * Exporters on broadcast channels. The selectors need Redis 7.
	 */
	EXPORTER("+ping +unsubscribe (+publish &event-signal-pubsub* &event-signal-reply:* &event-signal-heartbeat:*) "
			+ "(+subscribe &event-signal-response* &event-signal-reply:* &event-signal-heartbeat:*)"),

	/**
	 * Responders on broadcast channels.
	 */
	RESPONDER("+ping +unsubscribe (+publish &event-signal-response* &event-signal-reply:* &event-signal-heartbeat:*) "
			+ "(+subscribe &event-signal-pubsub* &event-signal-reply:* &event-signal-heartbeat:*)"),

	/**
	 * Additional permissions of exporters on durable channels.
	 */
	DURABLE_EXPORTER("+time +info (+eval +evalsha ~event-signal:*) "
			+ "(+xadd +xgroup|create +xinfo +xpending +xrange +xtrim ~event-signal:*:log) "
			+ "(+get +set ~event-signal:*:producer:*) "
			+ "(+hset +hget +hgetall +hkeys +hexists ~event-signal:*:responders) "
			+ "(+hgetall +hkeys +hexists %R~event-signal:*:removed) (+hget %R~event-signal:*:answers:*) "
			+ "(+pttl +set +del ~event-signal:*:trimmed) (+hincrby +hset +del ~event-signal:*:dropped:*) "
			+ "(+hset +hget +hgetall +hkeys +hdel +pexpire ~event-signal:*:latest)"),

	/**
	 * Additional permissions of responders on durable channels.
	 */
	DURABLE_RESPONDER("+time +info (+eval +evalsha ~event-signal:*) "
			+ "(+xreadgroup +xack +xgroup|create +xgroup|setid +xinfo +xpending +xrange +xtrim ~event-signal:*:log) "
			+ "(+get +pttl +set +del ~event-signal:*:lease:* ~event-signal:*:reader:*) "
			+ "(+hset +hget +hgetall +hkeys +hexists ~event-signal:*:responders) (+hexists %R~event-signal:*:removed) "
			+ "(+hget +hset +pexpire ~event-signal:*:answers:*) (+pttl +set +del ~event-signal:*:trimmed) "
			+ "(+hgetall +hincrby +hset +del ~event-signal:*:dropped:*) (+hgetall %R~event-signal:*:latest) "
			+ "(+hset +hkeys +hexists +pexpire ~event-signal:*:dead-letters)");

	private final String rule;

	RequiredPermissions(String rule) {
		this.rule = rule;
	}

	public String rule() {
		return this.rule;
	}

}
