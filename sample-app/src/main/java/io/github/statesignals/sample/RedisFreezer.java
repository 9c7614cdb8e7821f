package io.github.statesignals.sample;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.github.statesignals.sample.Board.Kind;

import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Freezes the embedded Redis: for some time it executes no command of any client.
 */
class RedisFreezer {

	static final Duration FROZEN_FOR = Duration.ofSeconds(5);

	private final StringRedisTemplate redis;

	private final Board board;

	RedisFreezer(StringRedisTemplate redis, Board board) {
		this.redis = redis;
		this.board = board;
	}

	void freeze() {
		this.board.note(Kind.ACTION, "Redis is frozen for %d s.".formatted(FROZEN_FOR.toSeconds()));
		this.redis.execute((connection) -> connection.execute("CLIENT", bytes("PAUSE"),
				bytes(Long.toString(FROZEN_FOR.toMillis()))), true);
	}

	private static byte[] bytes(String argument) {
		return argument.getBytes(StandardCharsets.US_ASCII);
	}

}
