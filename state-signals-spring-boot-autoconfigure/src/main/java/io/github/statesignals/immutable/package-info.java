/**
 * The immutable maps of signals and results, for the API and the packages that create
 * them.
 */
@NullMarked
package io.github.statesignals.immutable;

import org.jspecify.annotations.NullMarked;
