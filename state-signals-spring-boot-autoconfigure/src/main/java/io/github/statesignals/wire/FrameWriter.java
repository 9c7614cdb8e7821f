package io.github.statesignals.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

import io.github.statesignals.wire.FrameLine.Answer;
import io.github.statesignals.wire.FrameLine.Written;

/**
 * Writes frames. Answers that follow each other are one line if they are of the same
 * responder, or to the same signal.
 */
final class FrameWriter {

	private FrameWriter() {
	}

	static byte[] write(List<FrameLine> lines, MessageWriter writer) {
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
				written.add(writer.write(toOne, ofOne));
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

}
