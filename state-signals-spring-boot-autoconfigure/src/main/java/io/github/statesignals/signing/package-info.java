/**
 * Signs messages and verifies their signatures, with keys that the applications of a
 * channel share.
 */
@NullMarked
package io.github.statesignals.signing;

import org.jspecify.annotations.NullMarked;
