/**
 * Publishes of an exporter, from the queue to the result: sending and counting responses.
 */
@NullMarked
package io.github.statesignals.core.publish;

import org.jspecify.annotations.NullMarked;
