package io.github.statesignals.handler.metadata;

import java.math.BigInteger;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.util.JsonParserDelegate;

/**
 * Refuses numbers that the requested type can't hold, where Jackson reads not-a-number as
 * 0 and overflows to infinity.
 */
final class CheckedNumbers extends JsonParserDelegate {

	private ObjectReadContext context;

	CheckedNumbers(JsonParser parser) {
		super(parser);
		this.context = parser.objectReadContext();
	}

	// Deserializers may read a tree or a value with the context of their parser.
	void use(ObjectReadContext context) {
		this.context = context;
	}

	@Override
	public ObjectReadContext objectReadContext() {
		return this.context;
	}

	@Override
	public byte getByteValue() {
		checkFinite(byte.class);
		return super.getByteValue();
	}

	@Override
	public short getShortValue() {
		checkFinite(short.class);
		return super.getShortValue();
	}

	@Override
	public int getIntValue() {
		checkFinite(int.class);
		return super.getIntValue();
	}

	@Override
	public int getValueAsInt() {
		checkFinite(int.class);
		return super.getValueAsInt();
	}

	@Override
	public int getValueAsInt(int defaultValue) {
		checkFinite(int.class);
		return super.getValueAsInt(defaultValue);
	}

	@Override
	public long getLongValue() {
		checkFinite(long.class);
		return super.getLongValue();
	}

	@Override
	public long getValueAsLong() {
		checkFinite(long.class);
		return super.getValueAsLong();
	}

	@Override
	public long getValueAsLong(long defaultValue) {
		checkFinite(long.class);
		return super.getValueAsLong(defaultValue);
	}

	@Override
	public BigInteger getBigIntegerValue() {
		checkFinite(BigInteger.class);
		return super.getBigIntegerValue();
	}

	@Override
	public float getFloatValue() {
		float value = super.getFloatValue();
		if (Float.isInfinite(value) && isFinite()) {
			throw outOfRange(float.class);
		}
		return value;
	}

	@Override
	public double getDoubleValue() {
		double value = super.getDoubleValue();
		if (Double.isInfinite(value) && isFinite()) {
			throw outOfRange(double.class);
		}
		return value;
	}

	private void checkFinite(Class<?> type) {
		if (hasToken(JsonToken.VALUE_NUMBER_FLOAT) && !isFinite()) {
			throw outOfRange(type);
		}
	}

	private boolean isFinite() {
		return !(getNumberValue() instanceof Double number) || Double.isFinite(number);
	}

	private InputCoercionException outOfRange(Class<?> type) {
		return new InputCoercionException(this, "Out of range", currentToken(), type);
	}

}
