package io.github.statesignals.wire;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Joins JSON texts to lines, and splits them. A text that this project writes has no line
 * break.
 */
public final class JsonLines {

	private static final char BYTE_ORDER_MARK = '\ufeff';

	private JsonLines() {
	}

	public static byte[] join(List<byte[]> texts) {
		if (texts.size() == 1) {
			return texts.get(0);
		}
		int length = texts.size() - 1;
		for (byte[] text : texts) {
			length += text.length;
		}
		byte[] lines = new byte[length];
		int at = 0;
		for (byte[] text : texts) {
			System.arraycopy(text, 0, lines, at, text.length);
			at += text.length;
			if (at < length) {
				lines[at++] = '\n';
			}
		}
		return lines;
	}

	public static List<byte[]> split(byte[] lines) {
		int end = lineEnd(lines, 0);
		if (end == lines.length) {
			return List.of(lines);
		}
		List<byte[]> texts = new ArrayList<>();
		for (int start = 0; start < lines.length; start = end + 1) {
			end = lineEnd(lines, start);
			texts.add(Arrays.copyOfRange(lines, start, end));
		}
		return texts;
	}

	// With the end of the first line. Another writer may have formatted one text on
	// several lines.
	static boolean isSeveral(byte[] text, int end) {
		return end > 0 && end < text.length - 1 && text[end - 1] == '}' && text[end + 1] == '{';
	}

	// Whether it has several lines, and one that seems to be a whole object.
	static boolean hasObject(byte[] lines) {
		int end;
		for (int start = 0; start < lines.length; start = end + 1) {
			end = lineEnd(lines, start);
			String line = new String(lines, start, end - start, StandardCharsets.ISO_8859_1).stripTrailing();
			if (end - start < lines.length && line.startsWith("{") && line.endsWith("}")) {
				return true;
			}
		}
		return false;
	}

	static int lineEnd(byte[] lines, int start) {
		for (int i = start; i < lines.length; i++) {
			if (lines[i] == '\n') {
				return i;
			}
		}
		return lines.length;
	}

	// The characters of the first bytes, without a byte order mark or an incomplete last
	// one. Null if they are not UTF-8.
	static @Nullable CharBuffer decode(byte[] payload, int length) {
		CharBuffer text = CharBuffer.allocate(length);
		boolean malformed = StandardCharsets.UTF_8.newDecoder()
			.decode(ByteBuffer.wrap(payload, 0, length), text, length == payload.length)
			.isError();
		text.flip();
		if (text.hasRemaining() && text.get(0) == BYTE_ORDER_MARK) {
			text.position(1);
		}
		return malformed ? null : text;
	}

}
