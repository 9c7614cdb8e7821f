package io.github.statesignals.core.publish.membership;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * Ids in their order, each with its place. Immutable: publishes share one, and note by
 * place which responders have answered.
 */
public final class IndexedIds extends AbstractSet<String> {

	private final String[] ids;

	private final Map<String, Integer> places;

	private IndexedIds(Collection<String> ids) {
		this.ids = new LinkedHashSet<>(ids).toArray(String[]::new);
		this.places = new HashMap<>(this.ids.length * 2);
		for (int i = 0; i < this.ids.length; i++) {
			this.places.put(this.ids[i], i);
		}
	}

	public static IndexedIds of(Collection<String> ids) {
		return (ids instanceof IndexedIds indexed) ? indexed : new IndexedIds(ids);
	}

	public String get(int place) {
		return this.ids[place];
	}

	public int placeOf(String id) {
		if (this.ids.length == 1) {
			return this.ids[0].equals(id) ? 0 : -1;
		}
		return this.places.getOrDefault(id, -1);
	}

	@Override
	public boolean contains(Object id) {
		return this.places.containsKey(id);
	}

	@Override
	public Iterator<String> iterator() {
		return Arrays.asList(this.ids).iterator();
	}

	@Override
	public int size() {
		return this.ids.length;
	}

}
