package com.example.consumer;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConsumerTests {

	@Test
	void signalIsActedOn() throws Exception {
		assertThat(Consumer.exchange()).containsEntry("uuid", "run-7");
	}

}
