package io.github.statesignals.core.exporter;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.core.Outbound;
import org.jspecify.annotations.Nullable;

/**
 * Holds the exporters of an application: those that are initialized, and those that will
 * be as soon as the application is connected. An exporter that is dropped without ever
 * having been initialized leaves nothing behind.
 */
public final class ExporterRegistry {

	private static final int ENDED = 100;

	// Those that are initialized or wait, by their states. By publisher id: a spy of
	// an exporter is the exporter.
	private final Map<String, DefaultSignalExporter> exporters = new ConcurrentHashMap<>();

	// Those that were shut down last: they may be initialized again, and answers to
	// their earlier signals may still come.
	@GuardedBy("this")
	private final Map<String, DefaultSignalExporter> ended = new LinkedHashMap<>();

	private final Outbound outbound;

	// Changed under the lock, as the maps, and read without it.
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
			sent.add(resume(exporter));
		}
		for (Runnable wait : sent) {
			wait.run();
		}
	}

	// An exporter whose channel can't be opened must not delay the others.
	private static Runnable resume(DefaultSignalExporter exporter) {
		try {
			return exporter.resume();
		}
		catch (RuntimeException ex) {
			return () -> {
				throw ex;
			};
		}
	}

	private synchronized Collection<DefaultSignalExporter> connected() {
		if (this.connection == Connection.STOPPED) {
			return List.of();
		}
		this.connection = Connection.CONNECTED;
		return List.copyOf(this.exporters.values());
	}

	// Exporters wait for the next start from here on. Returns those that were initialized
	// until now, and those that wait already.
	public synchronized Collection<DefaultSignalExporter> stopped() {
		this.connection = Connection.STOPPED;
		return List.copyOf(this.exporters.values());
	}

	// False if the exporter has to wait for the connection.
	boolean register(DefaultSignalExporter exporter) {
		boolean known = this.exporters.containsKey(exporter.getPublisherId());
		if (!add(exporter)) {
			return false;
		}
		try {
			this.outbound.open(exporter.getChannel());
		}
		catch (RuntimeException ex) {
			if (!known) {
				remove(exporter);
			}
			throw ex;
		}
		return true;
	}

	private synchronized boolean add(DefaultSignalExporter exporter) {
		this.ended.remove(exporter.getPublisherId());
		this.exporters.put(exporter.getPublisherId(), exporter);
		return this.connection == Connection.CONNECTED;
	}

	synchronized void remove(DefaultSignalExporter exporter) {
		this.exporters.remove(exporter.getPublisherId());
		if (this.ended.size() == ENDED) {
			this.ended.remove(this.ended.keySet().iterator().next());
		}
		this.ended.put(exporter.getPublisherId(), exporter);
	}

	// Also one that waits or was shut down.
	public @Nullable DefaultSignalExporter find(String publisherId) {
		DefaultSignalExporter exporter = this.exporters.get(publisherId);
		return (exporter != null) ? exporter : findEnded(publisherId);
	}

	private synchronized @Nullable DefaultSignalExporter findEnded(String publisherId) {
		DefaultSignalExporter exporter = this.ended.get(publisherId);
		// It may have been initialized again meanwhile.
		return (exporter != null) ? exporter : this.exporters.get(publisherId);
	}

	public List<DefaultSignalExporter> initialized() {
		List<DefaultSignalExporter> initialized = new ArrayList<>();
		for (DefaultSignalExporter exporter : this.exporters.values()) {
			if (exporter.isInitialized()) {
				initialized.add(exporter);
			}
		}
		return initialized;
	}

	public List<DefaultSignalExporter> initialized(String channel) {
		return initialized().stream().filter((exporter) -> exporter.getChannel().equals(channel)).toList();
	}

	public boolean hasWaiting() {
		return !this.exporters.values().stream().allMatch(DefaultSignalExporter::isInitialized);
	}

	// By an exporter that is initialized, or will be. Creates no list: each message of
	// the channel asks.
	public boolean isUsed(String channel) {
		for (DefaultSignalExporter exporter : this.exporters.values()) {
			if (exporter.getChannel().equals(channel)) {
				return true;
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
