package io.github.statesignals.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Appends lines to the ledger of one process. A line is in the file when {@code write}
 * returns, also if the process is killed then.
 */
final class LedgerWriter {

	private final FileChannel file;

	LedgerWriter(Path file) {
		try {
			this.file = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Appends a line.
	 * @param fields its fields, without tabs and line breaks
	 */
	synchronized void write(Object... fields) {
		StringBuilder line = new StringBuilder();
		for (Object field : fields) {
			line.append(line.isEmpty() ? "" : "\t").append(field);
		}
		ByteBuffer bytes = ByteBuffer.wrap(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
		try {
			while (bytes.hasRemaining()) {
				this.file.write(bytes);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the time, which the processes of a machine have in common.
	 * @return the time in nanoseconds since 1970
	 */
	static long now() {
		Instant now = Instant.now();
		return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
	}

}
