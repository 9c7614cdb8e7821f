package io.github.statesignals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Numbers arrive as they were sent: with their digits and their scale.
 */
class NumberTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final List<BigDecimal> DECIMALS = Stream
		.of("10.00", "10.0", "10", "0.10", "0.0001", "0.000", "1E+2", "1E-7", "1.0E-7", "1.0E+10", "10000000.0",
				"12345678.90", "-1.50", "99999999999999999999.99", "1E+400")
		.map(BigDecimal::new)
		.toList();

	@RegisterExtension
	private final Applications applications = new Applications();

	@ParameterizedTest
	@ValueSource(strings = { "broadcast", "durable" })
	void decimalsArriveWithTheirDigitsAndTheirScale(String delivery) throws InterruptedException {
		String channel = "numbers-" + UUID.randomUUID();
		String[] properties = { "channel=" + channel, "channels." + channel + ".delivery=" + delivery };
		Receiver receiver = this.applications.start(Receiver.class, properties).getBean(Receiver.class);
		ConfigurableApplicationContext sender = this.applications.start(Object.class, properties);
		SignalExporter exporter = sender.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "prices", "price", "raw")).isTrue();
		Prices prices = new Prices(new BigDecimal("10.00"), DECIMALS, Map.of("a", new Price(new BigDecimal("0.50"))));
		assertThat(exporter.emit(prices).isSuccess()).isTrue();
		assertThat(receiver.next()).isEqualTo(prices);
		for (BigDecimal decimal : DECIMALS) {
			assertThat(exporter.signal("price").metadata("amount", decimal).publish().isSuccess()).isTrue();
			assertThat(receiver.next()).isEqualTo(decimal);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "broadcast", "durable" })
	void numbersOfAllSortsArriveAsTheyAre(String delivery) throws InterruptedException {
		String channel = "numbers-" + UUID.randomUUID();
		String[] properties = { "channel=" + channel, "channels." + channel + ".delivery=" + delivery };
		Receiver receiver = this.applications.start(Receiver.class, properties).getBean(Receiver.class);
		SignalExporter exporter = this.applications.start(Object.class, properties).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "raw")).isTrue();
		DoubleAdder sum = new DoubleAdder();
		sum.add(2.5);
		Map<String, Object> sent = new LinkedHashMap<>();
		sent.put("decimal", new BigDecimal("10.00"));
		sent.put("double", 10.0);
		sent.put("tiny", 1.0E-7);
		sent.put("negative zero", -0.0);
		sent.put("beyond 53 bits", (1L << 53) + 1);
		sent.put("large", BigInteger.TWO.pow(70));
		sent.put("nested", List.of(Map.of("decimal", new BigDecimal("1.10"))));
		assertThat(exporter.signal("raw")
			.sampleNo(Long.MAX_VALUE)
			.metadata(sent)
			.metadata("float", 0.1f)
			.metadata("sum", sum)
			.metadata("custom", new Cents(1_050))
			.publish()
			.isSuccess()).isTrue();
		sent.put("float", 0.1);
		sent.put("sum", 2.5);
		sent.put("custom", new BigDecimal("10.50"));
		Signal received = (Signal) receiver.next();
		assertThat(received.metadata()).isEqualTo(sent);
		assertThat(received.sampleNo()).isEqualTo(Long.MAX_VALUE);
	}

	record Price(BigDecimal net) {
	}

	record Prices(BigDecimal total, List<BigDecimal> all, Map<String, Price> named) {
	}

	/**
	 * A number of a kind that neither Java nor JSON knows.
	 */
	static final class Cents extends Number {

		private static final long serialVersionUID = 1L;

		private final long cents;

		Cents(long cents) {
			this.cents = cents;
		}

		@Override
		public int intValue() {
			return (int) longValue();
		}

		@Override
		public long longValue() {
			return this.cents / 100;
		}

		@Override
		public float floatValue() {
			return (float) doubleValue();
		}

		@Override
		public double doubleValue() {
			return this.cents / 100.0;
		}

		@Override
		public String toString() {
			return BigDecimal.valueOf(this.cents, 2).toString();
		}

	}

	static class Receiver {

		private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

		@OnSignal
		void receive(Prices prices) {
			this.received.add(prices);
		}

		@OnSignal(event = "price")
		void receive(BigDecimal amount) {
			this.received.add(amount);
		}

		@OnSignal(event = "raw")
		void receive(Signal signal) {
			this.received.add(signal);
		}

		Object next() throws InterruptedException {
			return this.received.poll(20, TimeUnit.SECONDS);
		}

	}

}
