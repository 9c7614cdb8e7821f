package io.github.statesignals;

/**
 * Application event that is published after a time in which this application could not
 * receive: signals and answers may be missed. Its exporters and responders have been
 * announced again. Published on the starter's executor.
 *
 * @since 0.1.0
 * @see SignalsMissedEvent
 */
public record SignalGapEvent() {

}
