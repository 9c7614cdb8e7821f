package com.example.kotlin

import io.github.statesignals.SignalExporter
import io.github.statesignals.SignalProgress
import io.github.statesignals.publishAndAwait
import io.github.statesignals.publishAsFlow
import kotlinx.coroutines.flow.last
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.boot.builder.SpringApplicationBuilder
import redis.embedded.RedisServer
import java.net.ServerSocket

class ConsumerTests {

    @Test
    fun `a suspending handler acts on a signal`() = runBlocking<Unit> {
        val redis = RedisServer(ServerSocket(0).use { it.localPort })
        redis.start()
        try {
            SpringApplicationBuilder(Consumer::class.java).run(
                "--spring.application.name=consumer", "--spring.data.redis.port=${redis.ports().first()}",
                "--state-signals.exporter.legal-events=benchmark-start",
            ).use { context ->
                val spec = context.getBean(SignalExporter::class.java).signal("benchmark-start").tag("run-7")
                    .payload(Run("5b1f", 3))
                val result = spec.publishAndAwait()
                assertThat(result.isSuccess).isTrue()
                assertThat(result.messages()).containsValue("run-7 with 3 clients")
                assertThat(spec.publishAsFlow().last()).isInstanceOf(SignalProgress.Ended::class.java)
                assertThat(context.getBean(Benchmarks::class.java).benchmarkStart("5b1f").isSuccess).isTrue()
            }
        } finally {
            redis.stop()
        }
    }
}
