package io.github.statesignals.core.exporter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.core.Outbound;
import org.jspecify.annotations.Nullable;

/**
 * Holds the exporters of an application: those that are initialized, and those that will
 * be as soon as the application is connected. An exporter that is dropped without ever
 * having been initialized leaves nothing behind.
 */
public final class ExporterRegistry {

	private static final int ENDED = 100;

	// By publisher id: a spy of an exporter is the exporter.
	private final Map<String, DefaultSignalExporter> initialized = new ConcurrentHashMap<>();

	private final Map<String, DefaultSignalExporter> waiting = new ConcurrentHashMap<>();

	// Those that were shut down last: they may be initialized again, and answers to what
	// they sent before may still come.
	private final Map<String, DefaultSignalExporter> ended = new LinkedHashMap<>();

	private final Outbound outbound;

	// Changed only while holding the monitor, together with the maps.
	private volatile Connection connection = Connection.STOPPED;

	public ExporterRegistry(Outbound outbound) {
		this.outbound = outbound;
	}

	// Whether nothing can be sent: before the start, and after the exporters were shut
	// down. Not while handlers are finishing.
	boolean isStopped() {
		return this.connection == Connection.STOPPED;
	}

	public synchronized void connecting() {
		this.connection = Connection.CONNECTING;
	}

	// Exporters initialize at once from here on.
	public void initializeWaiting() {
		// All of them are sent before the first is waited for.
		List<Runnable> sent = new ArrayList<>();
		for (DefaultSignalExporter exporter : connected()) {
			sent.add(exporter.resume());
		}
		for (Runnable wait : sent) {
			wait.run();
		}
	}

	private synchronized Collection<DefaultSignalExporter> connected() {
		if (this.connection == Connection.STOPPED) {
			return List.of();
		}
		this.connection = Connection.CONNECTED;
		return List.copyOf(this.waiting.values());
	}

	// Exporters wait for the next start from here on. Returns those that were initialized
	// until now, and those that wait already.
	public synchronized Collection<DefaultSignalExporter> stopped() {
		this.connection = Connection.STOPPED;
		List<DefaultSignalExporter> all = new ArrayList<>(this.initialized.values());
		all.addAll(this.waiting.values());
		return all;
	}

	// False if the exporter has to wait for the connection.
	boolean register(DefaultSignalExporter exporter) {
		boolean added = find(exporter.getPublisherId()) == null;
		boolean waited = this.waiting.containsKey(exporter.getPublisherId());
		if (!add(exporter)) {
			return false;
		}
		try {
			this.outbound.open(exporter.getChannel());
		}
		catch (RuntimeException ex) {
			if (waited) {
				suspend(exporter);
			}
			else if (added) {
				remove(exporter);
			}
			throw ex;
		}
		return true;
	}

	private synchronized boolean add(DefaultSignalExporter exporter) {
		if (this.connection != Connection.CONNECTED) {
			this.waiting.put(exporter.getPublisherId(), exporter);
			return false;
		}
		this.waiting.remove(exporter.getPublisherId());
		this.ended.remove(exporter.getPublisherId());
		this.initialized.put(exporter.getPublisherId(), exporter);
		return true;
	}

	// Until the next connection.
	synchronized void suspend(DefaultSignalExporter exporter) {
		end(exporter);
		this.waiting.put(exporter.getPublisherId(), exporter);
	}

	synchronized void remove(DefaultSignalExporter exporter) {
		end(exporter);
		this.waiting.remove(exporter.getPublisherId());
	}

	private void end(DefaultSignalExporter exporter) {
		if (this.initialized.remove(exporter.getPublisherId()) == null) {
			return;
		}
		if (this.ended.size() == ENDED) {
			this.ended.remove(this.ended.keySet().iterator().next());
		}
		this.ended.put(exporter.getPublisherId(), exporter);
	}

	public @Nullable DefaultSignalExporter find(String publisherId) {
		return this.initialized.get(publisherId);
	}

	public synchronized @Nullable DefaultSignalExporter findEnded(String publisherId) {
		return this.ended.get(publisherId);
	}

	public Collection<DefaultSignalExporter> initialized() {
		return this.initialized.values();
	}

	public List<DefaultSignalExporter> initialized(String channel) {
		return this.initialized.values().stream().filter((exporter) -> exporter.getChannel().equals(channel)).toList();
	}

	public boolean hasWaiting() {
		return !this.waiting.isEmpty();
	}

	// By an exporter that is initialized, or will be.
	public boolean isUsed(String channel) {
		return isUsed(channel, this.initialized) || isUsed(channel, this.waiting);
	}

	// Creates no list: each message of the channel asks.
	private static boolean isUsed(String channel, Map<String, DefaultSignalExporter> exporters) {
		if (!exporters.isEmpty()) {
			for (DefaultSignalExporter exporter : exporters.values()) {
				if (exporter.getChannel().equals(channel)) {
					return true;
				}
			}
		}
		return false;
	}

	// Whether exporters can initialize.
	private enum Connection {

		// The application has not started yet, or has stopped.
		STOPPED,

		// The application has started and was not connected since.
		CONNECTING,

		// The application has been connected since its start. It may be reconnecting.
		CONNECTED

	}

}
