package io.github.statesignals

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.future.await
import kotlinx.coroutines.reactive.asFlow
import reactor.adapter.JdkFlowAdapter

/**
 * Publishes the signal and suspends until the result is known, without blocking a thread. Cancelling the coroutine
 * ends the wait.
 *
 * @return the result; the exceptions are those of [SignalSpec.publish]
 */
suspend fun SignalSpec.publishAndAwait(): SignalResult = publishAsync().await()

/**
 * Publishes a typed signal and suspends until the result is known, without blocking a thread. Cancelling the coroutine
 * ends the wait.
 *
 * @return the result; the exceptions are those of [SignalExporter.emit]
 */
suspend fun SignalExporter.emitAndAwait(typedSignal: Any): SignalResult = emitAsync(typedSignal).await()

/**
 * Returns a flow that publishes the signal each time it is collected, with the values of this call. It emits the
 * answers of awaited responders, each as it is received, and at last the result. Cancelling the collection ends the
 * wait.
 *
 * @return the flow; it fails with the exceptions of [SignalSpec.publish]
 * @see SignalSpec.publishReactive
 */
fun SignalSpec.publishAsFlow(): Flow<SignalProgress> = JdkFlowAdapter.flowPublisherToFlux(publishReactive()).asFlow()
