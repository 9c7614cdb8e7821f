package io.github.statesignals.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

import io.github.statesignals.wire.FrameLine.Answer;
import io.github.statesignals.wire.FrameLine.Written;

/**
 * Writes frames. Answers that follow each other are one line if they are of the same
 * responder, or to the same signal.
 */
final class FrameWriter {

	private static final int CAPACITY = 1_024;

	// No string of a frame is written again.
	private static final QuotedStrings NONE = new QuotedStrings();

	private FrameWriter() {
	}

	static byte[] write(List<FrameLine> lines) {
		List<byte[]> written = new ArrayList<>();
		for (int at = 0; at < lines.size();) {
			if (lines.get(at) instanceof Written line) {
				written.add(line.json());
				at++;
			}
			else {
				List<Answer> ofOne = combined(lines, at, Answer::isOfSameResponder);
				List<Answer> toOne = (ofOne.size() > 1) ? ofOne.subList(0, 1)
						: combined(lines, at, Answer::isToSameSignal);
				written.add(write(toOne, ofOne));
				at += Math.max(toOne.size(), ofOne.size());
			}
		}
		return JsonLines.join(written);
	}

	// The first one, and those that follow it and meet the condition.
	private static List<Answer> combined(List<FrameLine> lines, int start, BiPredicate<Answer, Answer> condition) {
		List<Answer> answers = new ArrayList<>();
		for (int at = start; at < lines.size() && lines.get(at) instanceof Answer next
				&& (at == start || condition.test(answers.get(0), next)); at++) {
			answers.add(next);
		}
		return answers;
	}

	// One of both has one answer, which is the first of the other.
	private static byte[] write(List<Answer> toOneSignal, List<Answer> ofOneResponder) {
		AsciiJson json = new AsciiJson(CAPACITY, NONE).raw('{').raw(FieldBytes.FIRST_RESPONDER_ID);
		write(json, toOneSignal, (answer) -> json.raw(answer.responderId()));
		json.raw(toOneSignal.get(0).between());
		write(json, ofOneResponder, (answer) -> json.string(answer.id()));
		return json.raw('}').raw('}').toBytes();
	}

	private static void write(AsciiJson json, List<Answer> answers, Consumer<Answer> value) {
		if (answers.size() == 1) {
			value.accept(answers.get(0));
			return;
		}
		json.raw('[');
		for (Answer answer : answers) {
			json.next('[');
			value.accept(answer);
		}
		json.raw(']');
	}

}
