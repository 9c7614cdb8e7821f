package io.github.statesignals.redis.driver;

/**
 * Settings that the publishers of an application share.
 *
 * @param capacity the bytes of a publisher that Redis has not confirmed beyond which
 * messages are refused
 */
record PublishSettings(PublishFailures failures, long capacity) {

	private static final long MAX_CAPACITY = 64L * 1024 * 1024;

	static long defaultCapacity() {
		return Math.min(Runtime.getRuntime().maxMemory() / 8, MAX_CAPACITY);
	}

}
