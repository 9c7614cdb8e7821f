package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;

import io.github.statesignals.benchmarks.FloorJson.FloorSignal;
import org.jspecify.annotations.Nullable;

/**
 * Writes the signals of one exporter.
 */
@FunctionalInterface
interface FloorSignalWriter {

	byte[] write(String event, long sampleNo, long id);

	static FloorSignalWriter json(String publisherId, @Nullable String replyTo) {
		return (event, sampleNo, id) -> FloorJson.write(new FloorSignal(publisherId, "floor", event, "localhost",
				sampleNo, ExporterArm.TAG, Long.toString(id), replyTo));
	}

	/**
	 * Returns a writer that copies all but the two numbers from a template.
	 */
	static FloorSignalWriter template(String publisherId, @Nullable String replyTo) {
		String sample = "\"sample_no\":";
		String id = "\"id\":\"";
		String json = new String(json(publisherId, replyTo).write(ExporterArm.EVENT, 7, 7), StandardCharsets.US_ASCII);
		int sampleAt = json.indexOf(sample) + sample.length();
		int idAt = json.indexOf(id) + id.length();
		byte[] first = ascii(json.substring(0, sampleAt));
		byte[] second = ascii(json.substring(sampleAt + 1, idAt));
		byte[] third = ascii(json.substring(idAt + 1));
		FloorSignalWriter others = json(publisherId, replyTo);
		return (event, sampleNo, number) -> {
			if (!event.equals(ExporterArm.EVENT)) {
				return others.write(event, sampleNo, number);
			}
			byte[] sampleDigits = ascii(Long.toString(sampleNo));
			byte[] idDigits = ascii(Long.toString(number));
			return concat(first, sampleDigits, second, idDigits, third);
		};
	}

	static byte[] concat(byte[]... parts) {
		int length = 0;
		for (byte[] part : parts) {
			length += part.length;
		}
		byte[] all = new byte[length];
		int at = 0;
		for (byte[] part : parts) {
			System.arraycopy(part, 0, all, at, part.length);
			at += part.length;
		}
		return all;
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
