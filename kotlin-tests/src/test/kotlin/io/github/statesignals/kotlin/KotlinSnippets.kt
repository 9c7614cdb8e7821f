package io.github.statesignals.kotlin

import io.github.statesignals.Acknowledgement
import io.github.statesignals.OnSignal
import io.github.statesignals.Signal
import io.github.statesignals.SignalEvent
import io.github.statesignals.SignalExporter
import io.github.statesignals.SignalGateway
import io.github.statesignals.SignalProgress
import io.github.statesignals.SignalResult
import io.github.statesignals.emitAndAwait
import io.github.statesignals.publishAndAwait
import io.github.statesignals.publishAsFlow
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.map
import org.springframework.messaging.handler.annotation.Header
import org.springframework.stereotype.Component

data class Bork(val reason: String, val retries: Int = 3)

data class Run(val uuid: String, val clients: Int = 1)

@Component
class Benchmarks(private val disks: Disks) {

    @OnSignal(event = ["benchmark-start"])
    suspend fun start(signal: Signal, run: Run): Acknowledgement {
        disks.prepare(run.uuid)
        return Acknowledgement.success("${signal.tag()} with ${run.clients} clients")
    }

    @OnSignal(event = ["cache-flip"])
    fun flip(region: String, shard: Int?, @Header("dry-run") dryRun: Boolean = false): Acknowledgement =
        Acknowledgement.success("$region $shard $dryRun")

    @OnSignal
    suspend fun onRemoteBork(bork: Bork) {
        disks.prepare("${bork.reason} ${bork.retries}")
    }
}

class Conductor(private val exporter: SignalExporter) {

    suspend fun run(uuid: String): SignalResult =
        exporter.signal("benchmark-start").tag("run-7").payload(Run(uuid)).publishAndAwait()

    suspend fun flipAll(regions: List<String>): List<SignalResult> = coroutineScope {
        regions.map { async { exporter.signal("cache-flip").metadata("region", it).publishAndAwait() } }.awaitAll()
    }

    suspend fun report(): SignalResult = exporter.emitAndAwait(Bork("disk full"))

    fun progress(): Flow<String> = exporter.signal("cache-flip").metadata("region", "eu").publishAsFlow().map {
        when (it) {
            is SignalProgress.Answered -> "${it.responderId()} answered ${it.answer().message()}"
            is SignalProgress.Ended -> "missing: ${it.result().missing()}"
        }
    }
}

@SignalGateway
interface Caches {

    suspend fun cacheFlip(region: String, shard: Int?): SignalResult

    @SignalEvent("cache-flip")
    suspend fun isFlipped(region: String): Boolean
}

@Component
class Disks {

    val prepared = mutableListOf<String>()

    suspend fun prepare(what: String) {
        delay(1)
        check(what != "none") { "no disk" }
        prepared += what
    }
}
