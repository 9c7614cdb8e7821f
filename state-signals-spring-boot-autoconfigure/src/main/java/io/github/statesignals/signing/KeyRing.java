package io.github.statesignals.signing;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * The keys of an application: all of them verify, and one signs.
 */
public final class KeyRing {

	private final Map<String, SigningKey> keys;

	private final SigningKey signing;

	public KeyRing(String signing, Collection<SigningKey> keys) {
		this.keys = keys.stream().collect(Collectors.toUnmodifiableMap(SigningKey::id, Function.identity()));
		SigningKey found = this.keys.get(signing);
		if (found == null) {
			throw new IllegalArgumentException(
					"the key '%s' that signs is none of the keys %s".formatted(signing, this.keys.keySet()));
		}
		this.signing = found;
	}

	SigningKey signing() {
		return this.signing;
	}

	@Nullable SigningKey find(String id) {
		return this.keys.get(id);
	}

	@Override
	public String toString() {
		return this.keys.keySet() + ", of which '" + this.signing.id() + "' signs";
	}

}
