package io.github.statesignals.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import org.jspecify.annotations.Nullable;

/**
 * A column of the page: a signal, with a cell for each responder. Changed only by the
 * {@link Board}, which synchronizes, and returns copies.
 */
final class SentSignal {

	final String run;

	final String event;

	final Instant at;

	private final Map<String, Cell> cells = new HashMap<>();

	private boolean ended;

	SentSignal(String run, String event, Instant at) {
		this.run = run;
		this.event = event;
		this.at = at;
	}

	@Nullable Cell cell(String id) {
		return this.cells.get(id);
	}

	boolean isEnded() {
		return this.ended;
	}

	void set(String id, Cell cell) {
		this.cells.put(id, cell);
	}

	/**
	 * Fills the cells from the result.
	 * @param result the result
	 * @param known the ids of the responders that have a row
	 * @param late the latency above which an answer is late
	 */
	void end(SignalResult result, Set<String> known, Duration late) {
		this.ended = true;
		this.cells.keySet().retainAll(known);
		this.cells.replaceAll((id, cell) -> {
			Answer answer = result.responses().get(id);
			if (answer != null) {
				return Cell.of(answer, late);
			}
			if (result.gone().contains(id)) {
				return Cell.GONE;
			}
			if (result.left().contains(id)) {
				return Cell.LEFT;
			}
			return result.missing().contains(id) ? Cell.MISSING : cell;
		});
		// Subscribers at that moment need not be those when the signal was sent.
		this.cells.values().removeIf(Cell.WAITING::equals);
	}

	void endUnconfirmed() {
		this.ended = true;
		this.cells.replaceAll((id, cell) -> cell.equals(Cell.WAITING) ? Cell.UNKNOWN : cell);
	}

	void rename(String from, String to) {
		Cell cell = this.cells.remove(from);
		if (cell != null) {
			this.cells.put(to, cell);
		}
	}

	SentSignal copy() {
		SentSignal copy = new SentSignal(this.run, this.event, this.at);
		copy.cells.putAll(this.cells);
		copy.ended = this.ended;
		return copy;
	}

	/**
	 * The state of a cell.
	 */
	enum CellState {

		WAITING("waiting"), ACTED("acted"), LATE("late"), FAILED("failed"), UNHANDLED("no handler"), MISSING("missing"),
		GONE("gone"), LEFT("left"), UNKNOWN("unknown");

		private final String word;

		CellState(String word) {
			this.word = word;
		}

		String word() {
			return this.word;
		}

	}

	/**
	 * The answer of one responder to one signal.
	 *
	 * @param state the state
	 * @param latency the latency of the answer; empty without one
	 * @param message the message of a failure; empty without one
	 */
	record Cell(CellState state, String latency, String message) {

		static final Cell WAITING = new Cell(CellState.WAITING, "", "");

		static final Cell MISSING = new Cell(CellState.MISSING, "", "");

		static final Cell GONE = new Cell(CellState.GONE, "", "");

		static final Cell LEFT = new Cell(CellState.LEFT, "", "");

		static final Cell UNKNOWN = new Cell(CellState.UNKNOWN, "", "");

		static Cell of(Answer answer, Duration late) {
			String after = Latency.format(answer.latency());
			if (answer.isFailure()) {
				return new Cell(CellState.FAILED, after, PlainText.shorten(answer.message(), "no message"));
			}
			if (!answer.handled()) {
				return new Cell(CellState.UNHANDLED, after, "");
			}
			return new Cell((answer.latency().compareTo(late) > 0) ? CellState.LATE : CellState.ACTED, after, "");
		}

	}

}
