/**
 * The code that README.md and the pages in docs show.
 */
@NullMarked
package io.github.statesignals.sample.snippets;

import org.jspecify.annotations.NullMarked;
