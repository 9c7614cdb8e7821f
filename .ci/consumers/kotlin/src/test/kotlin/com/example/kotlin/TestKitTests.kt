package com.example.kotlin

import io.github.statesignals.test.AutoConfigureSignals
import io.github.statesignals.test.SignalAssertions.assertThat
import io.github.statesignals.test.SignalScenario
import org.junit.jupiter.api.Test
import org.springframework.boot.test.context.SpringBootTest

@SpringBootTest(properties = ["spring.application.name=consumer"])
@AutoConfigureSignals
class TestKitTests {

    @Test
    fun `handles a signal without Redis`(scenario: SignalScenario) {
        val result = scenario.signal("benchmark-start").tag("run-7").metadata("uuid", "5b1f").publish()
        assertThat(result).isSuccess().isActedOnBy("consumer").hasMessage("consumer", "run-7 with 1 clients")
    }
}
