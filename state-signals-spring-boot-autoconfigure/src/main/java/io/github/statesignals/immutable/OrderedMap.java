package io.github.statesignals.immutable;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * An immutable map with an order. Signals and results have few entries, or are seldom
 * asked for one of many: arrays take a fraction of the memory of a hash table. Subclasses
 * are immutable, and may create values when they are asked for.
 */
public abstract class OrderedMap<V extends @Nullable Object> extends AbstractMap<String, V> {

	// A table of more entries is created when one of them is asked for.
	private static final int SEARCHED = 8;

	private volatile @Nullable Map<String, V> table;

	// Copies a map that may be changed.
	public static <V extends @Nullable Object> Map<String, V> copyOf(Map<String, V> map) {
		return (map instanceof OrderedMap) ? map : copyOf(map, (key, value) -> value);
	}

	// The function is called in the order of the map.
	public static <V extends @Nullable Object, R extends @Nullable Object> Map<String, R> copyOf(
			Map<String, ? extends V> map, BiFunction<String, V, R> values) {
		int size = map.size();
		if (size == 0) {
			return Collections.emptyMap();
		}
		@Nullable Object[] entries = new @Nullable Object[2 * size];
		int at = 0;
		for (Map.Entry<String, ? extends V> entry : map.entrySet()) {
			if (at == entries.length) {
				// Another thread adds to it.
				entries = Arrays.copyOf(entries, 2 * at);
			}
			entries[at++] = entry.getKey();
			entries[at++] = values.apply(entry.getKey(), entry.getValue());
		}
		return new Entries<>((at == entries.length) ? entries : Arrays.copyOf(entries, at));
	}

	// Copies keys, none of which is repeated, and values in turn, up to the length.
	public static <V extends @Nullable Object> Map<String, V> of(@Nullable Object[] entries, int length) {
		return (length == 0) ? Collections.emptyMap() : new Entries<>(Arrays.copyOf(entries, length));
	}

	// Creates no iterator: each result is asked several times.
	public static <V extends @Nullable Object> boolean anyValue(Map<String, V> map, Predicate<V> matching) {
		if (map instanceof OrderedMap<V> ordered) {
			for (int place = 0; place < ordered.size(); place++) {
				if (matching.test(ordered.value(place))) {
					return true;
				}
			}
			return false;
		}
		return map.values().stream().anyMatch(matching);
	}

	protected abstract String key(int place);

	protected abstract V value(int place);

	@Override
	public abstract int size();

	@Override
	public boolean containsKey(Object key) {
		return (size() > SEARCHED) ? table().containsKey(key) : placeOf(key) >= 0;
	}

	@Override
	public @Nullable V get(Object key) {
		if (size() > SEARCHED) {
			return table().get(key);
		}
		int place = placeOf(key);
		return (place >= 0) ? value(place) : null;
	}

	private int placeOf(Object key) {
		for (int place = 0; place < size(); place++) {
			if (Objects.equals(key(place), key)) {
				return place;
			}
		}
		return -1;
	}

	private Map<String, V> table() {
		Map<String, V> created = this.table;
		if (created == null) {
			created = new HashMap<>(this);
			this.table = created;
		}
		return created;
	}

	@Override
	public void forEach(BiConsumer<? super String, ? super V> action) {
		for (int place = 0; place < size(); place++) {
			action.accept(key(place), value(place));
		}
	}

	@Override
	public Set<Entry<String, V>> entrySet() {
		return new AbstractSet<>() {

			@Override
			public Iterator<Entry<String, V>> iterator() {
				return new EntryIterator();
			}

			@Override
			public int size() {
				return OrderedMap.this.size();
			}

		};
	}

	// AbstractList's would take more objects for each signal.
	private final class EntryIterator implements Iterator<Map.Entry<String, V>> {

		private int next;

		@Override
		public boolean hasNext() {
			return this.next < size();
		}

		@Override
		public Map.Entry<String, V> next() {
			if (!hasNext()) {
				throw new NoSuchElementException();
			}
			int place = this.next++;
			return new SimpleImmutableEntry<>(key(place), value(place));
		}

	}

	private static final class Entries<V extends @Nullable Object> extends OrderedMap<V> {

		// Key and value in turn.
		private final @Nullable Object[] entries;

		Entries(@Nullable Object[] entries) {
			this.entries = entries;
		}

		// May be null, as in the map that was copied.
		@Override
		@SuppressWarnings("NullAway")
		protected String key(int place) {
			return (String) this.entries[2 * place];
		}

		@Override
		@SuppressWarnings({ "unchecked", "NullAway" })
		protected V value(int place) {
			return (V) this.entries[2 * place + 1];
		}

		@Override
		public int size() {
			return this.entries.length / 2;
		}

	}

}
