package io.github.statesignals.core;

import org.jspecify.annotations.Nullable;

/**
 * What travels with a response for those who understand the extensions of this project:
 * under the key {@value io.github.statesignals.Signal#RESERVED_METADATA_KEY}. That it is
 * there says that the responder understands them.
 *
 * @param id the id of the signal that it answers, if that has one
 * @since 0.1.0
 */
public record ResponseExtension(@Nullable String id) {

	/**
	 * Says no more than that the responder understands.
	 */
	public static final ResponseExtension UNDERSTOOD = new ResponseExtension(null);

}
