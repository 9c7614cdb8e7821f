package io.github.statesignals.wire;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.statesignals.signing.Signature;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;

/**
 * Reads extensions from their members. One that is of the wrong type or too long counts
 * as absent: it is no reason to lose the message.
 */
final class ExtensionReader {

	// It may have a handles or another id: no success may follow from it.
	static final ResponseExtension UNREADABLE = new ResponseExtension(null, List.of(), null, null, null);

	private ExtensionReader() {
	}

	static @Nullable SignalExtension signal(@Nullable Object value) {
		if (!(value instanceof Map<?, ?> extension)
				|| number(extension.get(FieldNames.VERSION)) < FieldNames.EXTENSION_VERSION) {
			// The publisher's own: Python has no reserved key.
			return null;
		}
		return new SignalExtension(text(extension.get(FieldNames.ID)), number(extension.get(FieldNames.SEQUENCE)),
				number(extension.get(FieldNames.SENT)), number(extension.get(FieldNames.TIMEOUT)),
				text(extension.get(FieldNames.REPLY_TO)), trace(extension.get(FieldNames.TRACE)));
	}

	private static Map<String, String> trace(@Nullable Object value) {
		if (!(value instanceof Map<?, ?> fields)) {
			return Map.of();
		}
		Map<String, String> texts = new LinkedHashMap<>();
		fields.forEach((name, field) -> {
			if (name instanceof String key && field instanceof String text) {
				texts.put(key, text);
			}
		});
		return texts;
	}

	static @Nullable Signature signature(Map<?, ?> members) {
		String key = text(members.get(FieldNames.KEY));
		String value = text(members.get(FieldNames.SIGNATURE));
		return (key != null && value != null) ? new Signature(key, number(members.get(FieldNames.SIGNED_AT)), value,
				text(members.get(FieldNames.REPLAY_FOR))) : null;
	}

	static @Nullable ResponseExtension response(Map<?, ?> members) {
		if (number(members.get(FieldNames.VERSION)) < FieldNames.EXTENSION_VERSION) {
			return null;
		}
		return new ResponseExtension(text(members.get(FieldNames.ID)),
				handledEvents(members.get(FieldNames.HANDLED_EVENTS)), text(members.get(FieldNames.ADDRESS)),
				text(members.get(FieldNames.SEAL)),
				probe(text(members.get(FieldNames.PROBE)), members.get(FieldNames.STATE)));
	}

	private static @Nullable String text(@Nullable Object value) {
		return (value instanceof String text && text.length() <= Limits.TEXT_LENGTH) ? text : null;
	}

	// In a form that is not known, too: a responder without a handler has not acted.
	private static @Nullable List<String> handledEvents(@Nullable Object value) {
		if (!(value instanceof List<?> values)) {
			return (value != null) ? List.of() : null;
		}
		return values.stream().filter((each) -> text(each) != null).map(String.class::cast).toList();
	}

	private static long number(@Nullable Object value) {
		if (value instanceof Integer || value instanceof Long) {
			return Math.max(((Number) value).longValue(), SignalExtension.NONE);
		}
		return SignalExtension.NONE;
	}

	// A newer version may answer with further states: only a known one removes a
	// responder.
	private static @Nullable Probe probe(@Nullable String nonce, @Nullable Object state) {
		if (nonce == null || state == null) {
			return (nonce != null) ? new Probe(nonce, null) : null;
		}
		boolean absent = State.ABSENT.name().toLowerCase(Locale.ROOT).equals(state);
		return new Probe(nonce, absent ? State.ABSENT : State.WORKING);
	}

}
