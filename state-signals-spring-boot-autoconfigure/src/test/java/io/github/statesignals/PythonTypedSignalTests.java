package io.github.statesignals;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.event.EventListener;

import static io.github.statesignals.PythonPeer.answer;
import static io.github.statesignals.PythonPeer.answerWithoutRas;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Typed signals are ordinary ones to the real Python package, and its signals are typed
 * ones here.
 */
@Tag("python")
class PythonTypedSignalTests {

	@AutoClose
	private final PythonPeer python = PythonPeer.start();

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void pythonReceivesTheFieldsAsMetadata() {
		PythonPeer.Responder responder = this.python.responder("py",
				Map.of("initialization", answerWithoutRas(), "*", answer(1, "gehört")));
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(30), "bork", "stock-changed")).isTrue();
		SignalResult result = exporter.emit(new Bork("disk full", List.of("a", "b"), null));
		assertThat(result.messages()).containsValue("gehört");
		assertThat(responder.awaitReceived("bork").get("metadata"))
			.isEqualTo(mapOf("reason", "disk full", "disks", List.of("a", "b"), "since", null));
	}

	@Test
	void aPythonSignalIsTypedHereAndOneThatDoesNotConvertIsRefused() {
		Observer observer = this.applications.start(Observer.class).getBean(Observer.class);
		PythonPeer.Exporter exporter = this.python.exporter("bench");
		assertThat(exporter.initializeAndWait(1, "bork", "stock-changed")).isTrue();
		assertThat(
				exporter.publish("bork", Map.of("metadata", Map.of("reason", "größer", "disks", List.of("a")))).code())
			.isZero();
		assertThat(observer.observed).containsExactly(new Bork("größer", List.of("a"), null));
		PythonPeer.Result refused = exporter.publish("bork", Map.of("metadata", Map.of("disks", "none")));
		assertThat(refused.code()).isOne();
		assertThat(refused.messages().values()).singleElement().asString().contains("'disks'");
		exporter.shutdown();
	}

	@Test
	void aPythonSignalArrivesAsAnApplicationEvent() {
		Observer observer = this.applications.start(Observer.class).getBean(Observer.class);
		PythonPeer.Exporter exporter = this.python.exporter("bench");
		assertThat(exporter.initializeAndWait(1, "stock-changed")).isTrue();
		assertThat(exporter.publish("stock-changed", Map.of("metadata", Map.of("sku", "s1", "left", 3))).code())
			.isZero();
		assertThat(observer.observed).containsExactly(new StockChanged("s1", 3));
		exporter.shutdown();
	}

	private static Map<String, Object> mapOf(Object... entries) {
		Map<String, Object> map = new HashMap<>();
		for (int i = 0; i < entries.length; i += 2) {
			map.put((String) entries[i], entries[i + 1]);
		}
		return map;
	}

	record Bork(String reason, List<String> disks, String since) {
	}

	@SignalEvent(bridge = true)
	record StockChanged(String sku, int left) {
	}

	static class Observer {

		private final BlockingQueue<Object> observed = new LinkedBlockingQueue<>();

		@OnSignal
		void on(Bork bork) {
			this.observed.add(bork);
		}

		@EventListener
		void on(StockChanged changed) {
			this.observed.add(changed);
		}

	}

}
