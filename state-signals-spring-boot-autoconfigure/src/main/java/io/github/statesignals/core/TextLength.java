package io.github.statesignals.core;

import io.github.statesignals.transport.SignalTransport;

public final class TextLength {

	private TextLength() {
	}

	public static void check(String text, String name) {
		check(text, name, "shorten it");
	}

	public static void check(String text, String name, String remedy) {
		if (text.length() > SignalTransport.MAX_TEXT_LENGTH) {
			throw new IllegalArgumentException("%s has %d characters, and %d are allowed: %s".formatted(name,
					text.length(), SignalTransport.MAX_TEXT_LENGTH, remedy));
		}
	}

}
