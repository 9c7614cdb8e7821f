package io.github.statesignals.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several JSON texts in one, a line each: as we write them they have no line breaks.
 */
public final class JsonLines {

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

	public static List<byte[]> split(byte[] lines, int length) {
		int end = lineEnd(lines, 0, length);
		if (end == length) {
			return List.of((length == lines.length) ? lines : Arrays.copyOf(lines, length));
		}
		List<byte[]> texts = new ArrayList<>();
		for (int start = 0; start < length; start = end + 1) {
			end = lineEnd(lines, start, length);
			texts.add(Arrays.copyOfRange(lines, start, end));
		}
		return texts;
	}

	/**
	 * Whether a text is several, and not one that somebody else has broken into lines.
	 * @param text the text
	 * @param length its length
	 * @return whether the first line is an object, and another one follows
	 */
	public static boolean isSeveral(byte[] text, int length) {
		int end = lineEnd(text, 0, length);
		return end > 0 && end < length - 1 && text[end - 1] == '}' && text[end + 1] == '{';
	}

	private static int lineEnd(byte[] lines, int start, int length) {
		for (int i = start; i < length; i++) {
			if (lines[i] == '\n') {
				return i;
			}
		}
		return length;
	}

}
