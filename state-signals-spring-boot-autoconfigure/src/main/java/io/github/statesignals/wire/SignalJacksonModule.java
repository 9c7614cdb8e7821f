package io.github.statesignals.wire;

import java.util.Map;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.module.SimpleModule;

/**
 * Configures a {@code JsonMapper} to write and read the records {@link Signal} and
 * {@link Response} in the form of the wire, independent of the mapper's settings.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class SignalJacksonModule extends SimpleModule {

	public SignalJacksonModule() {
		super("state-signals");
		setMixInAnnotation(Signal.class, SignalMembers.class);
		setMixInAnnotation(Response.class, ResponseMembers.class);
	}

	@JsonNaming(SnakeCaseStrategy.class)
	@JsonPropertyOrder({ FieldNames.PUBLISHER_ID, FieldNames.PROCESS_NAME, FieldNames.EVENT, FieldNames.RUNNER_HOST,
			FieldNames.SAMPLE_NO, FieldNames.TAG, FieldNames.METADATA })
	@JsonInclude(Include.ALWAYS)
	@JsonIgnoreProperties(ignoreUnknown = true)
	private interface SignalMembers {

		@JsonInclude(value = Include.NON_EMPTY, content = Include.ALWAYS)
		@JsonSetter(nulls = Nulls.AS_EMPTY)
		Map<String, @Nullable Object> metadata();

	}

	@JsonNaming(SnakeCaseStrategy.class)
	@JsonPropertyOrder({ FieldNames.RESPONDER_ID, FieldNames.PUBLISHER_ID, FieldNames.EVENT, FieldNames.RAS,
			FieldNames.MESSAGE })
	@JsonInclude(Include.NON_NULL)
	@JsonIgnoreProperties(ignoreUnknown = true)
	private interface ResponseMembers {

	}

}
