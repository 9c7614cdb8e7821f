package io.github.statesignals.test;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import io.github.statesignals.SignalResult;
import io.github.statesignals.core.ResponderIds;
import org.assertj.core.api.AbstractObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about the result of a publish. Responders are given by name or by id.
 *
 * @since 0.1.0
 */
public final class SignalResultAssert extends AbstractObjectAssert<SignalResultAssert, SignalResult> {

	SignalResultAssert(@Nullable SignalResult actual) {
		super(actual, SignalResultAssert.class);
	}

	/**
	 * Verifies that the result is a success.
	 * @return this
	 * @see SignalResult#isSuccess()
	 */
	public SignalResultAssert isSuccess() {
		return verify(result().isSuccess(), "to be a success");
	}

	/**
	 * Verifies that the result is not a success.
	 * @return this
	 * @see SignalResult#isSuccess()
	 */
	public SignalResultAssert isNotSuccess() {
		return verify(!result().isSuccess(), "not to be a success");
	}

	/**
	 * Verifies that responders acted on the signal.
	 * @param responders the responders
	 * @return this
	 */
	public SignalResultAssert isActedOnBy(String... responders) {
		return contains(SignalResult::acted, responders, "to be acted on by");
	}

	/**
	 * Verifies that no responder acted on the signal.
	 * @return this
	 */
	public SignalResultAssert isNotActedOn() {
		return verify(result().acted().isEmpty(), "to be acted on by no responder");
	}

	/**
	 * Verifies that responders answered with a failure.
	 * @param responders the responders
	 * @return this
	 */
	public SignalResultAssert isRefusedBy(String... responders) {
		return contains(SignalResult::failed, responders, "to be refused by");
	}

	/**
	 * Verifies that a responder answered with a failure and this message.
	 * @param message the message
	 * @return this
	 */
	public SignalResultAssert isRefusedWith(String message) {
		boolean refused = result().responses()
			.values()
			.stream()
			.anyMatch((answer) -> answer.isFailure() && Objects.equals(answer.message(), message));
		return verify(refused, "to be refused with '" + message + "'");
	}

	/**
	 * Verifies that responders have no handler for the event.
	 * @param responders the responders
	 * @return this
	 */
	public SignalResultAssert isUnhandledBy(String... responders) {
		return contains(SignalResult::unhandled, responders, "to be unhandled by");
	}

	/**
	 * Verifies that awaited responders did not answer.
	 * @param responders the responders
	 * @return this
	 */
	public SignalResultAssert isMissing(String... responders) {
		return contains(SignalResult::missing, responders, "to be missing the answers of");
	}

	/**
	 * Verifies the message of a responder.
	 * @param responder the responder
	 * @param message the message
	 * @return this
	 */
	public SignalResultAssert hasMessage(String responder, String message) {
		boolean answered = result().messages()
			.entrySet()
			.stream()
			.anyMatch((entry) -> isOf(entry.getKey(), responder) && entry.getValue().equals(message));
		return verify(answered, "to have the message '" + message + "' of '" + responder + "'");
	}

	private SignalResult result() {
		isNotNull();
		return Objects.requireNonNull(this.actual);
	}

	private SignalResultAssert contains(Function<SignalResult, Set<String>> ids, String[] responders,
			String expectation) {
		Collection<String> actual = ids.apply(result());
		return verify(
				responders.length > 0 && List.of(responders)
					.stream()
					.allMatch((responder) -> actual.stream().anyMatch((id) -> isOf(id, responder))),
				expectation + " " + List.of(responders));
	}

	private static boolean isOf(String id, String responder) {
		return id.equals(responder) || ResponderIds.name(id).equals(responder);
	}

	private SignalResultAssert verify(boolean holds, String expectation) {
		if (!holds) {
			throw failure("%nExpected the signal%n  %s%nbut its result is%n  %s", expectation, describe(result()));
		}
		return this;
	}

	static String describe(SignalResult result) {
		return "%s, acted: %s, refused: %s, unhandled: %s, missing: %s, left: %s, messages: %s".formatted(result.code(),
				result.acted(), result.failed(), result.unhandled(), result.missing(), result.left(),
				Map.copyOf(result.messages()));
	}

}
