/**
 * Responders: from the delivery of a signal to its response.
 */
@NullMarked
package io.github.statesignals.core.responder;

import org.jspecify.annotations.NullMarked;
