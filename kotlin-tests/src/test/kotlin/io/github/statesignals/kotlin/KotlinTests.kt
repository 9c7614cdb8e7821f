package io.github.statesignals.kotlin

import io.github.statesignals.OnSignal
import io.github.statesignals.ResultCode
import io.github.statesignals.Signal
import io.github.statesignals.SignalEvent
import io.github.statesignals.SignalExporter
import io.github.statesignals.SignalGatewayFactory
import io.github.statesignals.SignalProgress
import io.github.statesignals.SignalResult
import io.github.statesignals.publishAndAwait
import io.github.statesignals.publishAsFlow
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatExceptionOfType
import org.awaitility.Awaitility.await
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.BeforeAll
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.springframework.boot.WebApplicationType
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.boot.builder.SpringApplicationBuilder
import org.springframework.context.ConfigurableApplicationContext
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.context.annotation.Import
import org.springframework.messaging.handler.annotation.Header
import redis.embedded.RedisServer
import java.net.ServerSocket
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import java.util.UUID
import java.util.concurrent.CompletableFuture
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant
import kotlin.uuid.ExperimentalUuidApi
import kotlin.uuid.Uuid

/**
 * Handlers, typed signals and publishers that are written in Kotlin.
 */
@OptIn(ExperimentalUuidApi::class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KotlinTests {

    private val redis = RedisServer.newRedisServer().bind("127.0.0.1").port(ServerSocket(0).use { it.localPort })
        .setting("save \"\"").build()

    private lateinit var context: ConfigurableApplicationContext

    private lateinit var exporter: SignalExporter

    @BeforeAll
    fun start() {
        redis.start()
        context = run(Application::class.java)
        exporter = context.getBean(SignalExporter::class.java)
    }

    @AfterAll
    fun stop() {
        context.close()
        redis.stop()
    }

    private fun run(application: Class<*>) = SpringApplicationBuilder(application).web(WebApplicationType.NONE).run(
        "--spring.data.redis.port=${redis.ports().first()}",
        "--state-signals.exporter.legal-events=benchmark-start,cache-flip,bork,slow,defaults,unit,flag,wrapped,checked,sized,configured,generic,generic-unit,received,overloaded,static,static-suspending,object,nothing,identified,checked-suspending,checked-nullable",
    )

    private fun publish(event: String, vararg metadata: Pair<String, Any?>): SignalResult =
        exporter.signal(event).metadata(mapOf(*metadata)).publish()

    @Test
    fun `a suspending handler answers when it has resumed`() = runBlocking<Unit> {
        val result = Conductor(exporter).run("5b1f")
        assertThat(result.messages()).containsValue("run-7 with 1 clients")
        assertThat(context.getBean(Disks::class.java).prepared).contains("5b1f")
    }

    @Test
    fun `a suspending handler that throws refuses the signal`() {
        val result = publish("benchmark-start", "uuid" to "none")
        assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED)
        assertThat(result.messages()).containsValue("no disk")
    }

    @Test
    fun `a parameter that is nullable or has a default value may be missing`() = runBlocking<Unit> {
        assertThat(publish("cache-flip", "region" to "eu").messages()).containsValue("eu null false")
        assertThat(publish("cache-flip", "region" to "eu", "shard" to 5, "dry-run" to true).messages())
            .containsValue("eu 5 true")
        assertThat(Conductor(exporter).flipAll(listOf("eu", "us")).map { it.messages().values.first() })
            .containsExactly("eu null false", "us null false")
    }

    @Test
    fun `any other parameter is required`() {
        assertThat(publish("cache-flip").messages()).containsValue("metadata entry 'region' is missing or null")
        assertThat(publish("benchmark-start").messages()).containsValue("metadata entry 'uuid' is missing or null")
    }

    @Test
    fun `default values are those of the function`() {
        assertThat(publish("defaults", "count" to 5).messages()).containsValue("5 eu 5")
        assertThat(publish("defaults", "region" to "us", "twice" to 7).messages()).containsValue("2 us 7")
    }

    @Test
    fun `a value class is sent and read as its value`() {
        assertThat(publish("wrapped", "run" to "r1", "size" to 5).messages()).containsValue("RunId(id=r1) 5 2")
        assertThat(gateway<Wrapping>().wrapped(RunId("r1"), 5u).messages()).containsValue("RunId(id=r1) 5 2")
    }

    @Test
    fun `a value class checks its value`() {
        assertThat(publish("checked", "region" to "eu").messages()).containsValue("Region(name=eu)")
        assertThat(publish("checked", "region" to "europe").messages())
            .containsValue("parameter 'region' is refused: no region: europe")
        assertThat(publish("checked-suspending", "region" to "europe").messages())
            .containsValue("parameter 'region' is refused: no region: europe")
        assertThat(publish("checked-nullable", "region" to "europe").messages())
            .containsValue("parameter 'region' is refused: no region: europe")
    }

    @Test
    fun `a nullable value class is an entry, too`() = runBlocking<Unit> {
        assertThat(publish("sized", "size" to 5).messages()).containsValue("Size(value=5) null")
        assertThat(publish("sized", "limit" to 7).messages()).containsValue("null 7")
        assertThat(gateway<Sizing>().sized(Size(5), null).messages()).containsValue("Size(value=5) null")
        assertThat(gateway<Sizing>().sized(null, 7u).messages()).containsValue("null 7")
    }

    @Test
    fun `default values are those of the function where a subclass inherits it`() {
        assertThat(publish("configured").messages()).containsValue("2 null")
        assertThat(publish("configured", "note" to "x", "count" to 3).messages()).containsValue("3 x")
    }

    @Test
    fun `a data class is a typed signal`() = runBlocking<Unit> {
        assertThat(Conductor(exporter).report().isSuccess).isTrue()
        assertThat(context.getBean(Disks::class.java).prepared).contains("disk full 3")
        assertThat(publish("bork", "reason" to "no network").isSuccess).isTrue()
        assertThat(context.getBean(Disks::class.java).prepared).contains("no network 3")
        assertThat(publish("bork").messages().values.first()).contains("reason")
    }

    @Test
    fun `Unit and Boolean are outcomes`() {
        assertThat(publish("unit").isSuccess).isTrue()
        assertThat(publish("flag", "value" to true).isSuccess).isTrue()
        assertThat(publish("flag", "value" to false).code()).isEqualTo(ResultCode.SUB_FAILED)
    }

    @Test
    fun `a cancelled coroutine ends the wait`() = runBlocking<Unit> {
        val handlers = context.getBean(Handlers::class.java)
        handlers.slow = CompletableFuture()
        assertThat(withTimeoutOrNull(500) { exporter.signal("slow").publishAndAwait() }).isNull()
        handlers.slow.complete(Unit)
        assertThat(exporter.signal("slow").publishAndAwait().isSuccess).isTrue()
    }

    @Test
    fun `an illegal event throws its own exception`() {
        assertThatExceptionOfType(IllegalArgumentException::class.java)
            .isThrownBy { runBlocking { exporter.signal("strat").publishAndAwait() } }
            .withMessageContaining("'strat' is not a legal event")
    }

    @Test
    fun `a suspending handler with another result fails the start`() {
        for (invalid in listOf(Invalid::class.java, InvalidFuture::class.java)) {
            assertThatExceptionOfType(RuntimeException::class.java).isThrownBy { run(invalid).close() }
                .withStackTraceContaining("which is no acknowledgement")
        }
    }

    @Test
    fun `a duration of Kotlin, whose number has no unit, is refused`() {
        assertThatExceptionOfType(RuntimeException::class.java).isThrownBy { run(InvalidDuration::class.java).close() }
            .withStackTraceContaining("takes a kotlin.time.Duration")
        assertThatExceptionOfType(IllegalArgumentException::class.java).isThrownBy { gateway<Pausing>() }
            .withMessageContaining("takes a kotlin.time.Duration")
        assertThatExceptionOfType(IllegalArgumentException::class.java)
            .isThrownBy { publish("configured", "waits" to listOf(5.seconds)) }
            .withMessage("'waits[0]' is a kotlin.time.Duration, which has no unit in JSON: send a java.time.Duration")
    }

    @Test
    fun `a value of a class of Kotlin is an entry`() {
        assertThat(publish("identified", "id" to Uuid.fromLongs(1, 2), "at" to Instant.fromEpochSeconds(5)).messages())
            .containsValue("00000000-0000-0001-0000-000000000002 1970-01-01T00:00:05Z")
        assertThat(publish("identified", "id" to UUID(1, 2)).messages())
            .containsValue("metadata entry 'id' is missing or not a valid Uuid")
    }

    @Test
    fun `a receiver is a parameter`() {
        assertThat(publish("received", "region" to "eu").messages()).containsValue("received eu")
    }

    @Test
    fun `a receiver whose entry has no name is refused`() {
        assertThatExceptionOfType(RuntimeException::class.java).isThrownBy { run(InvalidReceiver::class.java).close() }
            .withStackTraceContaining("is the receiver of an extension function, and takes a metadata entry")
        assertThatExceptionOfType(IllegalArgumentException::class.java).isThrownBy { gateway<Receiving>() }
            .withMessageContaining("is the receiver of an extension function")
    }

    @Test
    fun `a function with overloads handles a signal once`() {
        assertThat(publish("overloaded", "count" to 5).messages()).containsValue("overloaded 5")
        assertThat(publish("overloaded").messages()).containsValue("overloaded 2")
    }

    @Test
    fun `a static function has default values, too`() {
        assertThat(publish("static", "count" to 5).messages()).containsValue("static 5")
        assertThat(publish("static").messages()).containsValue("static 2")
        assertThat(publish("static-suspending").messages()).containsValue("suspending 3")
        assertThat(publish("object").messages()).containsValue("object 4")
    }

    @Test
    fun `a function that never returns fails with what it throws`() {
        assertThat(publish("nothing").messages()).containsValue("never")
        assertThatExceptionOfType(RuntimeException::class.java).isThrownBy { run(InvalidNothing::class.java).close() }
            .withStackTraceContaining("suspends and returns Nothing")
    }

    @Test
    fun `answers are a flow`() = runBlocking<Unit> {
        assertThat(Conductor(exporter).progress().toList()).hasSize(3).last().isEqualTo("missing: []")
        assertThatExceptionOfType(IllegalArgumentException::class.java)
            .isThrownBy { runBlocking { exporter.signal("strat").publishAsFlow().collect() } }
            .withMessageContaining("'strat' is not a legal event")
    }

    @Test
    fun `functions of a gateway suspend`() = runBlocking<Unit> {
        val caches = gateway<Caches>()
        assertThat(caches.cacheFlip("eu", 5).messages()).containsValue("eu 5 false")
        assertThat(caches.cacheFlip("eu", null).messages()).containsValue("eu null false")
        assertThat(caches.isFlipped("eu")).isTrue()
        val more = gateway<More>()
        assertThat(more.flag(false)).isEqualTo(ResultCode.SUB_FAILED)
        assertThat(more.flagTwice()).isEqualTo(listOf(ResultCode.ALL_SUBS_SUCCESS, ResultCode.ALL_SUBS_SUCCESS))
        assertThat(more.progress(true).toList()).hasSize(3)
        assertThat(coroutineScope { async { more.flag() }.await() }).isEqualTo(ResultCode.ALL_SUBS_SUCCESS)
        assertThatExceptionOfType(IllegalArgumentException::class.java).isThrownBy { runBlocking { more.strat() } }
            .withMessageContaining("'strat' is not a legal event")
    }

    @Test
    fun `a subtype defines what a generic function returns`() = runBlocking<Unit> {
        assertThat(gateway<GenericCode>().generic(true)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS)
        assertThat(gateway<GenericCode>().generic(false)).isEqualTo(ResultCode.SUB_FAILED)
        assertThat(publish("generic-unit").isSuccess).isTrue()
    }

    @Test
    fun `a cancelled function of a gateway ends the wait`() = runBlocking<Unit> {
        val handlers = context.getBean(Handlers::class.java)
        handlers.slow = CompletableFuture()
        handlers.slowCalls = 0
        val call = async(Dispatchers.Default) { gateway<Slow>().slow() }
        await().untilAsserted { assertThat(handlers.slowCalls).isPositive() }
        call.cancelAndJoin()
        handlers.slow.complete(Unit)
        assertThat(gateway<Slow>().slow().isSuccess).isTrue()
    }

    @Test
    fun `a function of a gateway that would lose the result is refused`() {
        assertThatExceptionOfType(IllegalArgumentException::class.java).isThrownBy { gateway<NoResult>() }
            .withMessageContaining("NoResult.flag suspends and returns")
            .withMessageContaining("let it not suspend")
        assertThatExceptionOfType(IllegalArgumentException::class.java).isThrownBy { gateway<OtherResult>() }
            .withMessageContaining("OtherResult.flag suspends and returns class java.lang.String")
    }

    private inline fun <reified T : Any> gateway(): T =
        context.getBean(SignalGatewayFactory::class.java).create(T::class.java)

    @JvmInline
    value class RunId(val id: String)

    @JvmInline
    value class Region(val name: String) {

        init {
            require(name.length == 2) { "no region: $name" }
        }
    }

    interface Wrapping {

        fun wrapped(run: RunId, size: UInt): SignalResult
    }

    @JvmInline
    value class Size(val value: Int)

    interface Sizing {

        fun sized(size: Size?, limit: UInt?): SignalResult
    }

    interface More {

        suspend fun flag(value: Boolean = true): ResultCode

        suspend fun flagTwice(): List<ResultCode> = listOf(flag(), flag(true))

        @SignalEvent("flag")
        fun progress(value: Boolean): Flow<SignalProgress>

        suspend fun strat(): Boolean
    }

    interface Generic<R> {

        suspend fun generic(value: Boolean): R
    }

    interface GenericCode : Generic<ResultCode>

    interface Slow {

        suspend fun slow(): SignalResult
    }

    interface NoResult {

        suspend fun flag(value: Boolean)
    }

    interface OtherResult {

        suspend fun flag(value: Boolean): String
    }

    @Test
    fun `the code of the page is compiled`() {
        val sources = Files.readString(Path.of("src/test/kotlin/io/github/statesignals/kotlin/KotlinSnippets.kt"))
        val fences = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL)
            .findAll(Files.readString(Path.of("../docs/kotlin.md"))).map { it.groupValues[1] }.toList()
        assertThat(fences).isNotEmpty().allSatisfy { assertThat(normalize(sources)).contains(normalize(it)) }
    }

    private fun normalize(code: String) = code.replace(Regex("\\s+"), "")

    @EnableAutoConfiguration
    @Import(Benchmarks::class, Disks::class, Handlers::class, FlagHandler::class, Configured::class)
    class Application

    @EnableAutoConfiguration
    @Import(InvalidHandler::class)
    class Invalid

    class InvalidHandler {

        @OnSignal(event = ["unit"])
        suspend fun text(): String = "no acknowledgement"
    }

    @EnableAutoConfiguration
    @Import(InvalidNothingHandler::class)
    class InvalidNothing

    class InvalidNothingHandler {

        @OnSignal(event = ["unit"])
        suspend fun never(): Nothing = throw IllegalStateException("never")
    }

    @EnableAutoConfiguration
    @Import(InvalidFutureHandler::class)
    class InvalidFuture

    class InvalidFutureHandler {

        @OnSignal(event = ["unit"])
        suspend fun future(): CompletableFuture<Boolean> = CompletableFuture.completedFuture(true)
    }

    @EnableAutoConfiguration
    @Import(InvalidDurationHandler::class)
    class InvalidDuration

    class InvalidDurationHandler {

        @OnSignal(event = ["unit"])
        fun pause(wait: kotlin.time.Duration) {
        }
    }

    @EnableAutoConfiguration
    @Import(InvalidReceiverHandler::class)
    class InvalidReceiver

    class InvalidReceiverHandler {

        @OnSignal(event = ["unit"])
        fun String.flip() {
        }
    }

    interface Receiving {

        fun String.flip(): SignalResult
    }

    interface Pausing {

        fun pause(wait: kotlin.time.Duration): SignalResult
    }

    abstract class GenericHandler<R> {

        @OnSignal(event = ["generic"])
        suspend fun generic(value: Boolean): R = answer(value)

        abstract suspend fun answer(value: Boolean): R

        @OnSignal(event = ["generic-unit"])
        suspend fun unit() {
        }
    }

    class FlagHandler : GenericHandler<Boolean>() {

        override suspend fun answer(value: Boolean) = value
    }

    // Spring creates an object of a subclass that is not written in Kotlin.
    @Configuration
    open class Configured {

        @OnSignal(event = ["configured"])
        open fun configured(count: Int = 2, note: String?) =
            io.github.statesignals.Acknowledgement.success("$count $note")

        @Bean
        open fun single() = Single
    }

    object Single {

        @JvmStatic
        @OnSignal(event = ["object"])
        fun single(count: Int = 4) = io.github.statesignals.Acknowledgement.success("object $count")
    }

    class Handlers {

        companion object {

            @JvmStatic
            @OnSignal(event = ["static"])
            fun static(count: Int = 2) = io.github.statesignals.Acknowledgement.success("static $count")

            @JvmStatic
            @OnSignal(event = ["static-suspending"])
            suspend fun suspending(count: Int = 3) = io.github.statesignals.Acknowledgement.success("suspending $count")
        }

        @OnSignal(event = ["nothing"])
        fun nothing(): Nothing = throw IllegalStateException("never")

        @Volatile
        var slow = CompletableFuture<Unit>()

        @Volatile
        var slowCalls = 0

        @OnSignal(event = ["slow"], responder = "slow")
        suspend fun slow() {
            slowCalls++
            while (!slow.isDone) {
                delay(1)
            }
        }

        @OnSignal(event = ["defaults"])
        private fun defaults(count: Int = 2, @Header("region") region: String = "eu", twice: Int = count) =
            io.github.statesignals.Acknowledgement.success("$count $region $twice")

        @OnSignal(event = ["unit"])
        fun unit(note: String?, level: Int = 1) {
            check(note == null && level == 1)
        }

        @OnSignal(event = ["wrapped"])
        fun wrapped(run: RunId, size: UInt, count: Int = 2) =
            io.github.statesignals.Acknowledgement.success("$run $size $count")

        @OnSignal(event = ["checked"])
        fun checked(region: Region) = io.github.statesignals.Acknowledgement.success("$region")

        @OnSignal(event = ["checked-suspending"])
        suspend fun checkedSuspending(region: Region) = io.github.statesignals.Acknowledgement.success("$region")

        @OnSignal(event = ["checked-nullable"])
        fun checkedNullable(region: Region?) = io.github.statesignals.Acknowledgement.success("$region")

        @OnSignal(event = ["sized"])
        fun sized(size: Size?, limit: UInt?) = io.github.statesignals.Acknowledgement.success("$size $limit")

        @OnSignal(event = ["identified"])
        fun identified(id: Uuid, at: Instant) = io.github.statesignals.Acknowledgement.success("$id $at")

        @OnSignal(event = ["received"])
        fun Signal.received(@Header region: String) = io.github.statesignals.Acknowledgement.success("${event()} $region")

        @OnSignal(event = ["overloaded"])
        @JvmOverloads
        fun overloaded(signal: Signal, count: Int = 2) =
            io.github.statesignals.Acknowledgement.success("${signal.event()} $count")

        @OnSignal(event = ["flag"])
        suspend fun flag(value: Boolean): Boolean = value
    }
}
