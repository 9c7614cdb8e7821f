package io.github.statesignals.fault;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The reply of Redis to a command, read without a driver: a driver would connect again,
 * and wait, where a test wants the present state.
 */
final class RedisReply {

	/**
	 * The name by which the connections of this class can be distinguished from others.
	 */
	static final String CONNECTION_NAME = "test-control";

	private static final int TIMEOUT_MILLIS = 5_000;

	private final InputStream input;

	private RedisReply(InputStream input) {
		this.input = input;
	}

	/**
	 * Send a command on a separate connection.
	 * @param host where Redis is
	 * @param port where Redis is
	 * @param words the command and its arguments
	 * @return the reply; of several values, one a line
	 * @throws IllegalStateException if the reply is an error
	 * @throws UncheckedIOException if there is no reply in time
	 */
	static String to(String host, int port, String... words) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			ByteArrayOutputStream request = new ByteArrayOutputStream();
			write(request, "CLIENT", "SETNAME", CONNECTION_NAME);
			write(request, words);
			socket.getOutputStream().write(request.toByteArray());
			RedisReply reply = new RedisReply(new BufferedInputStream(socket.getInputStream()));
			reply.read();
			return reply.read();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No reply to " + String.join(" ", words) + " at port " + port, ex);
		}
	}

	private static void write(ByteArrayOutputStream request, String... words) {
		request.writeBytes(("*" + words.length + "\r\n").getBytes(StandardCharsets.UTF_8));
		for (String word : words) {
			byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
			request.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.UTF_8));
			request.writeBytes(bytes);
			request.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
		}
	}

	private String read() throws IOException {
		String line = readLine();
		String rest = line.substring(1);
		return switch (line.charAt(0)) {
			case '+', ':' -> rest;
			case '-' -> throw new IllegalStateException("Redis replies: " + rest);
			case '$' -> readText(Integer.parseInt(rest));
			case '*' -> readLines(Integer.parseInt(rest));
			default -> throw new IOException("Not a reply: " + line);
		};
	}

	private String readText(int length) throws IOException {
		if (length < 0) {
			return "";
		}
		byte[] bytes = this.input.readNBytes(length);
		readLine();
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private String readLines(int count) throws IOException {
		List<String> lines = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			lines.add(read());
		}
		return String.join("\n", lines);
	}

	private String readLine() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int next = this.input.read(); next != '\n'; next = this.input.read()) {
			if (next < 0) {
				throw new EOFException("The connection was closed");
			}
			if (next != '\r') {
				line.write(next);
			}
		}
		return line.toString(StandardCharsets.UTF_8);
	}

}
