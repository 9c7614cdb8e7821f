package io.github.statesignals

import kotlinx.coroutines.future.await

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
