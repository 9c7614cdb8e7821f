/**
 * An application without the starter, in a separate package, which it scans.
 */
@NullMarked
package io.github.statesignals.benchmarks.plain;

import org.jspecify.annotations.NullMarked;
