package io.github.statesignals.wire;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.ObjIntConsumer;

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
		write(lines, writer, (line, messages) -> written.add(line));
		return JsonLines.join(written);
	}

	static StoredFrame writeStored(List<FrameLine> lines, MessageWriter writer) {
		List<byte[]> written = new ArrayList<>();
		List<byte[]> stored = new ArrayList<>();
		write(lines, writer, (line, messages) -> {
			written.add(line);
			stored.add(line);
			stored.addAll(Collections.nCopies(messages - 1, StoredFrame.COMBINED));
		});
		byte[] frame = JsonLines.join(written);
		return new StoredFrame(frame, (stored.size() > written.size()) ? JsonLines.join(stored) : frame);
	}

	private static void write(List<FrameLine> lines, MessageWriter writer, ObjIntConsumer<byte[]> written) {
		for (int at = 0; at < lines.size();) {
			if (lines.get(at) instanceof Written line) {
				written.accept(line.json(), 1);
				at++;
			}
			else {
				List<Answer> ofOne = combined(lines, at, Answer::isOfSameResponder);
				List<Answer> toOne = (ofOne.size() > 1) ? ofOne.subList(0, 1)
						: combined(lines, at, Answer::isToSameSignal);
				int messages = Math.max(toOne.size(), ofOne.size());
				written.accept(writer.write(toOne, ofOne), messages);
				at += messages;
			}
		}
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
