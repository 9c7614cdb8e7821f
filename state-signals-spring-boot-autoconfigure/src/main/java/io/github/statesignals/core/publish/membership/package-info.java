/**
 * Subscribers of an exporter: their subscriptions, and the probes that find those that
 * are no longer connected.
 */
@NullMarked
package io.github.statesignals.core.publish.membership;

import org.jspecify.annotations.NullMarked;
