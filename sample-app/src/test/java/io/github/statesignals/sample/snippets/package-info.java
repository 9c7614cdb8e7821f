/**
 * The code that README.md shows.
 */
@NullMarked
package io.github.statesignals.sample.snippets;

import org.jspecify.annotations.NullMarked;
