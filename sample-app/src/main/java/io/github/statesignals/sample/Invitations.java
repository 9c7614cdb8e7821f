package io.github.statesignals.sample;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Profile;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Asks responders to subscribe, every few seconds while the page is open. Those of this
 * starter announce themselves; those of Python only answer.
 */
@Component
@Profile("!collector")
class Invitations implements DisposableBean {

	private static final long INTERVAL_SECONDS = 5;

	private static final Logger logger = LoggerFactory.getLogger(Invitations.class);

	private final Conductor conductor;

	private final PageEvents page;

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor((task) -> {
		Thread thread = new Thread(task, "invitations");
		thread.setDaemon(true);
		return thread;
	});

	Invitations(Conductor conductor, PageEvents page) {
		this.conductor = conductor;
		this.page = page;
	}

	@EventListener(ApplicationReadyEvent.class)
	void start() {
		this.scheduler.scheduleWithFixedDelay(this::invite, 0, INTERVAL_SECONDS, TimeUnit.SECONDS);
	}

	private void invite() {
		try {
			if (this.page.isOpen()) {
				this.conductor.invite();
			}
		}
		catch (RuntimeException ex) {
			logger.debug("No responder could be asked to subscribe", ex);
		}
	}

	// Before the exporter stops.
	@EventListener(ContextClosedEvent.class)
	void stop() {
		this.scheduler.shutdown();
	}

	@Override
	public void destroy() {
		this.scheduler.shutdownNow();
	}

}
