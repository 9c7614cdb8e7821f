package io.github.statesignals.handler.metadata;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.FormatSchema;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.InjectableValues;
import tools.jackson.databind.cfg.DeserializationContexts;
import tools.jackson.databind.deser.DeserializationContextExt;
import tools.jackson.databind.deser.DeserializerCache;
import tools.jackson.databind.deser.DeserializerFactory;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Checks numbers also where Jackson reads them for the second time, from a buffer: those
 * before the id of a polymorphic type, and those of unwrapped properties.
 */
@SuppressWarnings({ "serial", "unchecked" })
final class CheckedContexts extends DeserializationContexts {

	CheckedContexts() {
	}

	private CheckedContexts(TokenStreamFactory streams, DeserializerFactory deserializers, DeserializerCache cache) {
		super(streams, deserializers, cache);
	}

	@Override
	protected DeserializationContexts forMapper(Object mapper, TokenStreamFactory streams,
			DeserializerFactory deserializers, DeserializerCache cache) {
		return new CheckedContexts(streams, deserializers, cache);
	}

	@Override
	public DeserializationContextExt createContext(DeserializationConfig config, @Nullable FormatSchema schema,
			@Nullable InjectableValues values) {
		return new Context(config, schema, values);
	}

	private final class Context extends DeserializationContextExt {

		Context(DeserializationConfig config, @Nullable FormatSchema schema, @Nullable InjectableValues values) {
			super(CheckedContexts.this._streamFactory, CheckedContexts.this._deserializerFactory,
					CheckedContexts.this._cache, config, schema, values);
		}

		@Override
		public DeserializationContextExt assignParser(JsonParser parser) {
			if (parser instanceof CheckedNumbers root) {
				root.use(this);
			}
			return super.assignParser(parser);
		}

		@Override
		public TokenBuffer bufferForInputBuffering(JsonParser parser) {
			return new Buffer(parser, this);
		}

	}

	private static final class Buffer extends TokenBuffer {

		Buffer(JsonParser parser, ObjectReadContext context) {
			super(parser, context);
		}

		@Override
		public JsonParser asParser(ObjectReadContext context) {
			return new CheckedNumbers(super.asParser(context));
		}

		@Override
		public JsonParser asParser(ObjectReadContext context, JsonParser source) {
			return new CheckedNumbers(super.asParser(context, source));
		}

	}

}
