/**
 * An application with the starter, in a separate package, which it scans.
 */
@NullMarked
package io.github.statesignals.benchmarks.signalling;

import org.jspecify.annotations.NullMarked;
