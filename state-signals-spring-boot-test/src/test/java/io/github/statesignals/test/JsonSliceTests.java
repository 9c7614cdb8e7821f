package io.github.statesignals.test;

import java.util.Map;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.test.shop.ShopApplication;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.json.JsonTest;
import org.springframework.boot.test.json.JacksonTester;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.ContextConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The JSON of signals in a slice of an application, to which the starter does not belong.
 */
@JsonTest
@ContextConfiguration(classes = ShopApplication.class)
class JsonSliceTests {

	@Autowired
	private JacksonTester<Signal> json;

	@Test
	void signalHasTheSameJsonAsInTheApplication(@Autowired ApplicationContext context) throws Exception {
		Signal signal = new Signal("shop-1", "shop", "price-changed", "host", 1, "tea", Map.of("price", 3));
		String written = this.json.write(signal).getJson();
		assertThat(written).contains("\"publisher_id\":\"shop-1\"");
		assertThat(this.json.parseObject(written)).isEqualTo(signal);
		assertThat(context.getBeanProvider(SignalResponder.class)).isEmpty();
	}

}
