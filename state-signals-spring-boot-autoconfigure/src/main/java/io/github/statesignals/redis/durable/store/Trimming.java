package io.github.statesignals.redis.durable.store;

/**
 * The outcome of trimming a stream, as {@code trim.lua} numbers them.
 */
public enum Trimming {

	DONE, MORE, NOT_DUE

}
