package io.github.statesignals.core.responder;

import java.util.Map;

public record HandlerStatus(String event, String handler, Map<String, String> selection, boolean paused) {

}
