/**
 * API of state signals: the only package that applications import.
 * <p>
 * Ten types to begin with:
 * <ul>
 * <li>publish: {@link io.github.statesignals.SignalExporter},
 * {@link io.github.statesignals.SignalExporterFactory},
 * {@link io.github.statesignals.SignalResult},
 * {@link io.github.statesignals.ResultCode};</li>
 * <li>handle: {@link io.github.statesignals.OnSignal},
 * {@link io.github.statesignals.Acknowledgement},
 * {@link io.github.statesignals.SignalResponder};</li>
 * <li>messages: {@link io.github.statesignals.Signal},
 * {@link io.github.statesignals.Response},
 * {@link io.github.statesignals.SignalEvent}.</li>
 * </ul>
 */
@NullMarked
package io.github.statesignals;

import org.jspecify.annotations.NullMarked;
