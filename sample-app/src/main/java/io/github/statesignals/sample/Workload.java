package io.github.statesignals.sample;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Component;

/**
 * Load to measure: creates documents, writes and reads them as JSON, sorts and hashes.
 */
@Component
class Workload {

	private static final int DOCUMENTS = 5_000;

	private final JsonMapper mapper;

	Workload(JsonMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Works for a duration.
	 * @param duration the duration
	 * @return the number of rounds
	 */
	long run(Duration duration) {
		Random random = new Random(42);
		long start = System.nanoTime();
		long rounds = 0;
		do {
			round(random);
			rounds++;
		}
		while (System.nanoTime() - start < duration.toNanos());
		return rounds;
	}

	private void round(Random random) {
		List<Document> documents = new ArrayList<>();
		for (int id = 0; id < DOCUMENTS; id++) {
			documents.add(new Document(id, random.nextDouble(), Long.toString(random.nextLong(), 36)));
		}
		Collections.shuffle(documents, random);
		byte[] json = this.mapper.writeValueAsBytes(documents);
		Document[] read = this.mapper.readValue(json, Document[].class);
		List<Document> sorted = new ArrayList<>(List.of(read));
		Collections.sort(sorted);
		if (!hash(documents.stream().sorted().toList()).equals(hash(sorted))) {
			throw new IllegalStateException("The document that was read differs from the one that was written");
		}
	}

	private String hash(List<Document> documents) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			return HexFormat.of().formatHex(digest.digest(this.mapper.writeValueAsBytes(documents)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private record Document(int id, double weight, String text) implements Comparable<Document> {

		@Override
		public int compareTo(Document other) {
			return this.text.compareTo(other.text);
		}

	}

}
