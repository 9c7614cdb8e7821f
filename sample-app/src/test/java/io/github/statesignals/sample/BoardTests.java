package io.github.statesignals.sample;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalGapEvent;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.SubscriberLeftEvent.Reason;
import io.github.statesignals.sample.Board.Entry;
import io.github.statesignals.sample.Board.Responder;
import io.github.statesignals.sample.Board.State;
import io.github.statesignals.sample.SentSignal.Cell;
import io.github.statesignals.sample.SentSignal.CellState;
import org.junit.jupiter.api.Test;
import org.mockito.BDDMockito;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Board}.
 */
class BoardTests {

	private static final String CPU = id("cpu", 1);

	private static final String CPU_AGAIN = id("cpu", 2);

	private static final String GC = id("gc", 3);

	private final Board board = new Board(Duration.ofSeconds(1), new Origins(responders()),
			Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));

	@Test
	void hasACellForEachAnswer() {
		List<String> ids = List.of(CPU, GC, "late", "none", "mute", "dead", "bye");
		SentSignal signal = this.board.sending("run-1", "start", ids);
		assertThat(cells(ids)).containsOnly(CellState.WAITING);
		this.board.answered(signal, CPU, answer(1, 20, true));
		assertThat(cells(List.of(CPU, GC))).containsExactly(CellState.ACTED, CellState.WAITING);
		this.board.ended(signal,
				result(Map.of(CPU, answer(1, 20, true), GC, new Answer(0, "no", Duration.ofMillis(1), true), "late",
						answer(1, 1001, true), "none", answer(1, 1, false)), Set.of("mute", "dead"), Set.of("bye"),
						Set.of("dead")));
		assertThat(cells(ids)).containsExactly(CellState.ACTED, CellState.FAILED, CellState.LATE, CellState.UNHANDLED,
				CellState.MISSING, CellState.GONE, CellState.LEFT);
		assertThat(this.board.status()).isEqualTo(
				"run-1, start: 2 acted, 1 failed (gc), 1 without a handler (none), 2 missing (dead, mute), 1 left (bye).");
		assertThat(this.board.entries()).extracting(Entry::text)
			.containsExactly("start of run-1: missing dead, mute", "gc failed start of run-1: no");
	}

	@Test
	void ignoresAnAnswerThatIsPassedOnAfterTheResult() {
		SentSignal signal = this.board.sending("run-1", "start", List.of(CPU));
		this.board.ended(signal, result(Map.of(), Set.of(CPU), Set.of(), Set.of()));
		this.board.answered(signal, CPU, answer(1, 20, true));
		assertThat(cells(List.of(CPU))).containsExactly(CellState.MISSING);
	}

	@Test
	void showsThatASignalIsNotConfirmed() {
		this.board.unknown(this.board.sending("run-1", "start", List.of(CPU)));
		assertThat(cells(List.of(CPU))).containsExactly(CellState.UNKNOWN);
	}

	@Test
	void recordsJoinsLeavesAndGaps() {
		this.board.joined(new SubscriberJoinedEvent("p", CPU));
		this.board.left(new SubscriberLeftEvent("p", CPU, Reason.GONE));
		assertThat(this.board.responders()).singleElement()
			.satisfies((responder) -> assertThat(responder.state()).isEqualTo(State.GONE));
		this.board.gap(new SignalGapEvent());
		this.board.joined(new SubscriberJoinedEvent("p", CPU));
		assertThat(this.board.entries()).extracting(Entry::text)
			.containsExactly("cpu is subscribed again", "Gap: the application did not receive for some time.",
					"cpu is gone: it did not answer probes", "cpu subscribed");
		assertThat(this.board.responders()).singleElement()
			.satisfies((responder) -> assertThat(responder.state()).isEqualTo(State.SUBSCRIBED));
	}

	@Test
	void givesARestartedResponderTheRowOfItsPredecessor() {
		SentSignal signal = this.board.sending("run-1", "start", List.of(CPU));
		this.board.ended(signal, result(Map.of(), Set.of(CPU), Set.of(), Set.of(CPU)));
		this.board.left(new SubscriberLeftEvent("p", CPU, Reason.GONE));
		this.board.joined(new SubscriberJoinedEvent("p", CPU_AGAIN));
		assertThat(this.board.responders()).extracting(Responder::id).containsExactly(CPU_AGAIN);
		assertThat(cells(List.of(CPU_AGAIN))).containsExactly(CellState.GONE);
	}

	@Test
	void isBoundedForAnySubscribers() {
		for (int i = 0; i < 1000; i++) {
			this.board.joined(new SubscriberJoinedEvent("p", "peer-" + i));
			this.board.ended(this.board.sending("run-" + i, "start", List.of("peer-" + i)),
					result(Map.of("peer-" + i, new Answer(0, "x".repeat(10_000), Duration.ZERO, true)), Set.of(),
							Set.of(), Set.of()));
		}
		assertThat(this.board.responders()).hasSize(Board.RESPONDERS);
		assertThat(this.board.signals()).hasSize(Board.SIGNALS);
		assertThat(this.board.entries()).hasSize(Board.ENTRIES)
			.allSatisfy((entry) -> assertThat(entry.text()).hasSizeLessThan(250));
	}

	private List<CellState> cells(List<String> ids) {
		SentSignal signal = this.board.signals().get(0);
		return ids.stream().map((id) -> {
			Cell cell = signal.cell(id);
			assertThat(cell).as(id).isNotNull();
			return (cell != null) ? cell.state() : CellState.UNKNOWN;
		}).toList();
	}

	private static Answer answer(int ras, long millis, boolean handled) {
		return new Answer(ras, null, Duration.ofMillis(millis), handled);
	}

	private static SignalResult result(Map<String, Answer> responses, Set<String> missing, Set<String> left,
			Set<String> gone) {
		return new SignalResult(missing.isEmpty() ? ResultCode.SUB_FAILED : ResultCode.MISSING_RESPONSE, responses,
				Map.of(), missing, Duration.ofMillis(20), left, gone, false, null);
	}

	private static String id(String name, int number) {
		return "%s-%08d-0000-0000-0000-000000000000-resp".formatted(name, number);
	}

	private static SignalResponderFactory responders() {
		SignalResponderFactory factory = BDDMockito.mock();
		BDDMockito.given(factory.get(BDDMockito.anyString())).willAnswer((call) -> {
			SignalResponder responder = BDDMockito.mock();
			BDDMockito.given(responder.getResponderId()).willReturn(call.getArgument(0) + "-own");
			return responder;
		});
		return factory;
	}

}
