package io.github.statesignals.core.exporter;

import java.util.Collection;
import java.util.List;
import java.util.Set;

import io.github.statesignals.Signal;

record ExporterState(Status status, Set<String> legalEvents, String tag, Collection<String> expected) {

	static final ExporterState SHUT_DOWN = new ExporterState(Status.SHUT_DOWN, Set.of(), Signal.NO_TAG, List.of());

	ExporterState {
		expected = List.copyOf(expected);
	}

	boolean is(Status status) {
		return this.status == status;
	}

	ExporterState with(Status status) {
		return new ExporterState(status, this.legalEvents, this.tag, this.expected);
	}

	enum Status {

		// It was never initialized, or was shut down by the application.
		SHUT_DOWN,

		// It is initialized as soon as the application is connected.
		WAITING,

		// It takes subscribers and publishes.
		INITIALIZED

	}

}
