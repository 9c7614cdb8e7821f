package io.github.statesignals.immutable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class OrderedMapTests {

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 8, 9, 100 })
	void copyIsTheMapThatWasCopied(int size) {
		Map<String, Object> original = entries(size);
		Map<String, Object> expected = new LinkedHashMap<>(original);
		Map<String, Object> copy = OrderedMap.copyOf(original);
		original.put("later", 1);
		assertThat(copy).isEqualTo(expected).hasSameHashCodeAs(expected).hasToString(expected.toString());
		assertThat(expected).isEqualTo(copy);
		assertThat(List.copyOf(copy.keySet())).isEqualTo(List.copyOf(expected.keySet()));
		List<String> visited = new ArrayList<>();
		copy.forEach((key, value) -> visited.add(key + value));
		assertThat(visited).containsExactlyElementsOf(
				expected.entrySet().stream().map((entry) -> entry.getKey() + entry.getValue()).toList());
		expected.forEach((key, value) -> assertThat(copy).containsEntry(key, value));
		assertThat(copy.containsKey("later")).isFalse();
		assertThat(copy.get("later")).isNull();
		assertThat(OrderedMap.copyOf(copy)).isSameAs(copy);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 9 })
	void copyCanNotBeChanged(int size) {
		Map<String, Object> copy = OrderedMap.copyOf(entries(size));
		List<Runnable> changes = List.of(() -> copy.put("key-0", 1), () -> copy.put("new", 1),
				() -> copy.remove("key-0"), copy::clear, () -> copy.keySet().remove("key-0"),
				() -> copy.values().removeIf((value) -> true), () -> copy.replaceAll((key, value) -> 1),
				() -> copy.entrySet().iterator().next().setValue(1));
		assertThat(changes).allSatisfy(
				(change) -> assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(change::run));
		assertThat(copy).isEqualTo(entries(size));
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 20 })
	void valuesAreConvertedInTheirOrder(int size) {
		List<String> order = new ArrayList<>();
		Map<String, String> copy = OrderedMap.copyOf(entries(size), (key, value) -> {
			order.add(key);
			return key + "=" + value;
		});
		assertThat(order).containsExactlyElementsOf(entries(size).keySet());
		assertThat(copy.get("key-2")).isEqualTo("key-2=2");
		assertThat(OrderedMap.anyValue(copy, "key-2=2"::equals)).isTrue();
		assertThat(OrderedMap.anyValue(copy, "key-2"::equals)).isFalse();
	}

	private static Map<String, Object> entries(int size) {
		Map<String, Object> entries = new LinkedHashMap<>();
		for (int i = size - 1; i >= 0; i--) {
			entries.put("key-" + i, (i % 3 == 1) ? null : (Object) i);
		}
		return entries;
	}

}
