package com.example.mistake;

import io.github.statesignals.OnSignal;

class Collector {

	@OnSignal(event = "benchmark-start")
	void start(String tag, String uuid) {
	}

}
