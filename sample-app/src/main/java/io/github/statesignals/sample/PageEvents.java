package io.github.statesignals.sample;

import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.sample.Board.Part;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.thymeleaf.ITemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.exceptions.TemplateEngineException;

import org.springframework.context.annotation.Profile;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends the parts of the page that have changed to the browsers that show it, as
 * server-sent events. Each browser has its own thread, so a slow one receives fewer
 * states, and does not delay the others.
 */
@Component
@Profile("!collector")
class PageEvents {

	static final int BROWSERS = 16;

	private static final Logger logger = LoggerFactory.getLogger(PageEvents.class);

	// A browser that has left is noticed when something is sent.
	private static final long PING_MILLIS = 10_000;

	private final ITemplateEngine templates;

	private final PageModel model;

	private final Collection<Browser> browsers = new CopyOnWriteArrayList<>();

	private volatile boolean closed;

	PageEvents(ITemplateEngine templates, PageModel model, Board board) {
		this.templates = templates;
		this.model = model;
		board.addListener((parts) -> this.browsers.forEach((browser) -> browser.changed(parts)));
	}

	/**
	 * Adds a browser. All parts are sent to it at once.
	 * @return the stream of its events
	 * @throws RefusedException if there are too many
	 */
	SseEmitter connect() {
		if (this.closed || this.browsers.size() >= BROWSERS) {
			throw new RefusedException(this.closed ? "The application is stopping."
					: "The page is open %d times already.".formatted(this.browsers.size()));
		}
		Browser browser = new Browser();
		this.browsers.add(browser);
		browser.emitter.onCompletion(browser::close);
		browser.emitter.onError((ex) -> browser.close());
		Thread sender = new Thread(browser::send, "page-events");
		sender.setDaemon(true);
		sender.start();
		return browser.emitter;
	}

	boolean isOpen() {
		return !this.browsers.isEmpty();
	}

	// The web server waits for all responses before it stops.
	@EventListener(ContextClosedEvent.class)
	void close() {
		this.closed = true;
		this.browsers.forEach(Browser::close);
	}

	private String render(Part part) {
		return this.templates.process("parts", Set.of(part.name().toLowerCase(Locale.ROOT)),
				new Context(Locale.ENGLISH, Map.of("page", this.model)));
	}

	private final class Browser {

		private final SseEmitter emitter = new SseEmitter(0L);

		private final EnumSet<Part> changes = EnumSet.allOf(Part.class);

		private boolean open = true;

		synchronized void changed(Set<Part> parts) {
			this.changes.addAll(parts);
			notifyAll();
		}

		synchronized void close() {
			this.open = false;
			notifyAll();
		}

		void send() {
			try {
				for (Set<Part> parts = next(); parts != null; parts = next()) {
					if (parts.isEmpty()) {
						this.emitter.send(SseEmitter.event().comment(""));
					}
					for (Part part : parts) {
						this.emitter
							.send(SseEmitter.event().name(part.name().toLowerCase(Locale.ROOT)).data(render(part)));
					}
				}
				this.emitter.complete();
			}
			catch (IOException | IllegalStateException ex) {
				// The browser has left. The web server ends the response, and nothing
				// else may.
				logger.debug("A browser has left", ex);
			}
			catch (TemplateEngineException ex) {
				logger.error("A part of the page can't be shown", ex);
				this.emitter.completeWithError(ex);
			}
			catch (InterruptedException ex) {
				this.emitter.complete();
			}
			finally {
				PageEvents.this.browsers.remove(this);
			}
		}

		private synchronized @Nullable Set<Part> next() throws InterruptedException {
			long until = System.nanoTime() + PING_MILLIS * 1_000_000;
			while (this.open && this.changes.isEmpty()) {
				long millis = (until - System.nanoTime()) / 1_000_000;
				if (millis <= 0) {
					return Set.of();
				}
				wait(millis);
			}
			Set<Part> parts = EnumSet.copyOf(this.changes);
			this.changes.clear();
			return this.open ? parts : null;
		}

	}

}
