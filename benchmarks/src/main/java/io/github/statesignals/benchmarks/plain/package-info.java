/**
 * An application without the starter, in a package of its own, which it scans.
 */
@NullMarked
package io.github.statesignals.benchmarks.plain;

import org.jspecify.annotations.NullMarked;
