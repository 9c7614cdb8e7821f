package io.github.statesignals.core.publish;

import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PublishIds}.
 */
class PublishIdsTests {

	@Test
	void idsHave128BitsAndNeverRepeat() {
		PublishIds ids = new PublishIds();
		List<String> created = Stream.generate(ids::create).limit(10_000).toList();
		assertThat(created).doesNotHaveDuplicates().allMatch((id) -> id.matches("[\\w-]{22}"));
	}

	@Test
	void earlierIdsDoNotHelpToGuessTheNext() {
		PublishIds ids = new PublishIds();
		Set<String> beginnings = new HashSet<>();
		BitSet lastCharacters = new BitSet();
		for (int i = 0; i < 2_000; i++) {
			String id = ids.create();
			beginnings.add(id.substring(0, 8));
			lastCharacters.set(id.charAt(20));
		}
		assertThat(beginnings).hasSize(2_000);
		assertThat(lastCharacters.cardinality()).isEqualTo(64);
	}

	@Test
	void exportersDoNotShareIds() {
		PublishIds one = new PublishIds();
		PublishIds other = new PublishIds();
		Set<String> ids = new HashSet<>();
		for (int i = 0; i < 1_000; i++) {
			ids.add(one.create());
			ids.add(other.create());
		}
		assertThat(ids).hasSize(2_000);
	}

}
