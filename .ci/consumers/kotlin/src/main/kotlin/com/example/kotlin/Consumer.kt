package com.example.kotlin

import io.github.statesignals.Acknowledgement
import io.github.statesignals.OnSignal
import io.github.statesignals.Signal
import io.github.statesignals.SignalGateway
import io.github.statesignals.SignalResult
import kotlinx.coroutines.delay
import org.springframework.boot.autoconfigure.SpringBootApplication

data class Run(val uuid: String, val clients: Int = 1)

/** Handles a signal in a coroutine. */
@SpringBootApplication(proxyBeanMethods = false)
class Consumer {

    @OnSignal(event = ["benchmark-start"])
    suspend fun start(signal: Signal, run: Run): Acknowledgement {
        delay(1)
        return Acknowledgement.success("${signal.tag()} with ${run.clients} clients")
    }
}

@SignalGateway
interface Benchmarks {

    suspend fun benchmarkStart(uuid: String): SignalResult
}
