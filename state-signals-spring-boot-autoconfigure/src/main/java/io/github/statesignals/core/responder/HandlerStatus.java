package io.github.statesignals.core.responder;

import java.util.Map;

/**
 * The status of a handler.
 *
 * @param event the event that it handles
 * @param handler the method, or the class of a handler that is none
 * @param selection the restrictions that it declares, by attribute
 * @param paused whether it refuses signals
 */
public record HandlerStatus(String event, String handler, Map<String, String> selection, boolean paused) {

}
