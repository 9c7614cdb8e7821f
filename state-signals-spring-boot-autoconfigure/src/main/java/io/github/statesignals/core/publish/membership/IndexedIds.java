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

	// The place that was found last: answers of one responder are often received
	// together. Of any thread, it is one of the places.
	private int found;

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
		int last = this.found;
		if (last < this.ids.length && this.ids[last].equals(id)) {
			return last;
		}
		int place = this.places.getOrDefault(id, -1);
		if (place >= 0) {
			this.found = place;
		}
		return place;
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
