package io.github.statesignals.redis.driver;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Names the permissions that the Redis user lacks.
 *
 * @param rules the rules of {@code ACL SETUSER} that grant them; empty if Redis does not
 * name any
 */
record MissingPermission(String rules) {

	private static final String GRANT = "ACL SETUSER <user> ";

	// Named by a description of this class, or by a script: see call.lua.
	private static final Pattern NAMED = Pattern.compile("(?:" + GRANT + "|\\bNOPERM )([+~&]\\S+(?: [+~&]\\S+)*)");

	private static final Pattern DENIED = Pattern.compile("(?:^|: )NOPERM\\b(.*)", Pattern.MULTILINE);

	private static final Pattern COMMAND = Pattern.compile("to run the '([^']+)' command");

	private static final Pattern CHANNEL = Pattern.compile("access (?:a channel|one of the channels|the '.*' channel)");

	// The channels whose names have a random part.
	private static final Pattern RANDOM = Pattern.compile("^(event-signal-(?:reply|heartbeat):).*");

	static final String APPLICATION = "&event-signal-* +subscribe +unsubscribe +publish +ping";

	static final String CLUSTER = "+cluster|nodes +cluster|myid +info +client|setname";

	// To find the node of a channel.
	static final String NODE = "+exists ~event-signal-*";

	static final String JEDIS_CLUSTER = "+cluster|slots " + NODE;

	static final String DURABLE = "~event-signal:* +eval +evalsha +xadd +xreadgroup +xack +xgroup +xinfo +xpending +xrange +xtrim "
			+ "+get +set +pttl +hset +hsetnx +hget +hgetall +hkeys +hexists +hincrby +hdel +del +pexpire +time +info";

	static final String REMEDY = "All permissions that signals need: " + GRANT + APPLICATION + "; on a cluster also "
			+ CLUSTER + ", with Jedis " + JEDIS_CLUSTER + "; for durable channels also " + DURABLE + ".";

	static @Nullable MissingPermission of(@Nullable Throwable failure) {
		return of(failure, List.of());
	}

	// Redis does not name the channel that it denies: it is one of those that were
	// accessed.
	static @Nullable MissingPermission of(@Nullable Throwable failure, Collection<String> channels) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			MissingPermission missing = (cause.getMessage() != null) ? of(cause.getMessage(), channels) : null;
			if (missing != null) {
				return missing;
			}
		}
		return null;
	}

	private static @Nullable MissingPermission of(String message, Collection<String> channels) {
		Matcher named = NAMED.matcher(message);
		if (named.find()) {
			return new MissingPermission(named.group(1));
		}
		Matcher denied = DENIED.matcher(message);
		return denied.find() ? new MissingPermission(rules(denied.group(1), channels)) : null;
	}

	private static String rules(String reply, Collection<String> channels) {
		Matcher command = COMMAND.matcher(reply);
		if (command.find()) {
			return "+" + command.group(1);
		}
		if (!CHANNEL.matcher(reply).find()) {
			return reply.contains("key") ? "~event-signal:*" : "";
		}
		return channels.isEmpty() ? "&event-signal-*"
				: channels.stream()
					.map((channel) -> "&" + RANDOM.matcher(channel).replaceFirst("$1*"))
					.distinct()
					.collect(Collectors.joining(" "));
	}

	String description() {
		if (this.rules.isEmpty()) {
			return "The Redis user lacks a permission.";
		}
		boolean several = this.rules.contains(" ");
		return "The Redis user lacks the permission%s %s. Grant %s: %s%s".formatted(several ? "s" : "", this.rules,
				several ? "them" : "it", GRANT, this.rules);
	}

	String remedy() {
		return (this.rules.isEmpty() ? "" : "Grant: " + GRANT + this.rules + ". ") + REMEDY;
	}

}
