package io.github.statesignals.wire;

import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;

import io.github.statesignals.Acknowledgement;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamFactory;

/**
 * Reads the members of a response that may have several types or places.
 */
final class ResponseValues {

	private static final byte[] EXTENSION_KEY = FieldBytes.ascii("\"" + FieldNames.EXTENSION + "\"");

	private ResponseValues() {
	}

	// A value that equals 1 in Python is success; any other is a failure, also "1".
	static Integer ras(JsonParser parser) {
		return switch (parser.currentToken()) {
			case VALUE_TRUE -> Acknowledgement.SUCCESS;
			case VALUE_NUMBER_INT ->
				(parser.getNumberType() == JsonParser.NumberType.INT) ? parser.getIntValue() : Acknowledgement.FAILURE;
			case VALUE_NUMBER_FLOAT -> (parser.getDoubleValue() == Acknowledgement.SUCCESS) ? Acknowledgement.SUCCESS
					: Acknowledgement.FAILURE;
			default -> {
				parser.skipChildren();
				yield Acknowledgement.FAILURE;
			}
		};
	}

	// Python takes a message of any type. One that is no string is written as JSON.
	static @Nullable String message(JsonParser parser, TokenStreamFactory factory) {
		if (parser.hasToken(JsonToken.VALUE_NULL)) {
			return null;
		}
		if (parser.currentToken().isScalarValue()) {
			return parser.getString();
		}
		StringWriter text = new StringWriter();
		try (JsonGenerator generator = factory.createGenerator(ObjectWriteContext.empty(), text)) {
			generator.copyCurrentStructure(parser);
		}
		return text.toString();
	}

	static int findExtensionKey(byte[] payload, int from) {
		for (int i = from; i <= payload.length - EXTENSION_KEY.length; i++) {
			if (Arrays.equals(payload, i, i + EXTENSION_KEY.length, EXTENSION_KEY, 0, EXTENSION_KEY.length)) {
				return i;
			}
		}
		return -1;
	}

	// The ids of answers that are combined. Empty if the value is no such array.
	static List<String> ids(@Nullable Object value) {
		if (!(value instanceof List<?> values) || values.size() > Limits.FRAME_MESSAGES) {
			return List.of();
		}
		List<String> ids = values.stream()
			.filter((each) -> each instanceof String text && text.length() <= Limits.TEXT_LENGTH)
			.map(String.class::cast)
			.toList();
		return (ids.size() == values.size()) ? ids : List.of();
	}

}
