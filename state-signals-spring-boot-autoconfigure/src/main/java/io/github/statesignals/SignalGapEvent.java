package io.github.statesignals;

/**
 * Application event: signals and answers may have been missed, for there was a time in
 * which this application did not hear. It does now, and has announced its exporters and
 * responders again. Published on a thread on which handlers run.
 *
 * @since 0.1.0
 * @see SignalsMissedEvent
 */
public record SignalGapEvent() {

}
